//! `zexa bulk send`.

use std::path::{Path, PathBuf};

use clap::Args;
use zexa::LedgerCounts;

use super::arguments::{AccountArguments, MessageArguments};
use super::check_command::{balance, read, sender};
use super::drive::PaceArguments;
use super::job::Job;
use super::job_files::{begun, rest, store};
use super::plan::Plan;
use super::preview::Preview;
use super::report::check_path;
use super::run::Run;
use super::{paths, signals};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::prompt;
use crate::texts::text;

/// Send a message to each row of a CSV file, once
///
/// Checks the file like `bulk check`, asks, and sends. A ledger beside the file records what was sent: if the command is interrupted, `bulk resume` continues
/// it, and sends nothing twice. Rows that are invalid are not sent. If there are any, --yes needs --skip-invalid. A report has the result of each row.
///
/// The first Ctrl-C stops the command after the rows in flight, the second cancels them. SIGTERM and SIGHUP have the same effect.
///
/// The exit code is 0 if the messages of all valid rows were accepted, 1 if some were rejected or not sent, and 3 if it is not known of some whether they were
/// sent.
#[derive(Args)]
#[command(after_help = "\
Examples:
  zexa bulk send people.csv --from ZEXA --body \"Olá {{name}}\"
  zexa bulk send people.csv --from ZEXA --body \"Olá {{name}}\" --limit 10
  zexa bulk send people.csv --from ZEXA --body-file text.txt --key-column id --rate 50 --yes")]
pub(crate) struct Arguments {
    #[command(flatten)]
    messages: MessageArguments,
    /// Do not ask before anything is sent
    #[arg(long, short = 'y')]
    yes: bool,
    /// With --yes, send the valid rows although others are invalid
    #[arg(long)]
    skip_invalid: bool,
    #[command(flatten)]
    pace: PaceArguments,
    #[command(flatten)]
    account: AccountArguments,
    /// Send only this number of messages, as a pilot. `bulk resume` sends the rest
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,
    /// Ledger that records what was sent: a path, or the URL of a PostgreSQL database. Default: the name of the file with .zexa.db
    #[arg(long, value_name = "PATH")]
    ledger: Option<PathBuf>,
    /// CSV file with the result of each row. Default: the name of the file with .report.csv, or that of the ledger of --ledger
    #[arg(long, value_name = "PATH")]
    report: Option<PathBuf>,
}

pub(crate) fn run(context: &Context, arguments: &Arguments) -> Result {
    signals::watch();
    prompt::check_can_ask(context, arguments.yes)?;
    let mut plan = Plan::new(&arguments.messages)?;
    let files = Files::new(context, &plan.path, arguments);
    check_path(&files.report, &files.others(&arguments.messages))?;
    let client = arguments.account.builder(context)?;
    let (found, problems) = read(context, &plan, false)?;
    let balance = balance(context)?;
    plan.job.rows = found.rows;
    plan.job.messages = found.messages;
    plan.job.blocks.clone_from(&found.confirmed.blocks);
    let begun = match &files.ledger {
        Some(ledger) => begun(ledger, &plan.job, &plan.path)?,
        None => None,
    };
    let sender = sender(context, &plan, &balance)?;
    let preview = Preview { plan: &plan, check: &found, problems: &problems, balance: &balance, sender: &sender };
    preview.lines().iter().for_each(|line| context.note(line));
    if found.messages == 0 {
        return Err(Failure::Local(text!("bulk-nothing")));
    }
    if let Some(ledger) = &files.ledger {
        ledger_lines(ledger, begun.as_ref(), &plan.job).iter().for_each(|line| context.note(line));
    }
    // Without a person who sees them, rows are not left out silently. Corrected now, they belong to this job.
    if arguments.yes && found.invalid > 0 && !arguments.skip_invalid {
        let message = text!("bulk-invalid-refused", count = found.invalid);
        return Err(Failure::Table { code: "invalid_rows", message, is_usage: false });
    }
    let question = question(&plan.job, begun.as_ref(), found.invalid, arguments.limit);
    if let Some(question) = question.filter(|_| !arguments.yes)
        && !prompt::confirm(&question)?
    {
        context.note(&text!("outcome-not-sent"));
        return Ok(Exit::Failed);
    }
    if let Some(ledger) = &files.ledger {
        store(ledger, &plan.job, &plan.path)?;
    }
    let run = Run {
        context,
        client,
        ledger: files.ledger.as_deref(),
        is_new: begun.is_none(),
        report: &files.report,
        pace: &arguments.pace,
        limit: arguments.limit,
        rejected: false,
    };
    run.send(&plan)
}

/// What the ledger has of the job: nothing if the job is new, or if it was sent with another ledger.
fn ledger_lines(ledger: &Path, begun: Option<&LedgerCounts>, job: &Job) -> Vec<String> {
    let ledger = paths::shown(ledger);
    let Some(counts) = begun else { return vec![text!("bulk-new-job", ledger = ledger)] };
    let accepted = counts.accepted + counts.pruned;
    let rest = rest(job, counts, false);
    let mut lines = vec![text!("bulk-begun", ledger = ledger, accepted = accepted, total = job.messages, rest = rest)];
    lines.extend((counts.rejected > 0).then(|| text!("bulk-rejected", count = counts.rejected)));
    lines.extend((counts.in_doubt > 0).then(|| text!("bulk-in-doubt", count = counts.in_doubt)));
    lines
}

/// What is asked before anything is sent. `None` if nothing is left to send.
fn question(job: &Job, begun: Option<&LedgerCounts>, invalid: u64, limit: Option<u64>) -> Option<String> {
    let from = job.from.as_str();
    let left = begun.map_or(job.messages, |counts| rest(job, counts, false));
    let limit = limit.filter(|limit| *limit < left);
    match (limit, begun) {
        _ if left == 0 => None,
        // The limit is one of rows, and some of them were sent before.
        (Some(limit), Some(_)) => Some(text!("bulk-ask-at-most", count = limit, from = from)),
        _ => Some(match (limit.unwrap_or(left), invalid) {
            (count, 0) => text!("bulk-ask", count = count, from = from),
            (count, invalid) => text!("bulk-ask-skipping", count = count, from = from, invalid = invalid),
        }),
    }
}

/// The files that the command writes.
struct Files {
    /// `None` for a trial in a sandbox of its own: nothing of it is left to be continued.
    ledger: Option<PathBuf>,
    report: PathBuf,
}

impl Files {
    fn new(context: &Context, file: &Path, arguments: &Arguments) -> Files {
        let ledger = arguments.ledger.clone().unwrap_or_else(|| paths::ledger(file));
        let is_trial = context.uses_sandbox();
        let report = match is_trial {
            true => paths::trial_report(file),
            false => paths::report(file, &ledger),
        };
        Files { ledger: Some(ledger).filter(|_| !is_trial), report: arguments.report.clone().unwrap_or(report) }
    }

    /// The files that the report must not replace.
    fn others<'a>(&'a self, arguments: &'a MessageArguments) -> Vec<&'a Path> {
        let body = arguments.body_file.as_deref();
        [Some(&*arguments.file.file), self.ledger.as_deref(), body].into_iter().flatten().collect()
    }
}

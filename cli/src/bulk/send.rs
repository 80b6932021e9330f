//! `zexa bulk send`.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use zexa::Ledger;

use super::arguments::{AccountArguments, MessageArguments};
use super::check::Check;
use super::check_command::{balance, read, sender};
use super::drive::PaceArguments;
use super::job::Job;
use super::plan::Plan;
use super::preview::Preview;
use super::report::{REPORT, beside, check_path};
use super::run::Run;
use super::{job_files, signals};
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
/// The first Ctrl-C stops the command after the rows in flight, the second cancels them.
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
    /// Ledger that records what was sent. Default: the name of the file with .zexa.db
    #[arg(long, value_name = "PATH")]
    ledger: Option<PathBuf>,
    /// CSV file with the result of each row. Default: the name of the file with .report.csv
    #[arg(long, value_name = "PATH")]
    report: Option<PathBuf>,
}

pub(crate) fn run(context: &Context, arguments: &Arguments) -> Result {
    signals::watch();
    prompt::check_can_ask(context, arguments.yes)?;
    let mut plan = Plan::new(&arguments.messages)?;
    let client = arguments.account.builder(context)?;
    let (found, problems) = read(context, &plan, false)?;
    let balance = balance(context)?;
    plan.job.rows = found.rows;
    plan.job.messages = found.messages;
    plan.job.blocks.clone_from(&found.confirmed.blocks);
    let sender = sender(context, &plan, &balance)?;
    let preview = Preview { plan: &plan, check: &found, problems: &problems, balance: &balance, sender: &sender };
    preview.lines().iter().for_each(|line| context.note(line));
    if found.messages == 0 {
        return Err(Failure::Local(text!("bulk-nothing")));
    }
    // Without a person who sees them, rows are not left out silently. Corrected now, they belong to this job.
    if arguments.yes && found.invalid > 0 && !arguments.skip_invalid {
        let message = text!("bulk-invalid-refused", count = found.invalid);
        return Err(Failure::Table { code: "invalid_rows", message, is_usage: false });
    }
    if !arguments.yes && !prompt::confirm(&question(&plan, &found, arguments.limit))? {
        context.note(&text!("outcome-not-sent"));
        return Ok(Exit::Failed);
    }

    let path = plan.path.clone();
    let files = Files::new(context, &path, arguments);
    check_path(&files.report, &files.others(&arguments.messages))?;
    store(&plan, &files.ledger)?;
    let run = Run {
        context,
        client,
        ledger: &files.ledger,
        report: &files.report,
        pace: &arguments.pace,
        limit: arguments.limit,
        rejected: false,
    };
    run.send(&plan)
}

/// The question before anything is sent.
fn question(plan: &Plan, found: &Check, limit: Option<u64>) -> String {
    let (count, from) = (found.messages.min(limit.unwrap_or(u64::MAX)), plan.job.from.as_str());
    match found.invalid {
        0 => text!("bulk-ask", count = count, from = from),
        invalid => text!("bulk-ask-skipping", count = count, from = from, invalid = invalid),
    }
}

/// Stores the job in its ledger.
fn store(plan: &Plan, path: &Path) -> Result<()> {
    let job = serde_json::to_string(&plan.job).map_err(|error| Failure::Local(error.to_string()))?;
    let ledger = Ledger::create(path)?;
    let (shown, file) = (path.display().to_string(), plan.path.display().to_string());
    match ledger.job()? {
        None if !job_files::is_empty(&ledger)? => Err(Failure::Usage(text!("bulk-foreign-ledger", ledger = shown))),
        // Only saved with another delimiter or in another encoding.
        Some(stored) if is_same_but_dialect(&stored, &plan.job) => Ok(()),
        Some(stored) if stored != job => Err(Failure::Usage(match is_other_file(&stored, &plan.job) {
            true => text!("bulk-other-file", file = file),
            false => text!("bulk-other-job", ledger = shown, file = file),
        })),
        _ => Ok(ledger.set_job(&job)?),
    }
}

/// Whether a stored job differs from another one only in the rows of the file.
fn is_other_file(stored: &str, job: &Job) -> bool {
    serde_json::from_str::<Job>(stored).is_ok_and(|mut stored| {
        (stored.rows, stored.messages) = (job.rows, job.messages);
        stored.blocks.clone_from(&job.blocks);
        stored == *job
    })
}

/// Whether a stored job differs from another one at most in how its file is written.
fn is_same_but_dialect(stored: &str, job: &Job) -> bool {
    serde_json::from_str::<Job>(stored).is_ok_and(|mut stored| {
        stored.dialect.clone_from(&job.dialect);
        stored == *job
    })
}

/// The files that the command writes.
struct Files {
    ledger: PathBuf,
    report: PathBuf,
    /// Whether the ledger is deleted at the end: one of a sandbox that ends with the command.
    is_temporary: bool,
}

impl Files {
    fn new(context: &Context, path: &Path, arguments: &Arguments) -> Files {
        // The ledger of a sandbox must not keep the real one from being created.
        let is_sandbox = context.uses_sandbox();
        let (ledger, report) =
            if is_sandbox { (".sandbox.zexa.db", ".sandbox.report.csv") } else { (job_files::LEDGER, REPORT) };
        let files = Files {
            is_temporary: is_sandbox && arguments.ledger.is_none(),
            ledger: arguments.ledger.clone().unwrap_or_else(|| beside(path, ledger)),
            report: arguments.report.clone().unwrap_or_else(|| beside(path, report)),
        };
        files.delete_temporary();
        files
    }

    /// The files that the report must not replace.
    fn others<'a>(&'a self, arguments: &'a MessageArguments) -> Vec<&'a Path> {
        let body = arguments.body_file.as_deref();
        [Some(&*arguments.file.file), Some(&*self.ledger), body].into_iter().flatten().collect()
    }

    fn delete_temporary(&self) {
        if self.is_temporary {
            for suffix in ["", "-journal", "-lock"] {
                let _ = fs::remove_file(beside(&self.ledger, suffix));
            }
        }
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        self.delete_temporary();
    }
}

//! `zexa bulk resume`.

use std::path::PathBuf;

use clap::Args;
use zexa::LedgerCounts;

use super::arguments::{AccountArguments, JobArguments};
use super::check::Check;
use super::check_command::balance;
use super::drive::PaceArguments;
use super::job_files::{JobFiles, rest};
use super::plan::Plan;
use super::preview::Balance;
use super::report::check_path;
use super::run::Run;
use super::{changed, paths, signals};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output::local_time;
use crate::output::printable;
use crate::prompt;
use crate::texts::text;

/// Continue a job that was interrupted, or send the rest after a pilot
///
/// The text, the sender, the columns and the times are those of `bulk send`: they are stored in the ledger. Rows that were accepted are not sent again, and
/// rows in doubt only after `bulk settle KEY not-sent`. If a row of the file has changed since, nothing is sent.
#[derive(Args)]
#[command(after_help = "\
Examples:
  zexa bulk resume people.csv
  zexa bulk resume people.csv --rejected --yes
  zexa bulk resume people.csv.zexa.db --rate 20")]
pub(crate) struct Arguments {
    #[command(flatten)]
    job: JobArguments,
    /// Do not ask before anything is sent
    #[arg(long, short = 'y')]
    yes: bool,
    #[command(flatten)]
    pace: PaceArguments,
    #[command(flatten)]
    account: AccountArguments,
    /// Send rejected rows again
    #[arg(long)]
    rejected: bool,
    /// CSV file with the result of each row. Default: as for `bulk send`
    #[arg(long, value_name = "PATH")]
    report: Option<PathBuf>,
}

pub(crate) fn run(context: &Context, arguments: &Arguments) -> Result {
    signals::watch();
    if context.uses_sandbox() {
        return Err(Failure::Usage(text!("bulk-trial-resume")));
    }
    prompt::check_can_ask(context, arguments.yes)?;
    let JobFiles { ledger, location: path, job, file } = JobFiles::open(&arguments.job)?;
    let client = arguments.account.builder(context)?;
    let (plan, found) = changed::confirmed(context, &file, &job)?;
    let counts = ledger.counts()?;
    let rest = rest(&plan.job, &counts, arguments.rejected);
    lines(&plan, &counts, rest, &found, &balance(context)?).iter().for_each(|line| context.note(line));
    if rest > 0 && !arguments.yes && !prompt::confirm(&text!("bulk-ask", count = rest, from = plan.job.from.as_str()))?
    {
        context.note(&text!("outcome-not-sent"));
        return Ok(Exit::Failed);
    }
    let report_path = arguments.report.clone().unwrap_or_else(|| paths::report(&file, &path));
    drop(ledger);
    check_path(&report_path, &[&file, &path])?;
    let run = Run {
        context,
        client,
        ledger: Some(&path),
        is_new: false,
        report: &report_path,
        pace: &arguments.pace,
        limit: None,
        rejected: arguments.rejected,
    };
    run.send(&plan)
}

fn lines(plan: &Plan, counts: &LedgerCounts, rest: u64, found: &Check, balance: &Balance) -> Vec<String> {
    let job = &plan.job;
    let file = plan.path.display().to_string();
    let mut lines = vec![
        text!("bulk-resume", file = file, accepted = counts.accepted, total = job.messages),
        text!("bulk-text", body = printable(&job.body.replace('\n', "⏎"))),
    ];
    if counts.rejected > 0 {
        lines.push(text!("bulk-rejected", count = counts.rejected));
    }
    if counts.in_doubt > 0 {
        lines.push(text!("bulk-in-doubt", count = counts.in_doubt));
    }
    if let Some(time) = job.scheduled_at {
        lines.push(text!("bulk-schedule", time = local_time(time)));
    }
    let share = rest as f64 / job.messages.max(1) as f64;
    if let Some(cost) = found.cost.filter(|_| rest > 0).map(|cost| (cost * share * 10.0).round() / 10.0) {
        lines.push(match balance {
            Balance::Credits(credits) => text!("bulk-rest-balance", cost = cost, balance = *credits),
            _ => text!("bulk-rest", cost = cost),
        });
    }
    lines
}

//! `zexa bulk prune`: forgets the results of old messages, but not that they were sent.

use clap::Args;
use serde_json::json;
use zexa::Timestamp;

use super::arguments::JobArguments;
use super::job_files::JobFiles;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::local_time;
use crate::texts::text;
use crate::values;

/// Remove all but the keys of messages that were accepted before a time from the ledger
///
/// These messages are never sent again, but their ids are lost. Rows in other states are kept. Sends nothing, and needs no API key.
#[derive(Args)]
#[command(after_help = "\
Examples:
  zexa bulk prune people.csv --before 2026-07-01T00:00:00Z")]
pub(crate) struct PruneArguments {
    #[command(flatten)]
    job: JobArguments,
    /// Time with a UTC offset, such as 2026-07-01T09:00:00+01:00
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    before: Timestamp,
}

pub(crate) fn prune(context: &Context, arguments: &PruneArguments) -> Result {
    let JobFiles { ledger, .. } = JobFiles::open(&arguments.job)?;
    let count = ledger.prune(arguments.before)?;
    let json = json!({"type": "pruned", "before": arguments.before, "rows": count});
    let before = local_time(arguments.before);
    context.output().result(&json, || text!("pruned", count = count, before = before.as_str()))?;
    Ok(Exit::Done)
}

//! `zexa bulk status` and `bulk export`: look at the ledger of a job.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use serde_json::{Value, json};
use zexa::LedgerCounts;

use super::arguments::JobArguments;
use super::doubts::{Doubt, Doubts};
use super::job::Job;
use super::job_files::{JobFiles, rest};
use super::{paths, shell};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output::fields;
use crate::output::local_time;
use crate::texts::text;

/// Show how far a job is, and the rows in doubt
///
/// Works while the job runs. Sends nothing, and needs no API key.
#[derive(Args)]
#[command(after_help = "\
Examples:
  zexa bulk status people.csv")]
pub(crate) struct StatusArguments {
    #[command(flatten)]
    job: JobArguments,
}

/// The messages of a job by what is known about them. Their sum is the number of messages.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Counts {
    accepted: u64,
    rejected: u64,
    in_doubt: u64,
    /// Being sent by a run that is not finished.
    claimed: u64,
    /// Not sent yet, or tried without success: `bulk resume` sends them.
    left: u64,
}

impl Counts {
    fn new(job: &Job, rows: &LedgerCounts) -> Counts {
        let LedgerCounts { accepted, pruned, rejected, in_doubt, claimed, .. } = *rows;
        Counts { accepted: accepted + pruned, rejected, in_doubt, claimed, left: rest(job, rows, false) }
    }
}

pub(crate) fn status(context: &Context, arguments: &StatusArguments) -> Result {
    let files = JobFiles::open(&arguments.job)?;
    let doubts = Doubts::of(&files)?;
    let JobFiles { ledger, job, file, .. } = &files;
    let rows = ledger.counts()?;
    let counts = Counts::new(job, &rows);
    let mut json = json!(counts);
    json["type"] = Value::from("status");
    json["file"] = json!(file);
    json["ledger"] = json!(ledger.path());
    json["rows"] = json!(job.rows);
    json["messages"] = json!(job.messages);
    json["from"] = json!(job.from);
    json["channel"] = json!(job.channel);
    json["body"] = json!(job.body);
    json["scheduled_at"] = json!(job.scheduled_at);
    json["oldest_doubt"] = json!(rows.oldest_doubt);
    json["rows_in_doubt"] = doubts.rows.iter().map(Doubt::json).collect();
    context.output().result(&json, || {
        let line = |name: String, value: String| (name, Some(value));
        let mut shown = vec![fields([
            line(text!("field-file"), file.display().to_string()),
            line(text!("field-from"), job.from.clone()),
            line(text!("field-body"), job.body.replace('\n', "⏎")),
            (text!("status-schedule"), job.scheduled_at.map(local_time)),
            line(text!("status-messages"), job.messages.to_string()),
            line(text!("status-accepted"), counts.accepted.to_string()),
            line(text!("status-rejected"), counts.rejected.to_string()),
            line(text!("status-doubt"), counts.in_doubt.to_string()),
            line(text!("status-claimed"), counts.claimed.to_string()),
            line(text!("status-left"), counts.left.to_string()),
        ])];
        add_doubts(&mut shown, &doubts, &files, &arguments.job);
        shown.join("\n")
    })?;
    Ok(Exit::Done)
}

/// The rows in doubt, and what to do about them.
fn add_doubts(lines: &mut Vec<String>, doubts: &Doubts, files: &JobFiles, arguments: &JobArguments) {
    let Some(first) = doubts.rows.first() else { return };
    lines.push(text!("status-doubts", count = doubts.rows.len()));
    lines.extend(doubts.rows.iter().map(|doubt| format!("  {}", doubt.line())));
    let file = files.file.display().to_string();
    match &doubts.failure {
        Some(reason) => lines.push(text!("status-no-file", reason = reason.as_str())),
        None if doubts.has_changed() => lines.push(text!("status-changed-file", file = file)),
        None => {}
    }
    lines.push(text!("status-advice-ask", count = doubts.rows.len()));
    let job = shell::job(&arguments.file, arguments.ledger.as_deref());
    let row = match first.row {
        Some(row) => format!("--row {row}"),
        None => shell::quoted(&first.recorded.key),
    };
    lines.push(format!("  {}", text!("status-advice-sent", job = job.as_str(), row = row.as_str())));
    lines.push(format!("  {}", text!("status-advice-not-sent", job = job.as_str(), row = row.as_str())));
    if doubts.rows.len() > 1 {
        lines.push(format!("  {}", text!("status-advice-all", job = job.as_str())));
    }
}

/// Write the record of a job as CSV: each row with its state
///
/// The record has keys and ids, but no phone numbers and no texts. The report of `bulk send` has the phone numbers.
#[derive(Args)]
#[command(after_help = "\
Examples:
  zexa bulk export people.csv > record.csv
  zexa bulk export people.csv --output record.csv")]
pub(crate) struct ExportArguments {
    #[command(flatten)]
    job: JobArguments,
    /// File to write, instead of stdout
    #[arg(long, short = 'o', value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(crate) fn export(context: &Context, arguments: &ExportArguments) -> Result {
    let JobFiles { ledger, file, .. } = JobFiles::open(&arguments.job)?;
    if let Some(path) = &arguments.output {
        if paths::is_sqlite(path) || same_file::is_same_file(path, &file).unwrap_or(false) {
            return Err(Failure::Usage(text!("export-is-needed", file = path.display().to_string())));
        }
        let rows = ledger.export_to_file(path)?;
        context.note(&text!("export-done", count = rows, file = path.display().to_string()));
        return Ok(Exit::Done);
    }
    match ledger.export(std::io::stdout().lock()) {
        Ok(_) => Ok(Exit::Done),
        Err(error) => Err(closed(&error).unwrap_or_else(|| error.into())),
    }
}

/// The failure of stdout, such as a reader that has closed its end. `None` if the ledger cannot be read.
fn closed(error: &zexa::Error) -> Option<Failure> {
    let error: &csv::Error = std::error::Error::source(error)?.downcast_ref()?;
    match error.kind() {
        csv::ErrorKind::Io(error) => Some(Failure::of_output(error)),
        _ => None,
    }
}

//! `zexa bulk status`, `bulk export` and `bulk settle`: look at the ledger of a job, and settle doubts.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::arguments::JobArguments;
use super::job_files::JobFiles;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output::{fields, printable};
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

pub(crate) fn status(context: &Context, arguments: &StatusArguments) -> Result {
    let JobFiles { ledger, job, file } = JobFiles::open(&arguments.job)?;
    let counts = ledger.counts()?;
    let doubts = ledger.in_doubt()?;
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
    json["rows_in_doubt"] = json!(doubts);
    context.output().result(&json, || {
        let known = counts.accepted + counts.rejected + counts.in_doubt + counts.claimed + counts.pruned;
        let line = |name: String, value: String| (name, Some(value));
        let lines = [
            line(text!("field-file"), file.display().to_string()),
            line(text!("field-from"), job.from.clone()),
            line(text!("field-body"), job.body.replace('\n', "⏎")),
            line(text!("status-messages"), job.messages.to_string()),
            line(text!("status-accepted"), counts.accepted.to_string()),
            line(text!("status-rejected"), counts.rejected.to_string()),
            line(text!("status-claimed"), counts.claimed.to_string()),
            line(text!("status-doubt"), counts.in_doubt.to_string()),
            line(text!("status-left"), job.messages.saturating_sub(known).to_string()),
        ];
        let mut shown = vec![fields(lines)];
        for row in &doubts {
            shown.push(text!(
                "status-row",
                key = printable(&row.key),
                time = row.claimed_at.map(|time| time.to_string()).unwrap_or_default(),
                request = row.request_id.as_deref().map(printable).unwrap_or_else(|| "-".to_owned())
            ));
        }
        if !doubts.is_empty() {
            shown.push(text!("bulk-advice-settle", file = arguments.job.file.display().to_string()));
        }
        shown.join("\n")
    })?;
    Ok(Exit::Done)
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
    let ledger = JobFiles::open(&arguments.job)?.ledger;
    if let Some(path) = &arguments.output {
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

/// Settle a row in doubt, whose message was sent or was not sent
///
/// Find out first whether the message exists: ask the recipient, or ask Zexa's support with the request id or the time. `bulk status` shows the keys.
#[derive(Args)]
#[command(after_help = "\
Examples:
  zexa bulk settle people.csv 1004 sent msg_7Qm2
  zexa bulk settle people.csv 1005 not-sent")]
pub(crate) struct SettleArguments {
    #[command(flatten)]
    job: JobArguments,
    /// Key of the row
    key: String,
    #[command(subcommand)]
    outcome: Settled,
}

#[derive(Subcommand)]
enum Settled {
    /// The message was sent: the row is never sent again
    Sent {
        /// Id of the message, if it is known
        id: Option<String>,
    },
    /// The message was not sent: `bulk resume` sends it
    NotSent,
}

pub(crate) fn settle(context: &Context, arguments: &SettleArguments) -> Result {
    let ledger = JobFiles::open(&arguments.job)?.ledger;
    let key = arguments.key.as_str();
    let (state, id) = match &arguments.outcome {
        Settled::Sent { id } => {
            ledger.mark_sent(key, id.as_deref())?;
            ("accepted", id.as_deref())
        }
        Settled::NotSent => {
            ledger.mark_not_sent(key)?;
            ("not_sent", None)
        }
    };
    let json = json!({"type": "settled", "key": key, "state": state, "id": id});
    context.output().result(&json, || match &arguments.outcome {
        Settled::Sent { .. } => text!("settled-sent", key = printable(key)),
        Settled::NotSent => text!("settled-not-sent", key = printable(key)),
    })?;
    Ok(Exit::Done)
}

//! Runs a job: sends the messages of a plan, and prints the summary.

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;

use serde_json::{Value, json};
use zexa::ClientBuilder;

use super::blocks::Blocks;
use super::drive::{PaceArguments, Stop, drive};
use super::plan::Plan;
use super::recorder::{Counts, Recorder};
use super::report::Report;
use super::signals;
use super::source::Source;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output::printable;
use crate::table::{Row, Table};
use crate::texts::text;

/// What to run.
pub(crate) struct Run<'a> {
    pub(crate) context: &'a Context,
    pub(crate) client: ClientBuilder,
    pub(crate) ledger: &'a Path,
    pub(crate) report: &'a Path,
    pub(crate) pace: &'a PaceArguments,
    /// The maximum number of rows that are sent.
    pub(crate) limit: Option<u64>,
    /// Whether rejected rows are sent again.
    pub(crate) rejected: bool,
}

/// The result of a run.
struct Finished {
    counts: Counts,
    /// Number of messages that were not pulled or not sent.
    left: u64,
    /// The name of the reason, if the run has stopped before the end of the file. Never changes.
    stopped: Option<String>,
    /// The reason in words.
    reason: Option<String>,
}

impl Run<'_> {
    /// Sends the messages of a plan, and prints the summary.
    pub(crate) fn send(self, plan: &Plan) -> Result {
        let table = plan.open()?;
        let recorder = Recorder::new(self.context, plan.job.has_keys());
        let recorder = Rc::new(RefCell::new(recorder));
        let client = self.client.build_async()?;
        let mut options = self.pace.options().ledger(self.ledger);
        if self.rejected {
            options = options.on_rejected("send");
        }
        let source = Source {
            blocks: Blocks::new(table),
            confirmed: &plan.job.blocks,
            make: |table: &Table, row: &Row| plan.messages.of(table, row).map(|message| (message.to.clone(), message)),
            recipient: plan.messages.recipient,
            limit: self.limit,
            recorder: recorder.clone(),
            position: Default::default(),
        };
        signals::begin_run();
        let sending = client.messages().send_many(source, &options)?;
        recorder.borrow_mut().begin_report(Report::create(self.report, plan.job.dialect.delimiter)?);
        let total = plan.job.messages.min(self.limit.unwrap_or(u64::MAX));
        let stop = drive(sending, self.context, self.pace, total, &recorder);

        let mut recorder = recorder.borrow_mut();
        let failure = recorder.finish();
        let finished = finished(plan, &mut recorder, &stop);
        let printed = print(self.context, plan, self.ledger, self.report, &finished);
        let exit = exit(&finished, &stop);
        // A reader that has closed its end does not change the result of the run.
        let is_closed = |failure: &Failure| matches!(failure, Failure::OutputClosed);
        match failure.or(printed.err().filter(|failure| !is_closed(failure))).map(Failure::after_run) {
            Some(failure) if exit == Exit::Done => Err(failure),
            Some(failure) => {
                self.context.report(&failure);
                Ok(exit)
            }
            None => Ok(exit),
        }
    }
}

fn finished(plan: &Plan, recorder: &mut Recorder, stop: &Stop) -> Finished {
    let counts = std::mem::take(&mut recorder.counts);
    // As in `bulk status`.
    let left = plan.job.messages.saturating_sub(counts.accepted + counts.rejected + counts.unknown);
    let (stopped, reason) = stop.reason(recorder.end.as_ref(), left == 0, &plan.path).unzip();
    Finished { counts, left, stopped, reason: reason.flatten() }
}

fn exit(finished: &Finished, stop: &Stop) -> Exit {
    let Finished { counts, left, stopped, .. } = finished;
    let is_pilot = stopped.as_deref() == Some("limit");
    match () {
        () if stop.interrupts > 0 => Exit::Interrupted,
        () if counts.unknown > 0 => Exit::Unknown,
        () if stopped.as_deref() == Some("unauthorized") => Exit::NotAuthorised,
        () if counts.rejected + counts.not_sent > 0 || (*left > 0 && !is_pilot) => Exit::Failed,
        () if stopped.is_some() && !is_pilot => Exit::Failed,
        () => Exit::Done,
    }
}

/// Prints the summary: the result on stdout, and what to do on stderr.
fn print(context: &Context, plan: &Plan, ledger: &Path, report: &Path, finished: &Finished) -> Result<()> {
    let Finished { counts, left, stopped, reason } = finished;
    let mut summary = json!(counts);
    summary["type"] = Value::from("summary");
    summary["left"] = Value::from(*left);
    summary["stopped"] = json!(stopped);
    summary["ledger"] = json!(ledger);
    summary["report"] = json!(report);
    let file = plan.path.display().to_string();
    context.output().result(&summary, || {
        let mut parts = vec![text!("bulk-accepted", count = counts.accepted)];
        let mut add = |count: u64, text: &dyn Fn() -> String| {
            if count > 0 {
                parts.push(text());
            }
        };
        add(counts.replayed, &|| text!("bulk-replayed", count = counts.replayed));
        add(counts.rejected, &|| text!("bulk-rejected", count = counts.rejected));
        for reason in &counts.reasons {
            add(reason.count, &|| text!("bulk-reason", count = reason.count, reason = printable(&reason.message)));
        }
        add(counts.not_sent, &|| text!("bulk-not-sent", count = counts.not_sent));
        add(counts.unknown, &|| text!("bulk-in-doubt", count = counts.unknown));
        add(counts.invalid, &|| text!("bulk-invalid-rows", count = counts.invalid));
        add(counts.repeated, &|| text!("bulk-repeated-rows", count = counts.repeated));
        add(*left, &|| text!("bulk-left", count = *left));
        parts.push(text!("bulk-report", file = report.display().to_string()));
        parts.join("\n")
    })?;
    if let Some(reason) = reason {
        context.note(&text!("bulk-stopped", reason = reason.as_str()));
    }
    if counts.unknown > 0 {
        context.note(&text!("bulk-advice-doubt", file = file.as_str()));
    }
    if stopped.as_deref() == Some("changed") {
        context.note(&text!("bulk-advice-changed"));
    } else if stopped.is_some() || *left > 0 {
        context.note(&text!("bulk-advice-resume", file = file.as_str()));
    }
    Ok(())
}

//! Runs a job: sends the messages of a plan, and prints the summary.

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;

use serde_json::{Value, json};
use zexa::{ClientBuilder, Ledger};

use super::drive::{PaceArguments, Stop, drive};
use super::plan::Plan;
use super::recorder::{Counts, Recorder};
use super::report::Report;
use super::source::Source;
use super::{paths, shell, signals};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output::printable;
use crate::table::{Blocks, Row, Table};
use crate::texts::text;

/// What to run.
pub(crate) struct Run<'a> {
    pub(crate) context: &'a Context,
    pub(crate) client: ClientBuilder,
    /// `None` for a trial in a sandbox of its own.
    pub(crate) ledger: Option<&'a Path>,
    /// Whether the job has just begun.
    pub(crate) is_new: bool,
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
    /// Numbers of the rows with a known result that is not in the ledger.
    not_recorded: Vec<u64>,
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
        let recorder = Recorder::new(self.context, plan.job.has_keys(), self.ledger.is_some());
        let recorder = Rc::new(RefCell::new(recorder));
        let client = self.client.clone().build_async()?;
        let mut options = self.pace.options();
        if let Some(ledger) = self.ledger {
            options = options.ledger(ledger);
        }
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
        recorder.borrow_mut().begin_report(Report::create(self.report, plan.job.dialect.delimiter, !self.is_new)?);
        let total = plan.job.messages.min(self.limit.unwrap_or(u64::MAX));
        let stop = drive(sending, self.context, self.pace, total, &recorder);

        let mut recorder = recorder.borrow_mut();
        let is_at_end = stop.is_at_end(recorder.end.as_ref());
        let failure = signals::complete(|| recorder.finish(is_at_end));
        // Each message of the job is counted, also if this run has not reached its row.
        if let Some(path) = self.ledger.filter(|_| !is_at_end)
            && let Ok(counts) = Ledger::open(path).and_then(|ledger| ledger.counts())
        {
            recorder.counts.add_earlier(&counts);
        }
        let finished = finished(plan, &mut recorder, &stop);
        let printed = self.print(plan, &finished);
        let exit = exit(&finished, &stop);
        let failure = failure.or(Failure::unless_closed(printed).err());
        self.context.end(failure.map(Failure::after_run), exit)
    }

    /// Prints the summary: the result on stdout, and what to do on stderr.
    fn print(&self, plan: &Plan, finished: &Finished) -> Result<()> {
        let Finished { counts, left, stopped, .. } = finished;
        let mut summary = json!(counts);
        summary["type"] = Value::from("summary");
        summary["rows_not_recorded"] = json!(finished.not_recorded);
        summary["left"] = Value::from(*left);
        summary["stopped"] = json!(stopped);
        summary["ledger"] = json!(self.ledger.map(paths::shown));
        summary["ledger_created"] = json!(self.ledger.is_some() && self.is_new);
        summary["report"] = json!(self.report);
        self.context.output().result(&summary, || {
            let mut lines = finished.lines();
            lines.push(text!("bulk-report", file = self.report.display().to_string()));
            lines.join("\n")
        })?;
        finished.advice(plan, self.ledger).iter().for_each(|line| self.context.note(line));
        Ok(())
    }
}

impl Finished {
    /// The numbers of rows in words.
    fn lines(&self) -> Vec<String> {
        let counts = &self.counts;
        let mut lines = vec![text!("bulk-accepted", count = counts.accepted)];
        let mut add = |count: u64, text: &dyn Fn() -> String| {
            if count > 0 {
                lines.push(text());
            }
        };
        add(counts.replayed, &|| text!("bulk-replayed", count = counts.replayed));
        add(counts.rejected, &|| text!("bulk-rejected", count = counts.rejected));
        add(counts.not_sent, &|| text!("bulk-not-sent", count = counts.not_sent));
        for reason in &counts.reasons {
            add(reason.count, &|| text!("bulk-reason", count = reason.count, reason = printable(&reason.message)));
        }
        add(counts.unknown, &|| text!("bulk-in-doubt", count = counts.unknown));
        add(counts.invalid, &|| text!("bulk-invalid-rows", count = counts.invalid));
        add(counts.repeated, &|| text!("bulk-repeated-rows", count = counts.repeated));
        add(counts.not_recorded, &|| {
            let rows: Vec<_> = self.not_recorded.iter().map(u64::to_string).collect();
            text!("bulk-not-recorded", count = counts.not_recorded, rows = rows.join(", "))
        });
        add(self.left, &|| text!("bulk-left", count = self.left));
        lines
    }

    /// Why the run has stopped, and what to do. After a trial, nothing can be continued.
    fn advice(&self, plan: &Plan, ledger: Option<&Path>) -> Vec<String> {
        let Finished { counts, left, stopped, reason, .. } = self;
        let job = shell::job(&plan.path, ledger);
        let mut lines = Vec::new();
        lines.extend(reason.as_ref().map(|reason| text!("bulk-stopped", reason = reason.as_str())));
        if ledger.is_none() {
            lines.push(text!("bulk-trial"));
            return lines;
        }
        lines.extend((counts.not_recorded > 0).then(|| text!("bulk-advice-not-recorded", job = job.as_str())));
        lines.extend((counts.unknown > 0).then(|| text!("bulk-advice-doubt", job = job.as_str())));
        lines.extend((counts.rejected > 0).then(|| text!("bulk-advice-rejected", job = job.as_str())));
        if stopped.as_deref() == Some("changed") {
            lines.push(text!("bulk-advice-changed"));
        } else if *left > 0 {
            lines.push(text!("bulk-advice-resume", job = job.as_str()));
        }
        lines
    }
}

fn finished(plan: &Plan, recorder: &mut Recorder, stop: &Stop) -> Finished {
    let counts = std::mem::take(&mut recorder.counts);
    let mut not_recorded = std::mem::take(&mut recorder.not_recorded);
    not_recorded.sort_unstable();
    // As in `bulk status`.
    let left = plan.job.messages.saturating_sub(counts.accepted + counts.rejected + counts.unknown);
    let (stopped, reason) = stop.reason(recorder.end.as_ref(), left == 0, &plan.path).unzip();
    Finished { counts, not_recorded, left, stopped, reason: reason.flatten() }
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

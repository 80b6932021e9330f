//! [`Recorder`]: counts the results of a run, and writes each of them to the report and to stdout.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::{Value, json};
use zexa::{Contact, Kind, LedgerCounts, Message, Outcome, RowResult};

use super::problems;
use super::report::{Line, Report};
use super::source::End;
use super::words;
use crate::context::Context;
use crate::failure::Failure;
use crate::numbers::shown;
use crate::output::Output;
use crate::table::RowProblem;

/// The maximum number of reasons that are kept.
const MAX_REASONS: usize = 5;

/// The numbers of rows by result.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Counts {
    /// Accepted, in this run or before.
    pub(crate) accepted: u64,
    /// Of these, the ones that an earlier run has sent.
    pub(crate) replayed: u64,
    pub(crate) rejected: u64,
    pub(crate) not_sent: u64,
    /// In doubt.
    pub(crate) unknown: u64,
    /// Of all these, the ones with a known result that is not in the ledger. The ledger has them in doubt.
    pub(crate) not_recorded: u64,
    /// Not sent, because an earlier row has the same recipient.
    pub(crate) repeated: u64,
    /// Why this run's messages were rejected, and how many of them.
    pub(crate) reasons: Vec<Reason>,
    /// Contacts that exist already.
    #[serde(skip)]
    pub(crate) existing: u64,
    /// Not sent, because a value is missing or invalid, or an earlier row has the same key.
    pub(crate) invalid: u64,
    /// Accepted, with a result that is in the ledger.
    #[serde(skip)]
    recorded_accepted: u64,
    /// Rejected, with a result that is in the ledger.
    #[serde(skip)]
    recorded_rejected: u64,
}

/// A reason of the API for rejections.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Reason {
    pub(crate) count: u64,
    code: Option<String>,
    pub(crate) message: String,
}

impl Counts {
    /// Adds the rows that the run has not reached, and that an earlier run has sent. `ledger` is what the ledger has after the run.
    pub(crate) fn add_earlier(&mut self, ledger: &LedgerCounts) {
        let LedgerCounts { accepted, pruned, rejected, in_doubt, claimed, .. } = *ledger;
        let earlier = (accepted + pruned).saturating_sub(self.recorded_accepted);
        self.accepted += earlier;
        self.replayed += earlier;
        self.rejected += rejected.saturating_sub(self.recorded_rejected);
        // The ledger has the rows in doubt whose results are not recorded.
        self.unknown = (in_doubt + claimed).saturating_sub(self.not_recorded);
    }

    /// Counts a reason for a rejection. Reasons may contain values of the row, so that only the first ones are kept.
    fn add_reason(&mut self, error: &zexa::Error) {
        let is_same = |reason: &Reason| reason.message == error.message() && reason.code.as_deref() == error.code();
        match self.reasons.iter().position(is_same) {
            Some(index) => self.reasons[index].count += 1,
            None if self.reasons.len() < MAX_REASONS => self.reasons.push(Reason {
                count: 1,
                code: error.code().map(str::to_owned),
                message: error.message().to_owned(),
            }),
            None => {}
        }
    }
}

/// What a bulk run makes.
pub(crate) trait Recorded {
    fn id(&self) -> &str;
    fn status(&self) -> Option<&str>;
}

impl Recorded for Message {
    fn id(&self) -> &str {
        &self.id
    }

    fn status(&self) -> Option<&str> {
        Some(self.status.as_str())
    }
}

impl Recorded for Contact {
    fn id(&self) -> &str {
        &self.id
    }

    fn status(&self) -> Option<&str> {
        None
    }
}

/// Records the results of a run.
pub(crate) struct Recorder {
    pub(crate) counts: Counts,
    /// Why the source has ended before the end of the file.
    pub(crate) end: Option<End>,
    /// Why the report or the results cannot be written.
    pub(crate) failure: Option<Failure>,
    /// `None` until the run has begun.
    report: Option<Report>,
    output: Option<Output>,
    has_keys: bool,
    has_ledger: bool,
    /// Numbers of the rows with a known result that is not in the ledger.
    pub(crate) not_recorded: Vec<u64>,
    /// Row and recipient of each message in flight, by index.
    pending: HashMap<u64, (u64, String)>,
    pulled: u64,
}

impl Recorder {
    /// `has_keys`: whether each row has a key of its own. `has_ledger`: whether the results are recorded.
    pub(crate) fn new(context: &Context, has_keys: bool, has_ledger: bool) -> Recorder {
        Recorder {
            counts: Counts::default(),
            end: None,
            failure: None,
            report: None,
            output: context.is_json().then(|| context.output()),
            has_keys,
            has_ledger,
            not_recorded: Vec::new(),
            pending: HashMap::new(),
            pulled: 0,
        }
    }

    /// Begins the report. To be called when no other run can use the ledger, and with it the report.
    pub(crate) fn begin_report(&mut self, report: Report) {
        self.report = Some(report);
    }

    /// A message was made of a row.
    pub(crate) fn pulled(&mut self, row: u64, to: String) {
        self.pending.insert(self.pulled, (row, to));
        self.pulled += 1;
    }

    /// A row has a problem, and is not sent.
    pub(crate) fn invalid(&mut self, row: u64, to: &str, problem: &RowProblem) {
        let is_repetition = problem.problem.is_repetition();
        *if is_repetition { &mut self.counts.repeated } else { &mut self.counts.invalid } += 1;
        let line = Line {
            row,
            to: Some(shown(to)).filter(|to| !to.is_empty()),
            outcome: if is_repetition { "duplicate" } else { Outcome::NotSent.as_str() },
            error: Some(problem.problem.code().to_owned()),
            column: problem.column.clone(),
            ..Line::default()
        };
        self.add(line, Some(problems::reason(&problem.problem)));
    }

    /// A message or a contact has a result.
    pub(crate) fn result<T: Recorded>(&mut self, result: RowResult<T>) {
        let (row, to) = self.pending.remove(&result.index).unwrap_or_default();
        let kind = result.error.as_ref().map(zexa::Error::kind);
        let counts = &mut self.counts;
        counts.replayed += u64::from(result.replayed && result.outcome == Outcome::Accepted);
        *match result.outcome {
            _ if result.exists => &mut counts.existing,
            _ if kind == Some(Kind::Duplicate) && self.has_keys => &mut counts.invalid,
            _ if kind == Some(Kind::Duplicate) => &mut counts.repeated,
            Outcome::Accepted => &mut counts.accepted,
            // The ledger has them as not sent, and `bulk resume` sends them.
            Outcome::Rejected if kind.is_some_and(is_about_account) => &mut counts.not_sent,
            Outcome::Rejected => &mut counts.rejected,
            Outcome::NotSent => &mut counts.not_sent,
            _ => &mut counts.unknown,
        } += 1;
        let error = result.error.as_ref();
        if let Some(error) = error.filter(|_| result.outcome == Outcome::Rejected && !result.replayed) {
            counts.add_reason(error);
        }
        let recorded = if self.has_ledger { is_recorded(&result) } else { None };
        if recorded == Some(true) && kind != Some(Kind::Duplicate) {
            self.counts.recorded_accepted += u64::from(result.outcome == Outcome::Accepted);
            self.counts.recorded_rejected += u64::from(result.outcome == Outcome::Rejected);
        }
        // Others are in doubt for the ledger and for the user alike.
        if recorded == Some(false) && result.outcome != Outcome::Unknown {
            self.counts.not_recorded += 1;
            self.not_recorded.push(row);
        }
        let line = Line {
            row,
            key: result.idempotency_key,
            to: Some(to),
            outcome: match kind {
                Some(Kind::Duplicate) => "duplicate",
                _ if result.exists => "exists",
                _ => result.outcome.as_str(),
            },
            id: result.value.as_ref().map(|value| value.id().to_owned()),
            status: result.value.as_ref().and_then(|value| value.status().map(str::to_owned)),
            error: kind.map(|kind| kind.as_str().to_owned()),
            http_status: error.and_then(zexa::Error::status),
            code: error.and_then(|error| error.code().map(str::to_owned)),
            request_id: error.and_then(|error| error.request_id().map(str::to_owned)),
            message: error.map(|error| error.message().to_owned()),
            replayed: result.replayed,
            recorded,
            ..Line::default()
        };
        let is_replayed = result.replayed;
        self.add(line, error.and_then(|error| words::of_row(error, is_replayed)));
    }

    /// Completes the report, which replaces an earlier one then. `is_complete`: the run has reached the end of the file. Returns the failure of the report.
    pub(crate) fn finish(&mut self, is_complete: bool) -> Option<Failure> {
        let report = self.report.take();
        self.failure.take().or_else(|| report?.finish(is_complete).err())
    }

    /// Whether the report cannot be written. Nothing more should be sent then.
    pub(crate) fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    /// Adds a line to the report and to stdout. `words` is in the language of the user, and not in JSON.
    fn add(&mut self, mut line: Line, words: Option<String>) {
        if let Some(output) = &mut self.output {
            let mut json = json!(line);
            json["type"] = Value::from("row");
            // If nobody reads the results any more, the run goes on.
            if output.json(&json).is_err() {
                self.output = None;
            }
        }
        line.message = words.or(line.message);
        if let Some(Err(failure)) = self.report.as_mut().map(|report| report.add(&line)) {
            self.failure.get_or_insert(failure);
        }
    }
}

/// Whether a rejection is about the account, and not about the row.
fn is_about_account(kind: Kind) -> bool {
    matches!(kind, Kind::Unauthorized | Kind::InsufficientCredits)
}

/// Whether the ledger has the result of a row. `None` if it has nothing of the row: nothing was claimed, and nothing was sent.
fn is_recorded<T>(result: &RowResult<T>) -> Option<bool> {
    let error = result.error.as_ref();
    let is_duplicate = error.is_some_and(|error| error.kind() == Kind::Duplicate);
    // A row is claimed immediately before its first attempt.
    let is_claimed = result.outcome != Outcome::NotSent || error.is_some_and(|error| error.attempts() > 0);
    (result.recorded || (is_claimed && !is_duplicate)).then_some(result.recorded)
}

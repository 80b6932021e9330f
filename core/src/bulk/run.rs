//! [`BulkRun`]: a run, without its source. The caller pulls a row when the run wants one, and takes the results.

use std::mem;
use std::path::Path;
use std::sync::Arc;

use super::row::BulkRow;
use super::rows::Rows;
use super::stop::{Reason, Stop};
use super::{BulkStats, RowResult};
use crate::bulk_options::BulkOptions;
use crate::call_options::CallOptions;
use crate::engine::{Shared, generation, wait_until};
use crate::{CancelToken, Error, Kind, Outcome, Result};

/// What the caller of a run does next.
#[derive(Debug)]
pub enum Step<T> {
    /// Pull a row from the source, and push it.
    Pull,
    /// A result.
    Result(RowResult<T>),
    /// Wait until something changes.
    Wait,
    /// The run is over. The error says why it has stopped before the end of the rows.
    End(Option<Error>),
}

/// A run, without its source. Dropping it cancels the rows in flight; those that may have been sent are recorded when they are answered.
pub struct BulkRun<P: BulkRow> {
    /// `None` only while the run is dropped.
    rows: Option<Arc<Rows<P>>>,
    generation: u64,
}

impl<P: BulkRow> BulkRun<P> {
    /// Begins a run.
    ///
    /// # Errors
    ///
    /// If an option is invalid, or if the ledger cannot be used or is used by another run.
    pub(crate) fn begin(shared: &Arc<Shared>, call: &CallOptions, options: &BulkOptions) -> Result<BulkRun<P>> {
        Ok(BulkRun { generation: generation(), rows: Some(Arc::new(Rows::new(shared, call, options)?)) })
    }

    /// What to do next. `can_pull` is false while a row is being pulled.
    pub fn step(&self, can_pull: bool) -> Step<P::Model> {
        match self.is_of_this_process() {
            true => self.rows().step(can_pull),
            false => Step::End(Some(Error::new(
                Kind::Closed,
                Outcome::Unknown,
                "the process was forked during the run, which continues in the parent process",
            ))),
        }
    }

    /// Adds a row that was pulled.
    pub fn push(&self, row: P) {
        if let Some(rows) = self.own_rows() {
            rows.push(row);
        }
    }

    /// Adds a row that was pulled and is invalid.
    pub fn push_invalid(&self, error: Error) {
        if let Some(rows) = self.own_rows() {
            rows.push_invalid(error);
        }
    }

    /// The source has no further rows.
    pub fn end(&self) {
        if let Some(rows) = self.own_rows() {
            rows.end();
        }
    }

    /// The source has failed. The run ends after the rows in flight.
    pub fn fail_source(&self) {
        self.stop_because(Reason::Source);
    }

    /// Stops the run: no further row is pulled or sent, and the rows in flight are waited for.
    pub fn stop(&self) {
        self.stop_because(Reason::Cancelled);
    }

    fn stop_because(&self, reason: Reason) {
        if let Some(rows) = self.own_rows() {
            rows.stop(Stop::new(reason, None));
        }
    }

    /// Stops the run and cancels the rows in flight.
    pub fn cancel(&self) {
        self.stop();
        if let Some(rows) = self.own_rows() {
            rows.cancel.cancel();
        }
    }

    /// Whether every result is recorded, and another run can use the ledger. False until the run has ended or was stopped. After a cancel, it may
    /// become true later than the last result, because attempts go on. Always true without a ledger.
    pub fn is_settled(&self) -> bool {
        self.own_rows().is_none_or(|rows| rows.is_settled())
    }

    /// Waits until [`step`](BulkRun::step) may return something else than [`Step::Wait`], or until [`is_settled`](BulkRun::is_settled) changes.
    pub async fn changed(&self) {
        let rows = self.rows();
        match rows.stop.as_ref().filter(|token| !token.is_cancelled()) {
            Some(token) => drop(token.guard(rows.changed.notified()).await),
            None => rows.changed.notified().await,
        }
    }

    /// Ends the wait for a change, for example after a row was pushed from elsewhere, or when there are log records to write.
    pub fn wake(&self) {
        if let Some(rows) = self.own_rows() {
            rows.changed.notify_one();
        }
    }

    /// Like [`changed`](BulkRun::changed), on this thread. Returns false if the token is cancelled first.
    ///
    /// # Errors
    ///
    /// If this thread must not be blocked, or if the process is forked during the wait.
    pub fn wait(&self, cancel: Option<&CancelToken>) -> Result<bool> {
        wait_until(self.changed(), cancel).map(|changed| changed.is_some())
    }

    /// The progress so far. All numbers are 0 in a forked child.
    pub fn stats(&self) -> BulkStats {
        self.own_rows().map_or_else(BulkStats::none, |rows| rows.stats())
    }

    /// The absolute path of the ledger, and whether the run has created it.
    pub fn ledger(&self) -> Option<(&Path, bool)> {
        self.rows().ledger.as_ref().map(|ledger| (&*ledger.path, ledger.is_new))
    }

    /// Whether this process has begun the run. If not, it is a forked child, and the run belongs to its parent.
    pub fn is_of_this_process(&self) -> bool {
        self.generation == generation()
    }

    /// The rows. `None` in a forked child: a thread of the parent may have held their lock during the fork.
    fn own_rows(&self) -> Option<&Arc<Rows<P>>> {
        self.is_of_this_process().then(|| self.rows())
    }

    fn rows(&self) -> &Arc<Rows<P>> {
        self.rows.as_ref().expect("only drop takes it")
    }
}

impl<P: BulkRow> Drop for BulkRun<P> {
    fn drop(&mut self) {
        match self.is_of_this_process() {
            true => self.cancel(),
            // Everything in it belongs to the parent.
            false => mem::forget(self.rows.take()),
        }
    }
}

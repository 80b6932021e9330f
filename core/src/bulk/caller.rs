//! [`RowCaller`]: takes the result of a row in flight.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::row::BulkRow;
use super::rows::Rows;
use super::stop::{Reason, Stop};
use crate::engine::keyed::{Caller, Done};
use crate::{Error, Kind, Outcome, Result};

/// The caller of a row. Each of its steps happens once, also if the call panics, for example in the caller's `on_attempt`.
pub(super) struct RowCaller<P: BulkRow> {
    rows: Arc<Rows<P>>,
    index: u64,
    key: Option<String>,
    /// Whether it began while one row is sent at a time, after unknown outcomes.
    is_probe: bool,
    is_answered: AtomicBool,
    is_settled: AtomicBool,
    is_done: AtomicBool,
}

impl<P: BulkRow> RowCaller<P> {
    /// A row that uses a slot from here on.
    pub(super) fn new(rows: &Arc<Rows<P>>, index: u64, key: Option<String>) -> Arc<RowCaller<P>> {
        Arc::new(RowCaller {
            rows: rows.clone(),
            index,
            key,
            is_probe: rows.begin_row(),
            is_answered: AtomicBool::new(false),
            is_settled: AtomicBool::new(false),
            is_done: AtomicBool::new(false),
        })
    }

    /// Ends a row that could not be started.
    pub(super) fn fail(&self, error: Error) {
        self.answered(Err(&error), false);
        self.settled();
        self.done(Done { result: Err(error), is_replayed: false, is_recorded: false, not_recorded: None });
    }
}

impl<P: BulkRow> Caller<P::Model> for RowCaller<P> {
    fn answered(&self, result: Result<&P::Model, &Error>, is_replayed: bool) {
        if !self.is_answered.swap(true, Ordering::Relaxed) {
            let error = result.err().filter(|error| !P::exists(error));
            self.rows.free_slot(error, is_replayed, self.is_probe);
        }
    }

    fn settled(&self) {
        if !self.is_settled.swap(true, Ordering::Relaxed) {
            self.rows.settle_row();
        }
    }

    fn done(&self, done: Done<P::Model>) {
        if self.is_done.swap(true, Ordering::Relaxed) {
            return;
        }
        if let Some(error) = &done.not_recorded {
            self.rows.stop(Stop::new(Reason::Ledger, Some(error)));
        }
        self.rows.finish(self.index, self.key.clone(), done.result, done.is_replayed, done.is_recorded);
    }
}

impl<P: BulkRow> Drop for RowCaller<P> {
    fn drop(&mut self) {
        if !self.is_done.load(Ordering::Relaxed) {
            self.fail(Error::new(Kind::Other, Outcome::Unknown, "the call of the row has panicked"));
        }
        // As for a row that was left, whose call has panicked since.
        self.answered(Err(&Error::new(Kind::Cancelled, Outcome::Unknown, "")), false);
        self.settled();
    }
}

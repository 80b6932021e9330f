//! [`Pace`]: when an attempt may begin. Single calls do not wait for the rate; bulk rows do, one after the other.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::{Mutex, Notify};
use tokio::time::{Duration, timeout};
use tokio_util::sync::CancellationToken;

use super::rate::{Epoch, FixedRate, Limiter, LocalLimiter, Priority};
use crate::bulk::stop::{Reason, Stop};
use crate::{Error, Result};

/// A row asks again after this time, because the limit may have changed.
const RECHECK: Duration = Duration::from_millis(500);

/// The pace of a client in one process.
pub(crate) struct Pace {
    limiter: Box<dyn Limiter>,
    /// Held by the row whose turn it is, so that rows begin in order.
    turn: Mutex<()>,
    /// Notified when a row gives its turn back.
    given_back: Notify,
    /// Whether there was a bulk run. Without one, single calls need not be counted.
    has_bulk: AtomicBool,
}

/// The pace of a bulk run.
pub(crate) struct BulkPace {
    /// The rate that the caller has set.
    pub(crate) rate: Option<FixedRate>,
    stopping: CancellationToken,
    reason: OnceLock<Reason>,
}

impl BulkPace {
    /// `rate` is in rows per second.
    pub(crate) fn new(rate: Option<f64>) -> BulkPace {
        BulkPace { rate: rate.map(FixedRate::new), stopping: CancellationToken::new(), reason: OnceLock::new() }
    }

    /// From here on, no attempt begins. Attempts in flight are completed.
    pub(crate) fn stop(&self, reason: Reason) {
        self.reason.get_or_init(|| reason);
        self.stopping.cancel();
    }

    /// The error of a row that waits when the run stops, or `None` if the run goes on.
    pub(crate) fn stopped(&self) -> Option<Error> {
        self.stopping.is_cancelled().then(|| self.error())
    }

    fn error(&self) -> Error {
        Stop::error_of_row(self.reason.get().copied())
    }

    /// Returns the output of the future.
    ///
    /// # Errors
    ///
    /// If the run stops first.
    pub(crate) async fn unless_stopped<F: Future>(&self, future: F) -> Result<F::Output> {
        self.stopping.run_until_cancelled(future).await.ok_or_else(|| self.error())
    }
}

impl Pace {
    pub(crate) fn new() -> Pace {
        Pace {
            limiter: Box::new(LocalLimiter::new()),
            turn: Mutex::default(),
            given_back: Notify::new(),
            has_bulk: AtomicBool::new(false),
        }
    }

    /// Counts an attempt of a single call, which begins now.
    pub(crate) fn begin(&self) -> Option<Epoch> {
        self.has_bulk.load(Ordering::Relaxed).then(|| self.limiter.take(Priority::Single).ok())?
    }

    /// Waits until it is the turn of a bulk row.
    pub(crate) async fn turn(&self, run: &BulkPace) -> Epoch {
        self.has_bulk.store(true, Ordering::Relaxed);
        let _turn = self.turn.lock().await;
        while let Some(wait) = run.rate.as_ref().and_then(FixedRate::take) {
            self.sleep(wait).await;
        }
        loop {
            match self.limiter.take(Priority::Bulk) {
                Ok(epoch) => return epoch,
                Err(wait) => self.sleep(wait.min(RECHECK)).await,
            }
        }
    }

    /// A bulk row whose turn it was, or a single call, sends nothing: the ledger knows the result, or there is no permit for the connection. It does not
    /// count towards the rate.
    pub(crate) fn give_back(&self, run: Option<&BulkPace>) {
        self.limiter.give_back();
        if let Some(rate) = run.and_then(|run| run.rate.as_ref()) {
            rate.give_back();
        }
        self.given_back.notify_one();
    }

    /// Sleeps until a row gives its turn back, and at most for this time.
    async fn sleep(&self, wait: Duration) {
        // The turn is tried again in both cases.
        let _ = timeout(wait, self.given_back.notified()).await;
    }

    /// Reports a response. `closed_for` is how long a 429 closes the gate.
    pub(crate) fn report(&self, epoch: Option<Epoch>, closed_for: Option<Duration>) {
        if let Some(epoch) = epoch {
            self.limiter.report(epoch, closed_for);
        }
    }

    /// The current limit in requests per second, if there is one.
    pub(crate) fn limit(&self) -> Option<f64> {
        self.limiter.limit()
    }
}

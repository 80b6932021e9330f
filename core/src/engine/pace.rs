//! [`Pace`]: when an attempt may begin. Single calls do not wait for the rate; bulk rows do, one after the other.

use tokio::sync::Mutex;
use tokio::time::{Duration, sleep};

use super::rate::{Epoch, FixedRate, Limiter, LocalLimiter, Priority};

/// A row asks again after this time, because the limit may have changed.
const RECHECK: Duration = Duration::from_millis(500);

/// The pace of a client in one process.
pub(crate) struct Pace {
    limiter: Box<dyn Limiter>,
    /// Held by the row whose turn it is, so that rows begin in order.
    turn: Mutex<()>,
}

/// The pace of a bulk run.
pub(crate) struct BulkPace {
    /// The rate that the caller has set.
    pub(crate) rate: Option<FixedRate>,
}

impl Pace {
    pub(crate) fn new() -> Pace {
        Pace { limiter: Box::new(LocalLimiter::new()), turn: Mutex::default() }
    }

    /// Counts an attempt of a single call, which begins now.
    pub(crate) fn begin(&self) -> Option<Epoch> {
        self.limiter.take(Priority::Single).ok()
    }

    /// Waits until it is the turn of a bulk row.
    pub(crate) async fn turn(&self, run: &BulkPace) -> Epoch {
        let _turn = self.turn.lock().await;
        while let Some(wait) = run.rate.as_ref().and_then(FixedRate::take) {
            sleep(wait).await;
        }
        loop {
            match self.limiter.take(Priority::Bulk) {
                Ok(epoch) => return epoch,
                Err(wait) => sleep(wait.min(RECHECK)).await,
            }
        }
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

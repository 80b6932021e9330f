//! [`Pace`]: when an attempt may begin. The rate is that of the client, or of all workers of the account. Bulk rows wait for it, one after the other. Single
//! calls never wait for rows; with the rate of the account, they wait for each other.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use tokio::runtime::Handle;
use tokio::sync::{Mutex, MutexGuard, Notify, oneshot};
use tokio::time::{Duration, Instant, timeout};
use tokio_util::sync::CancellationToken;

use super::limiter::{Setup, SharedLimiter, Turn};
use super::rate::{Epoch, FixedRate, LocalLimiter, Priority};
use crate::bulk::stop::{Reason, Stop};
use crate::{Error, Result};

/// A row asks again after this time, because the limit may have changed.
const RECHECK: Duration = Duration::from_millis(500);

/// The pace of a client in one process.
pub(crate) struct Pace {
    local: LocalLimiter,
    /// The limiter of the account, if the client has one. It replaces that of the client.
    shared: Option<SharedLimiter>,
    /// Single calls and rows that ask the shared limiter.
    single: Askers,
    bulk: Askers,
    /// Held by the row whose turn it is, so that rows begin in order.
    turn: Mutex<()>,
    /// Notified when a row gives its turn back.
    given_back: Notify,
    /// Whether there was a bulk run. Without one, single calls need not be counted.
    has_bulk: AtomicBool,
}

/// Calls of one priority that ask the limiter of the account.
#[derive(Default)]
struct Askers {
    /// Whether they had to wait when it was last asked.
    are_limited: AtomicBool,
    /// Held by the call that asks, if they are limited.
    order: Mutex<()>,
}

/// The pace of a bulk run.
pub(crate) struct BulkPace {
    /// The rate that the caller has set.
    pub(crate) rate: Option<FixedRate>,
    /// Held by the row that waits for this rate, so that rows begin in order.
    turn: Mutex<()>,
    /// Notified when a row of this run gives its turn back.
    given_back: Notify,
    stopping: CancellationToken,
    reason: OnceLock<Reason>,
}

impl BulkPace {
    /// `rate` is in rows per second.
    pub(crate) fn new(rate: Option<f64>) -> BulkPace {
        BulkPace {
            rate: rate.map(FixedRate::new),
            turn: Mutex::default(),
            given_back: Notify::new(),
            stopping: CancellationToken::new(),
            reason: OnceLock::new(),
        }
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

    /// Waits until it is the turn of a row of this run, if the run has a rate. Other runs of the client do not wait for it.
    pub(crate) async fn order(&self) -> Option<MutexGuard<'_, ()>> {
        match self.rate {
            Some(_) => Some(self.turn.lock().await),
            None => None,
        }
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
    pub(crate) fn new(limiter: Option<Arc<Setup>>) -> Pace {
        Pace {
            local: LocalLimiter::new(),
            shared: limiter.map(SharedLimiter::new),
            single: Askers::default(),
            bulk: Askers::default(),
            turn: Mutex::default(),
            given_back: Notify::new(),
            has_bulk: AtomicBool::new(false),
        }
    }

    /// Counts an attempt of a single call, which begins now.
    pub(crate) fn begin(&self) -> Option<Epoch> {
        self.has_bulk.load(Ordering::Relaxed).then(|| self.local.take(Priority::Single).ok())?
    }

    /// Whether attempts must ask the limiter of the account.
    pub(crate) fn is_shared(&self) -> bool {
        self.shared.is_some()
    }

    /// The limiter of the account, in a message.
    pub(crate) fn describe_limiter(&self) -> String {
        self.shared.as_ref().map(SharedLimiter::describe).unwrap_or_default()
    }

    /// Whether the client has the rate that applies while the limiter of the account cannot be reached.
    pub(crate) fn has_fallback(&self) -> bool {
        self.shared.as_ref().is_some_and(SharedLimiter::has_fallback)
    }

    /// Whether rows have to wait for the limiter of the account.
    pub(crate) fn is_limited(&self) -> bool {
        self.bulk.are_limited.load(Ordering::Relaxed)
    }

    /// Waits until it is the turn of a bulk row, which holds the [order](BulkPace::order) of its run. If there is a limiter of the account, only the rate
    /// of the run counts.
    pub(crate) async fn turn(&self, run: &BulkPace) -> Option<Epoch> {
        while let Some(wait) = run.rate.as_ref().and_then(FixedRate::take) {
            sleep(wait, &run.given_back).await;
        }
        if self.is_shared() {
            return None;
        }
        self.has_bulk.store(true, Ordering::Relaxed);
        let _turn = self.turn.lock().await;
        loop {
            match self.local.take(Priority::Bulk) {
                Ok(epoch) => return Some(epoch),
                Err(wait) => sleep(wait.min(RECHECK), &self.given_back).await,
            }
        }
    }

    /// Asks the limiter of the account until there is a turn, or the gate is closed. `handle`: the background runtime.
    ///
    /// # Errors
    ///
    /// If the limiter cannot be reached.
    pub(crate) async fn shared_turn(&self, priority: Priority, handle: &Handle) -> Result<Turn> {
        let shared = self.shared.as_ref().expect("the caller has checked it");
        let since = Instant::now();
        let askers = match priority {
            Priority::Single => &self.single,
            Priority::Bulk => &self.bulk,
        };
        let mut order = match askers.are_limited.load(Ordering::Relaxed) {
            true => Some(askers.order.lock().await),
            false => None,
        };
        loop {
            let turn = shared.take(priority, since, handle).await?;
            askers.are_limited.store(!matches!(turn, Turn::After(Duration::ZERO, _)), Ordering::Relaxed);
            let Turn::Later(wait) = turn else { return Ok(turn) };
            // From now on, one call asks at a time, and the others wait in order.
            order = match order {
                None => Some(askers.order.lock().await),
                order => order,
            };
            sleep(wait.min(RECHECK), &self.given_back).await;
        }
    }

    /// A bulk row whose turn it was, or a single call, sends nothing: the ledger knows the result, or there is no permit for the connection. It does not
    /// count towards the rate.
    pub(crate) fn give_back(&self, run: Option<&BulkPace>) {
        match &self.shared {
            Some(shared) => shared.give_back(run.map_or(Priority::Single, |_| Priority::Bulk)),
            None => self.local.give_back(),
        }
        if let Some(run) = run
            && let Some(rate) = &run.rate
        {
            rate.give_back();
            run.given_back.notify_one();
        }
        self.given_back.notify_one();
    }

    /// Reports a response other than a 429.
    pub(crate) fn report(&self, epoch: Option<Epoch>) {
        match (epoch, &self.shared) {
            (None, _) => {}
            (Some(_), Some(shared)) => shared.note_accepted(),
            (Some(epoch), None) => self.local.report(epoch, None),
        }
    }

    /// Reports a 429, which closes the gate for this time. The receiver ends when the limiter of the account knows of it, or cannot be reached.
    pub(crate) fn report_refusal(&self, epoch: Option<Epoch>, closed_for: Duration) -> Option<oneshot::Receiver<()>> {
        let epoch = epoch?;
        match &self.shared {
            Some(shared) => return Some(shared.report_refusal(epoch, closed_for)),
            None => self.local.report(epoch, Some(closed_for)),
        }
        None
    }

    /// The current limit in requests per second, if there is one.
    pub(crate) fn limit(&self) -> Option<f64> {
        match &self.shared {
            Some(shared) => shared.limit(),
            None => self.local.limit(),
        }
    }

    /// Leaks the limiter of the account that a forked child has inherited: its task runs in the parent.
    pub(crate) fn abandon(&mut self) {
        if let Some(shared) = self.shared.take() {
            shared.abandon();
        }
    }
}

/// Sleeps until a row gives its turn back, and at most for this time.
async fn sleep(wait: Duration, given_back: &Notify) {
    // The turn is tried again in both cases.
    let _ = timeout(wait, given_back.notified()).await;
}

//! The limiter of an account, which all its workers share: its state is in a Redis or Valkey server, and one script changes it.
//!
//! A task on the background runtime talks to the server, so calls on any runtime can use it. It sends the questions that have arrived in the meantime in
//! one exchange. An answer that is lost costs the account one attempt of its rate, and is asked for again.

mod connection;
mod failure;
mod fallback;
mod url;
mod worker;

use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ring::hmac;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio::time::Instant;

use self::connection::{Connection, State};
use self::failure::Failure;
use self::url::LimiterUrl;
use self::worker::Worker;
use super::rate::{Epoch, FORGOTTEN_AFTER, Priority};
use super::trust::Trust;
use crate::{Error, Kind, Outcome, Result};

/// The timeout of an exchange with the server.
const EXCHANGE_TIMEOUT: Duration = Duration::from_secs(1);

/// When to ask again if the runtime of the task has ended.
const RESTART: Duration = Duration::from_millis(1);

/// The answer to a question for an attempt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Turn {
    /// The attempt may begin after this delay.
    After(Duration, Epoch),
    /// The gate of the account is closed for this time.
    Closed(Duration),
    /// The turn is too far ahead to be reserved. Ask again after this time.
    Later(Duration),
}

/// What does not change while a limiter is used.
pub(crate) struct Setup {
    url: LimiterUrl,
    trust: Trust,
    /// The key of the state on the server.
    key: String,
    connect_timeout: Duration,
}

/// What the task and the calls exchange without a question.
#[derive(Debug, Default)]
struct Seen {
    /// The number of attempts that the server has accepted since the last exchange.
    accepted: AtomicU64,
    known: Mutex<Known>,
}

/// What is known about the server.
#[derive(Debug, Default)]
struct Known {
    /// The last limit in requests per second, and when the server has told it.
    limit: Option<(f64, Instant)>,
    /// The rate that applies while the server cannot be used.
    fallback: Option<f64>,
    /// Why the server cannot be used at present.
    failure: Option<String>,
}

/// A message to the task.
enum Ask {
    /// When the call began to wait, and where it waits for the answer.
    Take(Priority, Instant, oneshot::Sender<Result<Turn>>),
    GiveBack(Priority),
    /// A 429, for how long it closes the gate, and who waits until the server knows of it.
    Refused(Epoch, Duration, Option<oneshot::Sender<()>>),
    /// A connection was opened.
    Connected(Box<Connection>),
    /// A connection could not be opened. The next attempt follows.
    NotConnected(Failure),
}

/// The limiter of a client in one process.
pub(crate) struct SharedLimiter {
    setup: Arc<Setup>,
    seen: Arc<Seen>,
    asks: Mutex<Option<UnboundedSender<Ask>>>,
}

impl Setup {
    /// Checks the URL. The limiter is that of the API key at this server, unless the URL has a name.
    ///
    /// # Errors
    ///
    /// [`Kind::Config`](crate::Kind::Config) if the URL is invalid.
    pub(crate) fn new(
        url: &str,
        trust: &Trust,
        connect_timeout: Duration,
        server: &str,
        api_key: &str,
    ) -> Result<Setup> {
        let url = LimiterUrl::parse(url)?;
        let name = url.name.clone().unwrap_or_else(|| account(server, api_key));
        let trust = match &url.ca_file {
            Some(file) => Trust::from_file(file).map_err(|error| {
                Error::config("limiter", format_args!("has an unusable `ca_file`: {}", error.message()))
            })?,
            None => trust.clone(),
        };
        Ok(Setup { url, trust, key: format!("zexa:limiter:{{{name}}}"), connect_timeout })
    }

    /// A server can quote the password.
    fn without_password(&self, failure: Failure) -> Failure {
        match &self.url.password {
            Some(password) if !password.is_empty() => {
                Failure { reason: failure.reason.replace(password.as_str(), "***"), ..failure }
            }
            _ => failure,
        }
    }

    /// The error of a call that cannot ask the limiter.
    fn error(&self, failure: &Failure) -> Error {
        let reason = format!("{}: {}", self.url.shown, failure.reason);
        if failure.is_final {
            return Error::config("limiter", format_args!("cannot be used: {reason}"));
        }
        Error::new(Kind::Connect, Outcome::NotSent, format!("the limiter cannot be reached: {reason}"))
            .with_details(serde_json::json!({"field": "limiter", "reason": reason}))
    }
}

/// A name for the limiter of an account, from which its API key cannot be computed.
fn account(server: &str, api_key: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, api_key.as_bytes());
    let hash = hmac::sign(&key, format!("limiter {server}").as_bytes());
    hash.as_ref()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

impl SharedLimiter {
    pub(crate) fn new(setup: Arc<Setup>) -> SharedLimiter {
        SharedLimiter { setup, seen: Arc::default(), asks: Mutex::default() }
    }

    /// Asks for an attempt of a call that has waited since then. `handle`: the background runtime, on which the task runs.
    ///
    /// # Errors
    ///
    /// If the server cannot be reached, and there is no rate for this case.
    pub(crate) async fn take(&self, priority: Priority, since: Instant, handle: &Handle) -> Result<Turn> {
        let (answer, answered) = oneshot::channel();
        self.send(Ask::Take(priority, since, answer), handle);
        // The task ends with its runtime. If that was because the client was closed, the call ends, too.
        answered.await.unwrap_or(Ok(Turn::Later(RESTART)))
    }

    /// An attempt that was allowed was not needed.
    pub(crate) fn give_back(&self, priority: Priority) {
        self.tell(Ask::GiveBack(priority));
    }

    /// Reports a response to an attempt other than a 429.
    pub(crate) fn note_accepted(&self) {
        self.seen.accepted.fetch_add(1, Ordering::Relaxed);
    }

    /// Reports a 429, which closes the gate for this time. The receiver ends when the server knows of it, or cannot be reached.
    pub(crate) fn report_refusal(&self, epoch: Epoch, closed_for: Duration) -> oneshot::Receiver<()> {
        let (reported, when_reported) = oneshot::channel();
        self.tell(Ask::Refused(epoch, closed_for, Some(reported)));
        when_reported
    }

    /// The last limit in requests per second, if there is one.
    pub(crate) fn limit(&self) -> Option<f64> {
        let fallback = self.seen.known().fallback;
        fallback.or_else(|| self.seen.limit())
    }

    /// Whether the fallback rate applies.
    pub(crate) fn has_fallback(&self) -> bool {
        self.seen.known().fallback.is_some()
    }

    /// The URL without its password, and why the server cannot be used at present.
    pub(crate) fn describe(&self) -> String {
        let url = &self.setup.url.shown;
        match &self.seen.known().failure {
            Some(reason) => format!("{url}: {reason}"),
            None => url.clone(),
        }
    }

    /// Leaks a limiter that a forked child has inherited, without waking its task, which runs in the parent.
    pub(crate) fn abandon(self) {
        mem::forget(self);
    }

    /// Sends a message to the task, and starts the task if it does not run.
    fn send(&self, ask: Ask, handle: &Handle) {
        let mut asks = self.asks.lock().unwrap_or_else(PoisonError::into_inner);
        // The task ends with its runtime, which is replaced after connections have hung.
        let sender = asks.take().filter(|sender| !sender.is_closed()).unwrap_or_else(|| {
            let (sender, receiver) = unbounded_channel();
            let worker = Worker::new(self.setup.clone(), self.seen.clone());
            handle.spawn(worker.run(receiver, sender.downgrade()));
            sender
        });
        // Fails if the runtime has just ended. The caller finds its answer dropped.
        let _ = sender.send(ask);
        *asks = Some(sender);
    }

    /// Sends a message to a task that runs.
    fn tell(&self, ask: Ask) {
        if let Some(sender) = &*self.asks.lock().unwrap_or_else(PoisonError::into_inner) {
            let _ = sender.send(ask);
        }
    }
}

impl Seen {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn limit(&self) -> Option<f64> {
        let limit = self.known().limit;
        limit.filter(|(_, noted)| noted.elapsed() < FORGOTTEN_AFTER).map(|(limit, _)| limit)
    }

    fn take_accepted(&self) -> u64 {
        self.accepted.swap(0, Ordering::Relaxed)
    }

    /// After an exchange that has failed.
    fn return_accepted(&self, accepted: u64) {
        self.accepted.fetch_add(accepted, Ordering::Relaxed);
    }

    fn note_fallback(&self, rate: f64) {
        self.known().fallback = Some(rate);
    }

    fn note_failure(&self, failure: &Failure) {
        self.known().failure = Some(failure.reason.clone());
    }

    /// After an exchange that has succeeded.
    fn note(&self, state: Option<&State>) {
        let mut known = self.known();
        known.failure = None;
        if let Some(state) = state {
            known.limit = state.limit.map(|limit| (limit, Instant::now()));
            known.fallback = None;
        }
    }
}

#[cfg(test)]
mod script_tests;
#[cfg(test)]
mod tests;

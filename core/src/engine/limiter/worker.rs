//! [`Worker`]: the task that talks to the server of a limiter.

use std::mem;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, WeakUnboundedSender};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::connection::{Arguments, Connection, State};
use super::failure::Failure;
use super::fallback::Fallback;
use super::{Ask, EXCHANGE_TIMEOUT, Seen, Setup, Turn};
use crate::engine::rate::{Epoch, Priority};

/// The maximum number of questions in one exchange.
const BATCH: usize = 64;

/// How long a question waits for a server that cannot be reached, if there is no rate for this case.
const PATIENCE: Duration = Duration::from_secs(30);

/// The wait before the next attempt to reach a server. It doubles each time up to the maximum, and a random half of it is left out, so that a server that
/// returns is not reached by all clients at once.
const RECONNECT: Duration = Duration::from_millis(100);
const MAX_RECONNECT: Duration = Duration::from_secs(2);

/// When to ask again for a turn that is too far ahead: after this time, and a random part of it, so that the workers do not all ask at once.
const LATER: Duration = Duration::from_millis(250);

/// The epoch of attempts that the server of the limiter does not know about. It is that of no limit, so their 429s close the gate, and change no limit.
const UNKNOWN_EPOCH: Epoch = Epoch::never();

/// The task of one client.
pub(super) struct Worker {
    setup: Arc<Setup>,
    seen: Arc<Seen>,
    connection: Option<Connection>,
    /// Whether the server has answered on the last connection. If not, the next one waits.
    has_answered: bool,
    /// When the first exchange failed after one that succeeded, or when this task began. `None` while exchanges succeed. A connection alone changes nothing: a
    /// server that is full or read-only accepts connections, and fails all exchanges.
    down_since: Option<Instant>,
    /// Why there is no connection.
    failure: Failure,
    /// The messages that the server has not answered, with their times of arrival.
    held: Vec<(Instant, Ask)>,
    fallback: Option<Fallback>,
}

impl Worker {
    pub(super) fn new(setup: Arc<Setup>, seen: Arc<Seen>) -> Worker {
        let (down_since, held) = (Some(Instant::now()), Vec::new());
        Worker {
            setup,
            seen,
            connection: None,
            has_answered: false,
            down_since,
            failure: Failure::no_answer(),
            held,
            fallback: None,
        }
    }

    /// Runs until the client is dropped. `sender` sends to `receiver`.
    pub(super) async fn run(mut self, mut receiver: UnboundedReceiver<Ask>, sender: WeakUnboundedSender<Ask>) {
        self.connect(&sender, Duration::ZERO);
        let mut asks = Vec::with_capacity(BATCH);
        loop {
            let received = match self.next_change() {
                None => receiver.recv_many(&mut asks, BATCH).await,
                // 1: the time has passed.
                Some(time) => timeout_at(time, receiver.recv_many(&mut asks, BATCH)).await.unwrap_or(1),
            };
            if received == 0 {
                return;
            }
            let now = Instant::now();
            for ask in asks.drain(..) {
                match ask {
                    Ask::Connected(connection) => self.connection = Some(*connection),
                    Ask::NotConnected(failure) => self.fail(failure),
                    ask => self.held.push((now, ask)),
                }
            }
            match self.connection.take() {
                Some(connection) => self.exchange(connection, &sender).await,
                None => self.answer_without_server(now),
            }
        }
    }

    /// Opens a connection in another task, so that the messages that arrive in the meantime can be answered.
    fn connect(&self, sender: &WeakUnboundedSender<Ask>, mut wait: Duration) {
        let (setup, sender) = (self.setup.clone(), sender.clone());
        tokio::spawn(async move {
            loop {
                sleep(wait.mul_f64(1.0 - fastrand::f64() / 2.0)).await;
                wait = (wait * 2).clamp(RECONNECT, MAX_RECONNECT);
                let opened = timeout(setup.connect_timeout, Connection::open(&setup)).await;
                // Otherwise, the client was dropped.
                let Some(sender) = sender.upgrade() else { return };
                let failure = match opened {
                    Ok(Ok(connection)) => return drop(sender.send(Ask::Connected(Box::new(connection)))),
                    Ok(Err(failure)) => failure,
                    Err(_) => Failure::no_answer(),
                };
                let _ = sender.send(Ask::NotConnected(failure));
            }
        });
    }

    /// Passes all messages on to the server, and its answers to the calls.
    async fn exchange(&mut self, mut connection: Connection, sender: &WeakUnboundedSender<Ask>) {
        // A call that has ended does not need its turn.
        self.held.retain(|(_, ask)| !matches!(ask, Ask::Take(.., answer) if answer.is_closed()));
        if self.held.is_empty() {
            self.connection = Some(connection);
            return;
        }
        let accepted = self.seen.take_accepted();
        let last_limit = self.seen.limit();
        let now = Instant::now();
        let arguments = self.held.iter().enumerate().map(|(index, (arrived, ask))| {
            let accepted = if index == 0 { accepted } else { 0 };
            Arguments { accepted, last_limit, ..arguments(ask, now.saturating_duration_since(*arrived)) }
        });
        let arguments: Vec<_> = arguments.collect();
        let failure = match timeout(EXCHANGE_TIMEOUT, connection.call(&self.setup.key, &arguments)).await {
            Ok(Ok(states)) => {
                self.connection = Some(connection);
                self.has_answered = true;
                self.down_since = None;
                self.fallback = None;
                // First, because a call that is answered may ask for it.
                self.seen.note(states.last());
                self.held.drain(..).zip(&states).for_each(|((_, ask), state)| answer(ask, state));
                return;
            }
            Ok(Err(error)) => error.into(),
            Err(_) => Failure::no_answer(),
        };
        self.fail(failure);
        self.seen.return_accepted(accepted);
        let now = Instant::now();
        self.down_since.get_or_insert(now);
        // A server may have closed a connection that was idle.
        let wait = if mem::take(&mut self.has_answered) { Duration::ZERO } else { RECONNECT };
        self.connect(sender, wait);
        self.answer_without_server(now);
    }

    /// Notes why the server cannot be used.
    fn fail(&mut self, failure: Failure) {
        self.failure = self.setup.without_password(failure);
        self.seen.note_failure(&self.failure);
    }

    /// Answers the messages that do not wait for the server.
    fn answer_without_server(&mut self, now: Instant) {
        let is_down = self.down_since.is_some_and(|since| now.saturating_duration_since(since) >= EXCHANGE_TIMEOUT);
        for (arrived, ask) in mem::take(&mut self.held) {
            let age = now.saturating_duration_since(arrived);
            match (ask, self.setup.url.fallback_rate) {
                (Ask::Take(.., answer), _) if self.failure.is_final => {
                    let _ = answer.send(Err(self.setup.error(&self.failure)));
                }
                (Ask::Take(priority, _, answer), Some(rate)) if is_down => {
                    self.seen.note_fallback(rate);
                    let fallback = self.fallback.get_or_insert_with(|| Fallback::new(rate, now.into_std()));
                    let turn = match fallback.take(priority, now.into_std()) {
                        Ok(()) => Turn::After(Duration::ZERO, UNKNOWN_EPOCH),
                        Err(wait) => Turn::Later(wait),
                    };
                    // Fails if the call has ended.
                    let _ = answer.send(Ok(turn));
                }
                (Ask::Take(_, since, answer), None) if now >= self.patient_until(since) => {
                    let _ = answer.send(Err(self.setup.error(&self.failure)));
                }
                // The gate has opened again, or the rate is that of this client.
                (Ask::Refused(_, wait, _), _) if age >= wait => {}
                // Its call does not wait any longer.
                (Ask::Refused(epoch, wait, _), _) => self.held.push((arrived, Ask::Refused(epoch, wait, None))),
                (Ask::GiveBack(_) | Ask::Connected(_) | Ask::NotConnected(_), _) => {}
                (ask, _) => self.held.push((arrived, ask)),
            }
        }
    }

    /// When a message has to be answered without the server.
    fn next_change(&self) -> Option<Instant> {
        let takes = self.held.iter().filter_map(|(_, ask)| match ask {
            Ask::Take(_, since, _) => Some(*since),
            _ => None,
        });
        let first = takes.min()?;
        match self.setup.url.fallback_rate {
            Some(_) => self.down_since.map(|since| since + EXCHANGE_TIMEOUT),
            None => Some(self.patient_until(first)),
        }
    }

    /// Until when a call waits that has waited since then. Calls whose turns come one after the other do not each wait for the whole time.
    fn patient_until(&self, since: Instant) -> Instant {
        self.down_since.map_or(since, |down| down.max(since)) + PATIENCE
    }
}

/// `age`: the time since the message arrived, which is long if the server was away.
fn arguments(ask: &Ask, age: Duration) -> Arguments {
    let nothing = Arguments { count: 0, is_single: false, accepted: 0, refused: None, last_limit: None };
    match ask {
        Ask::Take(priority, ..) => Arguments { count: 1, is_single: *priority == Priority::Single, ..nothing },
        Ask::GiveBack(priority) => Arguments { count: -1, is_single: *priority == Priority::Single, ..nothing },
        Ask::Refused(epoch, wait, _) => {
            Arguments { refused: Some((epoch.number(), wait.saturating_sub(age))), ..nothing }
        }
        Ask::Connected(_) | Ask::NotConnected(_) => nothing,
    }
}

fn answer(ask: Ask, state: &State) {
    let answer = match ask {
        Ask::Take(.., answer) => answer,
        Ask::Refused(_, _, Some(reported)) => {
            // Fails if the call has ended.
            let _ = reported.send(());
            return;
        }
        _ => return,
    };
    let turn = match state.delay {
        Some(delay) => Turn::After(delay, Epoch::of(state.epoch)),
        None if !state.closed_for.is_zero() => Turn::Closed(state.closed_for),
        None => Turn::Later(LATER + LATER.mul_f64(fastrand::f64())),
    };
    // Fails if the call has ended in the meantime. The account loses one attempt of its rate.
    let _ = answer.send(Ok(turn));
}

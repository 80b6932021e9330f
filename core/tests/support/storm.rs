//! Sends many messages concurrently, and checks the reported outcomes.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use zexa::{Error, Outcome};
use zexa_sandbox::Sandbox;

const THREADS: usize = 32;

/// The text of a message, and the result of its call.
pub(crate) type Sent = (String, Result<(), Error>);

/// Sends this number of messages, each with a different text, on several threads.
pub(crate) fn send_all(count: usize, send: impl Fn(&str) -> Result<(), Error> + Sync) -> Vec<Sent> {
    let next = AtomicUsize::new(0);
    let sent = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        return;
                    }
                    let text = format!("message {number}");
                    let result = send(&text);
                    sent.lock().expect("no thread panicked").push((text, result));
                }
            });
        }
    });
    sent.into_inner().expect("no thread panicked")
}

/// The number of times that each outcome was reported.
#[derive(Debug)]
pub(crate) struct Report(HashMap<&'static str, usize>);

impl Report {
    /// Compares the reported outcomes with the messages that arrived.
    ///
    /// # Panics
    ///
    /// If a message arrived twice, or if its outcome is wrong.
    pub(crate) fn of(sandbox: &Sandbox, sent: Vec<Sent>) -> Report {
        let arrived = arrivals(sandbox);
        assert!(arrived.values().all(|times| *times == 1), "sent twice: {arrived:?}");
        let mut seen = HashMap::new();
        for (text, result) in &sent {
            let times = arrived.get(text).copied().unwrap_or(0);
            let (reported, expected) = match result {
                Ok(()) => ("sent", 1),
                Err(error) => match error.outcome() {
                    Outcome::Accepted => ("accepted", 1),
                    Outcome::Unknown if times == 1 => ("unknown, and arrived", 1),
                    Outcome::Unknown => ("unknown, and lost", 0),
                    outcome => (outcome.as_str(), 0),
                },
            };
            assert_eq!(times, expected, "{text}: {reported}, and it arrived {times} times: {result:?}");
            *seen.entry(reported).or_default() += 1;
        }
        Report(seen)
    }

    /// Whether each of these outcomes was reported.
    pub(crate) fn has_seen(&self, outcomes: &[&str]) -> bool {
        outcomes.iter().all(|outcome| self.0.contains_key(outcome))
    }

    /// Asserts that each of these outcomes was reported more often than `times`.
    pub(crate) fn assert_seen<'a>(&self, times: usize, outcomes: impl Iterator<Item = &'a &'a str>) {
        for outcome in outcomes {
            assert!(self.0.get(outcome).is_some_and(|count| *count > times), "{outcome}: {self:?}");
        }
    }
}

/// The number of messages with each text that the server has created.
fn arrivals(sandbox: &Sandbox) -> HashMap<String, usize> {
    let mut arrived = HashMap::new();
    for message in sandbox.messages() {
        let text = message["body"].as_str().expect("a body").to_owned();
        *arrived.entry(text).or_default() += 1;
    }
    arrived
}

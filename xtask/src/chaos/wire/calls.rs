//! The random calls that a program makes.

use std::collections::VecDeque;
use std::time::Duration;

use fastrand::Rng;

/// A call. `tests/chaos/src/calls/mod.rs` describes the fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) number: u64,
    pub(super) kind: Kind,
    route: u8,
    pub(super) first: u64,
    pub(super) count: u64,
    retries: u32,
    timeout: u64,
    deadline: u64,
    cancel: u64,
    /// Id of the message to wait for.
    wait_for: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Send,
    Keyed,
    Repeat,
    Bulk,
    Recorded,
    List,
    Wait,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Send => "send",
            Kind::Keyed => "keyed",
            Kind::Repeat => "repeat",
            Kind::Bulk => "bulk",
            Kind::Recorded => "recorded",
            Kind::List => "list",
            Kind::Wait => "wait",
        }
    }

    /// Whether the call sends one message, and reports one result.
    pub(super) fn is_single(self) -> bool {
        matches!(self, Kind::Send | Kind::Keyed | Kind::Repeat)
    }

    /// Whether the deadline is that of the call, and not that of each row.
    pub(super) fn has_deadline(self) -> bool {
        !matches!(self, Kind::Bulk | Kind::Recorded)
    }

    /// Whether the messages have idempotency keys in a ledger, so that another call with the same messages does not send them again.
    pub(super) fn has_keys(self) -> bool {
        matches!(self, Kind::Keyed | Kind::Recorded)
    }
}

impl Call {
    /// The line that asks a program for the call.
    pub(super) fn line(&self) -> String {
        let Call { number, route, first, count, retries, timeout, deadline, cancel, .. } = self;
        let (kind, text) = (self.kind.name(), self.wait_for.as_deref().unwrap_or("-"));
        format!("{number} {kind} {route} {first} {count} {retries} {timeout} {deadline} {cancel} {text}\n")
    }

    /// The deadline of the call, or of each row of a bulk run.
    pub(super) fn deadline(&self) -> Duration {
        Duration::from_millis(self.deadline)
    }
}

/// Generates calls.
pub(super) struct Calls {
    random: Rng,
    number: u64,
    /// Number of the next message.
    message: u64,
    /// Calls with keys that are made once more.
    again: VecDeque<Call>,
}

/// Number of calls that wait to be made once more, after which the next one is.
const MOST_AGAIN: usize = 30;

/// Number of ways from a client to the sandbox.
const ROUTES: u8 = 5;

/// Number of rows of the largest bulk run.
const MAX_ROWS: u64 = 60;

impl Calls {
    pub(super) fn new(seed: u64) -> Calls {
        Calls { random: Rng::with_seed(seed), number: 0, message: 0, again: VecDeque::new() }
    }

    /// Notes that a call has ended. A bulk run with a ledger can only then be made once more.
    pub(super) fn end(&mut self, call: &Call) {
        // Without a random number: the order of the ends must not change the calls that follow.
        if call.kind == Kind::Recorded && call.number.is_multiple_of(2) {
            self.again.push_back(call.clone());
        }
    }

    /// The next call. `sent` is the id of a message that was sent.
    pub(super) fn next(&mut self, sent: Option<&str>) -> Call {
        let random = &mut self.random;
        let kind = match random.u8(0..100) {
            0..50 => Kind::Send,
            50..66 => Kind::Keyed,
            66..70 => Kind::Repeat,
            70..73 => Kind::Bulk,
            73..77 => Kind::Recorded,
            77..89 => Kind::List,
            _ => Kind::Wait,
        };
        let count = match kind {
            Kind::Bulk | Kind::Recorded => random.u64(1..=MAX_ROWS),
            Kind::List | Kind::Wait => 0,
            _ => 1,
        };
        let mut call = Call {
            number: self.number,
            kind,
            route: random.u8(0..ROUTES),
            first: self.message,
            count,
            retries: if random.bool() { 0 } else { random.u32(1..4) },
            timeout: time(random, 40, 2000),
            deadline: time(random, 60, 3000),
            // A bulk run waits for as long as the sandbox cannot be reached, so it is always cancelled in the end.
            cancel: match kind {
                Kind::Bulk | Kind::Recorded => time(random, 1, 2000),
                _ if random.u8(0..3) == 0 => time(random, 1, 1000),
                _ => 0,
            },
            wait_for: None,
        };
        match (kind, sent) {
            (Kind::Wait, Some(id)) => call.wait_for = Some(id.to_owned()),
            (Kind::Wait, None) => call.kind = Kind::List,
            _ => {}
        }
        // Some keys are used again at the same time, and others when the result of the first call is known.
        let most = if random.bool() { 0 } else { MOST_AGAIN };
        // Always chosen, so that the calls that follow do not depend on it.
        let times = random.usize(0..4);
        let is_again = call.kind.has_keys() && self.again.len() > most;
        if is_again && let Some(earlier) = self.again.pop_front() {
            // The same messages, over the same route: a ledger belongs to an address of the API.
            call = Call { number: self.number, retries: call.retries, timeout: call.timeout, ..earlier };
        } else {
            self.message += count;
            if call.kind == Kind::Keyed {
                self.again.extend(std::iter::repeat_n(call.clone(), times));
            }
        }
        self.number += 1;
        call
    }
}

/// A time in milliseconds. Short times are as likely as long ones.
fn time(random: &mut Rng, least: u64, most: u64) -> u64 {
    let factor = (most as f64 / least as f64).powf(random.f64());
    (least as f64 * factor) as u64
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;

    #[test]
    fn the_calls_follow_from_the_seed() {
        let with_seed = |seed| {
            let mut calls = Calls::new(seed);
            (0..2000).map(|_| calls.next(Some("msg_a")).line()).collect::<Vec<_>>()
        };
        let lines = with_seed(1);
        assert_eq!(lines, with_seed(1));
        assert_ne!(lines, with_seed(2));
        for kind in ["send", "keyed", "repeat", "bulk", "recorded", "list", "wait"] {
            assert!(lines.iter().filter(|line| line.split(' ').nth(1) == Some(kind)).count() > 20, "{kind}");
        }
    }

    #[test]
    fn only_calls_with_keys_send_the_messages_of_another_call() {
        let mut calls = Calls::new(3);
        let (mut messages, mut again) = (HashSet::new(), HashMap::new());
        for _ in 0..2000 {
            let call = calls.next(None);
            calls.end(&call);
            for message in call.first..call.first + call.count {
                let is_new = messages.insert(message);
                assert!(is_new || call.kind.has_keys(), "{call:?}");
                *again.entry(call.kind.name()).or_insert(0) += u32::from(!is_new);
            }
        }
        assert!(again["keyed"] > 50 && again["recorded"] > 200, "{again:?}");
    }
}

//! Simulations: a client with 32 rows in flight, and a server with a limit that may change. The clock and the delays are simulated, too.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

use super::*;
use crate::engine::retry::backoff;

const SECOND: Duration = Duration::from_secs(1);

/// A server that allows a number of requests per second.
pub(super) trait Server {
    /// Whether the request is accepted.
    fn accepts(&mut self, now: Duration, limit: f64) -> bool;
}

/// A sliding window of one second, like that of the sandbox.
#[derive(Default)]
pub(super) struct Window(VecDeque<Duration>);

impl Server for Window {
    fn accepts(&mut self, now: Duration, limit: f64) -> bool {
        while self.0.pop_front_if(|accepted| *accepted + SECOND <= now).is_some() {}
        let accepts = (self.0.len() as f64) < limit;
        if accepts {
            self.0.push_back(now);
        }
        accepts
    }
}

/// Counts the requests of each second.
#[derive(Default)]
pub(super) struct Seconds {
    second: u64,
    count: f64,
}

impl Server for Seconds {
    fn accepts(&mut self, now: Duration, limit: f64) -> bool {
        if self.second != now.as_secs() {
            *self = Seconds { second: now.as_secs(), count: 0.0 };
        }
        self.count += 1.0;
        self.count <= limit
    }
}

/// A token bucket of one second.
pub(super) struct Tokens {
    tokens: f64,
    last: Duration,
}

impl Tokens {
    pub(super) fn full() -> Tokens {
        Tokens { tokens: f64::INFINITY, last: Duration::ZERO }
    }
}

impl Server for Tokens {
    fn accepts(&mut self, now: Duration, limit: f64) -> bool {
        self.tokens = (self.tokens + limit * (now - self.last).as_secs_f64()).min(limit);
        self.last = now;
        let accepts = self.tokens >= 1.0;
        self.tokens -= f64::from(u8::from(accepts));
        accepts
    }
}

/// The servers, with and without `Retry-After: 1`.
fn servers() -> impl Iterator<Item = (Box<dyn Server>, Option<Duration>)> {
    [None, Some(SECOND)].into_iter().flat_map(|retry_after| {
        let servers: [Box<dyn Server>; 3] =
            [Box::new(Window::default()), Box::new(Seconds::default()), Box::new(Tokens::full())];
        servers.into_iter().map(move |server| (server, retry_after))
    })
}

/// Pauses of a process, such as when other processes need the processor. On average, they take 40 ms.
struct Pauses {
    /// The average time between two pauses, in seconds.
    every: f64,
    begin: f64,
    end: f64,
}

impl Pauses {
    fn every(seconds: f64) -> Pauses {
        Pauses { every: seconds, begin: 0.0, end: 0.0 }
    }

    fn is_paused(&mut self, now: Duration, random: &mut fastrand::Rng) -> bool {
        let now = now.as_secs_f64();
        let mut exponential = |mean: f64| -mean * (1.0 - random.f64()).ln();
        if now >= self.begin {
            self.end = now + exponential(0.04).min(0.3);
            self.begin = self.end + exponential(self.every);
        }
        now < self.end
    }
}

/// The results of a simulation: for each second, the number of accepted and refused requests, and the limit of the client at its beginning.
#[derive(Debug, Default)]
pub(super) struct Run {
    accepted: Vec<u64>,
    refused: Vec<u64>,
    pub(super) limits: Vec<f64>,
}

impl Run {
    fn begin_second(&mut self, now: Duration, limit: Option<f64>) {
        if now.subsec_nanos() == 0 {
            self.accepted.push(0);
            self.refused.push(0);
            self.limits.push(limit.unwrap_or_default());
        }
    }

    fn count(&mut self, is_accepted: bool) {
        let counts = if is_accepted { &mut self.accepted } else { &mut self.refused };
        *counts.last_mut().expect("the first second has begun") += 1;
    }

    pub(super) fn rate(&self, seconds: Range<usize>) -> f64 {
        self.accepted[seconds.clone()].iter().sum::<u64>() as f64 / seconds.len() as f64
    }

    /// The refused part of the requests.
    pub(super) fn refused(&self, seconds: Range<usize>) -> f64 {
        let refused: u64 = self.refused[seconds.clone()].iter().sum();
        refused as f64 / (refused + self.accepted[seconds].iter().sum::<u64>()) as f64
    }
}

/// A client and a server on a busy machine, with delays like those that were measured while compilers were running on it: requests and responses take 1
/// to 5 ms, timers are up to 5 ms late, and the client pauses about every four seconds, the server every minute.
pub(super) fn simulate(
    server: &mut dyn Server,
    retry_after: Option<Duration>,
    seed: u64,
    seconds: u64,
    limit: impl Fn(Duration) -> f64,
) -> Run {
    let mut random = fastrand::Rng::with_seed(seed);
    let (mut client_pauses, mut server_pauses) = (Pauses::every(4.0), Pauses::every(60.0));
    let mut rate = AdaptiveRate::default();
    let mut run = Run::default();
    // By arrival. Each row comes with the number of its refusals.
    let mut requests: BTreeMap<(Duration, u64), (Epoch, u32)> = BTreeMap::new();
    let mut responses: BTreeMap<(Duration, u64), (Epoch, u32, bool)> = BTreeMap::new();
    let mut rows = VecDeque::from([0_u32; 32]);
    let (mut ask_at, mut opens, mut number) = (Duration::ZERO, Duration::ZERO, 0_u64);
    for now in (0..seconds * 1000).map(Duration::from_millis) {
        let mut arrival = |random: &mut fastrand::Rng| {
            number += 1;
            (now + Duration::from_micros(random.u64(1000..5000)), number)
        };
        run.begin_second(now, rate.limit());
        if !server_pauses.is_paused(now, &mut random) {
            while let Some(request) = requests.first_entry().filter(|request| request.key().0 <= now) {
                let (epoch, refusals) = request.remove();
                let is_accepted = server.accepts(now, limit(now));
                run.count(is_accepted);
                responses.insert(arrival(&mut random), (epoch, refusals, is_accepted));
            }
        }
        if client_pauses.is_paused(now, &mut random) {
            continue;
        }
        while let Some(response) = responses.first_entry().filter(|response| response.key().0 <= now) {
            let (epoch, refusals, is_accepted) = response.remove();
            if is_accepted {
                rate.accepted(now);
                rows.push_back(0);
            } else {
                let wait = retry_after.unwrap_or_else(|| backoff(refusals, random.f64()));
                opens = opens.max(now + wait.mul_f64(1.0 + random.f64() / 4.0));
                rate.limited(epoch, now, opens - now);
                rows.push_front(refusals + 1);
            }
        }
        while let Some(refusals) = rows.pop_front_if(|_| now >= opens && now >= ask_at) {
            match rate.take(Priority::Bulk, now) {
                Ok(epoch) => drop(requests.insert(arrival(&mut random), (epoch, refusals))),
                Err(wait) => {
                    rows.push_front(refusals);
                    ask_at = now + wait + Duration::from_micros(random.u64(1..5000));
                }
            }
        }
    }
    run
}

/// A limit of a server, from one minute on another one.
fn changed(before: f64, after: f64) -> impl Fn(Duration) -> f64 {
    move |now| if now < 60 * SECOND { before } else { after }
}

#[test]
fn a_constant_limit_is_used_well() {
    for limit in [2.0, 10.0, 50.0, 200.0, 1000.0] {
        for (mut server, retry_after) in servers() {
            let run = simulate(&mut *server, retry_after, 0, 200, |_| limit);
            // It takes up to half a minute until a low limit is known.
            assert!(run.rate(30..200) >= 0.75 * limit, "{} of {limit}: {run:?}", run.rate(30..200));
            assert!(run.refused(30..200) < 0.05, "{} of {limit}: {run:?}", run.refused(30..200));
        }
    }
}

#[test]
fn delayed_requests_cause_few_refusals() {
    let run = |seed| simulate(&mut Window::default(), Some(SECOND), seed, 190, |_| 50.0).rate(10..190);
    let rates: Vec<f64> = (0..10).map(run).collect();
    assert!(rates.iter().sum::<f64>() / 10.0 >= 45.0, "{rates:?}");
}

#[test]
fn a_limit_that_halves_is_followed_within_ten_seconds() {
    for limit in [10.0, 50.0, 200.0, 1000.0] {
        for (mut server, retry_after) in servers() {
            let run = simulate(&mut *server, retry_after, 0, 120, changed(limit, limit / 2.0));
            // A token bucket fills while the gate is closed, so that the limit of the client may be higher.
            assert!(run.limits[70] <= 1.5 * limit / 2.0, "{limit}: {run:?}");
            assert!(run.rate(70..120) >= 0.8 * limit / 2.0, "{} of {limit}: {run:?}", run.rate(70..120));
            assert!(run.refused(60..120) < 0.05, "{} of {limit}: {run:?}", run.refused(60..120));
        }
    }
}

#[test]
fn a_limit_that_doubles_is_followed_within_sixty_seconds() {
    for limit in [10.0, 50.0, 200.0, 1000.0] {
        for (mut server, retry_after) in servers() {
            let run = simulate(&mut *server, retry_after, 0, 240, changed(limit / 2.0, limit));
            assert!(run.limits[60..120].iter().any(|reached| *reached >= 0.85 * limit), "{limit}: {run:?}");
            assert!(run.rate(120..240) >= 0.85 * limit, "{} of {limit}: {run:?}", run.rate(120..240));
            assert!(run.refused(60..240) < 0.05, "{} of {limit}: {run:?}", run.refused(60..240));
        }
    }
}

#[test]
fn refusals_at_the_start_do_not_lead_to_the_lowest_rate() {
    let mut rate = AdaptiveRate::default();
    let epoch = rate.take(Priority::Bulk, SECOND).expect("no limit");
    rate.limited(epoch, SECOND, SECOND);
    assert_eq!(rate.limit(), Some(FIRST_GUESS * BETA));
}

#[test]
fn without_a_refusal_there_is_no_limit() {
    let mut rate = AdaptiveRate::default();
    for number in 0..1000 {
        assert!(rate.take(Priority::Bulk, Duration::from_micros(number)).is_ok());
    }
    rate.accepted(SECOND);
    assert_eq!(rate.limit(), None);
}

/// A rate whose limit has just fallen to 35 per second.
fn limited() -> AdaptiveRate {
    let mut rate = AdaptiveRate::default();
    for number in 0..50 {
        rate.take(Priority::Bulk, number * SECOND / 50).expect("no limit");
        rate.accepted(number * SECOND / 50);
    }
    rate.limited(Epoch(0), SECOND, Duration::ZERO);
    assert!((rate.limit().expect("a limit") - 35.0).abs() < 2.0, "{rate:?}");
    rate
}

#[test]
fn refusals_of_earlier_attempts_do_not_lower_the_limit_again() {
    let mut rate = limited();
    let before = rate.limit();
    rate.limited(Epoch(0), SECOND, SECOND);
    assert_eq!(rate.limit(), before);
    assert_eq!(rate.closed_until, 2 * SECOND);
}

#[test]
fn a_single_call_does_not_wait_and_later_rows_do() {
    let mut rate = limited();
    assert!(rate.take(Priority::Bulk, SECOND).is_err());
    for _ in 0..5 {
        assert!(rate.take(Priority::Single, SECOND).is_ok());
    }
    let wait = rate.take(Priority::Bulk, SECOND).expect_err("five tokens are owed");
    assert!(wait >= Duration::from_millis(150), "{wait:?}");
}

#[test]
fn single_calls_do_not_keep_the_limit_from_growing() {
    let mut rate = limited();
    for now in (1000..5000).map(Duration::from_millis) {
        let _ = rate.take(Priority::Bulk, now);
        rate.take(Priority::Single, now).expect("a single call does not wait");
        rate.accepted(now);
    }
    assert!(rate.limit().expect("a limit") > 45.0, "{rate:?}");
}

#[test]
fn the_bucket_does_not_fill_while_the_gate_is_closed() {
    let mut rate = limited();
    rate.limited(Epoch(0), SECOND, 10 * SECOND);
    assert!(rate.take(Priority::Bulk, 11 * SECOND).is_err());
    assert!(rate.take(Priority::Bulk, 11 * SECOND + Duration::from_millis(60)).is_ok());
}

#[test]
fn a_rate_that_was_measured_in_a_lull_does_not_lower_the_limit() {
    let mut rate = limited();
    let before = rate.limit().expect("a limit");
    for second in 2..60 {
        let _ = rate.take(Priority::Bulk, second * SECOND);
        rate.accepted(second * SECOND);
    }
    assert!(rate.limit().expect("a limit") >= before, "{rate:?}");
}

#[test]
fn ten_idle_minutes_forget_the_limit() {
    let mut rate = limited();
    assert!(rate.take(Priority::Bulk, 602 * SECOND).is_ok());
    assert_eq!(rate.limit(), None);
}

/// Otherwise, the measured rate would be that of one attempt per minute.
#[test]
fn time_without_attempts_is_not_measured() {
    let (mut rate, mut now) = (AdaptiveRate::default(), 60 * SECOND);
    let send = |rate: &mut AdaptiveRate, now: &mut Duration| loop {
        match rate.take(Priority::Bulk, *now) {
            Ok(epoch) => break epoch,
            Err(wait) => *now += wait,
        }
    };
    for pause in [Duration::ZERO, 300 * SECOND] {
        now += pause;
        // At 100 per second, for a short time.
        for _ in 0..12 {
            send(&mut rate, &mut now);
            now += SECOND / 100;
            rate.accepted(now);
        }
        let epoch = send(&mut rate, &mut now);
        rate.limited(epoch, now, SECOND);
        send(&mut rate, &mut now);
        rate.accepted(now);
        let epoch = send(&mut rate, &mut now);
        rate.limited(epoch, now, SECOND);
        assert!(rate.limit().is_some_and(|limit| limit > 3.0), "{rate:?}");
    }
}

//! Simulations: a client with some rows in flight, and a server with a limit that may change. The clock is simulated, too.

use std::collections::VecDeque;

use super::*;

const LATENCY: Duration = Duration::from_millis(20);
const SECOND: Duration = Duration::from_secs(1);

/// A server that allows a number of requests per second.
trait Server {
    /// Whether the request is accepted, or else how long the client must wait.
    fn request(&mut self, now: Duration, limit: f64) -> Result<(), Duration>;
}

/// A sliding window of one second, like that of the sandbox.
#[derive(Default)]
struct Window(VecDeque<Duration>);

impl Server for Window {
    fn request(&mut self, now: Duration, limit: f64) -> Result<(), Duration> {
        while self.0.pop_front_if(|accepted| *accepted + SECOND <= now).is_some() {}
        if self.0.len() as f64 >= limit {
            return Err(SECOND);
        }
        self.0.push_back(now);
        Ok(())
    }
}

/// Counts the requests of each second.
#[derive(Default)]
struct Seconds {
    second: u64,
    count: f64,
}

impl Server for Seconds {
    fn request(&mut self, now: Duration, limit: f64) -> Result<(), Duration> {
        if self.second != now.as_secs() {
            *self = Seconds { second: now.as_secs(), count: 0.0 };
        }
        self.count += 1.0;
        if self.count <= limit { Ok(()) } else { Err(SECOND) }
    }
}

/// A token bucket of one second.
struct Tokens {
    tokens: f64,
    last: Duration,
}

impl Server for Tokens {
    fn request(&mut self, now: Duration, limit: f64) -> Result<(), Duration> {
        self.tokens = (self.tokens + limit * (now - self.last).as_secs_f64()).min(limit);
        self.last = now;
        if self.tokens < 1.0 {
            return Err(SECOND);
        }
        self.tokens -= 1.0;
        Ok(())
    }
}

/// The results of a simulation: for each second, the number of accepted and refused requests.
struct Run {
    accepted: Vec<u64>,
    refused: Vec<u64>,
}

impl Run {
    fn rate(&self, seconds: std::ops::Range<usize>) -> f64 {
        self.accepted[seconds.clone()].iter().sum::<u64>() as f64 / seconds.len() as f64
    }

    fn refused(&self) -> f64 {
        let refused: u64 = self.refused.iter().sum();
        refused as f64 / (refused + self.accepted.iter().sum::<u64>()) as f64
    }
}

/// Keeps 32 rows in flight for this many seconds.
fn simulate(server: &mut dyn Server, seconds: usize, limit: impl Fn(Duration) -> f64) -> Run {
    const STEP: Duration = Duration::from_millis(1);
    let mut rate = AdaptiveRate::default();
    let mut in_flight: VecDeque<(Duration, Epoch, Result<(), Duration>)> = VecDeque::new();
    let mut closed_until = Duration::ZERO;
    let (mut now, mut ask_at) = (Duration::ZERO, Duration::ZERO);
    let mut run = Run { accepted: vec![0; seconds], refused: vec![0; seconds] };
    while now.as_secs() < seconds as u64 {
        while let Some((_, epoch, result)) = in_flight.pop_front_if(|(at, ..)| *at <= now) {
            let second = now.as_secs() as usize;
            match result {
                Ok(()) => {
                    run.accepted[second] += 1;
                    rate.accepted(now);
                }
                Err(wait) => {
                    run.refused[second] += 1;
                    // The gate adds some jitter.
                    let wait = wait + wait / 8;
                    closed_until = closed_until.max(now + wait);
                    rate.limited(epoch, now, wait);
                }
            }
        }
        while in_flight.len() < 32 && now >= closed_until && now >= ask_at {
            match rate.take(Priority::Bulk, now) {
                Ok(epoch) => in_flight.push_back((now + LATENCY, epoch, server.request(now, limit(now)))),
                Err(wait) => ask_at = now + wait,
            }
        }
        now += STEP;
    }
    run
}

fn servers() -> [Box<dyn Server>; 3] {
    [Box::new(Window::default()), Box::new(Seconds::default()), Box::new(Tokens { tokens: 50.0, last: Duration::ZERO })]
}

#[test]
fn a_constant_limit_is_used_well() {
    for mut server in servers() {
        let run = simulate(&mut *server, 120, |_| 50.0);
        assert!(run.rate(10..120) >= 44.0, "{} {:?}", run.rate(10..120), run.accepted);
        assert!(run.refused() < 0.05, "{} {:?}", run.refused(), run.refused);
    }
}

#[test]
fn a_limit_that_halves_is_followed_within_ten_seconds() {
    for mut server in servers() {
        let run = simulate(&mut *server, 120, |now| if now < 60 * SECOND { 50.0 } else { 25.0 });
        assert!(run.rate(70..120) >= 21.0, "{} {:?}", run.rate(70..120), run.accepted);
        assert!(run.refused() < 0.05, "{} {:?}", run.refused(), run.refused);
    }
}

#[test]
fn a_limit_that_doubles_is_followed_within_sixty_seconds() {
    for mut server in servers() {
        let run = simulate(&mut *server, 240, |now| if now < 60 * SECOND { 50.0 } else { 100.0 });
        assert!(run.rate(120..240) >= 88.0, "{} {:?}", run.rate(120..240), run.accepted);
        assert!(run.refused() < 0.05, "{} {:?}", run.refused(), run.refused);
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

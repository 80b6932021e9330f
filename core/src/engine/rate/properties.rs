//! Properties of the rate control, for any sequence of responses, 429s and steps of the clock.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::tests::{Seconds, Server, Tokens, Window, simulate};
use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// What happens to a rate.
#[derive(Clone, Debug)]
enum Event {
    Take(Priority),
    GiveBack,
    Accepted,
    /// A 429 of an attempt that began this many decreases of the limit ago, and the wait that it asks for.
    Limited(u64, Duration),
    Advance(Duration),
    /// The clock is read by two threads, and the later one is first.
    StepBack(Duration),
}

fn event() -> impl Strategy<Value = Event> {
    let wait = prop_oneof![
        1 => Just(Duration::ZERO),
        6 => (1..5000_u64).prop_map(Duration::from_millis),
        1 => (5..5000_u64).prop_map(Duration::from_secs),
    ];
    let step = prop_oneof![
        8 => (0..200_u64).prop_map(Duration::from_millis),
        2 => (0..60_u64).prop_map(Duration::from_secs),
        1 => (500..400_000_000_u64).prop_map(Duration::from_secs),
    ];
    prop_oneof![
        6 => Just(Event::Take(Priority::Bulk)),
        2 => Just(Event::Take(Priority::Single)),
        1 => Just(Event::GiveBack),
        4 => Just(Event::Accepted),
        2 => (0..3_u64, wait).prop_map(|(age, wait)| Event::Limited(age, wait)),
        6 => step.prop_map(Event::Advance),
        1 => (0..3000_u64).prop_map(|time| Event::StepBack(Duration::from_millis(time))),
    ]
}

/// A rate with what has happened to it.
#[derive(Default)]
struct Played {
    rate: AdaptiveRate,
    now: Duration,
    /// The latest time so far.
    latest: Duration,
    /// The number of attempts that may be given back.
    given: u32,
    closed_until: Duration,
}

impl Played {
    fn play(&mut self, event: &Event) {
        let before = self.rate.limit();
        match *event {
            Event::Take(priority) => self.take(priority),
            Event::GiveBack if self.given == 0 => {}
            Event::GiveBack => {
                self.given -= 1;
                self.rate.give_back();
            }
            Event::Accepted => self.rate.accepted(self.now),
            Event::Limited(age, wait) => {
                self.closed_until = self.closed_until.max(self.now + wait);
                self.rate.limited(Epoch(self.rate.epoch.saturating_sub(age)), self.now, wait);
            }
            Event::Advance(time) => self.now += time,
            Event::StepBack(time) => self.now = self.now.saturating_sub(time),
        }
        self.latest = self.latest.max(self.now);
        let Some(limit) = self.rate.limit() else { return };
        assert!(limit.is_finite() && limit >= FLOOR, "{limit} after {event:?}");
        if let Some(before) = before {
            assert!(
                limit >= before || matches!(event, Event::Limited(..)),
                "{event:?} has lowered {before} to {limit}"
            );
        }
    }

    fn take(&mut self, priority: Priority) {
        let taken = self.rate.take(priority, self.now);
        self.given += u32::from(taken.is_ok());
        let Err(wait) = taken else { return };
        assert_eq!(priority, Priority::Bulk, "a single call waits");
        // A row, and single calls of at most a second that were first.
        let limit = self.rate.limit().expect("only a limit makes a row wait");
        let longest = Duration::from_secs_f64((1.0 + limit.max(1.0)) / limit);
        let closed = self.closed_until.saturating_sub(self.now);
        assert!(!wait.is_zero() && wait <= longest.max(closed) + Duration::from_millis(1), "{wait:?} at {limit}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn a_limit_stays_within_its_bounds(events in vec(event(), 0..200)) {
        let mut played = Played::default();
        events.iter().for_each(|event| played.play(event));
    }

    /// Whatever has happened, a row that waits as long as requested begins soon.
    #[test]
    fn a_row_never_waits_indefinitely(events in vec(event(), 0..200)) {
        let mut played = Played::default();
        events.iter().for_each(|event| played.play(event));
        played.now = played.latest;
        let mut waits = 0;
        while let Err(wait) = played.rate.take(Priority::Bulk, played.now) {
            played.now += wait;
            waits += 1;
            prop_assert!(waits <= 4, "{wait:?}: {:?}", played.rate);
        }
    }

    /// Rows do not exceed a limit that does not change, at any time, however late they are.
    #[test]
    fn rows_do_not_exceed_the_limit(
        events in vec(event(), 0..100),
        late in vec(prop_oneof![3 => Just(0_u64), 2 => 0..50_u64, 1 => 50..3000_u64], 1..150),
    ) {
        let mut played = Played::default();
        events.iter().for_each(|event| played.play(event));
        played.now = played.latest;
        played.rate.limited(Epoch(played.rate.epoch), played.now, Duration::ZERO);
        let limit = played.rate.limit().expect("just limited");
        let mut rows: Vec<Duration> = Vec::new();
        for late in late {
            played.now += Duration::from_millis(late);
            if played.rate.take(Priority::Bulk, played.now).is_err() {
                continue;
            }
            rows.push(played.now);
            for (index, begin) in rows.iter().enumerate() {
                let (count, seconds) = ((rows.len() - index) as f64, (played.now - *begin).as_secs_f64());
                prop_assert!(count <= limit * (seconds + BURST) + 1.0 + 1e-6, "{count} rows in {seconds} s at {limit}");
            }
        }
    }
}

/// A server, `Retry-After`, and the seed of delays.
fn setting() -> impl Strategy<Value = (usize, Option<Duration>, u64)> {
    (0..3_usize, prop_oneof![Just(None), Just(Some(SECOND))], any::<u64>())
}

fn server(number: usize) -> Box<dyn Server> {
    match number {
        0 => Box::new(Window::default()),
        1 => Box::new(Seconds::default()),
        _ => Box::new(Tokens::full()),
    }
}

proptest! {
    // The delays are random, and so is how well a limit is followed. The same cases each time, so that a test does not fail by chance.
    #![proptest_config(ProptestConfig { cases: 8, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn a_fixed_limit_is_found_within_half_a_minute((number, retry_after, seed) in setting(), limit in 2.0..500.0_f64) {
        let run = simulate(&mut *server(number), retry_after, seed, 120, |_| limit);
        prop_assert!(run.rate(30..120) >= 0.7 * limit, "{} of {limit}", run.rate(30..120));
        prop_assert!(run.refused(30..120) < 0.08, "{} of {limit}", run.refused(30..120));
    }

    #[test]
    fn a_limit_that_doubles_is_found_within_a_minute((number, retry_after, seed) in setting(), limit in 5.0..250.0_f64) {
        let doubles = |now| if now < 60 * SECOND { limit } else { 2.0 * limit };
        let run = simulate(&mut *server(number), retry_after, seed, 160, doubles);
        prop_assert!(run.limits[60..120].iter().any(|reached| *reached >= 0.8 * 2.0 * limit), "{limit}: {:?}", run.limits);
        prop_assert!(run.rate(120..160) >= 0.75 * 2.0 * limit, "{} of {}", run.rate(120..160), 2.0 * limit);
    }
}

//! When bulk runs stop.

use std::pin::pin;
use std::task::{Context, Waker};
use std::thread;
use std::time::Duration;

use serde_json::json;
use zexa::binding::{self, Step};
use zexa::{BulkOptions, CancelToken, Client, Error, Kind, Outcome, SendMessage, SendResult};

use super::World;
use super::bulk::{assert_no_duplicates, rows, run, with};
use crate::support::{self, until};

/// The reason of a stop, and the first row that was not pulled.
pub(crate) fn reason(stop: &Option<Error>) -> (String, u64) {
    let stop = stop.as_ref().expect("a stop");
    assert_eq!(stop.kind(), Kind::Stopped);
    let details = stop.details().expect("details");
    (details["reason"].as_str().expect("text").to_owned(), details["first_untouched"].as_u64().expect("a number"))
}

#[test]
fn the_run_stops_when_the_rest_would_fail_too() {
    for (fault, expected, doubts) in [
        (json!({"skip": 100, "status": 401, "times": 0}), "unauthorized", 0),
        (json!({"status": 429, "times": 0, "headers": {"Retry-After": "3600"}}), "rate_limited", 0),
        (json!({"status": 502, "times": 0}), "unknown_outcomes", 42),
        (json!({"status": 200, "times": 0, "text": "<html>Log in</html>"}), "unknown_outcomes", 42),
        (json!({"status": 307, "times": 0, "headers": {"Location": "/elsewhere"}}), "identical_rejections", 0),
        (json!({"status": 422, "times": 0, "body": {"error": "invalid_sender"}}), "identical_rejections", 0),
    ] {
        let world = World::new();
        world.sandbox.add_fault(fault.clone());
        let client = support::client(&world.sandbox);
        let (results, stop) = run(&client, rows(1000), &with(BulkOptions::new(), &world));
        let (reason, first_untouched) = reason(&stop);
        assert_eq!(reason, expected, "{fault}");
        assert_eq!(results.len() as u64, first_untouched, "{fault}");
        let counts = world.counts();
        assert!(counts.in_doubt <= doubts && counts.claimed == 0, "{fault}: {counts:?}");
        let unknown = results.iter().filter(|result| result.outcome == Outcome::Unknown).count() as u64;
        assert_eq!(counts.in_doubt, unknown, "{fault}");
        assert!(first_untouched < 300, "{fault}: {first_untouched}");
    }
}

#[test]
fn a_run_without_credits_stops_and_is_continued() {
    let world = World::new();
    world.sandbox.set_credits(60.0);
    let client = support::client(&world.sandbox);
    let (results, stop) = run(&client, rows(200), &with(BulkOptions::new(), &world));
    assert_eq!(reason(&stop).0, "insufficient_credits");
    assert!(results.iter().all(|result| result.outcome != Outcome::Unknown));
    assert_eq!((world.sandbox.messages().len(), world.counts().accepted), (60, 60));
    world.sandbox.set_credits(1000.0);
    let (results, stop) = run(&client, rows(200), &with(BulkOptions::new(), &world));
    assert!(stop.is_none());
    assert!(results.iter().all(|result| result.value.is_some()));
    assert_eq!(world.sandbox.messages().len(), 200);
    assert_no_duplicates(&world);
}

#[test]
fn a_cancelled_run_sleeps_while_rows_are_in_flight() {
    let world = World::new();
    world.sandbox.add_fault(json!({"then": "stall", "times": 0}));
    let token = CancelToken::new();
    let run = binding::begin_run(&support::client(&world.sandbox), &BulkOptions::new().cancel(&token)).expect("a run");
    for row in rows(3) {
        assert!(matches!(run.step(true), Step::Pull));
        run.push(row);
    }
    until("rows are in flight", || world.sandbox.requests().len() >= 3);
    token.cancel();
    // It may be woken for earlier changes, and then sleeps.
    let is_woken = || {
        assert!(matches!(run.step(true), Step::Wait));
        pin!(run.changed()).poll(&mut Context::from_waker(Waker::noop())).is_ready()
    };
    assert!((0..10).any(|_| !is_woken()), "the caller of the run does not sleep");
}

#[test]
fn a_cancelled_run_waits_for_the_rows_in_flight() {
    let world = World::new();
    world.sandbox.add_fault(json!({"process": true, "delay": 0.3, "times": 0}));
    let token = CancelToken::new();
    let client = support::client(&world.sandbox);
    let options = with(BulkOptions::new().cancel(&token), &world);
    thread::scope(|scope| {
        let running = scope.spawn(|| run(&client, rows(10_000), &options));
        until("rows are in flight", || world.sandbox.requests().len() >= 32);
        token.cancel();
        let (results, stop) = running.join().expect("no panic");
        assert_eq!(reason(&stop).0, "cancelled");
        assert_eq!(results.iter().filter(|result| result.value.is_some()).count(), world.sandbox.messages().len());
        assert!(results.iter().all(|result| result.outcome != Outcome::Unknown));
    });
    assert_eq!(world.counts().in_doubt, 0);
}

#[test]
fn rejections_of_an_earlier_run_do_not_stop_a_run() {
    let world = World::new();
    let client = support::client(&world.sandbox);
    world.sandbox.add_fault(json!({"times": 19, "status": 422, "body": {"error": "invalid_number"}}));
    run(&client, rows(19), &with(BulkOptions::new(), &world));
    world.sandbox.add_fault(json!({"times": 10, "status": 422, "body": {"error": "invalid_number"}}));
    let (results, stop) = run(&client, rows(60), &with(BulkOptions::new(), &world));
    assert!(stop.is_none(), "{stop:?}");
    assert_eq!(results.iter().filter(|result| result.outcome == Outcome::Rejected).count(), 29);
    assert_eq!(results.iter().filter(|result| result.replayed).count(), 19);
}

#[test]
fn no_row_takes_the_slot_of_one_that_stops_the_run() {
    for _ in 0..20 {
        let world = World::new();
        world.sandbox.add_fault(json!({"status": 401, "times": 0}));
        let client = support::client(&world.sandbox);
        let (results, stop) = run(&client, rows(10), &BulkOptions::new().concurrency(1));
        assert_eq!(reason(&stop), ("unauthorized".to_owned(), 1));
        assert_eq!((results.len(), world.sandbox.requests().len()), (1, 1));
    }
}

#[test]
fn a_row_that_is_sent_again_stays_in_doubt_until_it_is_accepted() {
    let world = World::new();
    let client = support::client(&world.sandbox);
    let again = || with(BulkOptions::new().on_unknown("send"), &world);
    for fault in [
        json!({"status": 502}),
        json!({"status": 401}),
        json!({"status": 422, "body": {"error": "invalid_sender"}}),
        json!({"status": 429, "headers": {"Retry-After": "3600"}}),
    ] {
        world.sandbox.add_fault(fault.clone());
        let (results, _) = run(&client, rows(1), &again());
        // The first request may have been processed.
        assert_eq!(results[0].outcome, Outcome::Unknown, "{fault}");
        assert_eq!((world.counts().in_doubt, world.counts().not_sent), (1, 0), "{fault}");
        let (results, _) = run(&client, rows(1), &with(BulkOptions::new(), &world));
        assert_eq!(results[0].error.as_ref().map(Error::kind), Some(Kind::InDoubt), "{fault}");
    }
    // Longer than a second: the claim is given up during the wait.
    world.sandbox.add_fault(json!({"status": 429, "headers": {"Retry-After": "1.1"}}));
    let (results, stop) = run(&client, rows(1), &again());
    assert!(stop.is_none() && results[0].value.is_some());
    assert_eq!((world.counts().in_doubt, world.counts().accepted), (0, 1));
}

/// A run that is cancelled when all rows are pulled, there is a result, and the others wait.
fn run_and_cancel(client: &Client, count: u32, options: &BulkOptions) -> Vec<SendResult> {
    let run = binding::begin_run::<SendMessage>(client, options).expect("a run");
    let (mut rows, mut results) = (rows(count), Vec::new());
    loop {
        match run.step(true) {
            Step::Pull => match rows.next() {
                Some(row) => run.push(row),
                None => run.end(),
            },
            Step::Result(result) => results.push(result),
            Step::Wait => {
                if !results.is_empty() {
                    run.cancel();
                }
                assert!(run.wait(None).expect("no fork"));
            }
            Step::End(_) => return results,
        }
    }
}

#[test]
fn a_rate_may_be_tiny() {
    let world = World::new();
    let client = support::client(&world.sandbox);
    let results = run_and_cancel(&client, 3, &BulkOptions::new().rate(f64::MIN_POSITIVE));
    let outcomes: Vec<_> = results.iter().map(|result| result.outcome).collect();
    assert_eq!(outcomes, [Outcome::Accepted, Outcome::NotSent, Outcome::NotSent]);
}

#[test]
fn rows_that_come_too_late_are_replayed_and_not_sent() {
    let world = World::new();
    let client = support::client(&world.sandbox);
    run(&client, rows(3), &with(BulkOptions::new(), &world));
    let late = || with(BulkOptions::new().ordered(true).not_after(zexa::Timestamp::UNIX_EPOCH), &world);
    let (results, stop) = run(&client, rows(5), &late());
    assert!(stop.is_none());
    assert!(results[..3].iter().all(|result| result.replayed && result.recorded));
    assert!(results[3..].iter().all(|result| result.outcome == Outcome::NotSent && !result.recorded));
    // The time passes while the gate is closed.
    world.sandbox.add_fault(json!({"status": 429, "headers": {"Retry-After": "1"}}));
    let soon = zexa::Timestamp::now() + Duration::from_millis(500);
    let (results, _) = run(&client, rows(4).skip(3), &with(BulkOptions::new().not_after(soon), &world));
    assert_eq!((results[0].outcome, world.counts().not_sent), (Outcome::NotSent, 1));
    assert_eq!(world.sandbox.messages().len(), 3);
}

#[test]
fn a_stopped_run_does_not_say_that_sent_rows_were_not_sent() {
    let world = World::new();
    let client = support::client(&world.sandbox);
    run(&client, rows(4), &with(BulkOptions::new(), &world));
    let options = with(BulkOptions::new().rate(f64::MIN_POSITIVE), &world);
    let run = binding::begin_run::<SendMessage>(&client, &options).expect("a run");
    // A new row uses the rate, so that the others wait.
    rows(5).skip(4).for_each(|row| run.push(row));
    until("the new row is sent", || run.stats().accepted == 1);
    rows(4).for_each(|row| run.push(row));
    run.cancel();
    until("all rows have results", || run.stats().in_flight == 0);
    let results: Vec<_> = std::iter::from_fn(|| match run.step(false) {
        Step::Result(result) => Some(result),
        _ => None,
    })
    .collect();
    assert_eq!(results.len(), 5);
    assert!(results.iter().all(|result| result.outcome == Outcome::Accepted && result.recorded));
    assert_eq!((run.stats().accepted, run.stats().replayed), (1, 4));
}

#[test]
fn a_row_that_was_pulled_just_before_the_stop_is_not_denied() {
    let world = World::new();
    let client = support::client(&world.sandbox);
    run(&client, rows(1), &with(BulkOptions::new(), &world));
    let run = binding::begin_run::<SendMessage>(&client, &with(BulkOptions::new(), &world)).expect("a run");
    assert!(matches!(run.step(true), Step::Pull));
    run.stop();
    rows(2).for_each(|row| run.push(row));
    until("both rows have results", || run.stats().in_flight == 0);
    let mut outcomes: Vec<_> = std::iter::from_fn(|| match run.step(false) {
        Step::Result(result) => Some((result.index, result.outcome)),
        _ => None,
    })
    .collect();
    outcomes.sort_by_key(|(index, _)| *index);
    assert_eq!(outcomes, [(0, Outcome::Accepted), (1, Outcome::NotSent)]);
    assert_eq!(world.sandbox.messages().len(), 1);
}

#[test]
fn a_row_that_waits_for_the_rate_again_is_not_in_doubt() {
    let world = World::new();
    world.sandbox.add_fault(json!({"status": 429, "headers": {"Retry-After": "0.1"}}));
    let client = support::client(&world.sandbox);
    let options = with(BulkOptions::new().rate(f64::MIN_POSITIVE), &world);
    let run = binding::begin_run::<SendMessage>(&client, &options).expect("a run");
    rows(1).for_each(|row| run.push(row));
    until("the claim is given up", || world.counts().not_sent == 1);
    assert_eq!((world.counts().claimed, world.sandbox.requests().len()), (0, 1));
}

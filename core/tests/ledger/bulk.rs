//! Bulk runs.

use std::cell::Cell;
use std::collections::HashSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use zexa::binding::{self, Step};
use zexa::{BulkOptions, Client, CreateContact, Error, Kind, Outcome, SendMessage, SendResult};

use super::World;
use crate::support::{self, until};

/// Messages to different people, each with a key.
pub(crate) fn rows(count: u32) -> impl Iterator<Item = SendMessage> {
    (0..count).map(|number| {
        SendMessage::sms(format!("+2449230{number:05}"), "ZEXA", format!("Hello {number}"))
            .idempotency_key(format!("june-{number}"))
    })
}

/// The results of a run, and the error with which it stopped.
pub(crate) fn run(
    client: &Client,
    rows: impl IntoIterator<Item = SendMessage>,
    options: &BulkOptions,
) -> (Vec<SendResult>, Option<Error>) {
    let mut results = Vec::new();
    for result in client.messages().send_many(rows, options).expect("a run") {
        match result {
            Ok(result) => results.push(result),
            Err(error) => return (results, Some(error)),
        }
    }
    (results, None)
}

pub(crate) fn with(options: BulkOptions, world: &World) -> BulkOptions {
    options.ledger(world.path())
}

/// The numbers of messages that the server has, by recipient: each must be 1.
pub(crate) fn assert_no_duplicates(world: &World) {
    let messages = world.sandbox.messages();
    let recipients: HashSet<&Value> = messages.iter().map(|message| &message["to"]).collect();
    assert_eq!(recipients.len(), messages.len());
}

#[test]
fn every_row_has_one_result() {
    let world = World::new();
    let client = support::client(&world.sandbox);
    let mut sending = client.messages().send_many(rows(200), &with(BulkOptions::new(), &world)).expect("a run");
    let (path, is_new) = sending.ledger().expect("a ledger");
    assert!(is_new && path == world.path());
    let mut indexes: Vec<u64> = Vec::new();
    for result in &mut sending {
        let result = result.expect("no stop");
        let message = result.value.expect("sent");
        assert_eq!(result.idempotency_key, Some(format!("june-{}", result.index)));
        assert_eq!(message.to, Some(format!("+2449230{:05}", result.index)));
        assert!(result.recorded && !result.replayed && result.outcome == Outcome::Accepted);
        indexes.push(result.index);
    }
    let stats = sending.stats();
    assert_eq!((stats.pulled, stats.accepted, stats.in_flight), (200, 200, 0));
    indexes.sort_unstable();
    assert_eq!(indexes, (0..200).collect::<Vec<_>>());
    assert_eq!((world.sandbox.messages().len(), world.counts().accepted), (200, 200));
}

#[test]
fn results_can_be_in_order() {
    let world = World::new();
    world.sandbox.add_fault(json!({"process": true, "delay": 0.2, "times": 0, "probability": 0.1, "seed": 7}));
    let client = support::client(&world.sandbox);
    let (results, stop) = run(&client, rows(200), &BulkOptions::new().ordered(true));
    assert!(stop.is_none());
    assert!(results.iter().map(|result| result.index).eq(0..200));
}

#[test]
fn rows_are_pulled_lazily() {
    let world = World::new();
    let pulled = Cell::new(0);
    let source = rows(1000).inspect(|_| pulled.set(pulled.get() + 1));
    let client = support::client(&world.sandbox);
    let mut sending = client.messages().send_many(source, &BulkOptions::new().concurrency(4)).expect("a run");
    assert_eq!(pulled.get(), 0);
    sending.next().expect("a result").expect("no stop");
    until("all pulled rows are sent", || sending.stats().in_flight == 0);
    assert!(pulled.get() <= 8, "{}", pulled.get());
}

#[test]
fn a_second_run_replays_the_first() {
    let world = World::new();
    let client = support::client(&world.sandbox);
    run(&client, rows(100), &with(BulkOptions::new(), &world));
    let (results, stop) = run(&client, rows(120), &with(BulkOptions::new(), &world));
    assert!(stop.is_none());
    assert_eq!(results.iter().filter(|result| result.replayed).count(), 100);
    assert!(results.iter().all(|result| result.value.is_some() && result.recorded));
    assert_eq!(world.sandbox.messages().len(), 120);
    assert_no_duplicates(&world);
}

#[test]
fn replayed_rows_do_not_count_towards_the_rate() {
    let world = World::new();
    let client = support::client(&world.sandbox);
    run(&client, rows(200), &with(BulkOptions::new(), &world));
    // At this rate, the rows that are replayed would need more than three minutes.
    let options = with(BulkOptions::new().rate(1.0), &world);
    let (results, stop) = run(&client, rows(201), &options);
    assert!(stop.is_none());
    assert_eq!((results.iter().filter(|result| result.replayed).count(), world.sandbox.messages().len()), (200, 201));
}

#[test]
fn the_default_key_is_the_recipient() {
    let world = World::new();
    let client = support::client(&world.sandbox);
    let greeting = |text: &str| vec![SendMessage::sms("+244923000001", "ZEXA", text)];
    let (results, _) = run(&client, greeting("Hello"), &with(BulkOptions::new(), &world));
    assert!(results[0].idempotency_key.as_ref().expect("a key").starts_with("default:"));
    // A corrected text is not sent to everybody again.
    let options = with(BulkOptions::new(), &world);
    let mut sending = client.messages().send_many(greeting("Hullo"), &options).expect("a run");
    let result = sending.next().expect("a result").expect("no stop");
    let error = result.error.as_ref().expect("another text");
    assert_eq!((error.kind(), result.outcome), (Kind::KeyReused, Outcome::Accepted));
    assert_eq!((sending.stats().accepted, sending.stats().replayed), (0, 1));
    assert_eq!(world.sandbox.messages().len(), 1);
}

#[test]
fn a_repeated_row_is_a_duplicate() {
    for with_ledger in [true, false] {
        let world = World::new();
        let client = support::client(&world.sandbox);
        let options = if with_ledger { with(BulkOptions::new(), &world) } else { BulkOptions::new() };
        let (results, stop) = run(&client, rows(10).chain(rows(10)), &options.ordered(true));
        assert!(stop.is_none());
        for result in &results[10..] {
            let error = result.error.as_ref().expect("a duplicate");
            assert_eq!(error.kind(), Kind::Duplicate);
            assert_ne!(error.outcome(), Outcome::NotSent);
        }
        assert_eq!(world.sandbox.messages().len(), 10);
    }
}

#[test]
fn an_invalid_row_does_not_stop_the_others() {
    let world = World::new();
    let client = support::client(&world.sandbox);
    let bad = SendMessage::sms("0912", "ZEXA", "Hello");
    let late = SendMessage::sms("+244923000001", "ZEXA", "Hello")
        .scheduled_at("2020-01-01T00:00:00Z".parse::<zexa::Timestamp>().expect("a time"));
    let source = [bad, late.clone()].into_iter().chain(rows(5));
    let (results, stop) = run(&client, source, &with(BulkOptions::new().ordered(true), &world));
    assert!(stop.is_none());
    for result in &results[..2] {
        let error = result.error.as_ref().expect("invalid");
        assert_eq!((error.kind(), error.outcome()), (Kind::Validation, Outcome::NotSent));
    }
    assert_eq!(results.iter().filter(|result| result.value.is_some()).count(), 5);
    let (results, _) = run(&client, [late], &with(BulkOptions::new().allow_past(true), &world));
    assert!(results[0].value.is_some());
}

#[test]
fn a_rate_limit_settles_no_row() {
    let world = World::new();
    world.sandbox.add_fault(json!({"times": 5, "status": 429, "headers": {"Retry-After": "0"}}));
    let client = support::builder(&world.sandbox).max_retries(0).build().expect("a client");
    let (results, stop) = run(&client, rows(50), &with(BulkOptions::new(), &world));
    assert!(stop.is_none(), "{stop:?}");
    assert!(results.iter().all(|result| result.value.is_some()));
    assert_eq!(world.sandbox.messages().len(), 50);
}

#[test]
fn a_server_that_loses_all_requests_in_flight_does_not_stop_the_run() {
    let world = World::new();
    world.sandbox.add_fault(json!({"process": true, "delay": 0.5, "then": "reset", "times": 32}));
    let client = support::client(&world.sandbox);
    let (results, stop) = run(&client, rows(200), &with(BulkOptions::new().concurrency(32), &world));
    assert!(stop.is_none(), "{stop:?}");
    assert_eq!((results.len(), world.counts().in_doubt, world.counts().accepted), (200, 32, 168));
    assert_eq!(world.sandbox.messages().len(), 200);
}

#[test]
fn a_run_that_is_dropped_is_recorded() {
    let world = World::new();
    world.sandbox.add_fault(json!({"process": true, "delay": 0.3, "times": 0}));
    let client = support::client(&world.sandbox);
    let mut sending = client.messages().send_many(rows(10_000), &with(BulkOptions::new(), &world)).expect("a run");
    sending.next().expect("a result").expect("no stop");
    drop(sending);
    // The rows in flight keep the run's lock until they are recorded.
    until("the rows are recorded", || world.counts().claimed == 0);
    assert_eq!(world.counts().accepted as usize, world.sandbox.messages().len());
    assert_eq!(world.counts().in_doubt, 0);
}

#[test]
fn a_binding_can_wait_until_a_cancelled_run_is_recorded() {
    let world = World::new();
    world.sandbox.add_fault(json!({"process": true, "delay": 2, "times": 0}));
    let client = support::client(&world.sandbox);
    let run = binding::begin_run::<SendMessage>(&client, &with(BulkOptions::new(), &world)).expect("a run");
    let mut rows = rows(10);
    while let Step::Pull = run.step(true) {
        match rows.next() {
            Some(row) => run.push(row),
            None => run.end(),
        }
    }
    until("all rows are sent", || world.sandbox.requests().len() == 10);
    run.cancel();
    let mut results = 0;
    loop {
        match run.step(true) {
            Step::Result(result) => {
                assert_eq!((result.outcome, result.recorded), (Outcome::Unknown, false));
                results += 1;
            }
            Step::Wait => assert!(run.wait(None).expect("no fork")),
            Step::Pull => panic!("a row is pulled after a cancel"),
            Step::End(_) => break,
        }
    }
    assert_eq!(results, 10);
    assert!(!run.is_settled());
    while !run.is_settled() {
        run.wait(None).expect("no fork");
    }
    assert_eq!((world.counts().accepted, world.counts().claimed), (10, 0));
}

#[test]
fn only_one_run_uses_a_ledger() {
    let world = World::new();
    let client = support::client(&world.sandbox);
    let sending = client.messages().send_many(rows(10), &with(BulkOptions::new(), &world)).expect("a run");
    let Err(error) = client.messages().send_many(rows(10), &with(BulkOptions::new(), &world)) else {
        panic!("a second run")
    };
    assert_eq!(error.kind(), Kind::Config);
    assert!(error.message().contains("is used by another bulk run"), "{error}");
    drop(sending);
    assert_eq!(run(&client, rows(10), &with(BulkOptions::new(), &world)).0.len(), 10);
}

#[test]
fn a_slow_consumer_causes_no_timeout() {
    let world = World::new();
    let client = support::builder(&world.sandbox).timeout(Duration::from_millis(1500)).build().expect("a client");
    let mut results = 0;
    for result in client.messages().send_many(rows(64), &with(BulkOptions::new(), &world)).expect("a run") {
        if results == 0 {
            // Longer than the timeout. This is what the test is about, and not a wait for anything.
            thread::sleep(Duration::from_millis(2500));
        }
        assert!(result.expect("no stop").value.is_some());
        results += 1;
    }
    assert_eq!(results, 64);
}

#[test]
fn a_callback_that_panics_costs_one_row() {
    let world = World::new();
    let calls = AtomicU32::new(0);
    let panics = move |_: &zexa::Attempt<'_>| assert_ne!(calls.fetch_add(1, Ordering::Relaxed), 5, "of the test");
    let client = support::builder(&world.sandbox).on_attempt(panics).build().expect("a client");
    let (results, stop) = run(&client, rows(50), &with(BulkOptions::new(), &world));
    assert!(stop.is_none(), "{stop:?}");
    let failed: Vec<_> = results.iter().filter(|result| result.value.is_none()).collect();
    assert_eq!((results.len(), failed.len(), failed[0].outcome), (50, 1, Outcome::Unknown));
    let (results, _) = run(&client, rows(50), &with(BulkOptions::new(), &world));
    let errors: Vec<_> = results.iter().filter_map(|result| result.error.as_ref()).map(Error::kind).collect();
    assert_eq!((errors, world.sandbox.messages().len()), (vec![Kind::InDoubt], 50));
}

#[test]
fn a_blocking_run_inside_a_task_sends_nothing() {
    let world = World::new();
    let client = world.client();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let (results, error) = run(&client, rows(50), &BulkOptions::new());
        assert!(results.is_empty() && error.expect("an error").message().contains("async task"));
        let error = client.messages().send(&super::keyed("order-1")).expect_err("an async task");
        assert_eq!(error.outcome(), Outcome::NotSent);
    });
    drop(runtime);
    assert!(world.sandbox.requests().is_empty());
}

#[test]
fn contacts_that_exist_are_no_errors() {
    let world = World::new();
    let client = support::client(&world.sandbox);
    let contacts = || (0..50).map(|number| CreateContact::new("Ana", format!("+2449240{number:05}")));
    // Ambiguous failures are retried: the number is unique on the server.
    world.sandbox.add_fault(json!({"process": true, "status": 502, "times": 3}));
    let results: Vec<_> = client
        .contacts()
        .create_many(contacts(), &BulkOptions::new())
        .expect("a run")
        .map(|result| result.expect("no stop"))
        .collect();
    assert_eq!(results.iter().filter(|result| result.exists).count(), 3);
    assert!(results.iter().all(|result| result.error.is_none()));
    assert!(results.iter().all(|result| result.outcome != Outcome::Unknown));
    let again: Vec<_> = client.contacts().create_many(contacts(), &BulkOptions::new()).expect("a run").collect();
    assert!(again.iter().all(|result| result.as_ref().is_ok_and(|result| result.exists && result.value.is_none())));
    let Err(error) = client.contacts().create_many(contacts(), &with(BulkOptions::new(), &world)) else {
        panic!("a ledger")
    };
    assert_eq!(error.kind(), Kind::Config);
}

#[test]
fn a_single_call_has_a_connection_of_its_own() {
    let world = World::new();
    let client = support::builder(&world.sandbox).max_connections(2).build().expect("a client");
    world.sandbox.add_fault(json!({"path": "/messages", "then": "stall", "times": 0}));
    let mut sending = client.messages().send_many(rows(4), &BulkOptions::new()).expect("a run");
    thread::scope(|scope| {
        let running = scope.spawn(|| sending.next());
        until("a row is in flight", || !world.sandbox.requests().is_empty());
        client.credits().get().expect("credits");
        assert_eq!(world.sandbox.requests().len(), 2, "the other rows wait for their connection");
        world.sandbox.clear_faults();
        client.close();
        running.join().expect("no panic");
    });
}

#[test]
fn options_are_checked() {
    let world = World::new();
    let client = support::client(&world.sandbox);
    for (options, field) in [
        (BulkOptions::new().concurrency(0), "concurrency"),
        (BulkOptions::new().rate(0.0), "rate"),
        (BulkOptions::new().rate(f64::NAN), "rate"),
        (BulkOptions::new().on_unknown("retry"), "on_unknown"),
        (BulkOptions::new().on_rejected(""), "on_rejected"),
        (BulkOptions::new().ledger(""), "ledger"),
    ] {
        let Err(error) = client.messages().send_many(rows(1), &options) else { panic!("{field}") };
        assert_eq!((error.kind(), &error.details().expect("details")["field"]), (Kind::Config, &json!(field)));
    }
}

#[test]
fn a_stream_is_sent_like_an_iterator() {
    let world = World::new();
    let client = support::async_client(&world.sandbox);
    let source = Rows(rows(100).collect());
    let options = with(BulkOptions::new(), &world);
    let mut sending = client.messages().send_many(source, &options).expect("a run");
    let mut sent = 0;
    while let Some(result) = futures_executor::block_on(next(&mut sending)) {
        assert!(result.expect("no stop").value.is_some());
        sent += 1;
    }
    assert_eq!((sent, sending.stats().accepted, world.sandbox.messages().len()), (100, 100, 100));
}

/// A stream that yields every second time it is polled.
struct Rows(Vec<SendMessage>);

impl futures_core::Stream for Rows {
    type Item = SendMessage;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<SendMessage>> {
        if self.0.len().is_multiple_of(2) && fastrand::bool() {
            context.waker().wake_by_ref();
            return std::task::Poll::Pending;
        }
        std::task::Poll::Ready(self.0.pop())
    }
}

async fn next<S: futures_core::Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    std::future::poll_fn(|context| std::pin::Pin::new(&mut *stream).poll_next(context)).await
}

#[test]
fn a_run_with_a_low_rate_does_not_hold_another_one_back() {
    let world = World::new();
    let client = support::client(&world.sandbox);
    let slow = BulkOptions::new().rate(0.001);
    let mut slow = client.messages().send_many(rows(2), &slow).expect("a run");
    assert_eq!(slow.next().expect("a row").expect("no stop").outcome, Outcome::Accepted);
    // Its second row now waits for minutes.
    let (results, stop) = run(&client, rows(100), &BulkOptions::new());
    assert!(stop.is_none() && results.len() == 100);
    slow.cancel();
}

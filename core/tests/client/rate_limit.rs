//! The gate: after a 429, all calls of a client wait together and continue spread out.

use std::thread;
use std::time::Duration;

use crate::support::{builder, client, message};
use serde_json::json;
use zexa::{CallOptions, Kind, Outcome};
use zexa_sandbox::Sandbox;

#[test]
fn after_a_429_all_calls_wait() {
    let sandbox = Sandbox::from_json(json!({
        "faults": [{"path": "/credits", "status": 429, "headers": {"Retry-After": "1"}}],
    }));
    let client = client(&sandbox);
    client.with_options(CallOptions::new().max_retries(0)).credits().get().expect_err("limited");
    thread::scope(|scope| {
        for _ in 0..15 {
            scope.spawn(|| client.messages().send(&message("Hello")).expect("sent"));
        }
    });
    let waits: Vec<f64> = sandbox.requests().iter().map(|request| request.since_previous).collect();
    assert_eq!(waits.len(), 16);
    // No request arrived before the wait of the 429 was over.
    assert!(waits[1] > 0.9, "{waits:?}");
    // The requests did not all arrive at the same time.
    assert!(waits[2..].iter().sum::<f64>() > 0.02, "{waits:?}");
}

#[test]
fn a_wait_without_any_limit() {
    let sandbox = Sandbox::from_json(json!({
        "faults": [{"path": "/credits", "status": 429, "headers": {"Retry-After": "0.01"}}],
    }));
    let client = builder(&sandbox).max_retry_wait(Duration::MAX).timeout(Duration::MAX).build().expect("a client");
    client.credits().get().expect("credits");
}

#[test]
fn a_call_that_cannot_wait_fails_immediately_and_sends_nothing() {
    let sandbox = Sandbox::from_json(json!({
        "faults": [{"path": "/credits", "status": 429, "headers": {"Retry-After": "60"}}],
    }));
    let client = client(&sandbox);
    let error = client.with_options(CallOptions::new().max_retries(0)).credits().get().expect_err("limited");
    assert_eq!((error.kind(), error.retry_after()), (Kind::RateLimited, Some(Duration::from_secs(60))));

    let hasty = client.with_options(CallOptions::new().deadline(Duration::from_secs(5)));
    let error = hasty.messages().send(&message("Hello")).expect_err("held back");
    assert_eq!((error.kind(), error.outcome(), error.attempts()), (Kind::RateLimited, Outcome::NotSent, 0));
    assert!(error.retry_after().is_some_and(|wait| wait > Duration::from_secs(50)), "{error:?}");
    assert_eq!(sandbox.requests().len(), 1);
}

/// A wait beyond the limit affects only the call that received it.
#[test]
fn a_wait_beyond_the_limit_does_not_close_the_gate() {
    let sandbox = Sandbox::from_json(json!({
        "faults": [{"path": "/credits", "status": 429, "headers": {"Retry-After": "86400"}}],
    }));
    let client = client(&sandbox);
    let error = client.credits().get().expect_err("limited");
    assert_eq!((error.attempts(), error.retry_after()), (1, Some(Duration::from_secs(86_400))));
    client.credits().get().expect("credits");
}

#[test]
fn all_messages_pass_a_real_rate_limit() {
    let sandbox = Sandbox::from_json(json!({"state": {"rate_limit": {"requests": 20, "per_seconds": 1}}}));
    let client = builder(&sandbox).max_retries(20).build().expect("a client");
    thread::scope(|scope| {
        for _ in 0..10 {
            scope.spawn(|| (0..5).for_each(|_| drop(client.messages().send(&message("Hello")).expect("sent"))));
        }
    });
    assert_eq!(sandbox.messages().len(), 50);
}

/// The queue takes longer than the maximum wait, but it moves: calls continue in order of arrival, so that none fails while later ones get through.
#[test]
fn no_call_of_a_burst_is_overtaken() {
    let sandbox = Sandbox::from_json(json!({
        "state": {"rate_limit": {"requests": 10, "per_seconds": 1}},
        "faults": [{"path": "/credits", "status": 429, "headers": {"Retry-After": "1"}}],
    }));
    let client = builder(&sandbox).max_retry_wait(Duration::from_secs(2)).build().expect("a client");
    client.with_options(CallOptions::new().max_retries(0)).credits().get().expect_err("limited");
    thread::scope(|scope| {
        for _ in 0..60 {
            scope.spawn(|| client.messages().send(&message("Hello")).expect("sent"));
        }
    });
    assert_eq!(sandbox.messages().len(), 60);
}

/// The length of the queue does not determine how fast it moves: only a gate that opens too late makes a call fail immediately.
#[test]
fn a_deadline_that_is_long_enough_fails_no_call_in_a_long_queue() {
    let sandbox = Sandbox::from_json(json!({
        "faults": [{"path": "/credits", "status": 429, "headers": {"Retry-After": "4"}}], "state": {"credits": 1000},
    }));
    let client = client(&sandbox);
    client.with_options(CallOptions::new().max_retries(0)).credits().get().expect_err("limited");
    let client = client.with_options(CallOptions::new().deadline(Duration::from_secs(60)));
    thread::scope(|scope| {
        for _ in 0..300 {
            scope.spawn(|| client.messages().send(&message("Hello")).expect("sent"));
        }
    });
    assert_eq!(sandbox.messages().len(), 300);
}

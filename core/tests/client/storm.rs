//! A thousand messages through a server that fails one request in three: all reported outcomes are true.

use std::time::Duration;

use crate::support::storm::{Report, send_all};
use crate::support::{builder, message};
use futures_executor::block_on;
use serde_json::{Value, json};
use zexa_sandbox::Sandbox;

const SENDS: usize = 1000;

/// A sandbox that fails one message in three, in all possible ways.
fn sandbox(mut state: Value) -> Sandbox {
    state["credits"] = 10_000.into();
    // With TLS, a connection that is reset while it is opened has transferred nothing. Without TLS, it may have.
    let connect = if state["tls"] == true { 0.4 } else { 0.0 };
    Sandbox::from_json(json!({
        "state": state,
        "faults": [{
            "method": "POST", "path": "/messages", "times": 0, "probability": 0.333, "seed": 20260701,
            "any_of": [
                {"status": 429, "headers": {"Retry-After": "0.05"}},
                {"status": 422},
                {"status": 500},
                {"process": true, "status": 503},
                {"then": "reset", "at": "request"},
                {"process": true, "then": "reset", "at": "request"},
                {"process": true, "then": "cut", "at": "head", "bytes": 20},
                {"process": true, "then": "cut", "at": "body", "bytes": 10},
                {"then": "stall", "at": "request"},
                {"process": true, "then": "stall", "at": "body", "bytes": 10},
            ],
        }, {"at": "connect", "then": "reset", "times": 0, "probability": connect, "seed": 7}],
    }))
}

#[test]
fn over_http_1_nothing_is_sent_twice_and_nothing_is_lost_silently() {
    let sandbox = sandbox(json!({}));
    let client = builder(&sandbox).timeout(Duration::from_secs(1)).max_retries(1).build().expect("a client");
    judge(&sandbox, &[], send_all(SENDS, |text| client.messages().send(&message(text)).map(drop)));
}

#[test]
fn over_http_2_nothing_is_sent_twice_and_nothing_is_lost_silently() {
    let sandbox = sandbox(json!({"tls": true, "alpn": ["h2"]}));
    let client =
        builder(&sandbox).http2(true).timeout(Duration::from_secs(1)).max_retries(1).build().expect("a client");
    judge(&sandbox, &["not_sent"], send_all(SENDS, |text| client.messages().send(&message(text)).map(drop)));
}

#[test]
fn async_nothing_is_sent_twice_and_nothing_is_lost_silently() {
    let sandbox = sandbox(json!({}));
    let client = builder(&sandbox).timeout(Duration::from_secs(1)).max_retries(1).build_async().expect("a client");
    judge(&sandbox, &[], send_all(SENDS, |text| block_on(client.messages().send(&message(text))).map(drop)));
}

/// All calls share one connection, and fail when it is reset.
#[test]
fn async_over_http_2_nothing_is_sent_twice_and_nothing_is_lost_silently() {
    let sandbox = sandbox(json!({"tls": true, "alpn": ["h2"]}));
    let client =
        builder(&sandbox).http2(true).timeout(Duration::from_secs(1)).max_retries(1).build_async().expect("a client");
    judge(&sandbox, &[], send_all(SENDS, |text| block_on(client.messages().send(&message(text))).map(drop)));
}

/// Asserts that every outcome is true, and that each outcome was reported several times.
fn judge(sandbox: &Sandbox, also: &[&str], sent: Vec<crate::support::storm::Sent>) {
    let report = Report::of(sandbox, sent);
    let usual = ["sent", "accepted", "rejected", "unknown, and arrived", "unknown, and lost"];
    report.assert_seen(10, usual.iter().chain(also));
    let refused = sandbox.requests().iter().filter(|request| request.status == Some(429)).count();
    assert!(refused > 10, "{refused} answers of 429");
}

//! Four thousand messages over HTTP/2 while streams are scarce and calls time out or are cancelled at random: messages that are reported as not sent
//! never arrive, and no message arrives twice.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::storm::{Report, send_all};
use crate::support::{builder, message};
use futures_executor::block_on;
use serde_json::{Value, json};
use zexa::{CallOptions, CancelToken, Error};
use zexa_sandbox::Sandbox;

/// The number of messages for each limit of streams and each client.
const SENDS: usize = 500;

fn sandbox(limit: Value) -> Sandbox {
    Sandbox::from_json(json!({
        "state": {"tls": true, "alpn": ["h2"], "credits": 10_000, "max_concurrent_streams": limit, "requests_per_stream_limit": 5},
        "faults": [{
            "method": "POST", "path": "/messages", "times": 0, "probability": 0.12, "seed": 20261127,
            "any_of": [
                {"status": 503},
                {"process": true, "status": 503},
                {"then": "refuse"},
                {"then": "goaway"},
                {"then": "stall", "at": "request"},
                {"process": true, "then": "stall", "at": "body", "bytes": 10},
                {"process": true, "then": "cut", "at": "body", "bytes": 10},
                {"then": "reset", "at": "request"},
                {"process": true, "delay": 0.15},
                {"process": true, "then": "hang"},
            ],
        }],
    }))
}

/// Cancels tokens at their times.
fn cancel_in_time(tokens: Receiver<(Instant, CancelToken)>) {
    for (at, token) in tokens {
        thread::sleep(at.saturating_duration_since(Instant::now()));
        token.cancel();
    }
}

/// The timeouts of calls. The longer one is for machines on which TLS handshakes take longer than the first, so that nearly nothing is sent.
const TIMEOUTS: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(3)];

/// The outcomes that a storm must have.
const OUTCOMES: [&str; 4] = ["sent", "not_sent", "unknown, and arrived", "unknown, and lost"];

/// The options of one call. Some calls are cancelled, and some have a deadline that is too short.
fn options(timeout: Duration, cancel: &Sender<(Instant, CancelToken)>) -> CallOptions {
    let options = CallOptions::new().timeout(timeout).max_retries(fastrand::u32(0..3));
    let moment = Duration::from_micros(fastrand::u64(0..60_000));
    match fastrand::u32(0..20) {
        0 | 1 => {
            let token = CancelToken::new();
            cancel.send((Instant::now() + moment, token.clone())).expect("the thread that cancels is there");
            options.cancel(&token)
        }
        2 | 3 => options.deadline(moment + Duration::from_micros(1)),
        _ => options,
    }
}

fn storm(limit: Value) {
    for is_async in [false, true] {
        let [usual, longer] = TIMEOUTS;
        let mut report = storm_with(usual, &limit, is_async);
        if !report.has_seen(&OUTCOMES) {
            report = storm_with(longer, &limit, is_async);
        }
        report.assert_seen(0, OUTCOMES.iter());
    }
}

/// Checks the promises, and returns how often each outcome was reported.
fn storm_with(timeout: Duration, limit: &Value, is_async: bool) -> Report {
    let sandbox = sandbox(limit.clone());
    let client = builder(&sandbox).http2(true).build().expect("a client");
    let other = builder(&sandbox).http2(true).build_async().expect("a client");
    let (cancel, tokens) = channel();
    let sent = thread::scope(|scope| {
        scope.spawn(|| cancel_in_time(tokens));
        let sent = send_all(SENDS, |text| -> Result<(), Error> {
            let options = options(timeout, &cancel);
            match is_async {
                true => block_on(other.with_options(options).messages().send(&message(text))).map(drop),
                false => client.with_options(options).messages().send(&message(text)).map(drop),
            }
        });
        // Ends the thread that cancels tokens.
        drop(cancel);
        sent
    });
    // Requests of cancelled calls may still be in transit. The calls made here follow them on each connection.
    let brief = CallOptions::new().timeout(timeout).max_retries(0);
    let (client, other) = (client.with_options(brief.clone()), other.with_options(brief));
    for number in 0..10 {
        let _ = client.messages().send(&message(&format!("last {number}")));
        let _ = block_on(other.messages().send(&message(&format!("last {number}, async"))));
    }
    Report::of(&sandbox, sent)
}

#[test]
fn with_one_stream() {
    storm(json!(1));
}

#[test]
fn with_ten_streams() {
    storm(json!(10));
}

#[test]
fn with_a_hundred_streams() {
    storm(json!(100));
}

#[test]
fn with_a_limit_that_changes() {
    storm(json!([10, 1, 100, 2, 50, 1]));
}

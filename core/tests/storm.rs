//! A thousand messages through a server that fails one request in three: what the errors say is what happened.

mod support;

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use futures_executor::block_on;
use serde_json::{Value, json};
use support::{builder, message};
use zexa::{Error, Outcome};
use zexa_sandbox::Sandbox;

const SENDS: usize = 1000;
const THREADS: usize = 32;

/// A sandbox that fails one message in three, in every way there is.
fn sandbox(mut state: Value) -> Sandbox {
    state["credits"] = 10_000.into();
    // Over TLS a connection that is reset while it is made has carried nothing. Without TLS it may have.
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
    judge(&sandbox, &[], &send_all(|text| client.messages().send(&message(text)).map(drop)));
}

#[test]
fn nor_over_http_2() {
    let sandbox = sandbox(json!({"tls": true, "alpn": ["h2"]}));
    let client =
        builder(&sandbox).http2(true).timeout(Duration::from_secs(1)).max_retries(1).build().expect("a client");
    judge(&sandbox, &["not_sent"], &send_all(|text| client.messages().send(&message(text)).map(drop)));
}

#[test]
fn nor_by_the_async_client() {
    let sandbox = sandbox(json!({}));
    let client = builder(&sandbox).timeout(Duration::from_secs(1)).max_retries(1).build_async().expect("a client");
    judge(&sandbox, &[], &send_all(|text| block_on(client.messages().send(&message(text))).map(drop)));
}

/// All share one connection here, and go down with it when one of them is reset.
#[test]
fn nor_by_the_async_client_over_http_2() {
    let sandbox = sandbox(json!({"tls": true, "alpn": ["h2"]}));
    let client =
        builder(&sandbox).http2(true).timeout(Duration::from_secs(1)).max_retries(1).build_async().expect("a client");
    judge(&sandbox, &[], &send_all(|text| block_on(client.messages().send(&message(text))).map(drop)));
}

type Sent = (String, Result<(), Error>);

fn send_all(send: impl Fn(&str) -> Result<(), Error> + Sync) -> Vec<Sent> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= SENDS {
                        return;
                    }
                    let text = format!("message {number}");
                    let result = send(&text);
                    results.lock().expect("no thread panicked").push((text, result));
                }
            });
        }
    });
    results.into_inner().expect("no thread panicked")
}

fn judge(sandbox: &Sandbox, also: &[&str], results: &[Sent]) {
    let arrived = arrivals(sandbox);
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for (text, result) in results {
        let times = arrived.get(text).copied().unwrap_or(0);
        let (said, allowed) = match result {
            Ok(()) => ("sent", 1..=1),
            Err(error) => match error.outcome() {
                Outcome::Accepted => ("accepted", 1..=1),
                Outcome::Unknown if times == 1 => ("unknown, and arrived", 1..=1),
                Outcome::Unknown => ("unknown, and lost", 0..=0),
                outcome => (outcome.as_str(), 0..=0),
            },
        };
        assert!(allowed.contains(&times), "{text}: {said}, and it arrived {times} times: {result:?}");
        *seen.entry(said).or_default() += 1;
    }
    assert_eq!(results.len(), SENDS);
    assert!(arrived.values().all(|times| *times == 1), "sent twice");
    // It was a storm at all.
    let usual = ["sent", "accepted", "rejected", "unknown, and arrived", "unknown, and lost"];
    for said in usual.iter().chain(also) {
        assert!(seen.get(said).is_some_and(|count| *count > 10), "{said}: {seen:?}");
    }
    let refused = sandbox.requests().iter().filter(|request| request.status == Some(429)).count();
    assert!(refused > 10, "{refused} answers of 429");
}

/// How many messages of each text the server has made.
fn arrivals(sandbox: &Sandbox) -> HashMap<String, usize> {
    let mut arrived = HashMap::new();
    for message in sandbox.messages() {
        let text = message["body"].as_str().expect("a body").to_owned();
        *arrived.entry(text).or_default() += 1;
    }
    arrived
}

//! A thousand messages through a server that fails one request in three: what the errors say is what happened.

mod support;

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::json;
use support::builder;
use zexa::{Client, Error, Outcome, SendMessage};
use zexa_sandbox::Sandbox;

const SENDS: usize = 1000;
const THREADS: usize = 32;

#[test]
fn nothing_is_sent_twice_and_nothing_is_lost_silently() {
    let sandbox = Sandbox::from_json(json!({
        "state": {"credits": 10_000},
        "faults": [{
            "method": "POST", "path": "/messages", "times": 0, "probability": 0.333, "seed": 20260701,
            "any_of": [
                {"status": 429, "headers": {"Retry-After": "0.05"}},
                {"status": 500},
                {"process": true, "status": 503},
                {"then": "reset", "at": "request"},
                {"process": true, "then": "reset", "at": "request"},
                {"process": true, "then": "cut", "at": "head", "bytes": 20},
                {"process": true, "then": "cut", "at": "body", "bytes": 10},
                {"then": "stall", "at": "request"},
                {"process": true, "then": "stall", "at": "body", "bytes": 10},
            ],
        }],
    }));
    let client = builder(&sandbox).timeout(Duration::from_secs(1)).build().expect("a client");

    let results = send_all(&client);
    let arrived = arrivals(&sandbox);

    let mut seen: HashMap<&str, usize> = HashMap::new();
    for (text, result) in &results {
        let times = arrived.get(text).copied().unwrap_or(0);
        let (said, allowed) = match result {
            Ok(()) => ("sent", 1..=1),
            Err(error) => match error.outcome() {
                Outcome::Accepted => ("accepted", 1..=1),
                Outcome::Unknown => ("unknown", 0..=1),
                outcome => (outcome.as_str(), 0..=0),
            },
        };
        assert!(allowed.contains(&times), "{text}: {said}, and it arrived {times} times: {result:?}");
        *seen.entry(said).or_default() += 1;
        if said == "unknown" {
            *seen.entry(if times == 1 { "unknown and arrived" } else { "unknown and lost" }).or_default() += 1;
        }
    }
    assert_eq!(results.len(), SENDS);
    assert_eq!(arrived.values().filter(|times| **times > 1).count(), 0, "sent twice");
    // That it was a storm at all.
    for said in ["sent", "accepted", "unknown and arrived", "unknown and lost"] {
        assert!(seen.get(said).is_some_and(|count| *count > 10), "{said}: {seen:?}");
    }
    let answered_429 = sandbox.requests().iter().filter(|request| request.status == Some(429)).count();
    assert!(answered_429 > 10 && sandbox.requests().len() > SENDS + 10, "{answered_429}");
}

fn send_all(client: &Client) -> Vec<(String, Result<(), Error>)> {
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
                    let result = client.messages().send(&SendMessage::sms("+244912345678", "ZEXA", &text)).map(|_| ());
                    results.lock().expect("no thread panicked").push((text, result));
                }
            });
        }
    });
    results.into_inner().expect("no thread panicked")
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

//! Several clients, as in several processes or on several machines.

use std::collections::HashSet;
use std::thread;
use std::time::Duration;

use futures_executor::block_on;
use serde_json::json;
use zexa::{CallOptions, CancelToken, Kind, ListContacts, Outcome, SendMessage};
use zexa_sandbox::Sandbox;

use super::server::Redis;
use super::support::{message, until};
use super::{limited, run};

const ONE_ATTEMPT: fn() -> CallOptions = || CallOptions::new().max_retries(0);

#[test]
#[ignore = "needs Redis"]
fn a_429_of_one_client_stops_the_other() {
    let (sandbox, redis) = (Sandbox::start(), Redis::start());
    sandbox.add_fault(json!({"path": "/credits", "status": 429, "headers": {"Retry-After": "1"}}));
    let (one, other) = (limited(&sandbox, &redis).build(), limited(&sandbox, &redis).build_async());
    let (one, other) = (one.expect("a client"), other.expect("a client"));
    // It has asked before, and knows nothing of the 429.
    block_on(other.messages().get("msg_1")).expect_err("no such message");
    one.with_options(ONE_ATTEMPT()).credits().get().expect_err("limited");
    block_on(other.messages().send(&message("Hello"))).expect("sent");
    let waits: Vec<f64> = sandbox.requests().iter().map(|request| request.since_previous).collect();
    assert!(waits.len() == 3 && waits[2] > 0.9, "{waits:?}");
}

#[test]
#[ignore = "needs Redis"]
fn a_call_that_cannot_wait_for_the_other_client_fails_and_sends_nothing() {
    let (sandbox, redis) = (Sandbox::start(), Redis::start());
    sandbox.add_fault(json!({"path": "/credits", "status": 429, "headers": {"Retry-After": "60"}}));
    let (one, other) = (limited(&sandbox, &redis).build(), limited(&sandbox, &redis).build());
    let (one, other) = (one.expect("a client"), other.expect("a client"));
    one.with_options(ONE_ATTEMPT()).credits().get().expect_err("limited");
    let hasty = other.with_options(CallOptions::new().deadline(Duration::from_secs(5)));
    let error = hasty.messages().send(&message("Hello")).expect_err("held back");
    assert_eq!((error.kind(), error.outcome(), error.attempts()), (Kind::RateLimited, Outcome::NotSent, 0), "{error}");
    assert!(error.retry_after().is_some_and(|wait| wait > Duration::from_secs(30)), "{error:?}");
    assert_eq!(sandbox.requests().len(), 1);
}

/// The key of the only limiter.
fn key(redis: &Redis) -> String {
    redis.command(&["KEYS", "zexa:limiter:*"])
}

#[test]
#[ignore = "needs Redis"]
fn runs_share_the_limit_of_the_account() {
    let sandbox = Sandbox::from_json(json!({"state": {"rate_limit": {"requests": 50, "per_seconds": 1}}}));
    let redis = Redis::start();
    thread::scope(|scope| {
        for _ in 0..4 {
            let client = limited(&sandbox, &redis).build().expect("a client");
            scope.spawn(move || {
                assert!(run(&client, 100).iter().all(|result| result.outcome == Outcome::Accepted));
            });
        }
    });
    assert_eq!(sandbox.messages().len(), 400);
    println!("{} attempts were refused", sandbox.requests().len() - 400);
    assert!(redis.field("rate") > 0.0);
}

#[test]
#[ignore = "needs Redis"]
fn runs_over_http2_and_lists_share_the_limit() {
    let state = json!({"tls": true, "contacts_count": 200, "rate_limit": {"requests": 20, "per_seconds": 1}});
    let (sandbox, redis) = (Sandbox::from_json(json!({"state": state})), Redis::start());
    let client = || limited(&sandbox, &redis).http2(true).build().expect("a client");
    thread::scope(|scope| {
        let (one, other) = (client(), client());
        scope.spawn(move || assert!(run(&one, 60).iter().all(|result| result.outcome == Outcome::Accepted)));
        let contacts = other.contacts();
        let listed = contacts.list(&ListContacts::new().per_page(10)).map(|contact| contact.expect("a contact").id);
        assert_eq!(listed.collect::<HashSet<_>>().len(), 200);
    });
    assert_eq!(sandbox.messages().len(), 60);
    assert!(redis.field("rate") > 0.0);
}

/// `max_retry_wait` of a client does not hide a 429 from the others.
#[test]
#[ignore = "needs Redis"]
fn a_429_that_is_too_long_for_a_client_is_shared() {
    let (sandbox, redis) = (Sandbox::start(), Redis::start());
    sandbox.add_fault(json!({"path": "/credits", "status": 429, "headers": {"Retry-After": "86400"}}));
    let (one, other) = (limited(&sandbox, &redis).build(), limited(&sandbox, &redis).build());
    let (one, other) = (one.expect("a client"), other.expect("a client"));
    let error = one.credits().get().expect_err("limited");
    assert_eq!((error.outcome(), error.attempts()), (Outcome::Rejected, 1));
    for client in [one, other] {
        let error = client.credits().get().expect_err("held back");
        assert_eq!((error.kind(), error.outcome(), error.attempts()), (Kind::RateLimited, Outcome::NotSent, 0));
        // One response does not stop all clients for a day.
        assert!(error.retry_after().is_some_and(|wait| wait <= Duration::from_secs(3600)), "{error:?}");
    }
    assert_eq!(sandbox.requests().len(), 1);
}

#[test]
#[ignore = "needs Redis"]
fn a_replay_takes_nothing_from_the_rate() {
    let (sandbox, redis) = (Sandbox::start(), Redis::start());
    let folder = tempfile::tempdir().expect("a folder");
    let client = limited(&sandbox, &redis).ledger(folder.path().join("ledger.db")).build().expect("a client");
    let order: SendMessage = message("Hello").idempotency_key("order-1");
    client.messages().send(&order).expect("sent");
    let count = redis.field("count");
    client.messages().send(&order).expect("replayed");
    until("the turn was given back", || redis.field("count") == count);
    assert_eq!(sandbox.messages().len(), 1);
}

#[test]
#[ignore = "needs Redis"]
fn keys_and_names_separate_limiters() {
    let (sandbox, redis) = (Sandbox::start(), Redis::start());
    let url = redis.url();
    let second = || limited(&sandbox, &redis).limiter(format!("{url}?name=june"));
    for builder in [limited(&sandbox, &redis), limited(&sandbox, &redis), second(), second()] {
        builder.build().expect("a client").credits().get().expect("credits");
    }
    let keys = key(&redis);
    assert!(keys.lines().count() == 2 && keys.contains("{june}"), "{keys}");
    assert!(!keys.contains(sandbox.api_key()), "{keys}");
}

#[test]
#[ignore = "needs Redis"]
fn a_call_that_waits_for_the_limiter_is_cancelled_or_closed() {
    let (sandbox, redis) = (Sandbox::start(), Redis::start());
    let client = limited(&sandbox, &redis).build().expect("a client");
    client.credits().get().expect("credits");
    redis.freeze();
    let token = CancelToken::new();
    thread::scope(|scope| {
        let cancelled = client.with_options(CallOptions::new().cancel(&token));
        let cancelled = scope.spawn(move || cancelled.credits().get().expect_err("cancelled"));
        let closed = scope.spawn(|| client.messages().send(&message("Hello")).expect_err("closed"));
        token.cancel();
        let error = cancelled.join().expect("no panic");
        assert_eq!((error.kind(), error.outcome()), (Kind::Cancelled, Outcome::NotSent));
        client.close();
        let error = closed.join().expect("no panic");
        assert_eq!((error.kind(), error.outcome()), (Kind::Closed, Outcome::NotSent));
    });
    redis.thaw();
    assert_eq!(sandbox.requests().len(), 1);
}

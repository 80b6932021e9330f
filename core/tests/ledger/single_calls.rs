//! Single calls with a key.

use std::thread;
use std::time::Duration;

use futures_executor::block_on;
use serde_json::json;
use zexa::{CallOptions, CancelToken, CreateCampaign, Kind, Outcome, SendMessage};

use super::{World, keyed};
use crate::support::{self, until};

#[test]
fn a_key_is_sent_once_whoever_calls() {
    let world = World::new();
    let client = world.client();
    let first = client.messages().send(&keyed("order-1")).expect("sent");
    let again = client.messages().send(&keyed("order-1")).expect("replayed");
    let elsewhere = world.builder().build_async().expect("a client");
    let third = block_on(elsewhere.messages().send(&keyed("order-1"))).expect("replayed");
    for replayed in [again, third] {
        assert_eq!(replayed.id, first.id);
        assert_eq!((replayed.status, replayed.created_at), (first.status.clone(), first.created_at));
        assert_eq!((replayed.to, replayed.body), (first.to.clone(), Some("Hello".to_owned())));
    }
    assert_eq!(world.sandbox.messages().len(), 1);
    assert!(world.sandbox.requests()[0].body.get("idempotency_key").is_none());
    client.messages().send(&keyed("order-2")).expect("sent");
    assert_eq!((world.sandbox.messages().len(), world.counts().accepted), (2, 2));
}

#[test]
fn campaigns_have_keys_too() {
    let world = World::new();
    let campaign = CreateCampaign::sms("June", "lst_demo", "ZEXA", "Hello").idempotency_key("june");
    let client = world.client();
    let first = client.campaigns().create(&campaign).expect("created");
    assert_eq!(client.campaigns().create(&campaign).expect("replayed").id, first.id);
    // A key belongs to one job, whatever the operation.
    let error = client.messages().send(&keyed("june")).expect_err("the key of a campaign");
    assert_eq!((error.kind(), error.outcome()), (Kind::KeyReused, Outcome::Accepted));
}

#[test]
fn other_parameters_are_not_sent() {
    let world = World::new();
    let client = world.client();
    client.messages().send(&keyed("order-1")).expect("sent");
    let error = client.messages().send(&keyed("order-1").body("Hullo")).expect_err("another text");
    assert_eq!((error.kind(), error.outcome(), error.attempts()), (Kind::KeyReused, Outcome::Accepted, 0));
    assert_eq!(world.sandbox.messages().len(), 1);
}

#[test]
fn a_rejected_row_is_replayed_until_its_parameters_change() {
    let world = World::new();
    let client = world.client();
    let unregistered = SendMessage::sms("+244912345678", "NOBODY", "Hello").idempotency_key("order-1");
    let first = client.messages().send(&unregistered).expect_err("not registered");
    assert_eq!(first.outcome(), Outcome::Rejected);
    let again = client.messages().send(&unregistered).expect_err("replayed");
    assert_eq!((again.kind(), again.status(), again.code()), (first.kind(), first.status(), first.code()));
    assert_eq!((again.outcome(), again.attempts(), again.request_id()), (Outcome::Rejected, 0, first.request_id()));
    assert_eq!(world.sandbox.requests().len(), 1);
    client.messages().send(&keyed("order-1")).expect("sent with other parameters");
}

#[test]
fn a_doubt_is_named_until_a_person_settles_it() {
    let world = World::new();
    let client = world.client();
    world.sandbox.add_fault(json!({"status": 502, "times": 2}));
    for key in ["order-1", "order-2"] {
        let error = client.messages().send(&keyed(key)).expect_err("a bad gateway");
        assert_eq!((error.kind(), error.outcome()), (Kind::Server, Outcome::Unknown));
        let again = client.messages().send(&keyed(key)).expect_err("in doubt");
        assert_eq!((again.kind(), again.outcome(), again.attempts()), (Kind::InDoubt, Outcome::Unknown, 0));
    }
    let ledger = world.ledger();
    let doubts = ledger.in_doubt().expect("rows");
    assert_eq!(doubts.iter().map(|row| &*row.key).collect::<Vec<_>>(), ["order-1", "order-2"]);
    assert_eq!(doubts[0].http_status, Some(502));
    ledger.mark_sent("order-1", Some("msg_1")).expect("in doubt");
    ledger.mark_not_sent("order-2").expect("in doubt");
    assert_eq!(client.messages().send(&keyed("order-1")).expect("replayed").id, "msg_1");
    assert_eq!(world.sandbox.messages().len(), 0);
    client.messages().send(&keyed("order-2")).expect("sent");
    assert_eq!(world.sandbox.messages().len(), 1);

    assert_eq!(ledger.mark_not_sent("order-1").expect_err("accepted").kind(), Kind::Conflict);
    assert_eq!(ledger.mark_sent("order-3", None).expect_err("absent").kind(), Kind::NotFound);
}

#[test]
fn an_answer_without_an_id_is_accepted() {
    let world = World::new();
    let client = world.client();
    world.sandbox.add_fault(json!({"process": true, "status": 201, "body": {"ok": true}}));
    for _ in 0..2 {
        let error = client.messages().send(&keyed("order-1")).expect_err("no id");
        assert_eq!((error.kind(), error.outcome()), (Kind::Decode, Outcome::Accepted));
    }
    assert_eq!((world.sandbox.requests().len(), world.counts().accepted), (1, 1));
}

#[test]
fn without_credits_a_row_can_be_sent_later() {
    let world = World::new();
    let client = world.client();
    world.sandbox.set_credits(0.0);
    let error = client.messages().send(&keyed("order-1")).expect_err("no credits");
    assert_eq!((error.kind(), error.outcome()), (Kind::InsufficientCredits, Outcome::Rejected));
    world.sandbox.set_credits(10.0);
    client.messages().send(&keyed("order-1")).expect("sent");
}

#[test]
fn after_a_redirect_a_row_can_be_sent() {
    let world = World::new();
    let client = world.client();
    world.sandbox.add_fault(json!({"status": 307, "headers": {"Location": "http://portal.example/login"}, "text": ""}));
    let error = client.messages().send(&keyed("order-1")).expect_err("a captive portal");
    assert_eq!((error.outcome(), error.status()), (Outcome::Rejected, Some(307)));
    assert_eq!((world.counts().not_sent, world.counts().rejected), (1, 0));
    client.messages().send(&keyed("order-1")).expect("sent");
}

#[test]
fn a_second_call_with_a_key_in_use_is_in_progress() {
    let world = World::new();
    let client = world.client();
    world.sandbox.add_fault(json!({"process": true, "delay": 0.5}));
    thread::scope(|scope| {
        let first = scope.spawn(|| client.messages().send(&keyed("order-1")));
        until("the first request arrives", || !world.sandbox.requests().is_empty());
        let error = client.messages().send(&keyed("order-1")).expect_err("in progress");
        assert_eq!((error.kind(), error.outcome()), (Kind::InProgress, Outcome::Unknown));
        first.join().expect("no panic").expect("sent");
    });
    assert_eq!(world.sandbox.messages().len(), 1);
}

#[test]
fn a_cancelled_call_is_recorded_when_its_answer_arrives() {
    let world = World::new();
    world.sandbox.add_fault(json!({"process": true, "delay": 0.3}));
    let token = CancelToken::new();
    let client = world.client().with_options(CallOptions::new().cancel(&token));
    thread::scope(|scope| {
        let call = scope.spawn(|| client.messages().send(&keyed("order-1")));
        until("the request arrives", || !world.sandbox.requests().is_empty());
        token.cancel();
        let error = call.join().expect("no panic").expect_err("cancelled");
        assert_eq!((error.kind(), error.outcome()), (Kind::Cancelled, Outcome::Unknown));
    });
    until("the answer is recorded", || world.counts().accepted == 1);
    let replayed = world.client().messages().send(&keyed("order-1")).expect("replayed");
    assert_eq!(world.sandbox.messages()[0]["id"], *replayed.id);
}

#[test]
fn a_dropped_future_is_recorded_when_its_answer_arrives() {
    let world = World::new();
    world.sandbox.add_fault(json!({"process": true, "delay": 0.3}));
    let client = world.builder().build_async().expect("a client");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let call = tokio::spawn(client.messages().send(&keyed("order-1")));
        while world.sandbox.requests().is_empty() {
            tokio::task::yield_now().await;
        }
        call.abort();
    });
    until("the answer is recorded", || world.counts().accepted == 1);
}

#[test]
fn a_call_that_is_cancelled_before_it_is_sent_is_not_in_doubt() {
    let world = World::new();
    world.sandbox.add_fault(json!({"status": 429, "headers": {"Retry-After": "60"}}));
    let token = CancelToken::new();
    let client = world.client().with_options(CallOptions::new().cancel(&token));
    thread::scope(|scope| {
        let call = scope.spawn(|| client.messages().send(&keyed("order-1")));
        // The claim is given up during the wait.
        until("the row is free", || world.counts().not_sent == 1);
        token.cancel();
        let error = call.join().expect("no panic").expect_err("cancelled");
        assert_eq!(error.kind(), Kind::Cancelled);
    });
    assert_eq!((world.counts().not_sent, world.counts().in_doubt), (1, 0));
}

#[test]
fn a_key_needs_a_ledger() {
    let world = World::new();
    let client = support::client(&world.sandbox);
    let error = client.messages().send(&keyed("order-1")).expect_err("no ledger");
    assert_eq!((error.kind(), error.outcome()), (Kind::Config, Outcome::NotSent));
    assert_eq!(error.message(), "`idempotency_key` needs a client with a ledger: set the option `ledger`");
    let risky = world.client().with_options(CallOptions::new().retry_ambiguous(true));
    assert_eq!(risky.messages().send(&keyed("order-1")).expect_err("a contradiction").kind(), Kind::Config);
    for key in ["", "a\nb"] {
        assert_eq!(world.client().messages().send(&keyed(key)).expect_err(key).kind(), Kind::Validation);
    }
    assert!(world.sandbox.requests().is_empty());
}

#[test]
fn retries_keep_the_claim() {
    let world = World::new();
    world.sandbox.add_fault(json!({"times": 2, "status": 429, "headers": {"Retry-After": "0"}}));
    world.client().messages().send(&keyed("order-1")).expect("sent");
    assert_eq!((world.sandbox.requests().len(), world.sandbox.messages().len()), (3, 1));
    let timeout = world.client().with_options(CallOptions::new().deadline(Duration::from_millis(300)));
    world.sandbox.add_fault(json!({"then": "stall"}));
    let error = timeout.messages().send(&keyed("order-2")).expect_err("no answer");
    assert_eq!((error.kind(), error.outcome()), (Kind::Timeout, Outcome::Unknown));
    assert_eq!(world.counts().in_doubt, 1);
}

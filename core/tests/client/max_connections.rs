//! The number of connections of a client, and their idle time.

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

use crate::support::{builder, client, message, until};
use futures_executor::block_on;
use serde_json::json;
use tokio::task::JoinSet;
use zexa::{AsyncClient, CallOptions, CancelToken, Kind, ListContacts, Outcome};
use zexa_sandbox::Sandbox;

/// A sandbox that responds slowly to each message.
fn slow() -> Sandbox {
    Sandbox::from_json(
        json!({"state": {"contacts_count": 200}, "faults": [{"path": "/messages", "times": 0, "delay": 0.02}]}),
    )
}

fn used(sandbox: &Sandbox) -> usize {
    sandbox.requests().iter().map(|request| request.connection).collect::<BTreeSet<_>>().len()
}

#[test]
fn blocking_calls_wait_for_one_another() {
    let sandbox = slow();
    let client = builder(&sandbox).max_connections(4).build().expect("a client");
    thread::scope(|scope| {
        for number in 0..60 {
            let client = &client;
            scope.spawn(move || client.messages().send(&message(&number.to_string())).expect("sent"));
        }
    });
    assert_eq!((sandbox.messages().len(), sandbox.connections()), (60, 4));
}

#[test]
fn async_calls_wait_for_one_another() {
    // A client with HTTP/2 enabled learns from the first response that the server uses HTTP/1.1.
    for http2 in [false, true] {
        let sandbox = slow();
        send_200(&builder(&sandbox).max_connections(4).http2(http2).build_async().expect("a client"));
        assert_eq!(sandbox.messages().len(), 200);
        // A connection that has just received a response is not always free for the next call, which then opens another one.
        assert!((4..=20).contains(&sandbox.connections()), "{} with http2: {http2}", sandbox.connections());
    }
}

fn send_200(client: &AsyncClient) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let mut calls = JoinSet::new();
        for number in 0..200 {
            calls.spawn(client.messages().send(&message(&number.to_string())));
        }
        while let Some(sent) = calls.join_next().await {
            sent.expect("no panic").expect("sent");
        }
    });
}

#[test]
fn a_waiting_call_can_be_ended() {
    let sandbox = Sandbox::from_json(json!({"faults": [{"then": "stall"}]}));
    let client = builder(&sandbox).max_connections(1).build().expect("a client");
    let stalled = CancelToken::new();
    thread::scope(|scope| {
        let holder = client.with_options(CallOptions::new().cancel(&stalled));
        scope.spawn(move || holder.credits().get().expect_err("cancelled"));
        let _ = sandbox.wait_for_requests(1);

        let hasty = client.with_options(CallOptions::new().deadline(Duration::from_millis(100)));
        let error = hasty.messages().send(&message("late")).expect_err("no connection");
        assert_eq!((error.kind(), error.outcome(), error.attempts()), (Kind::Timeout, Outcome::NotSent, 0));
        let expected =
            "the deadline of 100ms passed while all connections of the client were in use (see max_connections)";
        assert_eq!(error.message(), expected);

        let token = CancelToken::new();
        let waiting = client.with_options(CallOptions::new().cancel(&token));
        let waiting = scope.spawn(move || waiting.messages().send(&message("cancelled")).expect_err("cancelled"));
        token.cancel();
        let error = waiting.join().expect("no panic");
        assert_eq!((error.kind(), error.outcome()), (Kind::Cancelled, Outcome::NotSent));

        let other = client.clone();
        let waiting = scope.spawn(move || other.messages().send(&message("closed")).expect_err("closed"));
        client.close();
        assert_eq!(waiting.join().expect("no panic").outcome(), Outcome::NotSent);
        stalled.cancel();
    });
    assert_eq!(sandbox.messages().len(), 0);
}

#[test]
fn a_waiting_async_call_can_be_ended() {
    let sandbox = Sandbox::from_json(json!({"faults": [{"then": "stall"}]}));
    let client = builder(&sandbox).max_connections(1).build_async().expect("a client");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let holder = tokio::spawn(client.credits().get());
        tokio::task::yield_now().await;
        let _ = sandbox.wait_for_requests(1);
        let hasty = client.with_options(CallOptions::new().deadline(Duration::from_millis(100)));
        let error = hasty.messages().send(&message("late")).await.expect_err("no connection");
        assert_eq!((error.kind(), error.outcome(), error.attempts()), (Kind::Timeout, Outcome::NotSent, 0));
        let token = CancelToken::new();
        let waiting = client.with_options(CallOptions::new().cancel(&token));
        let waiting = tokio::spawn(waiting.messages().send(&message("cancelled")));
        token.cancel();
        let error = waiting.await.expect("no panic").expect_err("cancelled");
        assert_eq!((error.kind(), error.outcome()), (Kind::Cancelled, Outcome::NotSent));
        holder.abort();
    });
    assert_eq!(sandbox.messages().len(), 0);
}

/// Prefetched pages of a list are not driven while its consumer makes calls.
#[test]
fn calls_between_the_items_of_lists_never_wait_for_ever() {
    for limit in [1, 2, 3] {
        let sandbox = slow();
        let client =
            builder(&sandbox).max_connections(limit).deadline(Duration::from_secs(60)).build().expect("a client");
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    let contacts = client.contacts().list(&ListContacts::new().per_page(10));
                    for (number, contact) in contacts.enumerate() {
                        contact.expect("a contact");
                        if number % 40 == 0 {
                            client.messages().send(&message("Hello")).expect("sent");
                        }
                    }
                });
            }
        });
        assert_eq!(sandbox.messages().len(), 15);
    }
}

#[test]
fn few_connections_stay_open_after_many_concurrent_calls() {
    let sandbox = Sandbox::from_json(json!({"faults": [{"path": "/credits", "times": 0, "delay": 0.5}]}));
    let client = client(&sandbox);
    thread::scope(|scope| {
        for _ in 0..90 {
            scope.spawn(|| client.credits().get().expect("credits"));
        }
    });
    assert!(sandbox.connections() > 64, "{} were opened", sandbox.connections());
    until("most are closed", || sandbox.open_connections() <= 64);
}

/// The calls that follow a list use its runtime, and only one of its connections.
#[test]
fn the_connections_of_a_list_are_closed_although_calls_follow() {
    let kept_open = json!({
        "path": "/credits", "times": 1, "status": 200, "headers": {"Keep-Alive": "timeout=2"},
        "body": {"credits": 1, "currency": "USD"},
    });
    let slow = json!({"path": "/contacts", "times": 0, "delay": 0.1});
    let sandbox = Sandbox::from_json(json!({"state": {"contacts_count": 200}, "faults": [kept_open, slow]}));
    let client = client(&sandbox);
    client.credits().get().expect("credits");
    assert_eq!(client.contacts().list(&ListContacts::new().per_page(10)).count(), 200);
    assert!(sandbox.open_connections() > 2, "{}", sandbox.open_connections());
    until("the other connections are closed", || {
        client.credits().get().expect("credits");
        sandbox.open_connections() == 1
    });
}

/// A message on a connection that the server is about to close might be lost.
#[test]
fn a_connection_that_the_server_closes_soon_is_not_used_again() {
    let kept_open = json!({
        "path": "/credits", "times": 1, "status": 200, "headers": {"Keep-Alive": "timeout=1, max=100"},
        "body": {"credits": 1, "currency": "USD"},
    });
    let sandbox = Sandbox::from_json(json!({"faults": [kept_open.clone()]}));
    let client = client(&sandbox);
    client.credits().get().expect("credits");
    client.messages().send(&message("Hello")).expect("sent");
    assert_eq!(used(&sandbox), 2);

    let sandbox = Sandbox::from_json(json!({"faults": [kept_open]}));
    let client = builder(&sandbox).build_async().expect("a client");
    block_on(client.credits().get()).expect("credits");
    block_on(client.messages().send(&message("Hello"))).expect("sent");
    assert_eq!(used(&sandbox), 2);
}

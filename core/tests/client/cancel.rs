//! Cancelling calls in flight, in a wait, between pages and before the start, with a token or by dropping a future.

use std::future::Future;
use std::task::{Context, Waker};
use std::thread;

use crate::support::{async_client, builder, client, message, until};
use serde_json::json;
use zexa::binding::{self, InterruptCheck};
use zexa::{CallOptions, CancelToken, Error, Kind, ListContacts, Outcome};
use zexa_sandbox::Sandbox;

/// Makes the call on another thread, cancels it when the server has received this number of requests, and returns the error.
fn cancelled<T: Send>(
    sandbox: &Sandbox,
    after: usize,
    call: impl FnOnce(CallOptions) -> Result<T, Error> + Send,
) -> Error {
    let token = CancelToken::new();
    let options = CallOptions::new().cancel(&token);
    thread::scope(|scope| {
        let call = scope.spawn(|| call(options).err().expect("cancelled"));
        let _ = sandbox.wait_for_requests(after);
        token.cancel();
        call.join().expect("no panic")
    })
}

#[test]
fn cancelled_in_a_wait_the_outcome_is_that_of_the_last_response() {
    let sandbox = Sandbox::from_json(json!({
        "faults": [{"path": "/messages", "times": 0, "status": 429, "headers": {"Retry-After": "60"}}],
    }));
    let token = CancelToken::new();
    let cancel = token.clone();
    let client = builder(&sandbox).on_attempt(move |_| cancel.cancel()).build().expect("a client");
    let error = client.with_options(CallOptions::new().cancel(&token)).messages().send(&message("Hello")).unwrap_err();
    assert_eq!((error.kind(), error.outcome(), error.attempts()), (Kind::Cancelled, Outcome::Rejected, 1));
}

#[test]
fn between_pages() {
    let sandbox = Sandbox::from_json(json!({"state": {"contacts_count": 30}}));
    let token = CancelToken::new();
    let client = client(&sandbox).with_options(CallOptions::new().cancel(&token));
    let mut contacts = client.contacts().list(&ListContacts::new().per_page(10));
    for _ in 0..10 {
        contacts.next().expect("an item").expect("a contact");
    }
    token.cancel();
    let error = contacts.next().expect("an error").expect_err("cancelled");
    assert_eq!((error.kind(), error.outcome()), (Kind::Cancelled, Outcome::NotSent));
    assert!(contacts.next().is_none());
    assert_eq!(sandbox.requests().len(), 1);
}

#[test]
fn the_client_works_after_a_cancelled_call() {
    let sandbox = Sandbox::from_json(json!({"faults": [{"then": "stall", "at": "request"}]}));
    let client = client(&sandbox);
    cancelled(&sandbox, 1, |options| client.with_options(options).credits().get());
    client.credits().get().expect("credits");
}

#[test]
fn dropping_a_future_cancels_its_call() {
    let sandbox = Sandbox::from_json(json!({"faults": [{"then": "stall", "at": "request", "times": 0}]}));
    let client = async_client(&sandbox);
    let mut call = Box::pin(client.credits().get());
    assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    let _ = sandbox.wait_for_requests(1);
    assert_eq!(sandbox.open_connections(), 1);
    drop(call);
    until("the connection is closed", || sandbox.open_connections() == 0);
}

#[test]
fn the_client_works_after_a_list_is_dropped() {
    let sandbox = Sandbox::from_json(json!({"state": {"contacts_count": 1000}}));
    let client = client(&sandbox);
    let first: Vec<_> = client.contacts().list(&ListContacts::new().per_page(10)).take(15).collect();
    assert!(first.len() == 15 && first.iter().all(Result::is_ok));
    client.credits().get().expect("credits");
    // With the second page, a few more were prefetched, but not all hundred.
    let pages = sandbox.requests().iter().filter(|request| request.path == "/v1/contacts").count();
    assert!((2..=5).contains(&pages), "{pages}");
}

#[test]
fn an_interrupt_check_is_called_until_it_cancels_the_call() {
    thread_local! {
        static OTHER: std::cell::RefCell<Option<(zexa::Client, u32)>> = const { std::cell::RefCell::new(None) };
    }
    fn check() -> InterruptCheck {
        OTHER.with_borrow_mut(|other| {
            let (client, checks) = other.as_mut().expect("it is there before the call");
            *checks += 1;
            // A signal handler may make calls.
            client.credits().get().expect("a call may be made from here");
            if *checks == 3 { InterruptCheck::Cancel } else { InterruptCheck::Continue }
        })
    }
    let sandbox = Sandbox::from_json(json!({
        "faults": [{"path": "/messages", "process": true, "then": "stall", "at": "request"}],
    }));
    OTHER.set(Some((client(&sandbox), 0)));
    let options = CallOptions::new().cancel(&binding::with_interrupt_check(check));
    let error = client(&sandbox).with_options(options).messages().send(&message("Hello")).unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (Kind::Cancelled, Outcome::Unknown));
    assert_eq!(sandbox.requests().iter().filter(|request| request.path.ends_with("/credits")).count(), 3);
}

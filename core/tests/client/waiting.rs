//! What ends a wait for the status of a message or a campaign. The scenarios test statuses and deadlines.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Waker};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{async_client, builder, client, until};
use serde_json::{Value, json};
use tokio::runtime::Builder;
use zexa::binding::{self, InterruptCheck};
use zexa::{CallOptions, CancelToken, Client, Error, Kind, Outcome};
use zexa_sandbox::Sandbox;

fn message_that_is_sent() -> Value {
    json!({"id": "msg_1", "status": "sent", "channel": "sms", "to": "+244912345678", "created_at": "2026-07-01T09:00:00Z"})
}

/// A message that never gets a final status.
fn message_that_stays() -> Sandbox {
    Sandbox::from_json(json!({"state": {"messages": [message_that_is_sent()]}}))
}

#[test]
fn the_outcome_is_unknown_if_the_deadline_passes_before_a_later_poll_is_sent() {
    let sandbox = Sandbox::from_json(json!({
        "state": {"messages": [message_that_is_sent()]},
        "faults": [{"path": "/credits", "times": 0, "then": "stall"}],
    }));
    let client = builder(&sandbox).max_connections(1).build_async().expect("a client");
    let hasty = client.with_options(CallOptions::new().deadline(Duration::from_secs(1)));
    let runtime = Builder::new_multi_thread().worker_threads(2).build().expect("a runtime");
    let waiting = runtime.spawn(async move { hasty.messages().wait("msg_1", "final").await });
    until("the first poll", || sandbox.requests().len() == 1);
    // This call uses the only connection during the pause, and keeps it.
    let stalled = runtime.spawn(async move { client.credits().get().await });
    let error = runtime.block_on(waiting).expect("no panic").expect_err("the deadline passes");
    stalled.abort();
    assert_eq!((error.kind(), error.outcome(), error.attempts()), (Kind::Timeout, Outcome::Unknown, 1));
    assert!(!error.safe_to_retry(), "{error}");
    let message = error.message();
    assert!(message.starts_with("the deadline of 1s ") && message.contains("the last status was \"sent\""), "{error}");
}

/// Waits for a status that never comes, calls `end` during a pause, and returns the error of the wait.
fn ended(sandbox: &Sandbox, options: CallOptions, end: impl FnOnce(&Client) + Send) -> Error {
    let answered = Arc::new(AtomicUsize::new(0));
    let count = answered.clone();
    let count = move |_: &zexa::Attempt<'_>| {
        count.fetch_add(1, Ordering::Relaxed);
    };
    let client = builder(sandbox).on_attempt(count).build().expect("a client");
    thread::scope(|scope| {
        let waiting = client.with_options(options);
        let waiting = scope.spawn(move || waiting.messages().wait("msg_1", "final").expect_err("it is ended"));
        until("it has polled five times", || answered.load(Ordering::Relaxed) == 5);
        let began = Instant::now();
        end(&client);
        let error = waiting.join().expect("no panic");
        // The fifth pause takes at least 1.9 s. A wait that is not interrupted would end only after it.
        assert!(began.elapsed() < Duration::from_millis(1800), "{:?}", began.elapsed());
        error
    })
}

#[test]
fn a_token_cancels_a_wait_during_a_pause() {
    let token = CancelToken::new();
    let error = ended(&message_that_stays(), CallOptions::new().cancel(&token), |_| token.cancel());
    assert_eq!((error.kind(), error.outcome(), error.attempts()), (Kind::Cancelled, Outcome::Unknown, 5));
}

#[test]
fn closing_the_client_ends_a_wait_during_a_pause() {
    let error = ended(&message_that_stays(), CallOptions::new(), Client::close);
    assert_eq!((error.kind(), error.outcome(), error.attempts()), (Kind::Closed, Outcome::Unknown, 5));
}

#[test]
fn an_interrupt_check_cancels_a_wait_during_a_pause() {
    static CHECKS: AtomicUsize = AtomicUsize::new(0);
    fn check() -> InterruptCheck {
        if CHECKS.fetch_add(1, Ordering::Relaxed) == 3 { InterruptCheck::Cancel } else { InterruptCheck::Continue }
    }
    let sandbox = message_that_stays();
    let options = CallOptions::new().cancel(&binding::with_interrupt_check(check));
    let error = client(&sandbox).with_options(options).messages().wait("msg_1", "final").expect_err("it is ended");
    assert_eq!((error.kind(), CHECKS.load(Ordering::Relaxed)), (Kind::Cancelled, 4));
}

#[test]
fn a_dropped_future_stops_polling() {
    let sandbox = message_that_stays();
    let client = async_client(&sandbox);
    let mut waiting = Box::pin(client.messages().wait("msg_1", "final"));
    assert!(waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    let _ = sandbox.wait_for_requests(2);
    drop(waiting);
    drop(client);
    // A call that continues would keep the connection open.
    until("the connection is closed", || sandbox.open_connections() == 0);
    assert!((2..=3).contains(&sandbox.requests().len()));
}

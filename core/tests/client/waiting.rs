//! Waiting for the status of a message or a campaign.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Waker};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{async_client, builder, client, message, until};
use serde_json::{Value, json};
use tokio::runtime::Builder;
use zexa::binding::{self, InterruptCheck};
use zexa::{CallOptions, CampaignStatus, CancelToken, Client, CreateCampaign, Error, Kind, MessageStatus, Outcome};
use zexa_sandbox::Sandbox;

fn message_that_is(status: &str) -> Value {
    json!({"id": "msg_1", "status": status, "channel": "sms", "to": "+244912345678", "created_at": "2026-07-01T09:00:00Z"})
}

/// A message that has these statuses in successive responses. The last one stays.
fn message_that_becomes(statuses: &[&str]) -> Sandbox {
    let (last, others) = statuses.split_last().expect("a status");
    let faults: Vec<_> = others
        .iter()
        .map(|status| json!({"path": "/messages/*", "status": 200, "body": message_that_is(status)}))
        .collect();
    Sandbox::from_json(json!({"state": {"messages": [message_that_is(last)]}, "faults": faults}))
}

/// A message that never gets a final status.
fn message_that_stays() -> Sandbox {
    message_that_becomes(&["sent"])
}

fn with_deadline(sandbox: &Sandbox, deadline: Duration) -> Client {
    client(sandbox).with_options(CallOptions::new().deadline(deadline))
}

#[test]
fn waiting_for_a_message_to_be_delivered() {
    let sandbox = Sandbox::from_json(json!({"state": {"speed": 5}}));
    let client = client(&sandbox);
    let sent = client.messages().send(&message("Hello")).expect("sent");
    let arrived = client.messages().wait(&sent.id, "final").expect("it comes to an end");
    assert_eq!((arrived.id, arrived.status), (sent.id, MessageStatus::Delivered));
    assert!(arrived.delivered_at.is_some());
}

#[test]
fn waiting_for_a_campaign_to_complete() {
    let sandbox = Sandbox::from_json(json!({"state": {"speed": 10}}));
    let client = client(&sandbox);
    let campaign = CreateCampaign::sms("July", "lst_demo", "ZEXA", "Hello");
    let campaign = client.campaigns().create(&campaign).expect("launched");
    let ended = client.campaigns().wait(&campaign.id, "").expect("it comes to an end");
    assert_eq!(ended.status, CampaignStatus::Completed);
    assert_eq!(ended.stats.and_then(|stats| stats.delivered), Some(5));
}

#[test]
fn a_final_status_is_polled_once() {
    for status in ["delivered", "failed", "undeliverable"] {
        let sandbox = message_that_becomes(&[status]);
        // The awaited status or another final one.
        for until in ["final", "", "delivered", "sent", "no_such_status"] {
            let ended = client(&sandbox).messages().wait("msg_1", until).expect("a message");
            assert_eq!(ended.status.as_str(), status, "{until}");
        }
        assert_eq!(sandbox.requests().len(), 5);
    }
}

#[test]
fn waiting_for_a_status_that_is_not_final() {
    let sandbox = message_that_becomes(&["queued", "sent"]);
    let sent = client(&sandbox).messages().wait("msg_1", "sent").expect("sent");
    assert_eq!(sent.status, MessageStatus::Sent);
    assert_eq!(sandbox.requests().len(), 2);
    assert!(sandbox.requests()[1].since_previous > 0.37);
}

#[test]
fn waiting_for_an_unknown_status() {
    let sandbox = message_that_becomes(&["queued", "read"]);
    let read = client(&sandbox).messages().wait("msg_1", "read").expect("read");
    assert_eq!(read.status, MessageStatus::from("read"));
}

#[test]
fn each_poll_has_its_own_retries() {
    let statuses = json!([
        {"path": "/messages/*", "status": 503},
        {"path": "/messages/*", "status": 200, "body": message_that_is("sent")},
        {"path": "/messages/*", "status": 503},
    ]);
    let sandbox = Sandbox::from_json(json!({
        "state": {"messages": [message_that_is("delivered")]},
        "faults": statuses,
    }));
    let options = CallOptions::new().max_retries(1);
    let ended = client(&sandbox).with_options(options).messages().wait("msg_1", "final").expect("a message");
    assert_eq!(ended.status, MessageStatus::Delivered);
    assert_eq!(sandbox.requests().len(), 4);
}

#[test]
fn an_error_ends_the_wait_and_counts_all_requests() {
    let sandbox = Sandbox::from_json(json!({
        "faults": [{"path": "/messages/*", "status": 200, "body": message_that_is("sent")}],
    }));
    let error = client(&sandbox).messages().wait("msg_1", "final").expect_err("the second time, it is not there");
    assert_eq!((error.kind(), error.outcome(), error.attempts()), (Kind::NotFound, Outcome::Rejected, 2));
    let error = client(&sandbox).messages().wait("", "final").expect_err("no id");
    assert_eq!((error.kind(), error.attempts()), (Kind::InvalidRequest, 0));
}

#[test]
fn the_deadline_applies_to_the_whole_wait() {
    let sandbox = message_that_stays();
    let error = with_deadline(&sandbox, Duration::from_secs(3)).messages().wait("msg_1", "final").expect_err("late");
    assert_eq!((error.kind(), error.outcome()), (Kind::Timeout, Outcome::Unknown));
    assert_eq!(error.attempts() as usize, sandbox.requests().len());
    // At the start, after pauses of at most 0.5 s, 0.75 s and 1.125 s, half a second before the deadline, and right before it. Fewer on a slow machine.
    assert!((2..=6).contains(&error.attempts()), "{error}");
    assert!(error.message().starts_with("the deadline of 3s "), "{error}");
    assert!(error.message().contains("while waiting for a final status; the last status was \"sent\""), "{error}");
}

#[test]
fn the_deadline_of_the_client_applies_to_a_wait() {
    let sandbox = message_that_stays();
    let hasty = builder(&sandbox).deadline(Duration::from_millis(400)).build().expect("a client");
    let error = hasty.messages().wait("msg_1", "final").expect_err("late");
    assert_eq!(error.kind(), Kind::Timeout);
    // At the start, in the middle, and right before the deadline. Fewer on a slow machine.
    assert!((1..=3).contains(&error.attempts()), "{error}");
}

#[test]
fn the_outcome_is_unknown_if_the_deadline_passes_before_a_later_poll_is_sent() {
    let sandbox = Sandbox::from_json(json!({
        "state": {"messages": [message_that_is("sent")]},
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
fn waiting_with_the_async_client() {
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    let sandbox = message_that_becomes(&["queued", "sent", "failed"]);
    let client = async_client(&sandbox);
    let ended = runtime.block_on(client.messages().wait("msg_1", "delivered")).expect("it comes to an end");
    assert_eq!((ended.status, sandbox.requests().len()), (MessageStatus::Failed, 3));

    let sandbox = message_that_stays();
    let client = async_client(&sandbox);
    let error = runtime.block_on(client.campaigns().wait("cmp_nobody", "final")).expect_err("it is not there");
    assert_eq!(error.kind(), Kind::NotFound);
    let hasty = client.with_options(CallOptions::new().deadline(Duration::from_secs(1)));
    let error = runtime.block_on(hasty.messages().wait("msg_1", "final")).expect_err("late");
    assert_eq!((error.kind(), error.outcome()), (Kind::Timeout, Outcome::Unknown));
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

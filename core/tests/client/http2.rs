//! HTTP/2: messages that are reported as not sent never arrive, and requests that the server did not process are retried.

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use crate::support::{builder, message, until};
use futures_executor::block_on;
use serde_json::{Value, json};
use zexa::{AsyncClient, CallOptions, CancelToken, ClientBuilder, Kind, Outcome};
use zexa_sandbox::Sandbox;

fn sandbox(mut state: Value, faults: Value) -> Sandbox {
    state["tls"] = true.into();
    Sandbox::from_json(json!({"state": state, "faults": faults}))
}

fn http2(sandbox: &Sandbox) -> ClientBuilder {
    builder(sandbox).http2(true).max_retries(0)
}

/// Runs with a client whose only stream is in use by a call that gets no response, so that the next call waits for a stream.
fn with_stalled_call(sandbox: &Sandbox, run: impl FnOnce(&AsyncClient)) {
    let client = http2(sandbox).build_async().expect("a client");
    // Open a connection first.
    block_on(client.credits().get()).expect("credits");
    let release = CancelToken::new();
    let stalled = client.with_options(CallOptions::new().cancel(&release));
    thread::scope(|scope| {
        let holder = scope.spawn(move || block_on(stalled.messages().send(&message("holds the stream"))));
        let _ = sandbox.wait_for_requests(2);
        run(&client);
        // The stream becomes free, so requests that wait for it on the connection can be sent.
        release.cancel();
        let error = holder.join().expect("no panic").expect_err("cancelled");
        assert_eq!(error.outcome(), Outcome::Unknown);
    });
    // After a later call, all earlier requests have been sent or dropped.
    block_on(client.messages().send(&message("after"))).expect("sent");
    let requests = json!(sandbox.requests());
    let texts = requests.as_array().into_iter().flatten().filter_map(|request| request["body"]["body"].as_str());
    let texts: Vec<_> = texts.collect();
    assert_eq!(texts, ["holds the stream", "after"]);
}

fn one_stream() -> Sandbox {
    sandbox(json!({"max_concurrent_streams": 1}), json!([{"path": "/messages", "then": "stall", "at": "request"}]))
}

#[test]
fn a_call_that_times_out_while_it_waits_for_a_stream_is_never_sent() {
    for options in [
        CallOptions::new().timeout(Duration::from_millis(200)),
        CallOptions::new().deadline(Duration::from_millis(200)),
    ] {
        with_stalled_call(&one_stream(), |client| {
            let error =
                block_on(client.with_options(options).messages().send(&message("waits"))).expect_err("too late");
            assert_eq!((error.kind(), error.outcome()), (Kind::Timeout, Outcome::NotSent));
        });
    }
}

#[test]
fn a_call_that_is_cancelled_while_it_waits_for_a_stream_is_never_sent() {
    with_stalled_call(&one_stream(), |client| {
        let token = CancelToken::new();
        let waiting = client.with_options(CallOptions::new().cancel(&token));
        let cancel = thread::spawn(move || {
            thread::sleep(Duration::from_millis(100));
            token.cancel();
        });
        let error = block_on(waiting.messages().send(&message("waits"))).expect_err("cancelled");
        assert_eq!((error.kind(), error.outcome()), (Kind::Cancelled, Outcome::NotSent));
        cancel.join().expect("no panic");
    });
}

#[test]
fn a_call_that_is_dropped_while_it_waits_for_a_stream_is_never_sent() {
    with_stalled_call(&one_stream(), |client| {
        let mut call = Box::pin(client.messages().send(&message("waits")));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(call.as_mut().poll(&mut context).is_pending());
        drop(call);
    });
}

#[test]
fn a_request_that_the_server_did_not_process_is_retried() {
    for fault in ["refuse", "goaway"] {
        let sandbox = sandbox(json!({}), json!([{"method": "POST", "then": fault, "times": 3}]));
        let client = http2(&sandbox).build().expect("a client");
        let other = http2(&sandbox).build_async().expect("a client");
        for error in [
            client.messages().send(&message("Hello")).expect_err(fault),
            block_on(other.messages().send(&message("Hello"))).expect_err(fault),
        ] {
            assert_eq!((error.kind(), error.outcome()), (Kind::Connect, Outcome::NotSent), "{error}");
        }
        client.with_options(CallOptions::new().max_retries(1)).messages().send(&message("Hello")).expect("sent");
        assert_eq!(sandbox.messages().len(), 1);
    }
}

#[test]
fn a_server_that_sends_goaway_after_each_response_gets_every_message_once() {
    let sandbox = sandbox(json!({"goaway_after": 1, "credits": 1000}), json!([]));
    let client = http2(&sandbox).max_retries(20).build_async().expect("a client");
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..25 {
                    block_on(client.messages().send(&message("Hello"))).expect("sent");
                }
            });
        }
    });
    assert_eq!(sandbox.messages().len(), 200);
}

#[test]
fn a_connection_is_not_reused_after_a_timeout() {
    let timeout = CallOptions::new().timeout(Duration::from_millis(300));
    for answer_pings in [false, true] {
        let sandbox = sandbox(json!({}), json!([{"path": "/messages", "then": "hang", "answer_pings": answer_pings}]));
        let client = http2(&sandbox).build_async().expect("a client");
        let hasty = client.with_options(timeout.clone());
        let error = block_on(hasty.messages().send(&message("Hello"))).expect_err("no answer");
        assert_eq!((error.kind(), error.outcome()), (Kind::Timeout, Outcome::Unknown));
        block_on(client.messages().send(&message("Hello"))).expect("sent on another connection");
        assert_eq!(sandbox.connections(), 2);

        let sandbox = Sandbox::from_json(json!({
            "state": {"tls": true}, "faults": [{"path": "/messages", "then": "hang", "answer_pings": answer_pings}],
        }));
        let client = http2(&sandbox).build().expect("a client");
        let hasty = client.with_options(timeout.clone());
        let error = hasty.messages().send(&message("Hello")).expect_err("no answer");
        assert_eq!((error.kind(), error.outcome()), (Kind::Timeout, Outcome::Unknown));
        client.messages().send(&message("Hello")).expect("sent on another connection");
        assert_eq!(sandbox.connections(), 2);
    }
}

#[test]
fn a_connection_without_ping_responses_is_closed_before_the_timeout() {
    let sandbox = sandbox(json!({}), json!([{"path": "/messages", "then": "hang"}]));
    // PINGs are sent after a third of the client's timeout. The call has a longer timeout, so that it does not end the call.
    let client = http2(&sandbox).timeout(Duration::from_secs(3)).build().expect("a client");
    let patient = client.with_options(CallOptions::new().timeout(Duration::from_secs(60)));
    let error = patient.messages().send(&message("Hello")).expect_err("the connection is dead");
    assert_eq!((error.kind(), error.outcome()), (Kind::Connect, Outcome::Unknown), "{error}");
    client.messages().send(&message("Hello")).expect("sent");
}

#[test]
fn calls_that_start_together_share_one_connection() {
    let sandbox = sandbox(json!({}), json!([]));
    let client = http2(&sandbox).build_async().expect("a client");
    let together = Barrier::new(50);
    thread::scope(|scope| {
        for _ in 0..50 {
            scope.spawn(|| {
                together.wait();
                block_on(client.credits().get()).expect("credits");
            });
        }
    });
    assert_eq!((sandbox.connections(), sandbox.requests().len()), (1, 50));
}

#[test]
fn over_http_1_calls_do_not_wait_for_each_other() {
    let state = json!({"tls": true, "alpn": ["http/1.1"]});
    let sandbox = Sandbox::from_json(json!({"state": state, "faults": [{"delay": 0.05, "times": 0}]}));
    let client = http2(&sandbox).build_async().expect("a client");
    for _ in 0..2 {
        thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| block_on(client.messages().send(&message("Hello"))).expect("sent"));
            }
        });
    }
    assert!(sandbox.connections() > 1 && sandbox.connections() <= 17, "{}", sandbox.connections());
    drop(client);
    until("no open connection", || sandbox.open_connections() == 0);
}

/// The server accepts one request per connection and then no more streams, but keeps the connection open.
#[test]
fn a_connection_without_streams_does_not_block_later_calls() {
    let sandbox = sandbox(json!({"max_concurrent_streams": [1, 0]}), json!([]));
    let timeout = CallOptions::new().timeout(Duration::from_millis(400));
    let other = http2(&sandbox).build_async().expect("a client").with_options(timeout.clone());
    let client = http2(&sandbox).build().expect("a client").with_options(timeout);
    for send in
        [&(|| block_on(other.messages().send(&message("Hello")))) as &dyn Fn() -> zexa::Result<zexa::Message>, &|| {
            client.messages().send(&message("Hello"))
        }]
    {
        for _ in 0..4 {
            send().expect("sent on a new connection");
            let error = send().expect_err("there is no stream");
            assert_eq!((error.kind(), error.outcome()), (Kind::Timeout, Outcome::NotSent));
        }
    }
    assert_eq!((sandbox.messages().len(), sandbox.connections()), (8, 8));
    // Only the end of a runtime closes such connections. The last runtime of the async client still exists.
    until("the connections are closed", || sandbox.open_connections() <= 1);
}

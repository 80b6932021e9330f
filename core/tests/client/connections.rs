//! Connections: reused, shared between threads, and not used after the server has closed them.

use std::sync::{Barrier, mpsc};
use std::thread;
use std::time::Duration;

use crate::support::{client, message, until};
use futures_executor::block_on;
use serde_json::json;
use zexa::{CallOptions, Client, Kind, Method, Outcome};
use zexa_sandbox::Sandbox;

#[test]
fn creating_a_client_opens_no_connection() {
    let sandbox = Sandbox::start();
    let _client = client(&sandbox);
    assert_eq!(sandbox.connections(), 0);
}

#[test]
fn sequential_calls_share_a_connection() {
    let sandbox = Sandbox::start();
    let client = client(&sandbox);
    for _ in 0..20 {
        client.clone().with_options(CallOptions::new().max_retries(0)).credits().get().expect("credits");
    }
    assert_eq!(sandbox.connections(), 1);
}

/// The body of a large response is complete long after its head. The connection is returned to the pool all the same before the next call begins.
#[test]
fn sequential_calls_with_large_responses_share_a_connection() {
    let text = "a".repeat(2 << 20);
    let sandbox = Sandbox::from_json(json!({
        "faults": [{"path": "/new", "times": 0, "status": 200, "body": {"text": text}}],
    }));
    let client = client(&sandbox);
    for _ in 0..20 {
        let response = client.request(Method::Get, "/new", &[], None).expect("a response");
        assert_eq!(response.body["text"], text);
    }
    assert_eq!(sandbox.connections(), 1);
    let sandbox = Sandbox::from_json(json!({
        "faults": [{"path": "/new", "times": 0, "status": 200, "body": {"text": text}}],
    }));
    let client = crate::support::async_client(&sandbox);
    for _ in 0..20 {
        block_on(client.request(Method::Get, "/new", &[], None)).expect("a response");
    }
    assert_eq!(sandbox.connections(), 1);
}

#[test]
fn concurrent_threads_use_one_connection_each_and_return_it() {
    let sandbox = Sandbox::start();
    let client = client(&sandbox);
    let together = Barrier::new(8);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                together.wait();
                for _ in 0..50 {
                    client.messages().send(&message("Hello")).expect("sent");
                }
            });
        }
    });
    assert_eq!(sandbox.messages().len(), 400);
    assert!(sandbox.connections() <= 8, "{}", sandbox.connections());
}

/// A pooled runtime is not driven between two calls, so the next call must detect that the server has closed the connection.
#[test]
fn a_connection_that_the_server_closed_is_never_sent_on() {
    let sandbox = Sandbox::start();
    // A retry would hide the loss of a GET, but not that of a POST, which is not retried if it may have arrived.
    let client = client(&sandbox).with_options(CallOptions::new().max_retries(0));
    for round in 0..50 {
        sandbox.add_fault(json!({"then": "close", "at": "body"}));
        client.messages().send(&message("Hello")).unwrap_or_else(|error| panic!("round {round}: {error}"));
        until("the server has closed it", || sandbox.open_connections() == 0);
    }
    assert_eq!(sandbox.messages().len(), 50);
    assert_eq!(sandbox.connections(), 50);
}

#[test]
fn a_refused_connection_is_not_sent() {
    let client =
        Client::builder().base_url("http://127.0.0.1:9/v1").api_key("k").max_retries(1).build().expect("a client");
    let error = client.messages().send(&message("Hello")).expect_err("nobody listens");
    assert_eq!((error.kind(), error.outcome(), error.attempts()), (Kind::Connect, Outcome::NotSent, 2));
    assert!(error.message().contains("refused"), "{error}");
    assert!(error.safe_to_retry());
}

#[test]
fn an_unknown_host_is_not_sent() {
    let client =
        Client::builder().base_url("https://zexa.invalid/v1").api_key("k").max_retries(0).build().expect("a client");
    let error = client.messages().send(&message("Hello")).expect_err("no such host");
    assert_eq!(error.outcome(), Outcome::NotSent);
    // Without a name server, the connect timeout ends the lookup.
    assert!(matches!(error.kind(), Kind::Connect | Kind::Timeout), "{error}");
}

#[test]
fn a_dropped_client_closes_its_connections() {
    let sandbox = Sandbox::start();
    let client = client(&sandbox);
    client.credits().get().expect("credits");
    assert_eq!(sandbox.open_connections(), 1);
    drop(client);
    until("no open connection", || sandbox.open_connections() == 0);
}

#[test]
fn closing_a_client_fails_later_and_waiting_calls() {
    let sandbox = Sandbox::from_json(json!({
        "faults": [{"path": "/credits", "times": 0, "status": 429, "headers": {"Retry-After": "60"}}],
    }));
    let client = client(&sandbox);
    let waiting = client.clone();
    let waiter = thread::spawn(move || waiting.credits().get());
    let _ = sandbox.wait_for_requests(1);
    client.close();
    let error = waiter.join().expect("no panic").expect_err("closed");
    assert!(matches!(error.kind(), Kind::Closed), "{error}");
    let error = client.messages().send(&message("Hello")).expect_err("closed");
    assert_eq!((error.kind(), error.outcome(), error.attempts()), (Kind::Closed, Outcome::NotSent, 0));
    assert_eq!(sandbox.messages().len(), 0);
}

#[test]
fn an_attempt_in_flight_survives_the_close() {
    let sandbox = Sandbox::from_json(json!({"faults": [{"path": "/messages", "process": true, "delay": 0.3}]}));
    let client = client(&sandbox);
    let sending = client.clone();
    let sender = thread::spawn(move || sending.messages().send(&message("Hello")));
    let _ = sandbox.wait_for_requests(1);
    client.close();
    sender.join().expect("no panic").expect("sent");
}

/// A listener whose queue is full neither accepts nor refuses connections. (On other systems than Linux, it refuses them.)
#[cfg(target_os = "linux")]
#[test]
fn a_timeout_while_connecting_is_not_sent() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let mut queue = Vec::new();
    while let Ok(stream) = std::net::TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
        queue.push(stream);
    }
    let client = Client::builder()
        .base_url(format!("http://{address}/v1"))
        .api_key("k")
        .max_retries(0)
        .timeout(Duration::from_millis(300))
        .build()
        .expect("a client");
    let error = client.messages().send(&message("Hello")).expect_err("nobody accepts");
    assert_eq!((error.kind(), error.outcome()), (Kind::Timeout, Outcome::NotSent));
    // Also for a request without a body: a DELETE that was not sent must not count as ambiguous.
    let error = client.contacts().delete("cnt_1").expect_err("nobody accepts");
    assert_eq!((error.kind(), error.outcome()), (Kind::Timeout, Outcome::NotSent));
    let brief = Client::builder()
        .base_url(format!("http://{address}/v1"))
        .api_key("k")
        .max_retries(0)
        .connect_timeout(Duration::from_millis(200))
        .build()
        .expect("a client");
    let error = brief.credits().get().expect_err("nobody accepts");
    assert_eq!((error.kind(), error.outcome()), (Kind::Timeout, Outcome::NotSent));
    assert!(error.message().contains("connect timeout"), "{error}");
}

#[test]
fn a_post_without_a_body_has_a_content_length() {
    let sandbox = Sandbox::start();
    let client = client(&sandbox);
    client.request(Method::Post, "/messages", &[], None).expect_err("no body");
    client.credits().get().expect("credits");
    client.contacts().delete("cnt_nobody").expect_err("no such contact");
    let lengths: Vec<_> =
        sandbox.requests().iter().map(|request| request.headers.get("content-length").cloned()).collect();
    assert_eq!(lengths, [Some("0".to_owned()), None, None]);
    assert!(sandbox.requests().iter().all(|request| !request.headers.contains_key("transfer-encoding")));
}

/// Thread-local data is destroyed in some order, and the client needs a part of it.
#[test]
fn a_call_on_an_exiting_thread_is_an_error() {
    struct CallsAtTheEnd(Option<(Client, mpsc::Sender<Result<zexa::Credits, zexa::Error>>)>);

    impl Drop for CallsAtTheEnd {
        fn drop(&mut self) {
            let (client, results) = self.0.take().expect("filled in below");
            results.send(client.credits().get()).expect("the test waits for it");
        }
    }

    thread_local!(static AT_THE_END: std::cell::RefCell<CallsAtTheEnd> = const { std::cell::RefCell::new(CallsAtTheEnd(None)) });

    let sandbox = Sandbox::start();
    let client = client(&sandbox);
    let (sender, results) = mpsc::channel();
    let thread = thread::spawn(move || {
        AT_THE_END.with_borrow_mut(|at_the_end| at_the_end.0 = Some((client.clone(), sender)));
        client.credits().get().expect("credits");
    });
    thread.join().expect("no panic");
    match results.recv().expect("a result") {
        Ok(_) => {} // what it needs was still there
        Err(error) => assert_eq!((error.kind(), error.outcome()), (Kind::Other, Outcome::NotSent)),
    }
}

#[test]
fn calls_of_a_closed_async_client_fail() {
    let sandbox = Sandbox::start();
    let client = crate::support::async_client(&sandbox);
    client.close();
    let error = block_on(client.credits().get()).expect_err("closed");
    assert_eq!((error.kind(), error.outcome(), error.attempts()), (Kind::Closed, Outcome::NotSent, 0));
    assert_eq!(sandbox.connections(), 0);
}

//! TLS: enabled by default, verified, with HTTP/1.1 and HTTP/2.

use std::pin::pin;
use std::sync::mpsc;
use std::task::{Context, Waker};

use crate::support::{builder, client, message, until};
use futures_executor::block_on;
use serde_json::json;
use zexa::{CallOptions, CancelToken, Client, Kind, ListContacts, Outcome, binding};
use zexa_sandbox::Sandbox;

fn sandbox(alpn: &[&str]) -> Sandbox {
    Sandbox::from_json(json!({"state": {"tls": true, "alpn": alpn, "contacts_count": 500}}))
}

#[test]
fn http_2_is_used_if_the_client_and_the_server_support_it() {
    for (enabled, alpn, version) in [
        (false, &["h2", "http/1.1"][..], "1.1"),
        (false, &["http/1.1"], "1.1"),
        (true, &["h2", "http/1.1"], "2"),
        (true, &["http/1.1"], "1.1"),
    ] {
        let sandbox = sandbox(alpn);
        let client = builder(&sandbox).http2(enabled).build().expect("a client");
        let sent = client.messages().send(&message("Olá")).expect("sent");
        assert_eq!(client.messages().get(&sent.id).expect("there").body.as_deref(), Some("Olá"));
        assert!(sandbox.requests().iter().all(|request| request.http_version == version), "{enabled} {alpn:?}");
        assert_eq!(sandbox.connections(), 1);
    }
}

#[test]
fn pages_of_a_list_share_an_http_2_connection() {
    let sandbox = sandbox(&["h2"]);
    let client = builder(&sandbox).http2(true).build().expect("a client");
    let contacts = client.contacts().list(&ListContacts::new().per_page(10));
    assert_eq!(contacts.filter(Result::is_ok).count(), 500);
    assert_eq!((sandbox.connections(), sandbox.requests().len()), (1, 50));
}

#[test]
fn an_untrusted_server_receives_nothing() {
    let sandbox = sandbox(&["h2", "http/1.1"]);
    let client = Client::builder().base_url(sandbox.url()).api_key("k").max_retries(0).build().expect("a client");
    let error = client.messages().send(&message("Hello")).expect_err("self-made certificate");
    assert_eq!((error.kind(), error.outcome()), (Kind::Connect, Outcome::NotSent));
    assert!(error.message().contains("certificate"), "{error}");
    assert_eq!(sandbox.requests().len(), 0);
}

#[test]
fn a_server_without_tls() {
    let sandbox = Sandbox::start();
    let url = sandbox.url().replace("http://", "https://");
    let client = builder(&sandbox).base_url(url).build().expect("a client");
    let error = client.credits().get().expect_err("no TLS");
    assert_eq!((error.kind(), error.outcome(), error.attempts()), (Kind::Connect, Outcome::NotSent, 1));
    assert!(
        error.message().ends_with("the server does not use TLS on this port: it may be a port for http://"),
        "{error}"
    );
}

#[test]
fn a_server_with_tls_receives_no_request_without_it() {
    let sandbox = sandbox(&["http/1.1"]);
    let url = sandbox.url().replace("https://", "http://").replace("localhost", "127.0.0.1");
    let client = builder(&sandbox).base_url(url).max_retries(0).build().expect("a client");
    let error = client.messages().send(&message("Hello")).expect_err("the server uses TLS");
    // The request was written, so the outcome is not known to the client.
    assert_eq!((error.kind(), error.outcome(), error.attempts()), (Kind::Connect, Outcome::Unknown, 1));
    assert_eq!(error.message(), "the server uses TLS on this port: the base URL must start with https://");
    assert_eq!(sandbox.requests().len(), 0);
}

#[test]
fn a_server_with_another_name_receives_nothing() {
    let sandbox = sandbox(&["h2", "http/1.1"]);
    // The certificate is for localhost and 127.0.0.1.
    let elsewhere = sandbox.url().replace("127.0.0.1", "127.0.0.2").replace("localhost", "127.0.0.2");
    let client = builder(&sandbox).base_url(elsewhere).max_retries(0).build().expect("a client");
    let error = client.credits().get().expect_err("not its name");
    assert_eq!((error.kind(), error.outcome()), (Kind::Connect, Outcome::NotSent));
    assert_eq!(sandbox.requests().len(), 0);
}

#[test]
fn a_connection_that_the_server_closed_is_never_sent_on() {
    let sandbox = sandbox(&["http/1.1"]);
    let client = client(&sandbox).with_options(CallOptions::new().max_retries(0));
    for round in 0..30 {
        sandbox.add_fault(json!({"then": "close", "at": "body"}));
        client.messages().send(&message("Hello")).unwrap_or_else(|error| panic!("round {round}: {error}"));
        until("the server has closed it", || sandbox.open_connections() == 0);
    }
    assert_eq!(sandbox.messages().len(), 30);
}

/// Over HTTP/2, a server announces that it will close the connection and waits until the client has read that, which is when it is next used.
#[test]
fn a_connection_that_the_server_will_close_is_not_used() {
    let sandbox = sandbox(&["h2"]);
    let client =
        builder(&sandbox).http2(true).build().expect("a client").with_options(CallOptions::new().max_retries(0));
    for round in 0..30 {
        sandbox.add_fault(json!({"then": "close", "at": "body"}));
        client.messages().send(&message("Hello")).unwrap_or_else(|error| panic!("round {round}: {error}"));
    }
    assert_eq!(sandbox.messages().len(), 30);
}

#[test]
fn an_invalid_ca_file_is_rejected_when_the_client_is_created() {
    let directory = std::env::temp_dir();
    for path in [directory.join("zexa-no-such-file.pem"), directory] {
        let error = Client::builder().api_key("k").ca_file(&path).build().expect_err("no certificates there");
        assert_eq!((error.kind(), error.outcome()), (Kind::Config, Outcome::NotSent));
        assert!(error.message().starts_with("`ca_file` "), "{error}");
    }
}

/// The files may be on a slow disk, and the thread that polls may run an event loop.
#[test]
fn certificates_are_not_read_on_the_thread_that_polls() {
    let builder = Client::builder().base_url("https://localhost:1").api_key("k").max_retries(0);
    let missing = |name: &str| (name == "SSL_CERT_FILE").then(|| "/missing/ca.pem".into());
    let client = binding::environment(builder, missing).build_async().expect("no file is read yet");
    let (release, released) = mpsc::channel::<()>();
    let occupied = async move { Ok(released.recv().is_ok()) };
    binding::spawn_with_callback(&client, occupied, &CancelToken::new(), |released| assert!(released.expect("ran")));

    let mut call = pin!(client.credits().get());
    assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    release.send(()).expect("the client's thread waits");
    let error = block_on(call).expect_err("no certificates");
    assert_eq!((error.kind(), error.outcome(), error.attempts()), (Kind::Config, Outcome::NotSent, 0));
    assert!(error.message().contains("SSL_CERT_FILE"), "{error}");
}

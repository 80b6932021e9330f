//! Client certificates: servers that require one, and what they receive.

use crate::support::{async_client, builder, client, message};
use futures_executor::block_on;
use serde_json::json;
use zexa::{CallOptions, ClientBuilder, Error, Kind, Message, Outcome, Result};
use zexa_sandbox::{ClientCertificate, Sandbox};

/// The combinations of the TLS version and the HTTP version.
const VERSIONS: [(&str, &str); 4] = [("1.2", "http/1.1"), ("1.2", "h2"), ("1.3", "http/1.1"), ("1.3", "h2")];

fn sandbox(tls: &str, alpn: &str) -> Sandbox {
    Sandbox::from_json(json!({"state": {
        "tls": true, "require_client_certificate": true, "tls_versions": [tls], "alpn": [alpn],
    }}))
}

fn with(builder: ClientBuilder, certificate: &ClientCertificate) -> ClientBuilder {
    builder.client_cert_file(&certificate.cert_file).client_key_file(&certificate.key_file)
}

/// A client of the sandbox with the certificate that the sandbox has issued.
fn authenticated(sandbox: &Sandbox) -> ClientBuilder {
    with(builder(sandbox), sandbox.client_certificate().expect("it has TLS")).http2(true)
}

/// Sends a message with a blocking and with an async client.
fn send_with_both(builder: &ClientBuilder) -> [Result<Message>; 2] {
    let blocking = builder.clone().build().expect("a client");
    let asynchronous = builder.clone().build_async().expect("a client");
    [
        blocking.messages().send(&message("Hello")),
        block_on(async { asynchronous.messages().send(&message("Hello")).await }),
    ]
}

/// The names of the certificates that came with the requests.
fn certificates(sandbox: &Sandbox) -> Vec<Option<String>> {
    sandbox.requests().into_iter().map(|request| request.client_certificate).collect()
}

/// Asserts that nothing was sent, and that another attempt was not made.
fn assert_not_sent(error: &Error, message: &str) {
    assert_eq!((error.kind(), error.outcome(), error.attempts()), (Kind::Connect, Outcome::NotSent, 1), "{error}");
    assert!(error.message().ends_with(message), "{error}");
}

#[test]
fn a_server_that_requires_a_certificate_receives_it() {
    for (tls, alpn) in VERSIONS {
        let sandbox = sandbox(tls, alpn);
        for sent in send_with_both(&authenticated(&sandbox)) {
            sent.unwrap_or_else(|error| panic!("{tls} {alpn}: {error}"));
        }
        assert_eq!(
            certificates(&sandbox),
            [Some("zexa-sandbox-client".to_owned()), Some("zexa-sandbox-client".to_owned())]
        );
    }
}

#[test]
fn a_server_that_requests_no_certificate_receives_none() {
    let sandbox = Sandbox::from_json(json!({"state": {"tls": true}}));
    for sent in send_with_both(&authenticated(&sandbox)) {
        sent.expect("sent");
    }
    assert_eq!(certificates(&sandbox), [None, None]);
}

/// In TLS 1.3, the client has already sent the request when it learns that the server rejects the handshake.
#[test]
fn a_missing_certificate_is_named_and_nothing_is_sent() {
    for (tls, alpn) in VERSIONS {
        let sandbox = sandbox(tls, alpn);
        for sent in send_with_both(&builder(&sandbox).http2(true)) {
            let error = sent.expect_err("no certificate");
            assert_not_sent(
                &error,
                "the server requires a client certificate: set `client_cert_file` and `client_key_file`",
            );
        }
        assert_eq!((sandbox.requests().len(), sandbox.connections()), (0, 2), "{tls} {alpn}");
    }
}

#[test]
fn a_certificate_of_another_authority_is_rejected_and_nothing_is_sent() {
    let other = Sandbox::from_json(json!({"state": {"tls": true}}));
    for (tls, alpn) in VERSIONS {
        let sandbox = sandbox(tls, alpn);
        let certificate = other.client_certificate().expect("it has TLS");
        for sent in send_with_both(&with(builder(&sandbox), certificate).http2(true)) {
            let error = sent.expect_err("unknown issuer");
            assert_not_sent(&error, "the server rejected the client certificate, because it does not trust the issuer");
        }
        assert_eq!(sandbox.requests().len(), 0, "{tls} {alpn}");
    }
}

#[test]
fn clients_with_different_certificates_share_no_connection() {
    for (tls, alpn) in VERSIONS {
        let sandbox = sandbox(tls, alpn);
        let names = ["shop", "clinic"];
        let clients = names.map(|name| {
            let certificate = sandbox.issue_client_certificate(name).expect("issued");
            with(builder(&sandbox), &certificate).http2(true).build().expect("a client")
        });
        for _ in 0..3 {
            for client in &clients {
                client.messages().send(&message("Hello")).expect("sent");
                // A derived client shares the connections.
                client.with_options(CallOptions::new().max_retries(0)).credits().get().expect("credits");
            }
        }
        let expected = names.map(|name| [Some(name.to_owned()), Some(name.to_owned())]).concat();
        assert_eq!(certificates(&sandbox), [&*expected, &expected, &expected].concat(), "{tls} {alpn}");
        assert_eq!(sandbox.connections(), 2, "{tls} {alpn}");
    }
}

/// The certificate identifies the client to the server, and to nobody else.
#[test]
fn a_proxy_does_not_receive_the_certificate() {
    let sandbox = Sandbox::from_json(json!({"state": {"tls": true}}));
    for tls in ["1.2", "1.3"] {
        let proxy = self::sandbox(tls, "http/1.1");
        let url = proxy.url().trim_end_matches("/v1").to_owned();
        let client = with(builder(&sandbox), proxy.client_certificate().expect("it has TLS"));
        let client = client.ca_file(proxy.ca_file().expect("it has TLS")).proxy(url).max_retries(0);
        let error = client.build().expect("a client").messages().send(&message("Hello")).expect_err("no proxy");
        assert_eq!((error.kind(), error.outcome()), (Kind::Connect, Outcome::NotSent));
        assert!(error.message().contains("certificate required"), "{error}");
        assert_eq!((proxy.requests().len(), sandbox.requests().len()), (0, 0));
    }
}

#[test]
fn a_client_without_tls_ignores_the_certificate() {
    let sandbox = Sandbox::start();
    let other = Sandbox::from_json(json!({"state": {"tls": true}}));
    let client = with(builder(&sandbox), other.client_certificate().expect("it has TLS"));
    client.build().expect("a client").messages().send(&message("Hello")).expect("sent");
    assert_eq!(certificates(&sandbox), [None]);
}

#[test]
fn a_client_of_a_server_that_requires_no_certificate_needs_none() {
    let sandbox = Sandbox::from_json(json!({"state": {"tls": true}}));
    client(&sandbox).messages().send(&message("Hello")).expect("sent");
    block_on(async { async_client(&sandbox).messages().send(&message("Hello")).await }).expect("sent");
    assert_eq!(certificates(&sandbox), [None, None]);
}

//! Clients with real servers and proxies: nginx, OpenSSL, tinyproxy and microsocks.
//!
//! The step `peers` of `cargo xtask test` runs the tests whose programs are installed. Therefore `cargo test` ignores them.

#![cfg(unix)]

mod certificates;
mod draining;
mod microsocks;
mod nginx;
mod openssl;
mod portal;
mod program;
#[path = "../support/mod.rs"]
mod support;
mod tinyproxy;

use futures_executor::block_on;
use zexa::{ClientBuilder, Error, Kind, Message, Outcome, Result};
use zexa_sandbox::Sandbox;

/// Sends a message with a blocking and with an async client.
fn send_with_both(builder: &ClientBuilder) -> [Result<Message>; 2] {
    let blocking = builder.clone().build().expect("a client");
    let asynchronous = builder.clone().build_async().expect("a client");
    let message = support::message("Hello");
    [blocking.messages().send(&message), block_on(async { asynchronous.messages().send(&message).await })]
}

/// Asserts that both clients send a message.
fn assert_sent(case: &str, builder: &ClientBuilder) {
    for sent in send_with_both(builder) {
        sent.unwrap_or_else(|error| panic!("{case}: {error}"));
    }
}

/// Asserts that both clients fail permanently because they cannot connect, with a message that ends like this, and that the sandbox receives nothing.
fn assert_not_sent(case: &str, builder: &ClientBuilder, sandbox: &Sandbox, message: &str) {
    let before = sandbox.requests().len();
    for sent in send_with_both(builder) {
        let error = sent.expect_err(case);
        let seen = (error.kind(), error.outcome(), error.attempts());
        assert_eq!(seen, (Kind::Connect, Outcome::NotSent, 1), "{case}: {error}");
        assert!(error.message().ends_with(message), "{case}: {error}");
    }
    assert_eq!(sandbox.requests().len(), before, "{case}");
}

/// Asserts that both clients receive a response with an error, and that the sandbox receives nothing. Returns the errors.
fn assert_refused(case: &str, builder: &ClientBuilder, sandbox: &Sandbox) -> [Error; 2] {
    let before = sandbox.requests().len();
    let errors = send_with_both(builder).map(|sent| sent.expect_err(case));
    assert_eq!(sandbox.requests().len(), before, "{case}");
    errors
}

//! What the tests of the client share.
#![allow(dead_code, reason = "each test uses its part")]

use std::thread;
use std::time::{Duration, Instant};

use zexa::{AsyncClient, Client, ClientBuilder, SendMessage};
use zexa_sandbox::Sandbox;

/// A client's options, as they have to be for this sandbox.
pub(crate) fn builder(sandbox: &Sandbox) -> ClientBuilder {
    let builder = Client::builder().base_url(sandbox.url()).api_key(sandbox.api_key());
    match sandbox.ca_file() {
        Some(file) => builder.ca_file(file),
        None => builder,
    }
}

pub(crate) fn client(sandbox: &Sandbox) -> Client {
    builder(sandbox).build().expect("a client")
}

pub(crate) fn async_client(sandbox: &Sandbox) -> AsyncClient {
    builder(sandbox).build_async().expect("a client")
}

pub(crate) fn message(text: &str) -> SendMessage {
    SendMessage::sms("+244912345678", "ZEXA", text)
}

/// Waits for it, and fails where it never comes.
pub(crate) fn until(what: &str, mut happened: impl FnMut() -> bool) {
    let started = Instant::now();
    while !happened() {
        assert!(started.elapsed() < Duration::from_secs(20), "waited in vain: {what}");
        thread::yield_now();
    }
}

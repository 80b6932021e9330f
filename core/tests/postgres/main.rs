//! Ledgers in PostgreSQL. The tests need a server, so they are run by the step `postgres` of `cargo xtask test`.

#[path = "../support/postgres.rs"]
mod server;
#[path = "../support/mod.rs"]
mod support;

mod access;
mod broken;
mod calls;
mod children;
mod locks;
mod runs;
mod wire;

use std::collections::HashMap;

use zexa::{Client, ClientBuilder, Ledger, LedgerCounts, SendMessage};
use zexa_sandbox::Sandbox;

use self::server::Postgres;

/// A sandbox, and the URL of a ledger.
struct World {
    sandbox: Sandbox,
    url: String,
}

impl World {
    /// A new ledger on the server that the tests share.
    fn new() -> World {
        World::on(Postgres::shared())
    }

    /// A new ledger on a server.
    fn on(server: &Postgres) -> World {
        World { sandbox: Sandbox::start(), url: server.new_ledger() }
    }

    fn builder(&self) -> ClientBuilder {
        support::builder(&self.sandbox).ledger(&self.url)
    }

    fn client(&self) -> Client {
        self.builder().build().expect("a client")
    }

    fn ledger(&self) -> Ledger {
        Ledger::open(&self.url).expect("a ledger")
    }

    fn counts(&self) -> LedgerCounts {
        self.ledger().counts().expect("counts")
    }

    /// Asserts that no recipient has two messages. Returns the number of messages.
    fn messages_without_duplicates(&self) -> usize {
        let messages = self.sandbox.messages();
        let mut by_text: HashMap<String, u32> = HashMap::new();
        for message in &messages {
            *by_text.entry(format!("{} {}", message["to"], message["body"])).or_default() += 1;
        }
        assert!(by_text.values().all(|count| *count == 1), "{by_text:?}");
        messages.len()
    }
}

/// A message with this key.
fn keyed(key: &str) -> SendMessage {
    support::message(&format!("Hello {key}")).idempotency_key(key)
}

/// Messages to different people, each with a key.
fn rows(count: u32) -> impl Iterator<Item = SendMessage> {
    (0..count).map(|number| {
        SendMessage::sms(format!("+2449230{number:05}"), "ZEXA", format!("Hello {number}"))
            .idempotency_key(format!("june-{number}"))
    })
}

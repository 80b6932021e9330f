//! The ledger: calls with an idempotency key, the file, and processes that die.

#[path = "../support/mod.rs"]
mod support;

mod bulk;
mod bulk_late;
mod bulk_stops;
mod files;
mod processes;
mod single_calls;

use std::path::PathBuf;

use tempfile::TempDir;
use zexa::{ClientBuilder, Ledger, LedgerCounts, SendMessage};
use zexa_sandbox::Sandbox;

/// A sandbox, and a directory with a ledger.
struct World {
    sandbox: Sandbox,
    directory: TempDir,
}

impl World {
    fn new() -> World {
        World { sandbox: Sandbox::start(), directory: tempfile::tempdir().expect("a directory") }
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("june.db")
    }

    fn builder(&self) -> ClientBuilder {
        support::builder(&self.sandbox).ledger(self.path())
    }

    fn client(&self) -> zexa::Client {
        self.builder().build().expect("a client")
    }

    fn ledger(&self) -> Ledger {
        Ledger::open(self.path()).expect("a ledger")
    }

    fn counts(&self) -> LedgerCounts {
        self.ledger().counts().expect("counts")
    }
}

/// A message with this key.
fn keyed(key: &str) -> SendMessage {
    support::message("Hello").idempotency_key(key)
}

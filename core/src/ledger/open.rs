//! [`OpenLedger`]: a ledger that a client has opened.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::file::{FileSystem, about};
use super::key::{self, Hasher};
use super::locks::Locks;
pub(crate) use super::locks::Run as RunLock;
use super::row::Claim;
use super::sqlite::{Account, Sqlite};
use super::state::Resend;
use super::writer::Writer;
use crate::config::Config;
use crate::engine::request::Request;
use crate::{Outcome, Result};

/// How a client uses ledgers.
#[derive(Clone, Default)]
pub(crate) struct LedgerOptions {
    /// A secret for the hashes, which is not in the file.
    pub(crate) secret: Option<String>,
    /// Whether a ledger of another key may be used.
    pub(crate) same_account: bool,
    /// Whether a ledger on a network file system may be used.
    pub(crate) on_network: bool,
}

/// A ledger that a client has opened.
pub(crate) struct OpenLedger {
    pub(crate) writer: Writer,
    pub(crate) hasher: Arc<Hasher>,
    /// The absolute path.
    pub(crate) path: PathBuf,
    /// Whether the file was created just now.
    pub(crate) is_new: bool,
    /// Whether the file may be lost with the machine.
    pub(crate) is_temporary: bool,
    locks: Arc<Locks>,
}

impl OpenLedger {
    /// Opens a ledger for a client, and creates it if it does not exist.
    ///
    /// # Errors
    ///
    /// [`Kind::Config`](crate::Kind::Config) if the file cannot be used, or belongs to another API or account.
    pub(crate) fn open(path: &Path, config: &Config) -> Result<OpenLedger> {
        let options = &config.ledger_options;
        let mut store = Sqlite::open(path, true)?;
        let path = store.path().to_owned();
        let file_system = FileSystem::of(&path);
        if file_system == FileSystem::Network && !options.on_network {
            let reason = "is on a network file system, whose locks other machines may not see; to use it anyway, set `ledger_on_network`";
            return Err(about(&path, reason));
        }
        store.bind(&Account {
            origin: config.base_url.as_str(),
            api_key: config.api_key(),
            allows_other_key: options.same_account,
        })?;
        let hasher = store.hasher(options.secret.as_deref())?;
        let is_new = store.is_new();
        let owner = store.owner()?;
        let locks = store.locks().clone();
        let writer = Writer::new(Box::new(store), owner);
        Ok(OpenLedger {
            writer,
            hasher: Arc::new(hasher),
            locks,
            path,
            is_new,
            is_temporary: file_system == FileSystem::Temporary,
        })
    }

    /// Takes the lock of bulk runs, which is held until the result is dropped.
    ///
    /// # Errors
    ///
    /// [`Kind::Config`](crate::Kind::Config) if another run holds it.
    pub(crate) fn begin_run(&self) -> Result<RunLock> {
        match self.locks.begin_run() {
            Ok(Some(lock)) => Ok(lock),
            Ok(None) => Err(about(&self.path, "is used by another bulk run, in this process or in another one")),
            Err(error) => Err(about(&self.path, &format!("cannot be locked: {error}"))),
        }
    }

    /// What is known about the request of a row.
    pub(crate) async fn outcome_of(&self, key: &str) -> Option<Outcome> {
        self.writer.look(key).await.ok().flatten().map(|row| row.state.outcome())
    }

    /// The claim of a request with a key of the caller.
    pub(crate) fn claim(&self, key: &str, request: &Request, resend: Resend) -> Result<Claim> {
        key::check(key)?;
        let hash = self.hasher.of_request(request.route, request);
        Ok(Claim { key: key.to_owned(), operation: request.route, hash, resend })
    }
}

//! [`OpenLedger`]: a ledger that a client has opened.

use std::path::{Path, PathBuf};

use super::file::{FileSystem, about};
use super::key::{self, Hasher};
use super::row::Claim;
use super::sqlite::{Account, Sqlite};
use super::state::Resend;
use super::writer::Writer;
use crate::Result;
use crate::config::Config;
use crate::engine::request::Request;

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
    pub(crate) hasher: Hasher,
    /// The absolute path.
    pub(crate) path: PathBuf,
    /// Whether the file was created just now.
    pub(crate) is_new: bool,
    /// Whether the file may be lost with the machine.
    pub(crate) is_temporary: bool,
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
        let writer = Writer::new(Box::new(store), owner);
        Ok(OpenLedger { writer, hasher, path, is_new, is_temporary: file_system == FileSystem::Temporary })
    }

    /// The claim of a request with a key of the caller.
    pub(crate) fn claim(&self, key: &str, request: &Request, resend: Resend) -> Result<Claim> {
        key::check(key)?;
        let hash = self.hasher.of_request(request.route, request);
        Ok(Claim { key: key.to_owned(), operation: request.route, hash, resend })
    }
}

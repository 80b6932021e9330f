//! [`OpenLedger`]: a ledger that a client has opened.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use zeroize::Zeroizing;

use super::key::Hasher;
use super::lease::MARGIN;
use super::location::Location;
use super::row::Claim;
use super::state::Resend;
use super::writer::Writer;
use crate::config::Config;
use crate::engine::request::Request;
use crate::{Outcome, Result};

/// The reason why a build cannot open the files of ledgers.
#[cfg(not(all(feature = "ledger", unix)))]
pub(super) const NOT_SUPPORTED: &str =
    "is not supported by this build: it needs the feature `ledger` and a Unix system";

/// The lock of a bulk run, which is held until this is dropped.
pub(crate) type RunLock = Box<dyn Send + Sync>;

/// How a client uses ledgers.
#[derive(Clone, Default)]
pub(crate) struct LedgerOptions {
    /// A secret for the hashes, which is not in the file.
    pub(crate) secret: Option<Zeroizing<String>>,
    /// The password of a database from the environment, if the URL has none.
    #[cfg_attr(not(feature = "postgres"), allow(dead_code, reason = "only builds with the feature use it"))]
    pub(crate) password: Option<Zeroizing<String>>,
    /// Whether a ledger of another key may be used.
    pub(crate) same_account: bool,
    /// Whether a ledger on a network file system may be used.
    pub(crate) on_network: bool,
}

/// A ledger that a client has opened.
pub(crate) struct OpenLedger {
    pub(crate) writer: Writer,
    pub(crate) hasher: Arc<Hasher>,
    /// The absolute path, or the URL without the password.
    pub(crate) path: PathBuf,
    /// Whether the ledger was created just now.
    pub(crate) is_new: bool,
    /// Whether the file may be lost with the machine.
    pub(crate) is_temporary: bool,
    /// Whether several machines share the ledger. Then each claim has a lease, and covers one attempt.
    pub(crate) is_shared: bool,
    /// Takes the lock of bulk runs.
    pub(super) runs: Box<dyn Fn() -> Result<RunLock> + Send + Sync>,
}

impl OpenLedger {
    /// Opens a ledger for a client, and creates it if it does not exist.
    ///
    /// # Errors
    ///
    /// [`Kind::Config`](crate::Kind::Config) if the file cannot be used, or belongs to another API or account.
    pub(crate) fn open(location: &Location, config: &Config) -> Result<OpenLedger> {
        match location {
            #[cfg(all(feature = "ledger", unix))]
            Location::File(path) => super::open_file::open(path, config),
            #[cfg(not(all(feature = "ledger", unix)))]
            Location::File(_) => {
                let _ = config;
                Err(crate::Error::config("ledger", NOT_SUPPORTED))
            }
            #[cfg(all(feature = "postgres", unix))]
            Location::Url(url) => super::open_database::open(url, config),
            #[cfg(not(all(feature = "postgres", unix)))]
            Location::Url(url) => Err(not_supported(url)),
        }
    }

    /// Takes the lock of bulk runs, which is held until the result is dropped.
    ///
    /// # Errors
    ///
    /// [`Kind::Config`](crate::Kind::Config) if another run holds it.
    pub(crate) fn begin_run(&self) -> Result<RunLock> {
        (self.runs)()
    }

    /// What is known about the request of a row.
    pub(crate) async fn outcome_of(&self, key: &str) -> Option<Outcome> {
        self.writer.look(key).await.ok().flatten().map(|row| row.state.outcome())
    }

    /// The claim of a request with this key, which was checked or made by the ledger. `timeout` is that of one attempt.
    pub(crate) fn claim(&self, key: &str, request: &Request, resend: Resend, timeout: Duration) -> Claim {
        let hash = self.hasher.of_request(request.route, request);
        let lease = self.is_shared.then(|| timeout.saturating_add(MARGIN));
        Claim { key: key.to_owned(), operation: request.route, hash, resend, lease }
    }
}

/// The error of a URL that this build cannot open.
#[cfg(not(all(feature = "postgres", unix)))]
pub(super) fn not_supported(url: &str) -> crate::Error {
    use crate::Error;

    match Location::is_postgres(url) {
        true => Error::config(
            "ledger",
            "is a URL of PostgreSQL, which this build does not support: it needs the feature `postgres` and a Unix system",
        ),
        false => Error::config("ledger", super::location::NOT_A_FILE),
    }
}

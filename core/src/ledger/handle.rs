//! [`Ledger`]: looks at a ledger, and settles rows in doubt.

use std::collections::HashMap;
use std::env;
use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde_json::Map;

use super::export;
use super::ledger_store::LedgerStore;
use super::location::Location;
#[cfg(feature = "postgres")]
use super::open_database;
use super::row::Row;
use super::sqlite::Sqlite;
use super::state::{Mark, State};
use super::store::{Change, Reply};
use super::writer::locked;
use crate::bulk::row::BulkRow;
use crate::check;
use crate::engine::generation;
use crate::{DoubtfulRow, Error, Kind, LedgerCounts, Outcome, Result, SendMessage};

/// A ledger: the record of what was sent, by idempotency key.
///
/// A client with the option `ledger` writes it. This type looks at it, also while a client uses it, and settles rows in doubt. It is thread-safe.
///
/// ```
/// use zexa::{Ledger, SendMessage};
/// # let sandbox = zexa_sandbox::Sandbox::start();
/// # let directory = tempfile::tempdir().unwrap();
/// # let path = directory.path().join("orders.db");
///
/// let client = zexa::Client::builder().ledger(&path).api_key("zx_demo");
/// # let client = client.base_url(sandbox.url()).api_key(sandbox.api_key());
/// let client = client.build()?;
/// let message = SendMessage::sms("+244912345678", "ZEXA", "Hello").idempotency_key("order-4711");
/// let first = client.messages().send(&message)?;
/// let again = client.messages().send(&message)?; // sends nothing
/// assert_eq!(first.id, again.id);
/// assert_eq!(Ledger::open(&path)?.counts()?.accepted, 1);
/// # Ok::<(), zexa::Error>(())
/// ```
pub struct Ledger {
    store: Mutex<Box<dyn LedgerStore>>,
    path: PathBuf,
    generation: u64,
}

impl Ledger {
    /// Open an existing ledger: a file, or the URL of a ledger in a PostgreSQL database.
    ///
    /// The password can also be in the environment variable `PGPASSWORD`. The certificate authorities are those of the system, or of the environment
    /// variables `SSL_CERT_FILE` and `SSL_CERT_DIR`, or of the parameter `sslrootcert` of the URL.
    ///
    /// # Errors
    ///
    /// [`Kind::Config`] if the ledger does not exist or cannot be used, and [`Kind::Connect`] if the database cannot be reached.
    pub fn open(path: impl AsRef<Path>) -> Result<Ledger> {
        Ledger::new(path.as_ref(), false)
    }

    /// Open a ledger, and create it if it does not exist. A new ledger belongs to the first account that uses it.
    ///
    /// # Errors
    ///
    /// [`Kind::Config`] if the ledger cannot be created or used, and [`Kind::Connect`] if the database cannot be reached.
    pub fn create(path: impl AsRef<Path>) -> Result<Ledger> {
        Ledger::new(path.as_ref(), true)
    }

    fn new(path: &Path, create: bool) -> Result<Ledger> {
        let store: Box<dyn LedgerStore> = match Location::from(path.to_owned()) {
            Location::File(path) => Box::new(Sqlite::open(&path, create)?),
            #[cfg(feature = "postgres")]
            Location::Url(url) => {
                Box::new(open_database::open_alone(&url, create)?.ok_or_else(|| open_database::not_found(&url))?)
            }
            #[cfg(not(feature = "postgres"))]
            Location::Url(url) => return Err(super::open::not_supported(&url)),
        };
        Ok(Ledger::of(store))
    }

    /// Open a ledger. `None` if it does not exist.
    ///
    /// # Errors
    ///
    /// The same as for [`open`](Ledger::open).
    #[doc(hidden)]
    pub fn open_if_exists(path: impl AsRef<Path>) -> Result<Option<Ledger>> {
        let path = path.as_ref();
        match Location::from(path.to_owned()) {
            Location::File(file) if !file.exists() => Ok(None),
            #[cfg(feature = "postgres")]
            Location::Url(url) => Ok(open_database::open_alone(&url, false)?.map(|store| Ledger::of(Box::new(store)))),
            _ => Ledger::open(path).map(Some),
        }
    }

    fn of(store: Box<dyn LedgerStore>) -> Ledger {
        Ledger { path: store.path().to_owned(), store: Mutex::new(store), generation: generation() }
    }

    /// Return the absolute path of the file, or the URL without the password.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Count the rows by state.
    ///
    /// # Errors
    ///
    /// [`Kind::Other`] if the file or the database cannot be read, and [`Kind::Connect`] if the database cannot be reached. This is the same for all
    /// methods.
    pub fn counts(&self) -> Result<LedgerCounts> {
        let mut store = self.store()?;
        let counts: HashMap<State, u64> = store.count()?.into_iter().collect();
        let count = |state| counts.get(&state).copied().unwrap_or_default();
        let (mut abandoned, mut oldest_doubt) = (0, None::<Timestamp>);
        visit_doubts(&mut **store, &mut |row| {
            abandoned += u64::from(row.state == State::Claimed);
            oldest_doubt = oldest_doubt.into_iter().chain([row.claimed_at]).min();
        })?;
        Ok(LedgerCounts {
            claimed: count(State::Claimed).saturating_sub(abandoned),
            accepted: count(State::Accepted),
            rejected: count(State::Rejected),
            not_sent: count(State::NotSent),
            in_doubt: count(State::Unknown) + abandoned,
            pruned: count(State::Pruned),
            oldest_doubt,
            extra: Map::new(),
        })
    }

    /// Return the rows in doubt, in the order in which they were first claimed.
    pub fn in_doubt(&self) -> Result<Vec<DoubtfulRow>> {
        let mut store = self.store()?;
        let mut rows = Vec::new();
        visit_doubts(&mut **store, &mut |row| rows.push(row))?;
        rows.sort_by_key(|row| row.claimed_at);
        Ok(rows.into_iter().map(DoubtfulRow::from).collect())
    }

    /// Settle a row in doubt: its request was processed. `id` is the id of the message or campaign, if it is known.
    ///
    /// Records the time and the name of the user.
    ///
    /// # Errors
    ///
    /// [`Kind::NotFound`] if the ledger does not have the key, and [`Kind::Conflict`] if the row is not in doubt.
    pub fn mark_sent(&self, key: &str, id: Option<&str>) -> Result<()> {
        self.mark(key, Mark::Sent, id)
    }

    /// Settle a row in doubt: its request was not processed. It is sent when it is next used.
    ///
    /// Records the time and the name of the user.
    ///
    /// # Errors
    ///
    /// [`Kind::NotFound`] if the ledger does not have the key, and [`Kind::Conflict`] if the row is not in doubt.
    pub fn mark_not_sent(&self, key: &str) -> Result<()> {
        self.mark(key, Mark::NotSent, None)
    }

    /// Replace the rows that were accepted before this time by their keys, which are never sent again. Return their number.
    ///
    /// A later call with such a key fails with [`Kind::Decode`] and [`Outcome::Accepted`], because the id of the message is no longer known. Rows
    /// with any other state are kept.
    ///
    /// # Errors
    ///
    /// [`Kind::Other`] if the file cannot be written.
    pub fn prune(&self, before: Timestamp) -> Result<u64> {
        self.store()?.prune(before)
    }

    /// Write all rows as CSV, with a header. Return their number.
    ///
    /// # Errors
    ///
    /// [`Kind::Other`] if the file cannot be read, or if the writer fails.
    pub fn export(&self, output: impl Write) -> Result<u64> {
        export::write(&mut **self.store()?, output)
    }

    /// Write all rows to a CSV file, with a header. Return their number. A new file can be read only by its owner. An existing file is replaced when the
    /// new one is complete, and keeps its permissions.
    ///
    /// # Errors
    ///
    /// [`Kind::Other`] if a file cannot be read or written, and [`Kind::Validation`] if the path is that of the ledger.
    pub fn export_to_file(&self, path: impl AsRef<Path>) -> Result<u64> {
        let path = path.as_ref();
        // The ledger would be lost, and with it the knowledge of what was sent.
        if self.store()?.contains(path) {
            let reason = "must not be a file of the ledger, which the export would replace";
            return Err(Error::invalid("path", path.to_string_lossy().as_ref(), reason));
        }
        export::write_to_file(&mut **self.store()?, path)
    }

    /// Return the job that is stored in the ledger, as JSON. The command line uses it.
    ///
    /// # Errors
    ///
    /// [`Kind::Other`] if the file cannot be read.
    #[doc(hidden)]
    pub fn job(&self) -> Result<Option<String>> {
        self.store()?.job()
    }

    /// Store a job. It never changes: storing the same job again has no effect.
    ///
    /// # Errors
    ///
    /// [`Kind::Conflict`] if another job is stored.
    #[doc(hidden)]
    pub fn set_job(&self, json: &str) -> Result<()> {
        match self.store()?.set_job(json)? == json {
            true => Ok(()),
            false => Err(Error::new(Kind::Conflict, Outcome::NotSent, "the ledger belongs to another job")),
        }
    }

    /// Return a function that computes the key of a message without a key of its own, from its channel and its recipient. The command line uses it, to
    /// find the rows of a file that are in doubt. It does not know `ledger_secret`.
    ///
    /// # Errors
    ///
    /// [`Kind::Other`] if the file cannot be read.
    #[doc(hidden)]
    pub fn default_keys(&self) -> Result<impl Fn(&str, &str) -> String + use<>> {
        let hasher = self.store()?.hasher()?;
        Ok(move |channel: &str, to: &str| hasher.default_key(SendMessage::ROUTE, channel, to))
    }

    fn mark(&self, key: &str, mark: Mark, id: Option<&str>) -> Result<()> {
        check::not_empty("id", id)?;
        let change = Change::Mark { key: key.to_owned(), mark, id: id.map(str::to_owned), by: user() };
        match self.store()?.apply(&[change])?.first() {
            Some(Reply::Marked(Some((true, _)))) => Ok(()),
            Some(Reply::Locked) => Err(locked()),
            Some(Reply::Marked(Some((false, state)))) => {
                let message = format!("the key is not in doubt: its state is `{}`", state.as_str());
                Err(Error::new(Kind::Conflict, Outcome::NotSent, message))
            }
            _ => Err(Error::new(Kind::NotFound, Outcome::NotSent, "the ledger does not have this key")),
        }
    }

    fn store(&self) -> Result<MutexGuard<'_, Box<dyn LedgerStore>>> {
        if self.generation != generation() {
            let message = "the ledger was opened before the process was forked: open it again in the child";
            return Err(Error::new(Kind::Closed, Outcome::NotSent, message));
        }
        Ok(self.store.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl From<Row> for DoubtfulRow {
    fn from(row: Row) -> DoubtfulRow {
        DoubtfulRow {
            key: row.key,
            operation: Some(row.operation),
            claimed_at: Some(row.claimed_at),
            http_status: row.record.http_status.map(u64::from),
            request_id: row.record.request_id,
            extra: Map::new(),
        }
    }
}

/// Calls the function with each row in doubt: those whose outcome is unknown, and then the claimed ones whose owner is dead.
fn visit_doubts(store: &mut dyn LedgerStore, visit: &mut dyn FnMut(Row)) -> Result<()> {
    store.each(Some(State::Unknown), &mut |row| {
        visit(row);
        Ok(())
    })?;
    let mut claimed = Vec::new();
    store.each(Some(State::Claimed), &mut |row| {
        claimed.push(row);
        Ok(())
    })?;
    claimed.into_iter().filter(|row| !store.is_alive(row)).for_each(visit);
    Ok(())
}

/// The name of the user, for the record of who has settled a doubt.
fn user() -> String {
    let names = ["USER", "LOGNAME", "USERNAME"].into_iter();
    names
        .filter_map(|name| env::var(name).ok())
        .find(|name| !name.is_empty())
        .unwrap_or_else(|| format!("user {}", nix::unistd::getuid()))
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger").field("path", &self.path).finish_non_exhaustive()
    }
}

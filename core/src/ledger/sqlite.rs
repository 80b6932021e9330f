//! [`Sqlite`]: a ledger in an SQLite file. All SQL is in this file, in `sqlite_rows` and in `schema.sql`.
//!
//! The journal is a rollback journal, not a write-ahead log. With a log, committed rows are in a second file: Python's own SQLite, which opens and
//! closes the ledger in the same process, deletes that file while this one uses it, and a ledger that is copied without it is empty.

#[cfg(target_os = "linux")]
use std::io::ErrorKind;
use std::mem;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, params};

use super::account::{Account, Binding};
#[cfg(target_os = "linux")]
use super::exclusive::{Exclusive, SQLITE_WITHOUT_LOCKS};
use super::failure::{IS_DAMAGED, is_busy, no_journal, reason, reason_to_open, unusable};
use super::file::{LedgerFile, about};
use super::key::{Hasher, random_salt};
use super::ledger_store::LedgerStore;
use super::locks::{Locks, Transaction};
use super::row::Row;
use super::sqlite_rows::{COLUMNS, Table, read_row, state};
use super::state::State;
use super::store::{Change, Reply, Store, apply_to};
use crate::Result;
use crate::engine::{NoFork, SQLITE, generation};

/// "ZEXA": marks an SQLite file as a ledger.
const APPLICATION_ID: i32 = 0x5a45_5841;

/// The version of the schema.
const VERSION: i32 = 1;

const MOVED: &str = "was moved, deleted or replaced";

const EMPTIED: &str = "is empty, although it was a ledger; restore it, or delete it to begin a new one";

/// An open ledger file.
pub(crate) struct Sqlite {
    /// `None` only while this is dropped.
    connection: Option<Connection>,
    file: LedgerFile,
    locks: Arc<Locks>,
    generation: u64,
}

impl Sqlite {
    /// Opens a ledger. An empty file becomes a ledger, unless it was one.
    ///
    /// # Errors
    ///
    /// [`Kind::Config`] if the file cannot be used as a ledger.
    pub(crate) fn open(path: &Path, create: bool) -> Result<Sqlite> {
        let file = LedgerFile::open(path, create)?;
        let fail = |error: rusqlite::Error| about(&file.path, &reason_to_open(&error));
        let locks = Locks::open(&file.path)
            .map_err(|error| about(&file.path, &format!("cannot be used: its lock file cannot be opened: {error}")))?;
        let connection = {
            // No statement reads the file while another process writes it, even if that process has lost SQLite's locks.
            let _transaction = begin(&locks, &file)?;
            if file.was_emptied() {
                return Err(about(&file.path, EMPTIED));
            }
            let mut connection = connect(&file.path).map_err(fail)?;
            if connection.is_readonly(c"main").unwrap_or(false) {
                return Err(about(&file.path, "is not writable"));
            }
            prepare(&mut connection, &file)?;
            connection
        };
        if !file.is_in_place() {
            return Err(about(&file.path, "was replaced while it was opened"));
        }
        Ok(Sqlite { connection: Some(connection), file, locks, generation: generation() })
    }

    /// Whether this has created the file.
    pub(crate) fn is_new(&self) -> bool {
        self.file.is_new
    }

    pub(crate) fn locks(&self) -> &Arc<Locks> {
        &self.locks
    }

    /// Binds a new ledger to the account, or checks that it belongs to the account. Returns its hasher.
    ///
    /// # Errors
    ///
    /// [`Kind::Config`] if the ledger belongs to another API or another key.
    pub(crate) fn bind(&mut self, account: &Account<'_>) -> Result<Hasher> {
        let salt = self.salt()?;
        let (own, hasher) = account.binding(&salt);
        let found = self.write(|connection| {
            let bind = "UPDATE ledger SET origin = ?1, fingerprint = ?2, secret_check = ?3 WHERE origin IS NULL";
            connection.execute(bind, params![own.origin, own.fingerprint, own.secret_check])?;
            connection.query_row("SELECT origin, fingerprint, secret_check FROM ledger", [], |row| {
                Ok(Binding { origin: row.get(0)?, fingerprint: row.get(1)?, secret_check: row.get(2)? })
            })
        })?;
        match account.reject(&found, &own) {
            Some(reason) => Err(about(&self.file.path, &reason)),
            None => Ok(hasher),
        }
    }

    fn salt(&mut self) -> Result<Vec<u8>> {
        self.read(|connection| connection.query_row("SELECT salt FROM ledger", [], |row| row.get(0)))
    }

    /// The number of this process, which others use to find out whether it still runs.
    pub(crate) fn owner(&mut self) -> Result<u64> {
        if let Some(owner) = self.locks.owner() {
            return Ok(owner);
        }
        let locks = self.locks.clone();
        let added = self.write(|connection| {
            let add = "INSERT INTO owners (pid, opened_at) VALUES (?1, ?2)";
            connection.execute(add, params![std::process::id(), Timestamp::now().to_string()])?;
            Ok(connection.last_insert_rowid())
        })?;
        let owner = u64::try_from(added).unwrap_or_default();
        locks.become_owner(owner).map_err(|error| unusable(&self.file.path, &format!("cannot be locked: {error}")))?;
        Ok(owner)
    }

    fn read<T>(&mut self, query: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        let path = &self.file.path;
        let _transaction = begin(&self.locks, &self.file)?;
        let connection = self.connection.as_mut().expect("only drop takes it");
        let size = self.file.size();
        let read = |connection: &mut Connection| {
            limit_steps(connection, Some(size))?;
            let result = query(connection);
            limit_steps(connection, None)?;
            result
        };
        read(connection).map_err(|error| unusable(path, &reason(&error)))
    }

    /// Runs the statements in one transaction. When this returns, their effect is durable.
    fn write<T>(&mut self, run: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        let path = &self.file.path;
        let _transaction = begin(&self.locks, &self.file)?;
        let connection = self.connection.as_mut().expect("only drop takes it");
        let write = || {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            self.file.keep_journal().map_err(|error| no_journal(&error))?;
            let result = run(&transaction)?;
            transaction.commit()?;
            Ok(result)
        };
        write().map_err(|error: rusqlite::Error| match self.file.is_in_place() {
            true => unusable(path, &reason(&error)),
            false => unusable(path, MOVED),
        })
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        // A forked child must not close the parent's file: that could undo a transaction of the parent.
        match NoFork::begin(&SQLITE).ok().filter(|_| self.generation == generation()) {
            Some(_no_fork) => self.connection = None,
            None => mem::forget(self.connection.take()),
        }
    }
}

/// Locks the file for a transaction: against this library in other threads and processes, and against other programs.
#[cfg(target_os = "linux")]
fn begin<'a>(locks: &'a Locks, file: &LedgerFile) -> Result<(Exclusive, Transaction<'a>)> {
    let path = &file.path;
    let transaction = locks.begin_transaction().map_err(|error| is_busy(path, &error))?;
    let exclusive = Exclusive::lock(path).map_err(|error| match error.kind() {
        _ if !file.is_in_place() => unusable(path, MOVED),
        ErrorKind::TimedOut => unusable(path, "is in use by another program"),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => about(path, "is not writable"),
        _ => is_busy(path, &error),
    })?;
    Ok((exclusive, transaction))
}

/// The same. SQLite itself locks the file against other programs.
#[cfg(not(target_os = "linux"))]
fn begin<'a>(locks: &'a Locks, file: &LedgerFile) -> Result<Transaction<'a>> {
    locks.begin_transaction().map_err(|error| is_busy(&file.path, &error))
}

/// Opens the file and sets the options that make a commit durable.
fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    #[cfg(target_os = "linux")]
    let connection = Connection::open_with_flags_and_vfs(path, flags, SQLITE_WITHOUT_LOCKS)?;
    #[cfg(not(target_os = "linux"))]
    let connection = Connection::open_with_flags(path, flags)?;
    // Another program that reads the ledger delays a commit for as long as it reads.
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.pragma_update_and_check(None, "journal_mode", "PERSIST", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    Ok(connection)
}

/// Creates the schema in an empty file, and checks that of another file.
fn prepare(connection: &mut Connection, file: &LedgerFile) -> Result<()> {
    let path = &file.path;
    let fail = |error: rusqlite::Error| about(path, &reason_to_open(&error));
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fail)?;
    let number = |name| transaction.pragma_query_value(None, name, |row| row.get::<_, i32>(0)).map_err(fail);
    match (number("application_id")?, number("user_version")?) {
        // SQLite reads zeros instead of the rest of a page that was cut off.
        (APPLICATION_ID, VERSION) if !file.size().is_multiple_of(u64::from(number("page_size")?.unsigned_abs())) => {
            return Err(about(path, "is damaged: its end was cut off"));
        }
        (APPLICATION_ID, VERSION) => return Ok(()),
        (APPLICATION_ID, newer) if newer > VERSION => {
            return Err(about(
                path,
                &format!("has version {newer}, and this library knows version {VERSION}: update it"),
            ));
        }
        // SQLite takes a file that was cut off within its header for an empty one.
        (0, 0) if number("schema_version")? == 0 && file.size() == 0 => {}
        (0, 0) if number("schema_version")? == 0 => return Err(about(path, "is not a ledger, or is damaged")),
        _ => return Err(about(path, "is an SQLite file, but not a ledger")),
    }
    let salt = random_salt().ok_or_else(|| about(path, "cannot be created: the system has no random numbers"))?;
    let create = || {
        file.keep_journal().map_err(|error| no_journal(&error))?;
        transaction.execute_batch(include_str!("schema.sql"))?;
        let add = "INSERT INTO ledger (salt, created_at) VALUES (?1, ?2)";
        transaction.execute(add, params![salt, Timestamp::now().to_string()])?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", VERSION)
    };
    create().map_err(fail)?;
    transaction.commit().map_err(fail)
}

/// Interrupts a query after more steps than a file of this size can need: pages of a damaged file may refer to each other in a circle. `None` removes
/// the limit.
fn limit_steps(connection: &mut Connection, size: Option<u64>) -> rusqlite::Result<()> {
    /// Steps between two checks.
    const BATCH: i32 = 10_000;
    /// A row has at least 100 bytes, and takes fewer than 100 steps.
    const STEPS_PER_BYTE: u64 = 10;
    let handler = size.map(|size| {
        let mut batches = 100 + size.saturating_mul(STEPS_PER_BYTE) / BATCH.unsigned_abs() as u64;
        move || {
            batches = batches.saturating_sub(1);
            batches == 0
        }
    });
    connection.progress_handler(BATCH, handler)
}

impl Store for Sqlite {
    fn apply(&mut self, changes: &[Change]) -> Result<Vec<Reply>> {
        let locks = self.locks.clone();
        let replies = self.write(|connection| {
            let now = Timestamp::now();
            let mut rows = Table { connection, locks: &locks };
            changes.iter().map(|change| apply_to(&mut rows, change, now)).collect()
        })?;
        match self.file.is_in_place() {
            true => Ok(replies),
            false => Err(unusable(&self.file.path, MOVED)),
        }
    }

    fn count(&mut self) -> Result<Vec<(State, u64)>> {
        self.read(|connection| {
            let mut statement = connection.prepare("SELECT state, count(*) FROM rows GROUP BY state")?;
            let rows = statement.query_map([], |row| Ok((state(row, 0)?, row.get(1)?)))?;
            rows.collect()
        })
    }

    fn each(&mut self, state: Option<State>, visit: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        /// Rows that are read at a time. No transaction is open while the caller uses them.
        const BATCH: i64 = 1000;
        let select = format!(
            "SELECT {COLUMNS}, id FROM rows WHERE id > ?1 AND (?2 IS NULL OR state = ?2) ORDER BY id LIMIT {BATCH}"
        );
        let mut last = 0_i64;
        loop {
            let batch = self.read(|connection| {
                let mut statement = connection.prepare_cached(&select)?;
                let rows = statement.query_map(params![last, state.map(State::as_str)], |row| {
                    Ok((read_row(row)?, row.get::<_, i64>("id")?))
                })?;
                rows.collect::<rusqlite::Result<Vec<_>>>()
            })?;
            if batch.is_empty() {
                return Ok(());
            }
            for (row, id) in batch {
                // In a damaged file, a batch may end where it began.
                if mem::replace(&mut last, id) >= id {
                    return Err(unusable(&self.file.path, IS_DAMAGED));
                }
                visit(row)?;
            }
        }
    }

    fn is_alive(&self, row: &Row) -> bool {
        self.locks.is_alive(row.owner)
    }

    fn prune(&mut self, before: Timestamp) -> Result<u64> {
        // A whole second, and without the Z, so that texts with and without a fraction are compared correctly.
        let before = Timestamp::from_second(before.as_second()).unwrap_or(before).to_string();
        let before = before.trim_end_matches('Z');
        self.write(|connection| {
            let prune = "UPDATE rows SET state = 'pruned', settled_by = NULL, result_id = NULL, result_status = NULL, result_created_at = NULL,
                         error = NULL, http_status = NULL, code = NULL, request_id = NULL WHERE state = 'accepted' AND settled_at < ?1";
            connection.execute(prune, [before]).map(|rows| rows as u64)
        })
    }
}

impl LedgerStore for Sqlite {
    fn path(&self) -> &Path {
        &self.file.path
    }

    fn contains(&self, path: &Path) -> bool {
        self.file.contains(path)
    }

    fn job(&mut self) -> Result<Option<String>> {
        self.read(|connection| connection.query_row("SELECT json FROM job", [], |row| row.get(0)).optional())
    }

    fn set_job(&mut self, json: &str) -> Result<String> {
        self.write(|connection| {
            connection.execute("INSERT INTO job (id, json) VALUES (1, ?1) ON CONFLICT DO NOTHING", [json])?;
            connection.query_row("SELECT json FROM job", [], |row| row.get(0))
        })
    }

    fn hasher(&mut self) -> Result<Hasher> {
        Ok(Hasher::new(&self.salt()?, None))
    }
}

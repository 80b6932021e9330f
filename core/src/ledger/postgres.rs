//! [`Postgres`]: a ledger in a PostgreSQL database, which several machines share. All SQL is here, in `postgres/` and in `migrations/`.
//
// - `url` is the checked URL, and `tls` the encryption of connections;
// - `driver` runs a connection on the thread that uses the ledger, `session` opens it, and `failure` has its errors;
// - `transaction` applies changes in one transaction, and `statements` reads and writes rows;
// - `changes` repeats transactions whose connection was lost, and finds out whether they were committed;
// - `setup` creates the tables, and finds the ledger in them.

mod changes;
mod driver;
mod failure;
mod session;
mod setup;
mod statements;
mod tls;
mod transaction;
mod url;

use std::mem;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_postgres::types::{FromSql, ToSql};
use tokio_postgres::{Error as SqlError, Row as SqlRow};
use zeroize::Zeroizing;

use self::changes::{Changing, Unresolved};
use self::driver::Driver;
use self::failure::unusable;
use self::session::{Connector, Session};
use self::statements::{NAMES, read_row, state};
use self::url::DatabaseUrl;
use super::account::{Account, Binding};
use super::key::Hasher;
use super::lease::Clock;
use super::ledger_store::LedgerStore;
use super::row::Row;
use super::state::State;
use super::store::{Change, Reply, Store};
use crate::engine::trust::Trust;
use crate::{Error, Kind, Outcome, Result};

/// How long a change waits for a database that cannot be reached, for example because it restarts.
const PATIENCE: Duration = Duration::from_secs(30);

/// The same, for a change after one that has waited without success.
const SHORT_PATIENCE: Duration = Duration::from_secs(2);

/// The class of the advisory locks of runs: "ZEXA".
const RUN_LOCKS: i32 = 0x5a45_5841;

/// How long the end of a run waits for the database to release its lock.
const PATIENCE_AT_END: Duration = Duration::from_secs(2);

/// The URL of a ledger without the password. `None` if the URL is invalid.
pub(crate) fn shown(url: &str) -> Option<String> {
    DatabaseUrl::parse(url, None).ok().map(|url| url.shown)
}

/// How to connect to a database.
pub(crate) struct Access<'a> {
    pub(crate) url: &'a str,
    /// The password, if the URL has none.
    pub(crate) password: Option<Zeroizing<String>>,
    /// The certificate authorities.
    pub(crate) trust: &'a Trust,
    /// The timeout for opening a connection.
    pub(crate) timeout: Duration,
}

/// An open ledger in a database.
pub(crate) struct Postgres {
    driver: Driver,
    connector: Arc<Connector>,
    /// `None` while there is no connection.
    session: Option<Session>,
    /// The id of the ledger in the database.
    ledger: i64,
    is_new: bool,
    /// The URL without the password.
    shown: PathBuf,
    unresolved: Vec<Unresolved>,
    /// Whether the last change has waited without success.
    is_unreachable: bool,
}

impl Postgres {
    /// Connects to a ledger. Creates it, and the tables, if `create` is true and they do not exist. `None` if it does not exist.
    ///
    /// # Errors
    ///
    /// [`Kind::Config`](crate::Kind::Config) if the URL is invalid or the database is not usable, and [`Kind::Connect`](crate::Kind::Connect) if it cannot
    /// be reached.
    pub(crate) fn open(access: Access<'_>, create: bool) -> Result<Option<Postgres>> {
        let url = DatabaseUrl::parse(access.url, access.password)?;
        let connector = Arc::new(Connector::new(url, access.trust, access.timeout)?);
        let driver = Driver::new()?;
        let (session, found) = driver.run(async {
            let session = connector.connect().await?;
            let limit = timeout(PATIENCE, setup::find(&session.client, &connector.url, create)).await;
            let found = limit.unwrap_or_else(|_| Err(connector.no_answer(Outcome::NotSent)))?;
            Ok::<_, Error>((session, found))
        })??;
        let shown = PathBuf::from(&connector.url.shown);
        let Some(setup::Found { ledger, is_new }) = found else { return Ok(None) };
        Ok(Some(Postgres {
            driver,
            connector,
            session: Some(session),
            ledger,
            is_new,
            shown,
            unresolved: Vec::new(),
            is_unreachable: false,
        }))
    }

    /// Whether this has created the ledger.
    pub(crate) fn is_new(&self) -> bool {
        self.is_new
    }

    /// Binds a new ledger to the account, or checks that it belongs to the account. Returns its hasher.
    ///
    /// # Errors
    ///
    /// [`Kind::Config`](crate::Kind::Config) if the ledger belongs to another API or another key.
    pub(crate) fn bind(&mut self, account: &Account<'_>) -> Result<Hasher> {
        let ledger = self.ledger;
        let salt = self.salt()?;
        let (own, hasher) = account.binding(&salt);
        let bind = "UPDATE zexa_ledger.ledgers SET origin = $2, fingerprint = $3, secret_check = $4 WHERE id = $1 AND origin IS NULL";
        self.query(bind, &[&ledger, &own.origin, &&own.fingerprint[..], &&own.secret_check[..]])?;
        let find = "SELECT origin, fingerprint, secret_check FROM zexa_ledger.ledgers WHERE id = $1";
        let row = self.query_one(find, &[&ledger])?;
        // Bytes of another length are those of no account.
        let bytes = |column| row.try_get::<_, &[u8]>(column).map(|bytes| bytes.try_into().unwrap_or_default());
        let read = || Ok(Binding { origin: row.try_get(0)?, fingerprint: bytes(1)?, secret_check: bytes(2)? });
        let found = read().map_err(|error| self.unusable(&error))?;
        match account.reject(&found, &own) {
            Some(reason) => Err(Error::config("ledger", format_args!("{} {reason}", self.connector.url.shown))),
            None => Ok(hasher),
        }
    }

    /// The number of this process among those that have opened the ledger.
    pub(crate) fn owner(&mut self) -> Result<u64> {
        let ledger = self.ledger;
        let add =
            "INSERT INTO zexa_ledger.owners (ledger, host, pid) VALUES ($1, host(inet_client_addr()), $2) RETURNING id";
        let pid = i64::from(std::process::id());
        let id: i64 = self.value(add, &[&ledger, &pid])?;
        Ok(u64::try_from(id).unwrap_or_default())
    }

    /// What is needed to take the lock of bulk runs.
    pub(crate) fn run_locks(&self) -> RunLocks {
        RunLocks { connector: self.connector.clone(), ledger: self.ledger }
    }

    fn salt(&mut self) -> Result<Vec<u8>> {
        let ledger = self.ledger;
        self.value("SELECT salt FROM zexa_ledger.ledgers WHERE id = $1", &[&ledger])
    }

    /// Runs a statement that can be repeated.
    fn query(&mut self, statement: &str, values: &[&(dyn ToSql + Sync)]) -> Result<Vec<SqlRow>> {
        self.execute(statement, values, true)
    }

    fn query_one(&mut self, statement: &str, values: &[&(dyn ToSql + Sync)]) -> Result<SqlRow> {
        let row = self.query(statement, values)?.into_iter().next();
        row.ok_or_else(|| {
            Error::new(Kind::Other, Outcome::Unknown, format!("the ledger {} was deleted", self.shown.display()))
        })
    }

    fn value<T: for<'a> FromSql<'a>>(&mut self, statement: &str, values: &[&(dyn ToSql + Sync)]) -> Result<T> {
        let row = self.query_one(statement, values)?;
        row.try_get(0).map_err(|error| self.unusable(&error))
    }

    /// Runs a statement. `may_connect`: whether it may run in a new session.
    fn execute(&mut self, statement: &str, values: &[&(dyn ToSql + Sync)], may_connect: bool) -> Result<Vec<SqlRow>> {
        let Postgres { driver, connector, session, .. } = self;
        let end = Instant::now() + PATIENCE;
        let ran = driver.run(async {
            if may_connect {
                match session {
                    Some(open) if open.is_closed().await => *session = None,
                    _ => {}
                }
                if session.is_none() {
                    *session = Some(connector.reconnect(end).await?);
                }
            }
            let Some(open) = session else { return Err(connector.no_answer(Outcome::Unknown)) };
            let limit = timeout_at(end, open.client.query(statement, values)).await;
            let result = limit.map_err(|_| connector.no_answer(Outcome::Unknown));
            result?.map_err(|error| unusable(&connector.url.shown, &error))
        })?;
        if ran.is_err() {
            // The state of its transaction is not known.
            self.session = None;
        }
        ran
    }

    fn unusable(&self, error: &SqlError) -> Error {
        unusable(&self.connector.url.shown, error)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // A forked child must not say goodbye on the connection of its parent.
        match self.driver.is_of_this_process() {
            true => drop(self.session.take()),
            false => mem::forget(self.session.take()),
        }
    }
}

impl Store for Postgres {
    fn apply(&mut self, changes: &[Change]) -> Result<Vec<Reply>> {
        // Many changes may wait, and each would wait for as long.
        let patience = if self.is_unreachable { SHORT_PATIENCE } else { PATIENCE };
        let Postgres { driver, connector, session, ledger, unresolved, .. } = self;
        let mut changing = Changing { connector, session, ledger: *ledger, unresolved, end: Instant::now() + patience };
        let applied = driver.run(changing.apply(changes))?;
        self.is_unreachable = applied.as_ref().is_err_and(|error| error.kind() == Kind::Connect);
        applied
    }

    fn count(&mut self) -> Result<Vec<(State, u64)>> {
        let ledger = self.ledger;
        let count = "SELECT state, count(*) FROM zexa_ledger.rows WHERE ledger = $1 GROUP BY state";
        let rows = self.query(count, &[&ledger])?;
        let read =
            |row: &SqlRow| Ok((state(row.try_get(0)?), u64::try_from(row.try_get::<_, i64>(1)?).unwrap_or_default()));
        rows.iter().map(read).collect::<Result<_, SqlError>>().map_err(|error| self.unusable(&error))
    }

    fn each(&mut self, state: Option<State>, visit: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        let filter = state.map(|state| format!("AND state = '{}'", state.as_str())).unwrap_or_default();
        self.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", &[])?;
        // The caller may be slow. No row is locked.
        self.execute("SET LOCAL idle_in_transaction_session_timeout = 0", &[], false)?;
        let declare = format!(
            "DECLARE each_row NO SCROLL CURSOR FOR SELECT {}, clock_timestamp() FROM zexa_ledger.rows WHERE ledger = {} {filter} ORDER BY id",
            *NAMES, self.ledger
        );
        self.execute(&declare, &[], false)?;
        let visited = self.visit_cursor(visit);
        let end = self.execute("ROLLBACK", &[], false);
        visited.and(end.map(drop))
    }

    fn is_alive(&self, row: &Row) -> bool {
        row.lease.is_some_and(|lease| !lease.has_ended())
    }

    fn prune(&mut self, before: Timestamp) -> Result<u64> {
        /// One page after the other, in the order of the primary key, so that no transaction is long.
        const PRUNE: &str = "
            WITH page AS MATERIALIZED (
                SELECT key, state = 'accepted' AND settled_at < $2 AS is_old
                FROM zexa_ledger.rows WHERE ledger = $1 AND key > $3 ORDER BY key LIMIT 5000
            ), pruned AS (
                UPDATE zexa_ledger.rows AS row
                SET state = 'pruned', settled_by = NULL, result_id = NULL, result_status = NULL, result_created_at = NULL,
                    error = NULL, http_status = NULL, code = NULL, request_id = NULL
                FROM page WHERE page.is_old AND row.ledger = $1 AND row.key = page.key AND row.state = 'accepted'
                RETURNING 1
            )
            SELECT (SELECT max(key) FROM page), (SELECT count(*) FROM pruned)";
        let ledger = self.ledger;
        let (mut last, mut count) = (String::new(), 0);
        loop {
            let row = self.query_one(PRUNE, &[&ledger, &before, &last])?;
            let read = || Ok((row.try_get::<_, Option<String>>(0)?, row.try_get::<_, i64>(1)?));
            let (key, pruned) = read().map_err(|error: SqlError| self.unusable(&error))?;
            count += u64::try_from(pruned).unwrap_or_default();
            match key {
                Some(key) => last = key,
                None => return Ok(count),
            }
        }
    }
}

impl Postgres {
    fn visit_cursor(&mut self, visit: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        loop {
            let clock = Clock::now();
            let rows = self.execute("FETCH 1000 FROM each_row", &[], false)?;
            if rows.is_empty() {
                return Ok(());
            }
            for row in rows {
                let read = || read_row(&row, row.try_get(statements::NOW)?, clock);
                visit(read().map_err(|error| self.unusable(&error))?)?;
            }
        }
    }
}

impl LedgerStore for Postgres {
    fn path(&self) -> &Path {
        &self.shown
    }

    fn contains(&self, _: &Path) -> bool {
        false
    }

    fn job(&mut self) -> Result<Option<String>> {
        let ledger = self.ledger;
        self.value("SELECT job FROM zexa_ledger.ledgers WHERE id = $1", &[&ledger])
    }

    fn set_job(&mut self, json: &str) -> Result<String> {
        let ledger = self.ledger;
        let set = "UPDATE zexa_ledger.ledgers SET job = $2 WHERE id = $1 AND job IS NULL";
        self.query(set, &[&ledger, &json])?;
        Ok(self.job()?.unwrap_or_default())
    }

    fn hasher(&mut self) -> Result<Hasher> {
        Ok(Hasher::new(&self.salt()?, None))
    }
}

/// Takes the lock of bulk runs of a ledger.
pub(crate) struct RunLocks {
    connector: Arc<Connector>,
    ledger: i64,
}

/// The lock of a bulk run: an advisory lock of a connection of its own. If the connection is lost, another run can begin. That sends nothing twice.
pub(crate) struct Run {
    driver: Driver,
    session: Option<Session>,
}

impl RunLocks {
    /// Takes the lock. `None` if another run holds it, in this process or in another one.
    pub(crate) fn begin(&self) -> Result<Option<Run>> {
        let driver = Driver::new()?;
        let RunLocks { connector, ledger } = self;
        // The locks of a class have numbers with 32 bits.
        let number = i32::try_from(*ledger).unwrap_or(i32::MAX);
        let (session, is_locked) = driver.run(async {
            let session = connector.connect().await?;
            let lock = "SELECT pg_try_advisory_lock($1, $2)";
            let locked = session.client.query_one(lock, &[&RUN_LOCKS, &number]).await;
            let is_locked = locked.and_then(|row| row.try_get::<_, bool>(0));
            let is_locked = is_locked.map_err(|error| unusable(&connector.url.shown, &error))?;
            Ok::<_, Error>((session, is_locked))
        })??;
        Ok(is_locked.then_some(Run { driver, session: Some(session) }))
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let Some(session) = self.session.take() else { return };
        if !self.driver.is_of_this_process() {
            return mem::forget(session);
        }
        // Otherwise the next run could find that the server has not noticed the end of this one.
        let unlock = async {
            let _ = timeout(PATIENCE_AT_END, session.client.batch_execute("SELECT pg_advisory_unlock_all()")).await;
        };
        let _ = self.driver.run(unlock);
    }
}

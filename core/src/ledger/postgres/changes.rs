//! [`Changing`]: applies changes, also if the connection is lost, for example because the database restarts.
//!
//! A transaction whose connection is lost before its commit was undone, and is repeated. After that, it is not known whether the commit was carried out. The
//! database knows whether the transaction has ended, by its id, and then its claims are looked up. As long as this is not known, the claims of the
//! transaction do not count as made, and nothing is sent. If they were made nevertheless, they are given up later.
//!
//! The id alone does not prove a commit: after a crash, the database gives the ids of transactions that it has forgotten to others.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error as SqlError, Row as SqlRow};

use super::failure::{is_conflict, is_locked, is_lost, unusable};
use super::session::{Connector, Session};
use super::statements::to_bigint;
use super::transaction::{Phase, transact};
use crate::ledger::row::Row;
use crate::ledger::state::Claimed;
use crate::ledger::store::{Change, Reply};
use crate::ledger::writer::giving_up;
use crate::{Error, Outcome, Result};

/// How long a transaction waits for a lock, which another program holds only if it locks rows itself.
const LOCK_PATIENCE: Duration = Duration::from_secs(5);

/// The same, for the parts of a transaction that has waited for so long.
const SHORT_LOCK_PATIENCE: Duration = Duration::from_millis(200);

/// The interval of questions for the end of a transaction.
const POLL: Duration = Duration::from_millis(50);

/// Claims that are given up, if they were made.
pub(super) struct Unresolved {
    /// The id of their transaction. `None` if it was committed.
    transaction: Option<String>,
    /// The replies with the claims.
    replies: Vec<Reply>,
}

/// What is known about a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Committed,
    /// Undone, or so long ago that the database has forgotten it.
    Undone,
    Running,
}

/// The change of a ledger until this time.
pub(super) struct Changing<'a> {
    pub(super) connector: &'a Connector,
    pub(super) session: &'a mut Option<Session>,
    pub(super) ledger: i64,
    pub(super) unresolved: &'a mut Vec<Unresolved>,
    pub(super) end: Instant,
}

/// Why a transaction has not been carried out.
enum Failure {
    /// Another transaction has locked a row.
    Locked,
    Other(Error),
}

impl Changing<'_> {
    /// Applies the changes in one transaction, or in several ones if a row is locked.
    pub(super) async fn apply(&mut self, changes: &[Change]) -> Result<Vec<Reply>> {
        let first = self.given_up().await?;
        let settlements = first.iter().filter_map(giving_up).map(Change::Settle);
        let all: Vec<Change> = settlements.chain(changes.iter().cloned()).collect();
        let mut replies = Vec::with_capacity(all.len());
        let applied = self.apply_parts(&all, &mut replies).await;
        if let Err(error) = applied {
            // Nobody learns of the claims that were made.
            self.unresolved.push(Unresolved { transaction: None, replies: first.into_iter().chain(replies).collect() });
            return Err(error);
        }
        Ok(replies.split_off(first.len()))
    }

    async fn apply_parts(&mut self, changes: &[Change], replies: &mut Vec<Reply>) -> Result<()> {
        let mut parts = VecDeque::from([changes]);
        let mut patience = LOCK_PATIENCE;
        while let Some(part) = parts.pop_front() {
            match self.transaction(part, patience).await {
                Ok(new) => replies.extend(new),
                Err(Failure::Locked) if part.len() == 1 => replies.push(Reply::Locked),
                // The others do not wait for the locked row.
                Err(Failure::Locked) => {
                    let (before, after) = part.split_at(part.len() / 2);
                    parts.push_front(after);
                    parts.push_front(before);
                    patience = SHORT_LOCK_PATIENCE;
                }
                Err(Failure::Other(error)) => return Err(error),
            }
        }
        Ok(())
    }

    /// Applies the changes in one transaction.
    async fn transaction(&mut self, changes: &[Change], patience: Duration) -> Result<Vec<Reply>, Failure> {
        loop {
            let (ledger, end) = (self.ledger, self.end);
            let session = self.open_session().await.map_err(Failure::Other)?;
            let mut phase = Phase::Open;
            let error = match timeout_at(end, transact(session, ledger, changes, patience, &mut phase)).await {
                Ok(Ok(replies)) => return Ok(replies),
                Ok(Err(error)) => Some(error),
                Err(_) => None,
            };
            let failure = match &error {
                Some(error) => unusable(&self.connector.url.shown, error),
                None => self.connector.no_answer(Outcome::Unknown),
            };
            if let Phase::Committing { transaction, replies } = phase {
                // Whatever the error is.
                *self.session = None;
                match self.end_of(&transaction, &replies).await {
                    Ok(End::Committed) => return Ok(replies),
                    Ok(End::Undone) => continue,
                    Ok(End::Running) | Err(_) => {
                        self.unresolved.push(Unresolved { transaction: Some(transaction), replies });
                        return Err(Failure::Other(failure));
                    }
                }
            }
            let Some(error) = error else {
                *self.session = None;
                return Err(Failure::Other(failure));
            };
            self.undo(&error).await;
            match () {
                () if is_locked(&error) => return Err(Failure::Locked),
                () if (is_lost(&error) || is_conflict(&error)) && Instant::now() < end => {}
                () => return Err(Failure::Other(failure)),
            }
        }
    }

    /// Ends a transaction that has failed, or closes its connection.
    async fn undo(&mut self, error: &SqlError) {
        let Some(session) = self.session.as_ref().filter(|_| !is_lost(error)) else {
            *self.session = None;
            return;
        };
        if !matches!(timeout_at(self.end, session.client.batch_execute("ROLLBACK")).await, Ok(Ok(()))) {
            *self.session = None;
        }
    }

    /// The connection, which is opened if there is none.
    async fn open_session(&mut self) -> Result<&mut Session> {
        if let Some(session) = self.session.as_ref()
            && session.is_closed().await
        {
            *self.session = None;
        }
        match self.session {
            Some(session) => Ok(session),
            None => Ok(self.session.insert(self.connector.reconnect(self.end).await?)),
        }
    }

    /// Waits until a transaction with these replies has ended.
    async fn end_of(&mut self, transaction: &str, replies: &[Reply]) -> Result<End> {
        loop {
            let end = self.ask_end_of(transaction, replies).await?;
            if end != End::Running || Instant::now() + POLL >= self.end {
                return Ok(end);
            }
            // The server ends it soon, if it does not receive anything.
            sleep(POLL).await;
        }
    }

    async fn ask_end_of(&mut self, transaction: &str, replies: &[Reply]) -> Result<End> {
        let ask = "SELECT pg_xact_status($1::text::xid8)";
        let status = match self.query(ask, &[&transaction]).await {
            Ok(row) => {
                row.try_get::<_, Option<String>>(0).map_err(|error| unusable(&self.connector.url.shown, &error))?
            }
            // The id is not given to a transaction yet: the database has crashed, and forgotten this one.
            Err(Failed::Sql(error)) if error.code() == Some(&SqlState::INVALID_PARAMETER_VALUE) => None,
            Err(error) => return Err(error.into_error(self.connector)),
        };
        match status.as_deref() {
            Some("in progress") => Ok(End::Running),
            Some("committed") if self.are_stored(replies).await? => Ok(End::Committed),
            _ => Ok(End::Undone),
        }
    }

    /// Whether the database has the claims of a transaction that has ended. One without claims is repeated, which has no other effect.
    async fn are_stored(&mut self, replies: &[Reply]) -> Result<bool> {
        let claims: BTreeMap<&str, &Row> = replies.iter().filter_map(claimed).map(|row| (&*row.key, row)).collect();
        if claims.is_empty() {
            return Ok(replies.iter().any(|reply| matches!(reply, Reply::Marked(_))));
        }
        let keys: Vec<&str> = claims.keys().copied().collect();
        let generations: Vec<i64> = claims.values().map(|row| to_bigint(row.generation)).collect();
        let owners: Vec<i64> = claims.values().map(|row| to_bigint(row.owner)).collect();
        let ledger = self.ledger;
        let found = self.query(COUNT_CLAIMS, &[&ledger, &keys, &generations, &owners]).await;
        let found: i64 = found
            .map_err(|error| error.into_error(self.connector))?
            .try_get(0)
            .map_err(|error| unusable(&self.connector.url.shown, &error))?;
        Ok(usize::try_from(found) == Ok(claims.len()))
    }

    /// Runs a query that returns a row, on another connection if this one is lost.
    async fn query(&mut self, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Result<SqlRow, Failed> {
        let until = self.end;
        loop {
            let session = self.open_session().await.map_err(Failed::Other)?;
            match timeout_at(until, session.client.query_one(sql, parameters)).await {
                Ok(Ok(row)) => return Ok(row),
                Ok(Err(error)) if is_lost(&error) && Instant::now() < until => *self.session = None,
                Ok(Err(error)) => return Err(Failed::Sql(error)),
                Err(_) => {
                    *self.session = None;
                    return Err(Failed::Other(self.connector.no_answer(Outcome::Unknown)));
                }
            }
        }
    }

    /// The replies with claims that are given up now. What is still not known remains.
    async fn given_up(&mut self) -> Result<Vec<Reply>> {
        let mut replies = Vec::new();
        for unresolved in std::mem::take(self.unresolved) {
            let end = match &unresolved.transaction {
                Some(transaction) => self.ask_end_of(transaction, &unresolved.replies).await,
                None => Ok(End::Committed),
            };
            match end {
                Ok(End::Committed) => {
                    replies.extend(unresolved.replies.into_iter().filter(|reply| claimed(reply).is_some()))
                }
                Ok(End::Undone) => {}
                Ok(End::Running) | Err(_) => self.unresolved.push(unresolved),
            }
        }
        Ok(replies)
    }
}

/// The claims of a transaction that the database has, by key, generation and owner.
const COUNT_CLAIMS: &str = "
    SELECT count(*) FROM zexa_ledger.rows
    JOIN unnest($2::text[], $3::bigint[], $4::bigint[]) AS claim (key, generation, owner) USING (key, generation, owner)
    WHERE ledger = $1";

/// Why a query has no result.
enum Failed {
    Sql(SqlError),
    Other(Error),
}

impl Failed {
    fn into_error(self, connector: &Connector) -> Error {
        match self {
            Failed::Sql(error) => unusable(&connector.url.shown, &error),
            Failed::Other(error) => error,
        }
    }
}

/// The row of a claim that was made.
fn claimed(reply: &Reply) -> Option<&Row> {
    match reply {
        Reply::Claimed(Claimed::Send { .. }, row) => Some(row),
        _ => None,
    }
}

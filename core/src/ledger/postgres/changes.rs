//! [`Changing`]: applies changes, also if the connection is lost, for example because the database restarts.
//!
//! A transaction whose connection is lost before its commit was undone, and is repeated. After that, it is not known whether the commit was carried out. The
//! database knows it, by the id of the transaction. As long as it is not known, the claims of the transaction do not count as made, and nothing is sent. If
//! they were made nevertheless, they are given up later.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};
use tokio_postgres::Error as SqlError;

use super::failure::{is_conflict, is_locked, is_lost, unusable};
use super::session::{Connector, Session};
use super::transaction::{Phase, transact};
use crate::ledger::row::Settlement;
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
    settlements: Vec<Settlement>,
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
        let all: Vec<Change> = first.iter().cloned().map(Change::Settle).chain(changes.iter().cloned()).collect();
        let mut replies = Vec::with_capacity(all.len());
        let applied = self.apply_parts(&all, &mut replies).await;
        if let Err(error) = applied {
            // Nobody learns of the claims that were made.
            let settlements = first.into_iter().chain(replies.iter().filter_map(giving_up)).collect();
            self.unresolved.push(Unresolved { transaction: None, settlements });
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
                match self.end_of(&transaction).await {
                    Ok(End::Committed) => return Ok(replies),
                    Ok(End::Undone) => continue,
                    Ok(End::Running) | Err(_) => {
                        let settlements = replies.iter().filter_map(giving_up).collect();
                        self.unresolved.push(Unresolved { transaction: Some(transaction), settlements });
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

    /// Waits until a transaction has ended.
    async fn end_of(&mut self, transaction: &str) -> Result<End> {
        loop {
            let end = self.ask_end_of(transaction).await?;
            if end != End::Running || Instant::now() + POLL >= self.end {
                return Ok(end);
            }
            // The server ends it soon, if it does not receive anything.
            sleep(POLL).await;
        }
    }

    async fn ask_end_of(&mut self, transaction: &str) -> Result<End> {
        let until = self.end;
        loop {
            let session = self.open_session().await?;
            let ask = "SELECT pg_xact_status($1::text::xid8)";
            let answer = match timeout_at(until, session.client.query_one(ask, &[&transaction])).await {
                Ok(answer) => answer.and_then(|row| row.try_get::<_, Option<String>>(0)),
                Err(_) => {
                    *self.session = None;
                    return Err(self.connector.no_answer(Outcome::Unknown));
                }
            };
            match answer {
                Ok(status) => {
                    return Ok(match status.as_deref() {
                        Some("committed") => End::Committed,
                        Some("in progress") => End::Running,
                        _ => End::Undone,
                    });
                }
                Err(error) if is_lost(&error) && Instant::now() < until => *self.session = None,
                Err(error) => return Err(unusable(&self.connector.url.shown, &error)),
            }
        }
    }

    /// The settlements of claims that are given up now. What is still not known remains.
    async fn given_up(&mut self) -> Result<Vec<Settlement>> {
        let mut settlements = Vec::new();
        for unresolved in std::mem::take(self.unresolved) {
            let end = match &unresolved.transaction {
                Some(transaction) => self.ask_end_of(transaction).await,
                None => Ok(End::Committed),
            };
            match end {
                Ok(End::Committed) => settlements.extend(unresolved.settlements),
                Ok(End::Undone) => {}
                Ok(End::Running) | Err(_) => self.unresolved.push(unresolved),
            }
        }
        Ok(settlements)
    }
}

//! [`transact`]: applies changes in one transaction. The rules are those of every store; the rows are locked while they are applied.
//!
//! A claim of a new key inserts its row, which at the same time locks the key against other claims. If the key exists, the row is read in a second
//! statement, which sees what the first one has waited for.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::convert::Infallible;
use std::time::Duration;

use jiff::Timestamp;
use tokio_postgres::Error as SqlError;

use super::session::{Session, Statements};
use super::statements;
use crate::ledger::lease::{Clock, Lease, MARGIN};
use crate::ledger::row::{Claim, Row, Settlement};
use crate::ledger::state::Claimed;
use crate::ledger::store::{Change, Reply, Rows, apply_to};

/// How far a transaction has got.
pub(super) enum Phase {
    /// It is undone if the connection is lost.
    Open,
    /// It may be committed.
    Committing {
        /// Its id, with which the database says whether it was committed.
        transaction: String,
        replies: Vec<Reply>,
    },
}

/// Applies the changes. `phase` shows how far the transaction has got, also if this future is dropped.
///
/// # Errors
///
/// If a statement fails. The transaction must then be rolled back, unless it was committing.
pub(super) async fn transact(
    session: &mut Session,
    ledger: i64,
    changes: &[Change],
    patience: Duration,
    phase: &mut Phase,
) -> Result<Vec<Reply>, SqlError> {
    // Before the transaction begins, so that leases end here no later than on the database's clock.
    let clock = Clock::now();
    let statements = session.statements().await?;
    let begin = format!("BEGIN; SET LOCAL lock_timeout = {}", patience.as_millis());
    session.client.batch_execute(&begin).await?;
    let (mut replies, mut written) = (Vec::with_capacity(changes.len()), None);
    for part in parts(changes) {
        let (mut batch, inserted) = Batch::load(session, &statements, ledger, part, clock).await?;
        for change in part {
            replies.push(batch.apply(change));
        }
        written = written.or(inserted).or(batch.store(session, &statements, ledger).await?);
    }
    if let Some(transaction) = written {
        *phase = Phase::Committing { transaction, replies: replies.clone() };
    }
    session.client.batch_execute("COMMIT").await?;
    Ok(replies)
}

/// Splits the changes so that in each part, the first change of a key that is claimed is a claim.
fn parts(changes: &[Change]) -> Vec<&[Change]> {
    let mut parts = Vec::new();
    let (mut start, mut first) = (0, BTreeMap::new());
    for (index, change) in changes.iter().enumerate() {
        let is_claim = matches!(change, Change::Claim { .. });
        let begins_with_claim = *first.entry(key_of(change)).or_insert(is_claim);
        if is_claim && !begins_with_claim {
            parts.push(&changes[start..index]);
            start = index;
            first = BTreeMap::from([(key_of(change), true)]);
        }
    }
    parts.push(&changes[start..]);
    parts
}

fn key_of(change: &Change) -> &str {
    match change {
        Change::Claim { claim, .. } => &claim.key,
        Change::Settle(settlement) => &settlement.key,
        Change::Look { key } | Change::Mark { key, .. } => key,
    }
}

/// The rows of some changes, which no other transaction can change.
struct Batch {
    rows: BTreeMap<String, Row>,
    /// Keys whose rows were inserted for a claim that has no reply yet.
    inserted: HashSet<String>,
    changed: BTreeSet<String>,
    clock: Clock,
    now: Timestamp,
}

impl Batch {
    /// Inserts the rows of new keys, and reads the others. Returns the id of the transaction, if a row was inserted.
    async fn load(
        session: &Session,
        statements: &Statements,
        ledger: i64,
        changes: &[Change],
        clock: Clock,
    ) -> Result<(Batch, Option<String>), SqlError> {
        let mut batch = Batch {
            rows: BTreeMap::new(),
            inserted: HashSet::new(),
            changed: BTreeSet::new(),
            clock,
            now: Timestamp::UNIX_EPOCH,
        };
        let mut transaction = None;
        let mut claims: BTreeMap<&str, (&Claim, u64)> = BTreeMap::new();
        for change in changes {
            if let Change::Claim { claim, owner } = change {
                claims.entry(&claim.key).or_insert((claim, *owner));
            }
        }
        let mut missing: BTreeSet<&str> = changes.iter().map(key_of).collect();
        // A row that exists and is not found was deleted in between, by a person.
        while !missing.is_empty() {
            let mut owners: BTreeMap<u64, Vec<&Claim>> = BTreeMap::new();
            for (claim, owner) in missing.iter().filter_map(|key| claims.get(key)) {
                owners.entry(*owner).or_default().push(claim);
            }
            for (owner, claims) in owners {
                let insert = statements::insert(&session.client, &statements.insert, ledger, owner, &claims);
                let (inserted, id) = insert.await?;
                transaction = transaction.or(id);
                for new in inserted {
                    let claim = claims.iter().find(|claim| claim.key == new.key).expect("only these were inserted");
                    batch.now = batch.now.max(new.claimed_at);
                    let lease = Lease::new(new.lease_until, new.claimed_at, clock);
                    let (_, row) = Row::claim(None, claim, owner, Some(lease), |_| true, new.claimed_at);
                    missing.remove(claim.key.as_str());
                    batch.inserted.insert(new.key.clone());
                    batch.rows.insert(new.key, row);
                }
            }
            if missing.is_empty() {
                break;
            }
            let keys: Vec<&str> = missing.iter().copied().collect();
            let select = statements::select(&session.client, &statements.select, ledger, &keys, clock);
            let (found, now) = select.await?;
            batch.now = now.map_or(batch.now, |now| batch.now.max(now));
            for row in found {
                missing.remove(row.key.as_str());
                batch.rows.insert(row.key.clone(), row);
            }
            missing.retain(|key| claims.contains_key(key));
        }
        Ok((batch, transaction))
    }

    fn apply(&mut self, change: &Change) -> Reply {
        if let Change::Claim { claim, .. } = change
            && self.inserted.remove(&claim.key)
        {
            let row = self.rows.get(&claim.key).cloned().expect("it was inserted");
            return Reply::Claimed(Claimed::Send { may_be_second: false }, Box::new(row));
        }
        let now = self.now;
        let applied = match change {
            Change::Settle(settlement) => apply_to(self, &Change::Settle(in_microseconds(settlement)), now),
            change => apply_to(self, change, now),
        };
        applied.unwrap_or_else(|never| match never {})
    }

    /// Writes the rows that were changed. Returns the id of the transaction, if there are any.
    async fn store(self, session: &Session, statements: &Statements, ledger: i64) -> Result<Option<String>, SqlError> {
        let rows: Vec<&Row> = self.changed.iter().filter_map(|key| self.rows.get(key)).collect();
        match rows.is_empty() {
            true => Ok(None),
            false => statements::update(&session.client, &statements.update, ledger, &rows).await,
        }
    }
}

impl Rows for Batch {
    type Error = Infallible;

    fn get(&mut self, key: &str) -> Result<Option<Row>, Infallible> {
        Ok(self.rows.get(key).cloned())
    }

    fn put(&mut self, row: &Row) -> Result<(), Infallible> {
        self.changed.insert(row.key.clone());
        self.rows.insert(row.key.clone(), row.clone());
        Ok(())
    }

    /// On the database's clock, as all processes do.
    fn is_alive(&self, row: &Row) -> bool {
        row.lease.is_some_and(|lease| lease.until > self.now)
    }

    fn lease(&self, claim: &Claim) -> Option<Lease> {
        // If the end cannot be represented, the claim ends now, and nothing is sent.
        let until = self.now.checked_add(claim.lease.unwrap_or(MARGIN)).unwrap_or(self.now);
        Some(Lease::new(until, self.now, self.clock))
    }
}

/// The database stores microseconds. A result that is recorded again must not seem to be another one.
fn in_microseconds(settlement: &Settlement) -> Settlement {
    let mut settlement = settlement.clone();
    let rounded = |time: Timestamp| Timestamp::from_microsecond(time.as_microsecond()).unwrap_or(time);
    settlement.record.created_at = settlement.record.created_at.map(rounded);
    settlement
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(key: &str) -> Change {
        Change::Look { key: key.into() }
    }

    fn claim(key: &str) -> Change {
        let claim = Claim {
            key: key.into(),
            operation: "/messages",
            hash: crate::ledger::key::Hash([1; 32]),
            resend: Default::default(),
            lease: None,
        };
        Change::Claim { claim, owner: 1 }
    }

    #[test]
    fn a_claim_begins_a_part_if_its_key_was_used_before() {
        let sizes = |changes: &[Change]| parts(changes).iter().map(|part| part.len()).collect::<Vec<_>>();
        assert_eq!(sizes(&[claim("a"), look("a"), claim("a"), claim("b")]), [4]);
        assert_eq!(sizes(&[look("a"), claim("b"), claim("a"), look("b"), claim("b")]), [2, 2, 1]);
        assert_eq!(sizes(&[look("a"), look("a")]), [2]);
    }
}

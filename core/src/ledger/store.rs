//! [`Store`]: where the rows of a ledger are. Every store applies the same rules to its rows; see `row` and `state`.

use jiff::Timestamp;

use super::lease::Lease;
use super::row::{Claim, Row, Settlement};
use super::state::{Claimed, Mark, State};
use crate::Result;

/// A change of the ledger.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// Claims the row for `owner`. The answer can be that another owner has claimed it ([`Claimed::InProgress`]).
    Claim { claim: Claim, owner: u64 },
    /// Settles the row with the result of a claim. The settlement names the generation of the claim.
    Settle(Settlement),
    /// Returns the row.
    Look { key: String },
    /// Settles a row in doubt by hand.
    Mark { key: String, mark: Mark, id: Option<String>, by: String },
}

/// The answer to a change.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Reply {
    /// The answer to a claim, and the row afterwards.
    Claimed(Claimed, Box<Row>),
    /// The result is stored, if it changes the row.
    Settled,
    /// Nothing has changed: a transaction of another program has locked the row.
    Locked,
    /// The row, if there is one.
    Found(Option<Box<Row>>),
    /// Whether the row was in doubt, and its state afterwards. `None` if the ledger does not have the key.
    Marked(Option<(bool, State)>),
}

/// The rows of a ledger: a file, or a database that several machines share. Used by one thread at a time.
pub(crate) trait Store: Send {
    /// Applies the changes in order, in one transaction. When this returns, they are durable.
    ///
    /// # Errors
    ///
    /// If the changes are not stored. None of them is.
    fn apply(&mut self, changes: &[Change]) -> Result<Vec<Reply>>;

    /// The number of rows in each state.
    fn count(&mut self) -> Result<Vec<(State, u64)>>;

    /// Calls the function with each row, or with the rows in one state, in the order in which they were first claimed.
    fn each(&mut self, state: Option<State>, visit: &mut dyn FnMut(Row) -> Result<()>) -> Result<()>;

    /// Whether the owner of a claimed row may still send it: whether it runs, or has a lease.
    fn is_alive(&self, row: &Row) -> bool;

    /// Replaces rows that were accepted before this time by their keys. Returns their number.
    fn prune(&mut self, before: Timestamp) -> Result<u64>;
}

/// The rows of a store, by key. A store implements this to use [`apply_to`].
pub(crate) trait Rows {
    type Error;
    fn get(&mut self, key: &str) -> Result<Option<Row>, Self::Error>;
    fn put(&mut self, row: &Row) -> Result<(), Self::Error>;
    fn is_alive(&self, row: &Row) -> bool;
    /// The lease of a claim that is made now.
    fn lease(&self, _: &Claim) -> Option<Lease> {
        None
    }
}

/// Applies a change to rows that nobody else can change at the same time.
pub(crate) fn apply_to<R: Rows>(rows: &mut R, change: &Change, now: Timestamp) -> Result<Reply, R::Error> {
    match change {
        Change::Claim { claim, owner } => {
            let before = rows.get(&claim.key)?;
            let (claimed, row) =
                Row::claim(before.clone(), claim, *owner, rows.lease(claim), |row| rows.is_alive(row), now);
            if before.as_ref() != Some(&row) {
                rows.put(&row)?;
            }
            Ok(Reply::Claimed(claimed, Box::new(row)))
        }
        Change::Settle(settlement) => {
            if let Some(mut row) = rows.get(&settlement.key)?
                && row.settle(settlement, now)
            {
                rows.put(&row)?;
            }
            Ok(Reply::Settled)
        }
        Change::Look { key } => Ok(Reply::Found(rows.get(key)?.map(Box::new))),
        Change::Mark { key, mark, id, by } => {
            let Some(mut row) = rows.get(key)? else { return Ok(Reply::Marked(None)) };
            let is_alive = row.state == State::Claimed && rows.is_alive(&row);
            let was_in_doubt = row.mark(*mark, id.clone(), by, is_alive, now);
            if was_in_doubt {
                rows.put(&row)?;
            }
            Ok(Reply::Marked(Some((was_in_doubt, row.state))))
        }
    }
}

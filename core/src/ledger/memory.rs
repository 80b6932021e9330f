//! [`Memory`]: a ledger in memory, for tests and for runs without a ledger file.

use std::collections::{BTreeMap, HashSet};
use std::convert::Infallible;

use jiff::Timestamp;

use super::row::{Record, Row};
use super::state::State;
use super::store::{Change, Reply, Rows, Store, apply_to};
use crate::Result;

/// A store in memory. All owners are alive until they are killed.
#[derive(Default)]
pub(crate) struct Memory {
    rows: BTreeMap<String, Row>,
    dead: HashSet<u64>,
}

impl Memory {
    /// From here on, the owner counts as dead.
    pub(crate) fn kill(&mut self, owner: u64) {
        self.dead.insert(owner);
    }
}

impl Store for Memory {
    fn apply(&mut self, changes: &[Change]) -> Result<Vec<Reply>> {
        let now = Timestamp::now();
        Ok(changes.iter().map(|change| apply_to(self, change, now).unwrap_or_else(|never| match never {})).collect())
    }

    fn count(&mut self) -> Result<Vec<(State, u64)>> {
        let count = |state| self.rows.values().filter(|row| row.state == state).count() as u64;
        Ok(State::ALL.map(|state| (state, count(state))).to_vec())
    }

    fn each(&mut self, state: Option<State>, visit: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        self.rows.values().filter(|row| state.is_none_or(|state| row.state == state)).cloned().try_for_each(visit)
    }

    fn is_alive(&self, row: &Row) -> bool {
        !self.dead.contains(&row.owner)
    }

    fn prune(&mut self, before: Timestamp) -> Result<u64> {
        let is_old = |row: &&mut Row| row.state == State::Accepted && row.settled_at.is_some_and(|time| time < before);
        let prune = |row: &mut Row| {
            row.state = State::Pruned;
            row.settled_by = None;
            row.record = Record::default();
        };
        Ok(self.rows.values_mut().filter(is_old).map(prune).count() as u64)
    }
}

impl Rows for Memory {
    type Error = Infallible;

    fn get(&mut self, key: &str) -> Result<Option<Row>, Infallible> {
        Ok(self.rows.get(key).cloned())
    }

    fn put(&mut self, row: &Row) -> Result<(), Infallible> {
        self.rows.insert(row.key.clone(), row.clone());
        Ok(())
    }

    fn is_alive(&self, row: &Row) -> bool {
        Store::is_alive(self, row)
    }
}

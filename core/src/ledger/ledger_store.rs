//! [`LedgerStore`]: a ledger that is opened to look at it.

use std::path::Path;

use super::key::Hasher;
use super::store::Store;
use crate::Result;

/// A store, and what a ledger has beside its rows.
pub(crate) trait LedgerStore: Store {
    /// The absolute path of the file, or the URL of the database without the password.
    fn path(&self) -> &Path;

    /// Whether a path leads to one of the files of this ledger.
    fn contains(&self, path: &Path) -> bool;

    /// The job that is stored in the ledger.
    fn job(&mut self) -> Result<Option<String>>;

    /// Stores a job, unless one is stored. Returns the one that is stored then.
    fn set_job(&mut self, json: &str) -> Result<String>;

    /// A hasher without the secret of the caller.
    fn hasher(&mut self) -> Result<Hasher>;
}

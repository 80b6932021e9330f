//! [`Ledger`] on systems without ledgers. None can be opened, so the other methods are never called: the libraries for C, Python and Node use the same ones on
//! all systems.

use std::convert::Infallible;
use std::io::Write;
use std::path::Path;

use jiff::Timestamp;

use super::open::NOT_SUPPORTED;
use crate::{DoubtfulRow, Error, LedgerCounts, Result};

/// A ledger: the record of what was sent, by idempotency key. Ledgers need a Unix system.
#[derive(Debug)]
pub struct Ledger(Infallible);

impl Ledger {
    /// Fail: this system has no ledgers.
    ///
    /// # Errors
    ///
    /// [`Kind::Config`](crate::Kind::Config), always.
    pub fn open(_: impl AsRef<Path>) -> Result<Ledger> {
        Err(Error::config("ledger", NOT_SUPPORTED))
    }

    /// Fail: this system has no ledgers.
    ///
    /// # Errors
    ///
    /// [`Kind::Config`](crate::Kind::Config), always.
    pub fn create(path: impl AsRef<Path>) -> Result<Ledger> {
        Ledger::open(path)
    }

    /// Return the absolute path of the file.
    pub fn path(&self) -> &Path {
        match self.0 {}
    }

    /// Count the rows by state.
    pub fn counts(&self) -> Result<LedgerCounts> {
        match self.0 {}
    }

    /// Return the rows in doubt.
    pub fn in_doubt(&self) -> Result<Vec<DoubtfulRow>> {
        match self.0 {}
    }

    /// Settle a row in doubt: its request was processed.
    pub fn mark_sent(&self, _key: &str, _id: Option<&str>) -> Result<()> {
        match self.0 {}
    }

    /// Settle a row in doubt: its request was not processed.
    pub fn mark_not_sent(&self, _key: &str) -> Result<()> {
        match self.0 {}
    }

    /// Replace the rows that were accepted before this time by their keys.
    pub fn prune(&self, _before: Timestamp) -> Result<u64> {
        match self.0 {}
    }

    /// Write all rows as CSV.
    pub fn export(&self, _output: impl Write) -> Result<u64> {
        match self.0 {}
    }

    /// Write all rows to a CSV file.
    pub fn export_to_file(&self, _path: impl AsRef<Path>) -> Result<u64> {
        match self.0 {}
    }
}

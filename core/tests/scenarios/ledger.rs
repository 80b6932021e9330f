//! The ledger of a scenario, and the directory that it is in.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;
use zexa::Ledger;

use crate::root;

/// The ledger whose hashes never change, in the folder of the scenarios.
const GOLDEN: &str = "golden_ledger.db";

/// A directory with a copy of the golden ledger. Dropping it deletes it.
pub(crate) struct Directory(TempDir);

impl Directory {
    pub(crate) fn new() -> Directory {
        let directory = tempfile::tempdir().expect("a directory");
        let golden = root().join("tests/scenarios").join(GOLDEN);
        fs::copy(golden, directory.path().join(GOLDEN)).expect("a copy of the golden ledger");
        Directory(directory)
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }
}

/// The counts of a ledger, and its keys in doubt.
pub(crate) fn rows_of(path: &Path) -> Value {
    let read = || {
        let ledger = Ledger::open(path)?;
        let keys: Vec<_> = ledger.in_doubt()?.into_iter().map(|row| row.key).collect();
        Ok((ledger.counts()?, keys))
    };
    let (counts, keys) = read().unwrap_or_else(|error: zexa::Error| panic!("the ledger cannot be read: {error}"));
    let mut rows = json!(counts);
    rows["in_doubt_keys"] = keys.into();
    rows
}

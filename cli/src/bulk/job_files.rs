//! Finds the ledger of a job, and reads the job.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use zexa::Ledger;

use super::arguments::JobArguments;
use super::job::{Job, VERSION};
use super::report::beside;
use crate::failure::{Failure, Result};
use crate::texts::text;

/// The suffix of a ledger beside its file.
pub(crate) const LEDGER: &str = ".zexa.db";

/// The first bytes of an SQLite file.
const MAGIC: &[u8] = b"SQLite format 3\0";

/// A ledger with its job.
pub(crate) struct JobFiles {
    pub(crate) ledger: Ledger,
    pub(crate) job: Job,
    /// The file with the rows.
    pub(crate) file: PathBuf,
}

impl JobFiles {
    /// Opens the ledger that the arguments name, and reads its job.
    ///
    /// # Errors
    ///
    /// If there is no ledger, or if it has no job that this version can continue.
    pub(crate) fn open(arguments: &JobArguments) -> Result<JobFiles> {
        let (ledger, file) = match &arguments.ledger {
            Some(ledger) => (ledger.clone(), Some(arguments.file.clone())),
            None if is_ledger(&arguments.file) => (arguments.file.clone(), None),
            None => (beside(&arguments.file, LEDGER), Some(arguments.file.clone())),
        };
        let shown = ledger.display().to_string();
        if !ledger.exists() {
            return Err(Failure::Usage(text!("bulk-no-ledger", ledger = shown)));
        }
        let ledger = Ledger::open(&ledger)?;
        let json = ledger.job()?.ok_or_else(|| Failure::Usage(text!("bulk-no-job", ledger = shown.as_str())))?;
        let version = serde_json::from_str(&json).ok().and_then(|json: serde_json::Value| json["version"].as_u64());
        let job = match (version, serde_json::from_str(&json)) {
            (Some(version), Ok(job)) if version == u64::from(VERSION) => job,
            _ => return Err(Failure::Local(text!("bulk-newer-job", ledger = shown))),
        };
        let Job { file: stored, .. } = &job;
        let file = file.unwrap_or_else(|| PathBuf::from(stored));
        Ok(JobFiles { ledger, file, job })
    }
}

/// Whether no row is recorded in a ledger.
pub(crate) fn is_empty(ledger: &Ledger) -> Result<bool> {
    let counts = ledger.counts()?;
    let rows = counts.claimed + counts.accepted + counts.rejected + counts.not_sent + counts.in_doubt + counts.pruned;
    Ok(rows == 0)
}

fn is_ledger(path: &Path) -> bool {
    let mut start = [0; MAGIC.len()];
    File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok() && start == MAGIC
}

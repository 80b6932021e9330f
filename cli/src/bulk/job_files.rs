//! Finds the ledger of a job, and reads the job and its progress.

use std::path::{Path, PathBuf};

use zexa::{Ledger, LedgerCounts};

use super::arguments::JobArguments;
use super::job::{Job, VERSION};
use super::{paths, shell};
use crate::failure::{Failure, Result};
use crate::texts::text;

/// A ledger with its job.
pub(crate) struct JobFiles {
    pub(crate) ledger: Ledger,
    /// The path of the ledger, or its URL with the password.
    pub(crate) location: PathBuf,
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
            None if paths::is_url(&arguments.file) || paths::is_sqlite(&arguments.file) => {
                (arguments.file.clone(), None)
            }
            None => (paths::ledger(&arguments.file), Some(arguments.file.clone())),
        };
        let shown = paths::shown(&ledger);
        let Some(opened) = Ledger::open_if_exists(&ledger)? else {
            return Err(Failure::Usage(text!("bulk-no-ledger", ledger = shown)));
        };
        let location = if paths::is_url(&ledger) { ledger } else { opened.path().to_owned() };
        let ledger = opened;
        let json = ledger.job()?.ok_or_else(|| Failure::Usage(text!("bulk-no-job", ledger = shown.as_str())))?;
        let version = serde_json::from_str(&json).ok().and_then(|json: serde_json::Value| json["version"].as_u64());
        let job = match (version, serde_json::from_str(&json)) {
            (Some(version), Ok(job)) if version == u64::from(VERSION) => job,
            _ => return Err(Failure::Local(text!("bulk-newer-job", ledger = shown))),
        };
        let Job { file: stored, .. } = &job;
        let file = file.unwrap_or_else(|| PathBuf::from(stored));
        Ok(JobFiles { ledger, location, job, file })
    }
}

/// What a ledger has of a job. `None` if the job has not begun.
///
/// # Errors
///
/// If the ledger cannot be read, or belongs to something else.
pub(crate) fn begun(path: &Path, job: &Job, file: &Path) -> Result<Option<LedgerCounts>> {
    let Some(ledger) = Ledger::open_if_exists(path)? else { return Ok(None) };
    let is_begun = check_job(&ledger, path, job, file)?;
    Ok(if is_begun { Some(ledger.counts()?) } else { None })
}

/// Stores a job in its ledger, which is created if it does not exist.
///
/// # Errors
///
/// If the ledger cannot be written, or belongs to something else.
pub(crate) fn store(path: &Path, job: &Job, file: &Path) -> Result<()> {
    let ledger = Ledger::create(path)?;
    if !check_job(&ledger, path, job, file)? {
        ledger.set_job(&to_json(job)?)?;
    }
    Ok(())
}

/// Whether a ledger has this job. If not, it has none.
///
/// # Errors
///
/// If it has another job, or rows of another program.
fn check_job(ledger: &Ledger, path: &Path, job: &Job, file: &Path) -> Result<bool> {
    let job_arguments = shell::job(file, Some(path));
    let shown = paths::shown(path);
    match ledger.job()? {
        // Its file may only have been saved with another delimiter or in another encoding.
        Some(stored) if is_same_but_dialect(&stored, job) => Ok(true),
        Some(stored) => Err(Failure::Usage(match is_other_file(&stored, job) {
            true => text!("bulk-other-file", file = file.display().to_string(), job = job_arguments),
            false => text!("bulk-other-job", ledger = shown, job = job_arguments, sent = sent(ledger)?),
        })),
        None if is_empty(ledger)? => Ok(false),
        None => Err(Failure::Usage(text!("bulk-foreign-ledger", ledger = shown))),
    }
}

fn to_json(job: &Job) -> Result<String> {
    serde_json::to_string(job).map_err(|error| Failure::Local(error.to_string()))
}

/// Whether a stored job differs from another one only in the rows of the file.
fn is_other_file(stored: &str, job: &Job) -> bool {
    serde_json::from_str::<Job>(stored).is_ok_and(|mut stored| {
        (stored.rows, stored.messages) = (job.rows, job.messages);
        stored.blocks.clone_from(&job.blocks);
        stored == *job
    })
}

/// Whether a stored job differs from another one at most in how its file is written.
fn is_same_but_dialect(stored: &str, job: &Job) -> bool {
    serde_json::from_str::<Job>(stored).is_ok_and(|mut stored| {
        stored.dialect.clone_from(&job.dialect);
        stored == *job
    })
}

/// How many messages of a job were sent, or may have been sent.
fn sent(ledger: &Ledger) -> Result<u64> {
    let counts = ledger.counts()?;
    Ok(counts.accepted + counts.claimed + counts.in_doubt + counts.pruned)
}

/// Whether no row is recorded in a ledger.
fn is_empty(ledger: &Ledger) -> Result<bool> {
    let counts = ledger.counts()?;
    let rows = counts.claimed + counts.accepted + counts.rejected + counts.not_sent + counts.in_doubt + counts.pruned;
    Ok(rows == 0)
}

/// The number of messages that are still to be sent. `with_rejected`: rejected ones are sent again.
pub(crate) fn rest(job: &Job, counts: &LedgerCounts, with_rejected: bool) -> u64 {
    let settled = counts.accepted + counts.pruned + counts.in_doubt + counts.claimed;
    job.messages.saturating_sub(settled + if with_rejected { 0 } else { counts.rejected })
}

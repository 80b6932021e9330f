//! Exports a ledger as CSV.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process;

use super::ledger_store::LedgerStore;
use crate::{Error, Kind, Outcome, Result};

const HEADER: [&str; 16] = [
    "key",
    "operation",
    "state",
    "id",
    "status",
    "created_at",
    "error",
    "http_status",
    "code",
    "request_id",
    "claims",
    "claimed_at",
    "settled_at",
    "settled_by",
    "may_be_second",
    "possible_duplicate",
];

/// Writes all rows. Returns their number.
pub(crate) fn write(store: &mut dyn LedgerStore, output: impl Write) -> Result<u64> {
    let mut csv = csv::Writer::from_writer(output);
    let mut count = 0;
    csv.write_record(HEADER).map_err(failed)?;
    store.each(None, &mut |row| {
        count += 1;
        let text = |value: Option<String>| value.unwrap_or_default();
        let time = |time: Option<jiff::Timestamp>| text(time.map(|time| time.to_string()));
        csv.write_record([
            row.key,
            row.operation,
            row.state.as_str().to_owned(),
            text(row.record.id),
            text(row.record.status),
            time(row.record.created_at),
            text(row.record.error.map(|kind| kind.as_str().to_owned())),
            text(row.record.http_status.map(|status| status.to_string())),
            text(row.record.code),
            text(row.record.request_id),
            row.generation.to_string(),
            row.claimed_at.to_string(),
            time(row.settled_at),
            text(row.settled_by),
            row.may_be_second.to_string(),
            row.possible_duplicate.to_string(),
        ])
        .map_err(failed)
    })?;
    csv.flush().map_err(|error| failed(error.into()))?;
    Ok(count)
}

/// Writes all rows to a file. An existing file is replaced by a complete one, or not at all. Returns the number of rows.
pub(crate) fn write_to_file(store: &mut dyn LedgerStore, path: &Path) -> Result<u64> {
    let failed = |error: io::Error| {
        let message = format!("the export {} cannot be written: {error}", path.display());
        Error::new(Kind::Other, Outcome::NotSent, message).with_source(error)
    };
    let existing = fs::metadata(path).ok();
    if existing.as_ref().is_some_and(|metadata| !metadata.is_file()) {
        // A device or a pipe is not replaced.
        return write(store, OpenOptions::new().write(true).open(path).map_err(failed)?);
    }
    // A symbolic link is kept, and its target replaced.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let part = target.with_file_name(format!(".zexa-export-{}-{:016x}", process::id(), fastrand::u64(..)));
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part).map_err(failed)?;
    let replace = |count| {
        if let Some(existing) = existing {
            file.set_permissions(existing.permissions())?;
        }
        // Otherwise, the file could be empty after a loss of power.
        file.sync_all()?;
        fs::rename(&part, &target).map(|()| count)
    };
    let written = write(store, &file as &File).and_then(|count| replace(count).map_err(failed));
    if written.is_err() {
        // If this fails, too, an incomplete file is left.
        let _ = fs::remove_file(&part);
    }
    written
}

fn failed(error: csv::Error) -> Error {
    Error::new(Kind::Other, Outcome::NotSent, format!("the export cannot be written: {error}")).with_source(error)
}

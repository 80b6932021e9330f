//! The errors of a ledger file.

use std::io::{self, ErrorKind};
use std::path::Path;

use rusqlite::{ErrorCode, ffi};

use crate::{Error, Kind, Outcome};

/// Why a damaged ledger cannot be used.
pub(crate) const IS_DAMAGED: &str = "is damaged";

/// The error of a ledger that was opened and can no longer be used.
pub(crate) fn unusable(path: &Path, reason: &str) -> Error {
    Error::new(Kind::Other, Outcome::NotSent, format!("the ledger {} {reason}", path.display()))
}

/// The error of a ledger that cannot be locked.
pub(crate) fn is_busy(path: &Path, error: &io::Error) -> Error {
    let reason = match error.kind() {
        ErrorKind::TimedOut => "is in use by another process".to_owned(),
        _ => format!("cannot be locked: {error}"),
    };
    unusable(path, &reason)
}

/// The error of SQLite if its journal cannot be created.
pub(crate) fn no_journal(error: &io::Error) -> rusqlite::Error {
    let code = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => ffi::SQLITE_FULL,
        ErrorKind::ReadOnlyFilesystem => ffi::SQLITE_READONLY,
        _ => ffi::SQLITE_CANTOPEN,
    };
    rusqlite::Error::SqliteFailure(ffi::Error::new(code), Some(error.to_string()))
}

/// Why a file cannot be opened as a ledger.
pub(crate) fn reason_to_open(error: &rusqlite::Error) -> String {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => "is not a ledger".to_owned(),
        Some(ErrorCode::CannotOpen) => "cannot be opened, or its directory is not writable".to_owned(),
        _ => reason(error),
    }
}

/// Why a statement failed. Contains no value of a row.
pub(crate) fn reason(error: &rusqlite::Error) -> String {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "cannot be written: the disk is full".to_owned(),
        Some(ErrorCode::ReadOnly) => "is not writable".to_owned(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => "is in use by another program".to_owned(),
        // A query is only interrupted if it does not end.
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::OperationInterrupted) => {
            IS_DAMAGED.to_owned()
        }
        _ => format!("cannot be used: {error}"),
    }
}

//! The errors of a ledger in a database.

use std::error::Error as StdError;

use serde_json::json;
use tokio_postgres::Error as SqlError;
use tokio_postgres::error::SqlState;

use crate::{Error, Kind, Outcome};

/// Classes of SQLSTATE that a URL, or the rights of its user, must be corrected for: authorization, an unknown database, and rights.
const CONFIGURATION: [&str; 3] = ["28", "3D", "42"];

/// The error of a database that cannot be used when a ledger is opened.
pub(super) fn not_opened(shown: &str, error: &SqlError) -> Error {
    match is_configuration(error) {
        true => Error::config("ledger", format_args!("{shown} cannot be used: {}", reason(error))),
        false => unreachable(shown, &reason(error), Outcome::NotSent),
    }
}

/// Whether the error remains until the URL or the database is changed.
pub(super) fn is_configuration(error: &SqlError) -> bool {
    // The driver does not export its kinds: a password that is missing, or a way to authenticate that it does not support.
    if ["invalid configuration", "authentication error"].contains(&error.to_string().as_str()) {
        return true;
    }
    error.code().is_some_and(|state| CONFIGURATION.iter().any(|class| state.code().starts_with(class)))
}

/// The error of a database that cannot be reached.
pub(super) fn unreachable(shown: &str, reason: &str, outcome: Outcome) -> Error {
    let message = format!("the ledger {shown} cannot be reached: {reason}");
    Error::new(Kind::Connect, outcome, message).with_details(json!({"field": "ledger", "reason": reason}))
}

/// The error of a ledger that was opened, and cannot be used now. Other processes may have sent what it would have answered for.
pub(super) fn unusable(shown: &str, error: &SqlError) -> Error {
    match is_lost(error) {
        true => unreachable(shown, &reason(error), Outcome::Unknown),
        false => {
            let message = format!("the ledger {shown} cannot be used: {}", reason(error));
            Error::new(Kind::Other, Outcome::Unknown, message)
        }
    }
}

/// Whether the connection cannot be used any more.
pub(super) fn is_lost(error: &SqlError) -> bool {
    match error.code() {
        // Shutdowns, crashes and timeouts of idle sessions; see "Appendix A" of the manual.
        Some(state) => {
            let code = state.code();
            code.starts_with("57P") || code.starts_with("08") || code == "25P03" || code == "25P04"
        }
        None => true,
    }
}

/// Whether a transaction must be repeated because of others.
pub(super) fn is_conflict(error: &SqlError) -> bool {
    error
        .code()
        .is_some_and(|state| [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED].contains(state))
}

/// Whether another transaction has held a lock for too long.
pub(super) fn is_locked(error: &SqlError) -> bool {
    error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE)
}

/// Why a statement or a connection has failed. Contains no value of a row: PostgreSQL has these in other fields.
pub(super) fn reason(error: &SqlError) -> String {
    if let Some(error) = error.as_db_error() {
        return format!("{} (SQLSTATE {})", error.message(), error.code().code());
    }
    let mut deepest: &dyn StdError = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}

//! Errors of the client about rows and runs, in the language of the user. Those of the API are in the language of the API.

use zexa::{Error, Kind, Outcome};

use crate::texts::{Language, language, text};

/// Why a row was not sent, or why its result is not known, if the client itself has found that out. `is_replayed`: the result is that of an earlier run.
pub(crate) fn of_row(error: &Error, is_replayed: bool) -> Option<String> {
    Some(match error.kind() {
        // The ledger has no text of the API.
        _ if is_replayed && error.outcome() == Outcome::Rejected => text!("row-rejected"),
        Kind::InDoubt => text!("row-in-doubt"),
        Kind::InProgress => text!("row-in-progress"),
        Kind::KeyReused => text!("row-key-reused"),
        Kind::Duplicate => text!("row-duplicate"),
        Kind::Stopped => text!("row-stopped"),
        Kind::Cancelled => text!("row-cancelled"),
        Kind::Connect if error.outcome() == Outcome::NotSent => text!("row-no-connection", reason = error.message()),
        Kind::Connect => text!("row-connection-lost", reason = error.message()),
        Kind::Timeout => text!("row-timeout"),
        _ => return None,
    })
}

/// Why the core has stopped a run. `name` is the name of the reason.
pub(crate) fn of_stop(name: &str, error: &Error) -> String {
    let message = error.message();
    // The core counts messages from 0, and people look for the rows of the file.
    let reason = message.split_once(", because ").map_or(message, |(_, reason)| reason);
    let words = match name {
        "unauthorized" => text!("stop-unauthorized"),
        "insufficient_credits" => text!("stop-credits"),
        "rate_limited" => text!("stop-rate"),
        "limiter" => text!("stop-limiter"),
        "ledger" => text!("stop-ledger"),
        "connect" => text!("stop-connect"),
        "unknown_outcomes" => text!("stop-unknown"),
        "identical_rejections" => text!("stop-rejections"),
        _ => return reason.to_owned(),
    };
    match reason.split_once(": ") {
        Some((_, cause)) => format!("{words}: {}", of_api(cause)),
        None => words,
    }
}

/// An error of the API, without the English words of the client in other languages. The report has the status and the request id of each row.
fn of_api(cause: &str) -> String {
    match cause.rsplit_once(" (status ") {
        Some((quotation, _)) if language() != Language::English => format!("«{quotation}»"),
        _ => cause.to_owned(),
    }
}

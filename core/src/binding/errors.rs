//! Errors for the bindings: those that only bindings create, and the names and the cause of an error in another language.

use std::io;

use serde::Serialize;
use serde_json::Value;

use crate::{Error, Kind, Outcome};

/// The error of an invalid argument, such as NULL. `reason` follows the name, as in "is NULL".
pub fn invalid_argument(name: &str, reason: &str) -> Error {
    Error::missing(name, reason)
}

/// The error of an invalid option of a client or a call. `reason` follows the name, as in "must be 0 or more".
pub fn invalid_option(name: &str, reason: &str) -> Error {
    Error::config(name, reason)
}

/// The error of an invalid parameter. `reason` follows the name, as in "must be a finite number".
pub fn invalid_parameter(field: &str, value: impl Into<Value>, reason: &str) -> Error {
    Error::invalid(field, value, reason)
}

/// Returns the message and the details of an error, with the names that arguments and options have in the caller's language: `from_` in Python,
/// `listId` in JavaScript.
///
/// Only errors that occur before anything is sent name an argument. `name` translates the name of a field, and `words` the rest of the message, which
/// may name other options. After an attempt, only hints and messages about a failed connection name options. Other messages may be the server's.
pub fn renamed(
    error: &Error,
    name: impl Fn(&str) -> String,
    words: impl Fn(&str) -> String,
) -> (String, Option<Value>) {
    let unchanged = || (error.message().to_owned(), error.details().cloned());
    if let Some((message, hint)) = error.split_hint() {
        return (message.to_owned() + &words(hint), error.details().cloned());
    }
    if error.attempts() > 0 {
        return match error.reason_code() {
            Some(_) => (words(error.message()), error.details().cloned()),
            None => unchanged(),
        };
    }
    let Some(Value::Object(details)) = error.details() else { return unchanged() };
    let text = |member: &str| details.get(member).and_then(Value::as_str);
    let (Some(field), Some(reason)) = (text("field"), text("reason")) else { return unchanged() };
    // The start is the name of the field, or of the environment variable that the value comes from.
    let Some(start) = error.message().strip_suffix(reason) else { return unchanged() };
    let renamed_start = if start == format!("`{field}` ") { format!("`{}` ", name(field)) } else { start.to_owned() };
    let reason = words(reason);
    let mut renamed = details.clone();
    renamed.insert("field".into(), name(field).into());
    renamed.insert("reason".into(), reason.as_str().into());
    (renamed_start + &reason, Some(renamed.into()))
}

/// The innermost cause of a failed call.
pub struct Cause {
    /// Description.
    pub message: String,
    /// The `errno`, if it is a system error.
    pub number: Option<i32>,
}

/// Returns the error code that Node.js uses for a failed or lost connection, such as `ECONNREFUSED` or `CERT_HAS_EXPIRED`.
pub fn reason_code(error: &Error) -> Option<&str> {
    error.reason_code()
}

/// Returns the innermost cause: the system error if there is one, or else the error code.
pub fn cause(error: &Error) -> Option<Cause> {
    let Some(source) = std::error::Error::source(error) else {
        return reason_code(error).map(|code| Cause { message: code.to_owned(), number: None });
    };
    let reasons: Vec<_> = std::iter::successors(Some(source), |reason| reason.source()).collect();
    let mut of_the_system = reasons.iter().filter_map(|reason| {
        let reason = reason.downcast_ref::<io::Error>()?;
        Some(Cause { message: reason.to_string(), number: Some(reason.raw_os_error()?) })
    });
    of_the_system.next().or_else(|| reasons.last().map(|reason| Cause { message: reason.to_string(), number: None }))
}

/// The error of a panic that was caught at the language boundary. It is not known whether a request was sent.
pub fn internal_error(what: &str) -> Error {
    Error::new(Kind::Other, Outcome::Unknown, format!("internal error in libzexa (please report this bug): {what}"))
}

/// The error of a call that could not be started.
pub fn not_started(message: &str) -> Error {
    Error::new(Kind::Other, Outcome::NotSent, message)
}

/// The error of a method of an object that was closed. `message` says so, as in "the ledger is closed".
pub fn closed(message: &str) -> Error {
    Error::new(Kind::Closed, Outcome::NotSent, message)
}

/// The error of a call that was cancelled after its response had arrived. The request was processed, and the result is in the details.
pub fn cancelled_too_late(result: &impl Serialize) -> Error {
    Error::new(Kind::Cancelled, Outcome::Accepted, "the call was cancelled after its response had arrived")
        .with_details(serde_json::to_value(result).unwrap_or_default())
        .with_attempts(1)
}

/// The error of a call that was cancelled, and did not report in time whether its request was sent.
pub fn cancelled_without_report() -> Error {
    let message = "the call was cancelled, and did not report in time whether its request was sent";
    Error::new(Kind::Cancelled, Outcome::Unknown, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_uses_the_callers_name_of_the_argument() {
        let python = |field: &str| if field == "from" { "from_".to_owned() } else { field.to_owned() };
        let (message, details) =
            renamed(&Error::missing("from", "is required and must not be empty"), python, str::to_owned);
        assert_eq!(message, "`from_` is required and must not be empty");
        assert_eq!(details.expect("has details")["field"], "from_");
        let of_a_variable = Error::config("base_url", "must not be set").about_variable("ZEXA_BASE_URL");
        let (message, details) = renamed(&of_a_variable, |_| "baseUrl".into(), str::to_uppercase);
        assert_eq!(message, "the environment variable ZEXA_BASE_URL MUST NOT BE SET");
        assert_eq!(details.expect("has details")["field"], "baseUrl");
        let of_the_server = Error::missing("from", "is not registered").with_attempts(1);
        assert_eq!(renamed(&of_the_server, python, str::to_owned).0, "`from` is not registered");
    }

    #[test]
    fn an_option_is_renamed_only_in_errors_about_connections() {
        let node = |text: &str| text.replace("ca_file", "caFile");
        let error = || Error::new(Kind::Connect, Outcome::NotSent, "set `ca_file`").with_attempts(1);
        let untrusted = error().with_reason(Some("CERT_REJECTED".into()));
        assert_eq!(renamed(&untrusted, str::to_owned, node).0, "set `caFile`");
        assert_eq!(renamed(&error(), str::to_owned, node).0, "set `ca_file`");
        assert_eq!(renamed(&error().with_hint("see ca_file"), str::to_owned, node).0, "set `ca_file` (see caFile)");
    }
}

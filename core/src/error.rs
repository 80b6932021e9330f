//! [`Error`]: what went wrong, and whether the server may have processed the request.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Value, json};

/// The result of a call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The error of a failed call.
///
/// [`kind`](Error::kind) says what went wrong. [`outcome`](Error::outcome) says whether the server may have processed the request, and so whether the
/// message may have been sent despite the error.
///
/// An error never contains the API key. Messages written by this crate contain no phone number and no message text; the [`message`](Error::message)
/// of an error response comes from the server.
///
/// ```
/// use zexa::{Kind, Outcome};
/// # let sandbox = zexa_sandbox::Sandbox::start();
/// # let client = zexa::Client::builder().base_url(sandbox.url()).api_key(sandbox.api_key()).build()?;
///
/// let error = client.messages().get("msg_nobody").unwrap_err();
/// assert_eq!(error.kind(), Kind::NotFound);
/// assert_eq!(error.outcome(), Outcome::Rejected);
/// assert_eq!(error.status(), Some(404));
/// assert!(error.request_id().is_some());
/// # Ok::<(), zexa::Error>(())
/// ```
pub struct Error(Box<Inner>);

#[derive(Default)]
struct Inner {
    kind: Kind,
    outcome: Outcome,
    message: String,
    /// Where the hint begins in the message.
    hint_start: Option<usize>,
    status: Option<u16>,
    code: Option<String>,
    details: Option<Value>,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    attempts: u32,
    reason: Option<Cow<'static, str>>,
    is_permanent: bool,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What went wrong. Derived from the HTTP status and the API's error code, never from the form of the body.
///
/// The numbers are the same in all languages and never change. A new kind gets the next number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// An option of the client or of the call is invalid or missing. Nothing was sent.
    Config = 1,
    /// A required value is missing, or the request is malformed (status 400).
    InvalidRequest = 2,
    /// The API key is missing, invalid or revoked (status 401).
    Unauthorized = 3,
    /// The message, campaign, contact or contact list does not exist (status 404).
    NotFound = 4,
    /// The resource already exists, such as a contact with this phone number (status 409).
    Conflict = 5,
    /// A value is invalid, such as a phone number that is not in E.164 format (status 422, or found before sending).
    Validation = 6,
    /// The account does not have enough credits for this message or campaign (status 422).
    InsufficientCredits = 7,
    /// Too many requests (status 429), and retrying was not possible or did not help.
    RateLimited = 8,
    /// The server failed (status 5xx).
    Server = 9,
    /// The connection could not be opened, or was lost before a response arrived.
    Connect = 10,
    /// The timeout of an attempt or the deadline of the call passed, or the server reported a timeout (status 408).
    Timeout = 11,
    /// The response could not be read or decoded.
    Decode = 12,
    /// The caller cancelled the call.
    Cancelled = 13,
    /// The client was closed.
    Closed = 14,
    /// Any other failure, such as a redirect or a status that the API does not document.
    #[default]
    Other = 15,
    /// Another call with the same idempotency key is in progress. Nothing was sent by this one.
    InProgress = 16,
    /// It is not known whether an earlier request with the same idempotency key was processed. Nothing was sent by this call.
    InDoubt = 17,
    /// The idempotency key was used before with other parameters. Nothing was sent by this call.
    KeyReused = 18,
    /// A bulk run has two rows with the same idempotency key. Nothing was sent for this one.
    Duplicate = 19,
    /// A bulk run has stopped before its end. Its later rows were not sent.
    Stopped = 20,
}

/// Whether the server may have processed a failed request.
///
/// The numbers are the same in all languages and never change. In a `match`, treat any other value as [`Unknown`](Outcome::Unknown).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The server has not processed the request and will not process it later: it was not sent, or the server reported that it did not process it.
    /// Safe to retry.
    NotSent = 1,
    /// The server rejected the request. Safe to retry when the cause is fixed.
    Rejected = 2,
    /// The request was sent, and it is not known whether the server processed it. Retrying may send a message twice.
    #[default]
    Unknown = 3,
    /// The server processed the request, but the response was lost or could not be decoded. Retrying would send a message twice.
    Accepted = 4,
}

impl Error {
    pub(crate) fn new(kind: Kind, outcome: Outcome, message: impl Into<String>) -> Error {
        Error(Box::new(Inner { kind, outcome, message: message.into(), ..Inner::default() }))
    }

    /// An option that is invalid or missing. `reason` follows the name of the option, as in "must be more than zero".
    pub(crate) fn config(option: &str, reason: impl fmt::Display) -> Error {
        Error::new(Kind::Config, Outcome::NotSent, format!("`{option}` {reason}"))
            .with_details(json!({"field": option, "reason": reason.to_string()}))
    }

    /// Makes the message of an error about an option name the environment variable that the value comes from. The details still name the option.
    pub(crate) fn about_variable(self, variable: &str) -> Error {
        let reason = self.details().and_then(|details| details["reason"].as_str()).unwrap_or_default();
        let message = format!("the environment variable {variable} {reason}");
        let kind = self.kind();
        self.with_kind(kind, message)
    }

    /// A required value that is missing.
    pub(crate) fn missing(field: &str, reason: &str) -> Error {
        Error::new(Kind::InvalidRequest, Outcome::NotSent, format!("`{field}` {reason}"))
            .with_details(json!({"field": field, "reason": reason}))
    }

    /// A value that is invalid. The value is only in the details, because messages are logged.
    pub(crate) fn invalid(field: &str, value: impl Into<Value>, reason: &str) -> Error {
        Error::new(Kind::Validation, Outcome::NotSent, format!("`{field}` {reason}"))
            .with_details(json!({"field": field, "reason": reason, "value": value.into()}))
    }

    pub(crate) fn with_kind(mut self, kind: Kind, message: impl Into<String>) -> Error {
        self.0.kind = kind;
        self.0.message = message.into();
        self.0.hint_start = None;
        self
    }

    /// Appends a hint, which may name options, to a message that may be the server's.
    pub(crate) fn with_hint(mut self, hint: impl fmt::Display) -> Error {
        let start = self.0.message.len();
        self.0.hint_start.get_or_insert(start);
        self.0.message.push_str(&format!(" ({hint})"));
        self
    }

    /// The message without the hint, and the hint with the space and the parentheses around it.
    pub(crate) fn split_hint(&self) -> Option<(&str, &str)> {
        self.0.message.split_at_checked(self.0.hint_start?)
    }

    pub(crate) fn with_outcome(mut self, outcome: Outcome) -> Error {
        self.0.outcome = outcome;
        self
    }

    pub(crate) fn with_details(mut self, details: Value) -> Error {
        self.0.details = (!details.is_null()).then_some(details);
        self
    }

    pub(crate) fn with_status(mut self, status: u16) -> Error {
        self.0.status = Some(status);
        self
    }

    pub(crate) fn with_code(mut self, code: Option<String>) -> Error {
        self.0.code = code;
        self
    }

    pub(crate) fn with_request_id(mut self, id: Option<String>) -> Error {
        self.0.request_id = id;
        self
    }

    pub(crate) fn with_retry_after(mut self, wait: Option<Duration>) -> Error {
        self.0.retry_after = wait;
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: u32) -> Error {
        self.0.attempts = attempts;
        self
    }

    /// Sets the error code that Node.js uses for the reason, such as `ECONNREFUSED`.
    pub(crate) fn with_reason(mut self, code: Option<Cow<'static, str>>) -> Error {
        self.0.reason = code;
        self
    }

    /// See [`binding::reason_code`](crate::binding::reason_code).
    pub(crate) fn reason_code(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// Marks the error as permanent: another attempt would fail in the same way.
    pub(crate) fn permanent(mut self) -> Error {
        self.0.is_permanent = true;
        self
    }

    pub(crate) fn is_permanent(&self) -> bool {
        self.0.is_permanent
    }

    pub(crate) fn with_source(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
        self.0.source = Some(source.into());
        self
    }

    /// Replaces the texts for which `replace` returns another one. A cause that contains such a text is dropped, because the error of a library
    /// cannot be changed.
    pub(crate) fn map_texts(mut self, replace: &dyn Fn(&str) -> Option<String>) -> Error {
        let inner = &mut *self.0;
        inner.hint_start = inner.hint_start.filter(|_| replace(&inner.message).is_none());
        let texts = [Some(&mut inner.message), inner.code.as_mut(), inner.request_id.as_mut()];
        for text in texts.into_iter().flatten() {
            if let Some(other) = replace(text) {
                *text = other;
            }
        }
        inner.details.iter_mut().for_each(|details| crate::json::map_strings(details, replace));
        let is_clean = |cause: &(dyn std::error::Error + 'static)| replace(&format!("{cause} {cause:?}")).is_none();
        let source = inner.source.as_deref().map(|source| source as &(dyn std::error::Error + 'static));
        if !std::iter::successors(source, |cause| cause.source()).all(is_clean) {
            inner.source = None;
        }
        self
    }

    /// Return what went wrong.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// Return whether the server may have processed the request.
    pub fn outcome(&self) -> Outcome {
        self.0.outcome
    }

    /// Return whether the same request can be sent again without the risk of repeating its effect.
    ///
    /// True for [`Outcome::NotSent`] and [`Outcome::Rejected`]. False for a failed read whose outcome is unknown, although a read can always be
    /// repeated: error handlers are often shared with calls that send.
    pub fn safe_to_retry(&self) -> bool {
        matches!(self.0.outcome, Outcome::NotSent | Outcome::Rejected)
    }

    /// Return the HTTP status of the response that caused the error. `None` if it was another cause.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// Return the API's error code, such as `insufficient_credits`. `None` if the response has none.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// Return the error message: the API's message if the response has one. A hint of the client in parentheses may follow.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Return the API's details, or `field`, `reason` and `value` of an argument that was rejected before sending. `None` if there are none.
    pub fn details(&self) -> Option<&Value> {
        self.0.details.as_ref()
    }

    /// Return the request id, which Zexa's support uses to find the request. `None` if the response has none.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Return the wait that the server requested with `Retry-After` in its last response. `None` if it requested none.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Return the number of attempts. 0 if the call failed before the first one.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }
}

impl fmt::Display for Error {
    /// `insufficient_credits: Not enough credits (status 422, request req_1, rejected after 1 attempt)`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let e = &self.0;
        let name = e.code.as_deref().unwrap_or(e.kind.as_str());
        write!(f, "{name}: {}", e.message)?;
        if e.attempts == 0 {
            return Ok(());
        }
        f.write_str(" (")?;
        if let Some(status) = e.status {
            write!(f, "status {status}, ")?;
        }
        if let Some(id) = &e.request_id {
            write!(f, "request {id}, ")?;
        }
        let plural = if e.attempts == 1 { "" } else { "s" };
        write!(f, "{} after {} attempt{plural})", e.outcome.in_words(), e.attempts)
    }
}

impl fmt::Debug for Error {
    /// Omits the details, which may contain a phone number or a body: `{:?}` often ends up in logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let e = &self.0;
        f.debug_struct("Error")
            .field("kind", &e.kind)
            .field("outcome", &e.outcome)
            .field("status", &e.status)
            .field("code", &e.code)
            .field("message", &e.message)
            .field("request_id", &e.request_id)
            .field("retry_after", &e.retry_after)
            .field("attempts", &e.attempts)
            .field("source", &e.source)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl Serialize for Error {
    /// Writes all fields except the source, with the names of the accessors. `retry_after` is in seconds.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let e = &self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("kind", e.kind.as_str())?;
        map.serialize_entry("outcome", e.outcome.as_str())?;
        map.serialize_entry("status", &e.status)?;
        map.serialize_entry("code", &e.code)?;
        map.serialize_entry("message", &e.message)?;
        map.serialize_entry("details", &e.details)?;
        map.serialize_entry("request_id", &e.request_id)?;
        map.serialize_entry("retry_after", &e.retry_after.map(|wait| wait.as_secs_f64()))?;
        map.serialize_entry("attempts", &e.attempts)?;
        map.end()
    }
}

/// Defines the names of a closed set of constants, which are the same in all languages.
macro_rules! names {
    ($type:ty { $($variant:ident = $name:literal,)+ }) => {
        impl $type {
            /// Return the name, which is the same in all languages.
            pub fn as_str(&self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// Returns the value with this name.
            #[allow(dead_code, reason = "only kinds are read, from a ledger")]
            pub(crate) fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)+ _ => None }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

names!(Kind {
    Config = "config",
    InvalidRequest = "invalid_request",
    Unauthorized = "unauthorized",
    NotFound = "not_found",
    Conflict = "conflict",
    Validation = "validation",
    InsufficientCredits = "insufficient_credits",
    RateLimited = "rate_limited",
    Server = "server",
    Connect = "connect",
    Timeout = "timeout",
    Decode = "decode",
    Cancelled = "cancelled",
    Closed = "closed",
    Other = "other",
    InProgress = "in_progress",
    InDoubt = "in_doubt",
    KeyReused = "key_reused",
    Duplicate = "duplicate",
    Stopped = "stopped",
});

names!(Outcome {
    NotSent = "not_sent",
    Rejected = "rejected",
    Unknown = "unknown",
    Accepted = "accepted",
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_names_the_code_status_request_and_outcome() {
        let error = Error::new(Kind::RateLimited, Outcome::Rejected, "Too many requests")
            .with_status(429)
            .with_code(Some("rate_limit_exceeded".into()))
            .with_request_id(Some("req_1".into()))
            .with_attempts(4);
        assert_eq!(
            error.to_string(),
            "rate_limit_exceeded: Too many requests (status 429, request req_1, rejected after 4 attempts)"
        );
    }

    #[test]
    fn a_rejected_value_is_only_in_the_details() {
        let error = Error::invalid("to", "0912345678", "must be an E.164 number");
        assert!(!error.to_string().contains("0912") && !format!("{error:?}").contains("0912"));
        assert_eq!(error.details().expect("details")["value"], "0912345678");
    }
}

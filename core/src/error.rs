//! [`Error`]: what went wrong, and how far the request got.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Value, json};

/// The result of a call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failed call.
///
/// [`kind`](Error::kind) says what went wrong, [`outcome`](Error::outcome) says how far the request got: whether the message
/// may have been sent in spite of the error. An error never holds the API key. Its own words name no number and no text of a message; the
/// [`message`](Error::message) of a failing answer is the server's.
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

/// What went wrong. Follows from the status and the API's code, never from the shape of the body.
///
/// Its numbers are those of other languages, and stay as they are; a further kind takes the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// The client was given an option that cannot be used. Nothing was sent.
    Config = 1,
    /// A required value is missing, or the request was malformed (status 400).
    InvalidRequest = 2,
    /// The API key is missing, invalid or revoked (status 401).
    Unauthorized = 3,
    /// No such message, campaign, contact or contact list (status 404).
    NotFound = 4,
    /// It exists already: a contact with this phone number (status 409).
    Conflict = 5,
    /// A value is well-formed JSON but not acceptable (status 422), such as a number that is not E.164.
    Validation = 6,
    /// Not enough credits for this message or campaign (status 422).
    InsufficientCredits = 7,
    /// Too many requests (status 429), and waiting was not allowed or did not help.
    RateLimited = 8,
    /// The server failed (status 5xx).
    Server = 9,
    /// The connection could not be made, or was lost before an answer came.
    Connect = 10,
    /// The time for the attempt or for the whole call ran out, or the server's did (status 408).
    Timeout = 11,
    /// The answer could not be read or understood.
    Decode = 12,
    /// The caller cancelled the call.
    Cancelled = 13,
    /// The client was closed.
    Closed = 14,
    /// Anything else, such as a redirect or a status that the API does not document.
    #[default]
    Other = 15,
}

/// How far a failed request got: may the server have carried it out? Their numbers are those of other languages and never change. In a `match`, treat any other as [`Unknown`](Outcome::Unknown).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The server cannot have acted, and cannot act later: the request was not sent, or the server said that it did not process it. Safe to send again.
    NotSent = 1,
    /// The server answered that it did not do it. Safe to send again after the cause is removed.
    Rejected = 2,
    /// The request went out, and what became of it is not known. Sending it again may do it twice.
    #[default]
    Unknown = 3,
    /// The server did it; only its answer was lost. Sending it again would do it twice.
    Accepted = 4,
}

impl Error {
    pub(crate) fn new(kind: Kind, outcome: Outcome, message: impl Into<String>) -> Error {
        Error(Box::new(Inner { kind, outcome, message: message.into(), ..Inner::default() }))
    }

    /// An option of the client that cannot be used.
    pub(crate) fn config(option: &str, reason: impl fmt::Display) -> Error {
        Error::new(Kind::Config, Outcome::NotSent, format!("{option}: {reason}"))
            .with_details(json!({"field": option, "reason": reason.to_string()}))
    }

    /// A required value that is not there.
    pub(crate) fn missing(field: &str, reason: &str) -> Error {
        Error::new(Kind::InvalidRequest, Outcome::NotSent, format!("{field}: {reason}"))
            .with_details(json!({"field": field, "reason": reason}))
    }

    /// A value that is there and cannot be right. The value goes into the details only: messages are logged.
    pub(crate) fn invalid(field: &str, value: impl Into<Value>, reason: &str) -> Error {
        Error::new(Kind::Validation, Outcome::NotSent, format!("{field}: {reason}"))
            .with_details(json!({"field": field, "reason": reason, "value": value.into()}))
    }

    pub(crate) fn with_kind(mut self, kind: Kind, message: impl Into<String>) -> Error {
        self.0.kind = kind;
        self.0.message = message.into();
        self
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

    /// Sets the code that Node.js has for the reason, such as `ECONNREFUSED`.
    pub(crate) fn with_reason(mut self, code: Option<Cow<'static, str>>) -> Error {
        self.0.reason = code;
        self
    }

    /// See [`binding::reason_code`](crate::binding::reason_code).
    pub(crate) fn reason_code(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// Marks an error that another attempt would meet as well.
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

    /// Replaces the texts for which `replace` returns another one. A cause that has such a text is dropped: a library's error cannot be changed.
    pub(crate) fn map_texts(mut self, replace: &dyn Fn(&str) -> Option<String>) -> Error {
        let inner = &mut *self.0;
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

    /// What went wrong.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// How far the request got.
    pub fn outcome(&self) -> Outcome {
        self.0.outcome
    }

    /// Whether sending the same request again cannot do the same thing twice.
    ///
    /// True for [`Outcome::NotSent`] and [`Outcome::Rejected`]. It is not true for a failed read whose outcome is unknown, although a read can always be
    /// repeated: error handlers are often shared with calls that send.
    pub fn safe_to_retry(&self) -> bool {
        matches!(self.0.outcome, Outcome::NotSent | Outcome::Rejected)
    }

    /// The HTTP status of the last answer, where one came.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The API's own name for the error, such as `insufficient_credits`, where it gave one.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// What went wrong, in words: the API's own where it gave any.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What the API says beside its message, or `field`, `reason` and `value` of an argument that was refused before it was sent.
    pub fn details(&self) -> Option<&Value> {
        self.0.details.as_ref()
    }

    /// The id by which Zexa's support finds this request.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// How long the server asked to wait, in its last answer.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// How many requests were made. 0 where the call failed before the first.
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
    /// Without the details: they may hold a number or a body, and `{:?}` ends up in logs.
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
    /// Everything but the source, by the names of the accessors; `retry_after` in seconds.
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

/// Names of a closed set of constants, the same in every language.
macro_rules! names {
    ($type:ty { $($variant:ident = $name:literal,)+ }) => {
        impl $type {
            /// The name, the same in every language.
            pub fn as_str(&self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
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
    fn the_text_tells_a_person_what_to_do() {
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
    fn a_refused_value_is_in_the_details_only() {
        let error = Error::invalid("to", "0912345678", "not an E.164 number");
        assert!(!error.to_string().contains("0912") && !format!("{error:?}").contains("0912"));
        assert_eq!(error.details().expect("details")["value"], "0912345678");
    }
}

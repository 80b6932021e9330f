//! [`ResponseHead`] and [`Received`]: the head and the body of a response, and the errors that result from them.

use std::future::poll_fn;
use std::mem;
use std::pin::Pin;

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_TYPE, HeaderMap, LOCATION};
use http::{Response, StatusCode};
use http_body::Body;
use hyper::body::Incoming;
use serde_json::Value;

use super::error_body::ErrorBody;
use super::retry_after::retry_after;
use super::secrets::Secrets;
use crate::json::{self, Form};
use crate::{Error, Kind, Outcome};

/// The maximum size of the body of a successful response. A page of a hundred contacts has about 20 KiB.
const MAX_SUCCESS_BODY: usize = 8 << 20;

/// The maximum size of the body of an error response. Those of the API have a few hundred bytes.
const MAX_ERROR_BODY: usize = 256 << 10;

/// The maximum number of characters of a body that is not JSON in the details of an error.
const IN_DETAILS: usize = 500;
/// The number of bytes of a text that are searched for its first characters.
const LOOKED_AT: usize = 16 * 1024;

/// The head of a response.
pub(crate) struct ResponseHead<'a> {
    status: StatusCode,
    headers: HeaderMap,
    /// Removed from a body before it is truncated, because a part of a secret would not be recognised later.
    secrets: Secrets<'a>,
}

impl<'a> ResponseHead<'a> {
    /// Takes the head of a response. The body remains to be read.
    pub(crate) fn take(response: &mut Response<Incoming>, secrets: Secrets<'a>) -> ResponseHead<'a> {
        ResponseHead { status: response.status(), headers: mem::take(response.headers_mut()), secrets }
    }

    /// The head of a response that was not received.
    #[cfg(any(test, fuzzing))]
    pub(super) fn of(status: u16, headers: HeaderMap, secrets: Secrets<'a>) -> ResponseHead<'a> {
        ResponseHead { status: StatusCode::from_u16(status).expect("a status"), headers, secrets }
    }

    /// The error of an error response, whatever the form of its body.
    pub(crate) fn into_error(self, body: &[u8]) -> Error {
        let ErrorBody { code, message, details, request_id, text } = ErrorBody::read(body, self.secrets);
        let status = self.status.as_u16();
        let request_id = request_id.or_else(|| self.header("x-request-id"));
        let message = message.unwrap_or_else(|| {
            match text {
                // The body of a redirect contains its target, which may contain an id or a phone number.
                Some(text) if !self.status.is_redirection() => format!("{}: {text}", self.describe()),
                _ => self.describe(),
            }
        });
        Error::new(Kind::of_response(status, code.as_deref()), Outcome::of_response(status), message)
            .with_status(status)
            .with_code(code)
            .with_details(details)
            .with_request_id(request_id)
            .with_retry_after(retry_after(&self.headers))
    }

    /// The error of a successful response whose body cannot be decoded.
    ///
    /// The details contain the body, which may contain the id of the created object. A body that is not JSON was not sent by the API, but for example
    /// by a captive portal.
    pub(crate) fn undecodable(&self, reason: &str, body: &[u8]) -> Error {
        let mut message = match body.trim_ascii() {
            [] => format!("the server returned {} with an empty body instead of JSON", self.status),
            _ => format!("cannot decode the response: {reason}"),
        };
        if let Some(kind) = self.header(CONTENT_TYPE.as_str()).filter(|kind| !kind.contains("json")) {
            message = format!("{message} (content type {kind})");
        }
        let details = match json::parse_tolerant(body) {
            Ok(json) if body.len() <= MAX_ERROR_BODY => json,
            _ => beginning(body, self.secrets),
        };
        let outcome = if self.is_foreign(body) { Outcome::Unknown } else { Outcome::Accepted };
        Error::new(Kind::Decode, outcome, message)
            .with_status(self.status.as_u16())
            .with_details(details)
            .with_request_id(self.header("x-request-id"))
    }

    /// The error of an incomplete response that was not sent by the API.
    pub(crate) fn foreign(&self, kind: Kind, message: &str, body: &[u8]) -> Error {
        let error = self.undecodable("not JSON", body).with_outcome(Outcome::Unknown);
        if kind == Kind::Decode { error } else { error.with_kind(kind, message) }
    }

    /// Whether a response whose body begins like this cannot be from the API. The beginning of the body takes precedence over the content type.
    pub(crate) fn is_foreign(&self, beginning: &[u8]) -> bool {
        is_foreign(self.has_foreign_type(), beginning)
    }

    /// Whether the content type is not JSON.
    pub(crate) fn has_foreign_type(&self) -> bool {
        let says_json = |kind: &[u8]| kind.windows(4).any(|part| part.eq_ignore_ascii_case(b"json"));
        self.headers.get(CONTENT_TYPE).is_some_and(|kind| !says_json(kind.as_bytes()))
    }

    fn describe(&self) -> String {
        let status = self.status;
        match self.header(LOCATION.as_str()) {
            Some(place) if status.is_redirection() => {
                let place = origin(&place);
                format!(
                    "the server returned {status}, a redirect to {place}, which is not followed: check the base URL"
                )
            }
            _ => format!("the server returned {status}"),
        }
    }

    fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name)?.to_str().ok().map(str::to_owned)
    }
}

/// Whether a response with this content type and this beginning of the body cannot be from the API.
pub(crate) fn is_foreign(has_foreign_type: bool, beginning: &[u8]) -> bool {
    if beginning.is_empty() { has_foreign_type } else { json::form(beginning) == Form::Other }
}

/// The origin of a redirect's target, without the path and the query, which may contain an id or a phone number.
fn origin(place: &str) -> String {
    match ::url::Url::parse(place) {
        Ok(url) if url.has_host() => url.origin().ascii_serialization(),
        _ => "another path".into(),
    }
}

/// The first characters of a body that is not JSON.
pub(super) fn beginning(body: &[u8], secrets: Secrets<'_>) -> Value {
    first_characters(body, IN_DETAILS, secrets).map_or(Value::Null, Value::String)
}

/// The first characters of a text, if any. Secrets are removed first, because a part of one would not be recognised later.
pub(super) fn first_characters(text: &[u8], count: usize, secrets: Secrets<'_>) -> Option<String> {
    // Enough for a secret with escapes. A body can have megabytes.
    let text = text.trim_ascii_start();
    let text = String::from_utf8_lossy(&text[..text.len().min(LOOKED_AT)]);
    let text: String = secrets.redact(&text).trim().chars().take(count).collect();
    if text.is_empty() { None } else { Some(text) }
}

/// The part of a body that has arrived.
#[derive(Default)]
pub(crate) struct Received {
    // Nearly every body arrives in one part, which is then not copied.
    first: Bytes,
    all: BytesMut,
}

impl Received {
    /// Reads a body completely. Returns the reason if the body is too large or the connection is lost.
    pub(crate) async fn read(
        &mut self,
        response: Response<Incoming>,
        mut first_arrived: impl FnMut(&Bytes),
    ) -> Option<&'static str> {
        let most = if response.status().is_success() { MAX_SUCCESS_BODY } else { MAX_ERROR_BODY };
        let mut body = response.into_body();
        loop {
            match next_piece(&mut body).await {
                Ok(None) => return None,
                Ok(Some(piece)) if self.first.len().max(self.all.len()) + piece.len() > most => {
                    return Some("the body is too large");
                }
                Ok(Some(piece)) if self.first.is_empty() => {
                    first_arrived(&piece);
                    self.first = piece;
                }
                Ok(Some(piece)) => {
                    if self.all.is_empty() {
                        self.all.extend_from_slice(&self.first);
                    }
                    self.all.extend_from_slice(&piece);
                }
                Err(_) => return Some("the connection was lost before the end of the body"),
            }
        }
    }

    pub(crate) fn into_bytes(self) -> Bytes {
        if self.all.is_empty() { self.first } else { self.all.freeze() }
    }
}

/// Returns the next bytes of a body. Trailers are skipped.
async fn next_piece(body: &mut Incoming) -> Result<Option<Bytes>, hyper::Error> {
    loop {
        match poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await {
            None => return Ok(None),
            Some(Err(error)) => return Err(error),
            Some(Ok(frame)) => {
                if let Ok(bytes) = frame.into_data() {
                    return Ok(Some(bytes));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use http::header::HeaderValue;

    use super::*;

    fn head(status: u16, headers: HeaderMap) -> ResponseHead<'static> {
        ResponseHead::of(status, headers, Secrets::none())
    }

    #[test]
    fn a_redirect_names_the_target() {
        let headers = HeaderMap::from_iter([(LOCATION, HeaderValue::from_static("https://new.example/?to=912345678"))]);
        for body in ["", "Moved to https://new.example/?to=912345678"] {
            let error = head(301, headers.clone()).into_error(body.as_bytes());
            assert_eq!((error.kind(), error.outcome()), (Kind::Other, Outcome::Unknown));
            assert!(error.message().contains("https://new.example"), "{error}");
            assert!(!error.message().contains("912345678"), "{error}");
        }
    }

    #[test]
    fn a_success_without_json_has_an_unknown_outcome() {
        for (body, outcome) in [
            (r#"{"status": "queued"}"#, Outcome::Accepted),
            (r#"{"id": "msg_1", "sta"#, Outcome::Accepted),
            ("null", Outcome::Accepted),
            ("<html>Please log in</html>", Outcome::Unknown),
            ("", Outcome::Accepted),
        ] {
            assert_eq!(head(201, HeaderMap::new()).undecodable("", body.as_bytes()).outcome(), outcome, "{body}");
        }
        let html = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("text/html"))]);
        assert_eq!(head(200, html.clone()).undecodable("", b"").outcome(), Outcome::Unknown);
        assert_eq!(head(200, html).undecodable("", b"{\"id\": \"msg_1").outcome(), Outcome::Accepted);
    }
}

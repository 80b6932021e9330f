//! The response: its body, of bounded size, and the error that a failing one becomes.

use std::future::poll_fn;
use std::mem;
use std::pin::Pin;

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_TYPE, HeaderMap, LOCATION};
use http::{Response, StatusCode};
use http_body::Body;
use hyper::body::Incoming;
use serde_json::Value;

use super::api_key::ApiKey;
use super::error_body::ErrorBody;
use super::retry_after::retry_after;
use crate::json::{self, Form};
use crate::{Error, Kind, Outcome};

/// The most that is read of a successful response: a page of a hundred contacts is about 20 KiB.
const MAX_SUCCESS_BODY: usize = 8 << 20;

/// The most that is read of a failing response: the API's are a few hundred bytes.
const MAX_ERROR_BODY: usize = 256 << 10;

/// The number of characters of a body that is not JSON in the details of an error.
const IN_DETAILS: usize = 500;
/// How many bytes of a text are looked at for its first characters.
const LOOKED_AT: usize = 16 * 1024;

/// The head of a response.
pub(crate) struct ResponseHead<'a> {
    status: StatusCode,
    headers: HeaderMap,
    /// Removed from what is cut off of a body: a part of the key would not be recognised later.
    key: ApiKey<'a>,
}

impl<'a> ResponseHead<'a> {
    /// Takes the head off a response, of which only the body is left to read.
    pub(crate) fn take(response: &mut Response<Incoming>, key: ApiKey<'a>) -> ResponseHead<'a> {
        ResponseHead { status: response.status(), headers: mem::take(response.headers_mut()), key }
    }

    /// The error of a response whose status says that the request failed, whatever its body looks like.
    pub(crate) fn into_error(self, body: &[u8]) -> Error {
        let ErrorBody { code, message, details, request_id, text } = ErrorBody::read(body, self.key);
        let status = self.status.as_u16();
        let request_id = request_id.or_else(|| self.header("x-request-id"));
        let message = message.unwrap_or_else(|| {
            let message = match text {
                // The body of a redirect contains its target, which may contain an id or a phone number.
                Some(text) if !self.status.is_redirection() => format!("{}: {text}", self.describe()),
                _ => self.describe(),
            };
            // A 404 of the API has a code.
            let is_unknown_path = self.status == StatusCode::NOT_FOUND && code.is_none();
            if is_unknown_path { message + " (check that the base URL ends with /v1)" } else { message }
        });
        Error::new(Kind::of_answer(status, code.as_deref()), Outcome::of_answer(status), message)
            .with_status(status)
            .with_code(code)
            .with_details(details)
            .with_request_id(request_id)
            .with_retry_after(retry_after(&self.headers))
    }

    /// The error of a response whose status says that the request was carried out, and whose body cannot be understood.
    ///
    /// The details hold what was received: it may hold the id of what was done. If it is no JSON at all, it was not the API that sent it, but perhaps the
    /// page of a captive portal.
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
            _ => beginning(body, self.key),
        };
        Error::new(Kind::Decode, outcome_of_success(body), message)
            .with_status(self.status.as_u16())
            .with_details(details)
            .with_request_id(self.header("x-request-id"))
    }

    /// The error of a response that is not the API's, of which the end is missing.
    pub(crate) fn foreign(&self, kind: Kind, message: &str, body: &[u8]) -> Error {
        let error = self.undecodable("not JSON", body).with_outcome(Outcome::Unknown);
        if kind == Kind::Decode { error } else { error.with_kind(kind, message) }
    }

    /// Whether a response of which this much has arrived cannot be the API's. The beginning of the body says more than its type.
    pub(crate) fn is_foreign(&self, beginning: &[u8]) -> bool {
        is_foreign(self.has_foreign_type(), beginning)
    }

    /// Whether the response says that it is something else than JSON.
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

/// Whether a response of this type, of which this much has arrived, cannot be the API's.
pub(crate) fn is_foreign(has_foreign_type: bool, beginning: &[u8]) -> bool {
    if beginning.is_empty() { has_foreign_type } else { json::form(beginning) == Form::Other }
}

/// What a status of 2xx means, with this body.
fn outcome_of_success(body: &[u8]) -> Outcome {
    match json::form(body) {
        Form::Json | Form::CutOff => Outcome::Accepted,
        Form::Other => Outcome::Unknown,
    }
}

/// Where a redirect leads, without its path and query: they may repeat an id or a number.
fn origin(place: &str) -> String {
    match ::url::Url::parse(place) {
        Ok(url) if url.has_host() => url.origin().ascii_serialization(),
        _ => "another path".into(),
    }
}

/// The first characters of a body that is not JSON.
pub(super) fn beginning(body: &[u8], key: ApiKey<'_>) -> Value {
    first_characters(body, IN_DETAILS, key).map_or(Value::Null, Value::String)
}

/// The first characters of a text, if it has any. The key is removed first: a part of it would not be recognised later.
pub(super) fn first_characters(text: &[u8], count: usize, key: ApiKey<'_>) -> Option<String> {
    // With room for a key that is written with escapes. A body can have megabytes.
    let text = text.trim_ascii_start();
    let text = String::from_utf8_lossy(&text[..text.len().min(LOOKED_AT)]);
    let text: String = key.redact(&text).trim().chars().take(count).collect();
    if text.is_empty() { None } else { Some(text) }
}

/// A body as far as it has arrived.
#[derive(Default)]
pub(crate) struct Received {
    // Nearly every body comes in one piece, which is then used where it lies.
    first: Bytes,
    all: BytesMut,
}

impl Received {
    /// Reads a body to its end. If it is too long or the connection is lost, returns why it is incomplete.
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

/// The next bytes of a body. What follows the bytes, such as trailers, is skipped.
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
        let status = StatusCode::from_u16(status).expect("a status");
        ResponseHead { status, headers, key: ApiKey::none() }
    }

    #[test]
    fn a_redirect_says_where_to() {
        let headers = HeaderMap::from_iter([(LOCATION, HeaderValue::from_static("https://new.example/?to=912345678"))]);
        for body in ["", "Moved to https://new.example/?to=912345678"] {
            let error = head(301, headers.clone()).into_error(body.as_bytes());
            assert_eq!((error.kind(), error.outcome()), (Kind::Other, Outcome::Unknown));
            assert!(error.message().contains("https://new.example"), "{error}");
            assert!(!error.message().contains("912345678"), "{error}");
        }
    }

    #[test]
    fn a_success_without_json_is_not_the_apis() {
        for (body, outcome) in [
            (r#"{"status": "queued"}"#, Outcome::Accepted),
            (r#"{"id": "msg_1", "sta"#, Outcome::Accepted),
            ("null", Outcome::Accepted),
            ("<html>Please log in</html>", Outcome::Unknown),
            ("", Outcome::Accepted),
        ] {
            assert_eq!(head(201, HeaderMap::new()).undecodable("", body.as_bytes()).outcome(), outcome, "{body}");
        }
    }
}

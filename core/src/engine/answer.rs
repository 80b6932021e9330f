//! The answer: its body, of bounded size, and the error that a failing one becomes.

use std::borrow::Cow;
use std::mem;

use bytes::{Bytes, BytesMut};
use reqwest::StatusCode;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, LOCATION};
use serde_json::Value;

use super::retry_after::retry_after;
use crate::decode::describe;
use crate::{Error, Kind, Outcome};

/// The most that is read of an answer: a page of a hundred contacts is about 20 KiB.
const MOST_OF_SUCCESS: usize = 8 << 20;

/// The most that is read of a failing answer: the API's are a few hundred bytes.
const MOST_OF_FAILURE: usize = 256 << 10;

/// How much of an answer that is not JSON is shown to the caller.
const SHOWN: usize = 500;

/// What is shorter is no secret, and may well be part of a word.
const SHORTEST_KEY: usize = 8;

/// The head of an answer.
pub(crate) struct Answered {
    status: StatusCode,
    headers: HeaderMap,
}

impl Answered {
    /// Takes the head off a response, of which only the body is left to read.
    pub(crate) fn of(response: &mut reqwest::Response) -> Answered {
        Answered { status: response.status(), headers: mem::take(response.headers_mut()) }
    }

    /// The error of an answer that says the request failed, whatever its body looks like.
    pub(crate) fn into_error(self, body: &[u8]) -> Error {
        let said = Said::read(body);
        let status = self.status.as_u16();
        let request_id = said.request_id.or_else(|| self.header("x-request-id"));
        Error::new(
            Kind::of_answer(status, said.code.as_deref()),
            Outcome::of_answer(status),
            said.message.unwrap_or_else(|| self.describe()),
        )
        .with_status(status)
        .with_code(said.code)
        .with_details(said.details)
        .with_request_id(request_id)
        .with_retry_after(retry_after(&self.headers))
    }

    /// The error of an answer that says it was done, in a body that cannot be understood.
    /// What came is in its details: it may hold the id of what was done.
    pub(crate) fn undecodable(&self, error: &serde_json::Error, body: &[u8]) -> Error {
        let mut message = format!("the answer is not what the API documents: {}", describe(error));
        if let Some(kind) = self.header(CONTENT_TYPE.as_str()).filter(|kind| !kind.contains("json")) {
            message = format!("{message} ({kind})");
        }
        let details = match serde_json::from_slice(body) {
            Ok(json) if body.len() <= MOST_OF_FAILURE => json,
            _ => beginning(body),
        };
        Error::new(Kind::Decode, Outcome::Accepted, message)
            .with_status(self.status.as_u16())
            .with_details(details)
            .with_request_id(self.header("x-request-id"))
    }

    fn describe(&self) -> String {
        let status = self.status;
        match self.header(LOCATION.as_str()) {
            Some(place) if status.is_redirection() => {
                let place = origin(&place);
                format!(
                    "the server answered {status}, a redirect to {place}, which is not followed: is the base URL right?"
                )
            }
            _ => format!("the server answered {status}"),
        }
    }

    fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name)?.to_str().ok().map(str::to_owned)
    }
}

/// Where a redirect leads, without its path and query: they may repeat an id or a number.
fn origin(place: &str) -> String {
    match reqwest::Url::parse(place) {
        Ok(url) if url.has_host() => url.origin().ascii_serialization(),
        _ => "another path".into(),
    }
}

/// What the body of a failing answer says.
#[derive(Default)]
struct Said {
    code: Option<String>,
    message: Option<String>,
    details: Value,
    request_id: Option<String>,
}

impl Said {
    /// Reads the documented form as far as the body has it; a body of another form becomes the details, as it is.
    fn read(body: &[u8]) -> Said {
        let json = match serde_json::from_slice(body) {
            Ok(json) => json,
            Err(_) => return Said { details: beginning(body), ..Said::default() },
        };
        let Value::Object(mut object) = json else { return Said { details: json, ..Said::default() } };
        let text = |name: &str| match object.get(name) {
            Some(Value::String(text)) if !text.is_empty() => Some(text.clone()),
            _ => None,
        };
        let (code, message, request_id) = (text("error"), text("message"), text("request_id"));
        let details = match object.remove("details") {
            Some(details) => details,
            None if code.is_none() || message.is_none() => Value::Object(object),
            None => Value::Null,
        };
        Said { code, message, details, request_id }
    }
}

/// A body for an error, without the API key of these headers of its request: a server may repeat what it was sent.
pub(crate) fn without_key<'a>(body: &'a [u8], headers: &HeaderMap) -> Cow<'a, [u8]> {
    let key = headers.get(AUTHORIZATION).and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
    let Some(key) = key.filter(|key| key.len() >= SHORTEST_KEY) else { return Cow::Borrowed(body) };
    let find = |body: &[u8]| body.windows(key.len()).position(|part| part == key);
    let mut rest = body;
    let mut without = Vec::new();
    while let Some(place) = find(rest) {
        without.extend_from_slice(&rest[..place]);
        without.extend_from_slice(b"***");
        rest = &rest[place + key.len()..];
    }
    if without.is_empty() {
        return Cow::Borrowed(body);
    }
    without.extend_from_slice(rest);
    Cow::Owned(without)
}

/// The first of a text that is not JSON.
fn beginning(body: &[u8]) -> Value {
    let text: String = String::from_utf8_lossy(body).trim().chars().take(SHOWN).collect();
    if text.is_empty() { Value::Null } else { Value::String(text) }
}

/// What could be read of a body, and why that is not all of it, if it is not.
pub(crate) type Read = (Bytes, Option<&'static str>);

/// Reads a body as far as it is bounded and comes.
pub(crate) async fn read(mut response: reqwest::Response) -> Read {
    let most = if response.status().is_success() { MOST_OF_SUCCESS } else { MOST_OF_FAILURE };
    // Nearly every body comes in one piece, which is then used where it lies.
    let mut first = Bytes::new();
    let mut all = BytesMut::new();
    let missing = loop {
        match response.chunk().await {
            Ok(None) => break None,
            Ok(Some(piece)) if first.len().max(all.len()) + piece.len() > most => break Some("it is too long"),
            Ok(Some(piece)) if first.is_empty() => first = piece,
            Ok(Some(piece)) => {
                if all.is_empty() {
                    all.extend_from_slice(&first);
                }
                all.extend_from_slice(&piece);
            }
            Err(_) => break Some("the connection was lost in the middle of it"),
        }
    };
    (if all.is_empty() { first } else { all.freeze() }, missing)
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;
    use serde_json::json;

    use super::*;

    fn error(status: u16, body: &str) -> Error {
        let status = StatusCode::from_u16(status).expect("a status");
        Answered { status, headers: HeaderMap::new() }.into_error(body.as_bytes())
    }

    #[test]
    fn the_documented_form() {
        let body =
            r#"{"error": "validation_error", "message": "no", "details": {"field": "to"}, "request_id": "req_1"}"#;
        let error = error(422, body);
        assert_eq!((error.kind(), error.code(), error.message()), (Kind::Validation, Some("validation_error"), "no"));
        assert_eq!((error.details(), error.request_id()), (Some(&json!({"field": "to"})), Some("req_1")));
    }

    #[test]
    fn any_other_form_is_still_a_good_error() {
        for (body, details) in [
            ("", None),
            ("<html>Bad Gateway</html>", Some(json!("<html>Bad Gateway</html>"))),
            ("[1]", Some(json!([1]))),
            ("null", None),
            (r#"{"error": {"message": "x"}}"#, Some(json!({"error": {"message": "x"}}))),
            (r#"{"error": "a", "message": "#, Some(json!(r#"{"error": "a", "message":"#))),
        ] {
            let error = error(502, body);
            assert_eq!(
                (error.kind(), error.message()),
                (Kind::Server, "the server answered 502 Bad Gateway"),
                "{body}"
            );
            assert_eq!(error.details(), details.as_ref(), "{body}");
        }
    }

    #[test]
    fn a_key_that_comes_back_is_not_shown() {
        let headers = |key| HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static(key))]);
        let without = |body: &'static str, key| {
            String::from_utf8(without_key(body.as_bytes(), &headers(key)).into_owned()).expect("text")
        };
        assert_eq!(without("zx_secret is wrong: zx_secret", "Bearer zx_secret"), "*** is wrong: ***");
        assert_eq!(without("zx_secre is wrong", "Bearer zx_secret"), "zx_secre is wrong");
        assert_eq!(without("a key", "Bearer k"), "a key");
        assert_eq!(without("zx_secret", "Basic zx_secret"), "zx_secret");
    }

    #[test]
    fn a_redirect_says_where_to() {
        let headers = HeaderMap::from_iter([(LOCATION, HeaderValue::from_static("https://new.example/?to=912345678"))]);
        let error = Answered { status: StatusCode::MOVED_PERMANENTLY, headers }.into_error(b"");
        assert_eq!((error.kind(), error.outcome()), (Kind::Other, Outcome::Unknown));
        assert!(error.message().contains("https://new.example") && !error.message().contains("912345678"), "{error}");
    }
}

//! Checks of error responses, for arbitrary headers and bodies.

use std::time::Duration;

use http::header::{DATE, HeaderMap, HeaderValue, RETRY_AFTER};
use serde_json::Value;

use super::response_head::ResponseHead;
use super::secrets::Secrets;
use crate::fuzzing::split_line;
use crate::{Kind, Outcome};

/// Reads the first line as `Retry-After` and the second one as `Date`.
pub fn retry_after(input: &[u8]) {
    let (value, rest) = split_line(input);
    let (date, _) = split_line(rest);
    let Ok(header) = HeaderValue::from_bytes(value) else { return };
    let mut headers = HeaderMap::from_iter([(RETRY_AFTER, header)]);
    headers.extend(HeaderValue::from_bytes(date).ok().map(|date| (DATE, date)));
    let wait = super::retry_after::retry_after(&headers);
    assert!(wait.is_none_or(|wait| wait >= Duration::from_millis(50)), "{wait:?}");
    let text = value.trim_ascii();
    let is_integer = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    let parse = |text: &[u8]| std::str::from_utf8(text).ok()?.parse::<u32>().ok();
    match parse(text).filter(|_| is_integer) {
        Some(0) => assert_eq!(wait, None),
        Some(seconds) => assert_eq!(wait, Some(Duration::from_secs(seconds.into()))),
        // A number of seconds that is larger than 32 bits is a long wait, never a short one.
        None if is_integer => assert!(wait.is_some_and(|wait| wait.as_secs() >= u32::MAX.into()), "{wait:?}"),
        None => {}
    }
    if text.first().is_some_and(|byte| matches!(byte, b'-' | b'+' | b'e' | b'E')) {
        assert_eq!(wait, None);
    }
    // A date is relative to the clock of the server.
    let instant = |text: &[u8]| httpdate::parse_http_date(std::str::from_utf8(text).ok()?).ok();
    if let (Some(then), Some(now)) = (instant(text), instant(date)) {
        assert_eq!(wait, then.duration_since(now).ok().filter(|wait| !wait.is_zero()));
    }
}

/// The API key of the requests. Some of its characters are escaped in JSON, URLs and HTML.
const KEY: &str = "zx_\"k&y\\/=+<42>'.~";

/// A byte that stands for the key, because a fuzzer would not find it.
const KEY_MARK: u8 = 0xff;

/// Reads the rest of the input as the body of an error response with the status that the first byte selects.
pub fn errors(input: &[u8]) {
    const STATUSES: [u16; 16] = [400, 401, 402, 404, 408, 409, 418, 422, 429, 500, 502, 503, 504, 302, 307, 199];
    let Some((selected, rest)) = input.split_first() else { return };
    let status = STATUSES[usize::from(*selected) % STATUSES.len()];
    let mut body = Vec::new();
    for byte in rest {
        match *byte {
            KEY_MARK => body.extend_from_slice(KEY.as_bytes()),
            byte => body.push(byte),
        }
    }
    let authorization = format!("Bearer {KEY}");
    let secrets = Secrets::new(Some(authorization.as_bytes()), None);
    let error = secrets.redact_error(ResponseHead::of(status, HeaderMap::new(), secrets).into_error(&body));
    assert_eq!((error.status(), error.outcome()), (Some(status), Outcome::of_response(status)));
    let plain = Kind::of_response(status, None);
    assert!(error.kind() == plain || matches!(status, 402 | 418 | 422), "{:?} by the body", error.kind());
    assert!(!error.message().is_empty(), "no message");
    let mut texts = vec![error.to_string(), error.message().to_owned()];
    texts.extend([error.code(), error.request_id()].into_iter().flatten().map(str::to_owned));
    add_texts(error.details().unwrap_or(&Value::Null), &mut texts);
    for text in texts {
        assert!(!text.contains(KEY), "the error contains the key: {text}");
    }
}

/// Adds the strings in a value, and the names of members.
fn add_texts(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| add_texts(value, texts)),
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            texts.push(name.clone());
            add_texts(value, texts);
        }),
        _ => {}
    }
}

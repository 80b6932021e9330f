//! Answers a request in the way a fault wants it.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use serde_json::Value;

use crate::fault::{Answer, At, Then};
use crate::net::line::{Break, Line};
use crate::net::output::Output;
use crate::net::streams::Hang;
use crate::reply::{Refusal, Reply};
use crate::service::response;

/// So much of the head is sent where a fault does not say: `HTTP/1.1 200`.
const HEAD_BYTES: u64 = 12;

/// An answer, and whether the client is told its status.
pub(crate) struct Spoilt {
    pub(crate) response: Response<Output>,
    pub(crate) told: bool,
}

/// Makes the answer. Does not return if there is none. `real` is the reply to a request that has been carried out; others are carried out
/// if the fault describes no answer.
pub(crate) async fn answer(
    fault: &Answer,
    line: &Arc<Line>,
    real: Option<Reply>,
    carry_out: impl Fn() -> Reply,
) -> Spoilt {
    if fault.delay > 0.0 {
        tokio::time::sleep(Duration::from_secs_f64(fault.delay)).await;
    }
    if fault.is_silent() {
        return silence(fault, line).await;
    }
    let mut answer = if fault.describes_answer() { described(fault) } else { response(real.unwrap_or_else(carry_out)) };
    add_headers(&mut answer, fault);
    break_off(answer, fault, line)
}

/// Does what comes before a request is reset as not processed.
pub(crate) async fn refuse(fault: &Answer, line: &Line) {
    if fault.delay > 0.0 {
        tokio::time::sleep(Duration::from_secs_f64(fault.delay)).await;
    }
    if fault.then() == Then::GoAway {
        line.go_away();
    }
}

async fn silence(fault: &Answer, line: &Line) -> Spoilt {
    match fault.then() {
        Then::Cut => line.break_now(Break::Cut),
        Then::Reset => line.break_now(Break::Reset),
        // A stream of HTTP/2 stalls by itself; the others go on.
        Then::Stall => {}
        Then::Hang if fault.answer_pings => line.streams().hang(Hang::Requests),
        Then::Hang => line.streams().hang(Hang::Silent),
        Then::Close | Then::None | Then::Refuse | Then::GoAway => {}
    }
    std::future::pending().await
}

fn described(fault: &Answer) -> Response<Output> {
    let status = fault.status.unwrap_or(200);
    let mut answer = match (&fault.body, &fault.text, fault.fill) {
        (Some(body), ..) => response(Reply::json(status, &with_dates(body))),
        (_, Some(text), _) => text_answer(status, &fill_in_dates(text)),
        (.., Some(length)) => {
            let mut answer = response(Reply::text(status, Vec::new()));
            *answer.body_mut() = Output::filling(length);
            answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            answer
        }
        _ if status >= 400 => response(Refusal::of_status(status).into()),
        _ if status == 204 || status == 304 => response(Reply::text(status, Vec::new())),
        _ => response(Reply::text(status, b"{}".to_vec())),
    };
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    answer
}

fn text_answer(status: u16, text: &str) -> Response<Output> {
    let mut reply = Reply::text(status, Vec::new());
    reply.body = Bytes::copy_from_slice(text.as_bytes());
    let kind = if text.trim_start().starts_with('<') { "text/html" } else { "application/json" };
    reply.headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response(reply)
}

fn add_headers(answer: &mut Response<Output>, fault: &Answer) {
    for (name, value) in &fault.headers {
        let text = match value {
            Value::String(text) => fill_in_dates(text),
            other => other.to_string(),
        };
        let pair = (HeaderName::try_from(name.as_str()), HeaderValue::try_from(text));
        if let (Ok(name), Ok(value)) = pair {
            answer.headers_mut().insert(name, value);
        }
    }
}

fn break_off(answer: Response<Output>, fault: &Answer, line: &Arc<Line>) -> Spoilt {
    let how = match fault.then() {
        // The last three never get here: they send no answer.
        Then::None | Then::Hang | Then::Refuse | Then::GoAway => {
            return Spoilt { response: own_length(answer), told: true };
        }
        Then::Stall => Break::Stall,
        Then::Cut => Break::Cut,
        Then::Reset => Break::Reset,
        Then::Close => {
            line.break_when_flushed(line.written() + answer.body().length() + 1, Break::Close);
            return Spoilt { response: own_length(answer), told: true };
        }
    };
    if fault.at() == At::Head {
        line.break_after(fault.bytes.unwrap_or(HEAD_BYTES), how);
        return Spoilt { response: answer, told: false };
    }
    let (mut parts, body) = answer.into_parts();
    let length = body.length();
    parts.headers.entry(CONTENT_LENGTH).or_insert(HeaderValue::from(length));
    let body = body.broken_off(fault.bytes.unwrap_or(length / 2), Arc::clone(line), how);
    Spoilt { response: Response::from_parts(parts, body), told: true }
}

/// Where a fault gives a `Content-Length`, it is sent, be it true or not.
fn own_length(answer: Response<Output>) -> Response<Output> {
    if answer.headers().contains_key(CONTENT_LENGTH) { answer.map(Output::unsized_) } else { answer }
}

fn with_dates(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(fill_in_dates(text)),
        Value::Array(items) => items.iter().map(with_dates).collect(),
        Value::Object(keys) => keys.iter().map(|(key, value)| (key.clone(), with_dates(value))).collect(),
        other => other.clone(),
    }
}

/// Replaces `{{http_date:+2}}` by the date so many seconds from now.
fn fill_in_dates(text: &str) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, from)) = rest.split_once("{{http_date:") {
        let parsed = from.split_once("}}").and_then(|(seconds, after)| Some((seconds.parse::<i32>().ok()?, after)));
        let Some((seconds, after)) = parsed else {
            break;
        };
        filled.push_str(before);
        filled.push_str(&http_date(SystemTime::now(), seconds));
        rest = after;
    }
    filled + rest
}

/// HTTP dates are in whole seconds; one ahead is rounded up, so that it is never too near.
fn http_date(now: SystemTime, seconds: i32) -> String {
    let distance = Duration::from_secs(u64::from(seconds.unsigned_abs()));
    let date = if seconds < 0 { now - distance } else { now + distance + Duration::from_nanos(999_999_999) };
    httpdate::fmt_http_date(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_filled_in() {
        let filled = fill_in_dates("a {{http_date:+2}} b {{http_date:-1}} c {{http_date:x}}");
        assert!(filled.ends_with(" GMT c {{http_date:x}}"), "{filled}");
        assert_eq!(filled.matches(" GMT").count(), 2);
    }

    #[test]
    fn dates_ahead_are_rounded_up() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_millis(10_001);
        assert_eq!(http_date(now, 2), httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(13)));
        assert_eq!(http_date(now, -2), httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(8)));
    }
}

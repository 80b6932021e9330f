//! Injects a fault into the response to a request.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use serde_json::Value;

use crate::fault::{At, Effect, Then};
use crate::net::connection::{Break, Connection};
use crate::net::output::Output;
use crate::net::streams::Hang;
use crate::reply::{ApiError, Reply};
use crate::server::Server;
use crate::service::response;

/// Number of bytes of the head that are sent by default: `HTTP/1.1 200`.
const DEFAULT_HEAD_BYTES: u64 = 12;

/// A response into which a fault was injected.
pub(crate) struct FaultedResponse {
    pub(crate) response: Response<Output>,
    /// Whether the client receives the status.
    pub(crate) status_sent: bool,
}

/// Waits for other requests and for the delay of the fault.
pub(crate) async fn wait(fault: &Effect, server: &Server) {
    if let Some(requests) = fault.after_requests {
        server.requests(requests).await;
    }
    if fault.delay > 0.0 {
        tokio::time::sleep(Duration::from_secs_f64(fault.delay)).await;
    }
}

/// Returns the response to send. Never returns if the fault sends no response.
///
/// `processed` is the reply if the request has already been processed. Otherwise `process` is called if the fault does not
/// set the response.
pub(crate) async fn respond(
    fault: &Effect,
    connection: &Arc<Connection>,
    processed: Option<Reply>,
    process: impl Fn() -> Reply,
) -> FaultedResponse {
    if fault.sends_nothing() {
        return no_response(fault, connection).await;
    }
    let mut response =
        if fault.sets_response() { fault_response(fault) } else { response(processed.unwrap_or_else(process)) };
    add_headers(&mut response, fault);
    break_off(response, fault, connection)
}

/// Sends the GOAWAY if the fault requests one.
pub(crate) fn refuse(fault: &Effect, connection: &Connection) {
    if fault.then() == Then::GoAway {
        connection.go_away();
    }
}

async fn no_response(fault: &Effect, connection: &Connection) -> FaultedResponse {
    match fault.then() {
        Then::Cut => connection.break_now(Break::Cut),
        Then::Reset => connection.break_now(Break::Reset),
        // Over HTTP/2, only this stream stalls.
        Then::Stall => {}
        Then::Hang if fault.answer_pings => connection.streams().hang(Hang::Requests),
        Then::Hang => connection.streams().hang(Hang::Silent),
        Then::Close | Then::None | Then::Refuse | Then::GoAway => {}
    }
    std::future::pending().await
}

fn fault_response(fault: &Effect) -> Response<Output> {
    let status = fault.status.unwrap_or(200);
    let mut response = match (&fault.body, &fault.text, fault.fill) {
        (Some(body), ..) => response(Reply::json(status, &with_dates(body))),
        (_, Some(text), _) => text_response(status, &fill_in_dates(text)),
        (.., Some(length)) => {
            let mut response = response(Reply::text(status, Vec::new()));
            *response.body_mut() = Output::generated(length);
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            response
        }
        _ if status >= 400 => response(ApiError::of_status(status).into()),
        _ if status == 204 || status == 304 => response(Reply::text(status, Vec::new())),
        _ => response(Reply::text(status, b"{}".to_vec())),
    };
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
}

fn text_response(status: u16, text: &str) -> Response<Output> {
    let mut reply = Reply::text(status, Vec::new());
    reply.body = Bytes::copy_from_slice(text.as_bytes());
    let kind = if text.trim_start().starts_with('<') { "text/html" } else { "application/json" };
    reply.headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response(reply)
}

fn add_headers(response: &mut Response<Output>, fault: &Effect) {
    for (name, value) in &fault.headers {
        let text = match value {
            Value::String(text) => fill_in_dates(text),
            other => other.to_string(),
        };
        let pair = (HeaderName::try_from(name.as_str()), HeaderValue::try_from(text));
        if let (Ok(name), Ok(value)) = pair {
            response.headers_mut().insert(name, value);
        }
    }
}

fn break_off(response: Response<Output>, fault: &Effect, connection: &Arc<Connection>) -> FaultedResponse {
    let how = match fault.then() {
        // The last three send no response, so they are handled earlier.
        Then::None | Then::Hang | Then::Refuse | Then::GoAway => {
            return FaultedResponse { response: keep_declared_length(response), status_sent: true };
        }
        Then::Stall => Break::Stall,
        Then::Cut => Break::Cut,
        Then::Reset => Break::Reset,
        Then::Close => {
            connection.join_response_and_end();
            connection.break_when_flushed(connection.written() + response.body().length() + 1, Break::Close);
            return FaultedResponse { response: keep_declared_length(response), status_sent: true };
        }
    };
    if fault.at() == At::Head {
        connection.break_after(fault.bytes.unwrap_or(DEFAULT_HEAD_BYTES), how);
        return FaultedResponse { response, status_sent: false };
    }
    let (mut parts, body) = response.into_parts();
    let length = body.length();
    parts.headers.entry(CONTENT_LENGTH).or_insert(HeaderValue::from(length));
    let body = body.truncated(fault.bytes.unwrap_or(length / 2), Arc::clone(connection), how);
    FaultedResponse { response: Response::from_parts(parts, body), status_sent: true }
}

/// Keeps a `Content-Length` that the fault sets, even if it is wrong.
fn keep_declared_length(response: Response<Output>) -> Response<Output> {
    if response.headers().contains_key(CONTENT_LENGTH) { response.map(Output::without_known_length) } else { response }
}

fn with_dates(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(fill_in_dates(text)),
        Value::Array(items) => items.iter().map(with_dates).collect(),
        Value::Object(keys) => keys.iter().map(|(key, value)| (key.clone(), with_dates(value))).collect(),
        other => other.clone(),
    }
}

/// Replaces `{{http_date:+2}}` by the HTTP date this many seconds from now.
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

/// HTTP dates have a resolution of one second. A date in the future is rounded up, so that it is never too early.
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
    fn dates_in_the_future_are_rounded_up() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_millis(10_001);
        assert_eq!(http_date(now, 2), httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(13)));
        assert_eq!(http_date(now, -2), httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(8)));
    }
}

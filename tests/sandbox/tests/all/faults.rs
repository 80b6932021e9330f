//! Each fault, observed with a plain socket or a plain HTTP client.

use std::io::{ErrorKind, Read};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use zexa_sandbox::Sandbox;

use crate::common::{Api, ask, read_all, sms, socket, until};

fn with_fault(fault: Value) -> Sandbox {
    Sandbox::from_json(json!({"faults": [fault]}))
}

/// Returns the response to `GET /credits` on a new socket, and the error that ended it.
fn exchange(sandbox: &Sandbox) -> (String, Option<ErrorKind>) {
    let mut stream = socket(sandbox);
    ask(&mut stream, sandbox);
    let (text, end) = read_all(&mut stream);
    (text, end.err().map(|error| error.kind()))
}

fn body_of(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").unwrap().1
}

#[test]
fn a_status_comes_with_its_documented_body() {
    let sandbox = Sandbox::start();
    let api = Api::of(&sandbox);
    for (status, code) in [(429, "rate_limit_exceeded"), (500, "internal_error"), (404, "not_found")] {
        sandbox.add_fault(json!({"status": status, "headers": {"Retry-After": "7", "X-Number": 5}}));
        let answer = api.post("/messages", &sms());
        answer.is(status, code, None);
        assert_eq!((answer.header("retry-after"), answer.header("x-number")), ("7", "5"));
    }
    assert!(sandbox.messages().is_empty());
    let request = &sandbox.requests()[0];
    assert_eq!((request.status, request.fault.as_deref()), (Some(429), Some("status 429")));
    assert_eq!(api.post("/messages", &sms()).status, 201);
    sandbox.add_fault(json!({"status": 204}));
    assert_eq!(api.get("/credits").status, 204);
}

#[test]
fn faults_set_any_kind_of_body() {
    let sandbox = Sandbox::start();
    let api = Api::of(&sandbox);
    sandbox.add_fault(json!({"status": 502, "text": "<html>Bad gateway</html>"}));
    let html = api.get("/credits");
    assert_eq!((html.header("content-type"), &html.body), ("text/html", &json!("<html>Bad gateway</html>")));
    sandbox.add_fault(json!({"text": "{\"credits\":"}));
    let broken = api.get("/credits");
    assert_eq!((broken.status, broken.header("content-type")), (200, "application/json"));
    sandbox.add_fault(json!({"body": {"id": 1}, "headers": {"content-type": "text/plain"}}));
    let plain = api.get("/credits");
    assert_eq!((plain.header("content-type"), &plain.body), ("text/plain", &json!({"id": 1})));
    sandbox.add_fault(json!({"status": 500, "text": ""}));
    assert_eq!(api.get("/credits").body, json!(""));
    for size in [0, 1, 2, 3, 1_000_000] {
        sandbox.add_fault(json!({"fill": size}));
        let full = api.get("/credits");
        assert_eq!(full.header("content-length"), size.to_string());
        if size >= 2 {
            assert_eq!(full.body.as_str().unwrap().len(), size - 2);
        }
    }
}

#[test]
fn dates_are_filled_in_when_the_response_is_sent() {
    let sandbox = with_fault(json!({"times": 0, "status": 429, "headers": {"Retry-After": "{{http_date:+2}}"},
                                    "body": {"at": ["{{http_date:-5}}"]}}));
    let answer = Api::of(&sandbox).get("/credits");
    let date = |text: &str| httpdate::parse_http_date(text).unwrap();
    let ahead = date(answer.header("retry-after"));
    assert!(ahead > date(answer.body["at"][0].as_str().unwrap()) + Duration::from_secs(6));
}

#[test]
fn a_fault_matches_requests_and_precedes_the_api_key() {
    let sandbox = Sandbox::from_json(json!({"faults": [
        {"method": "GET", "path": "/messages/*", "status": 503, "skip": 1, "times": 2},
    ]}));
    let mut api = Api::of(&sandbox);
    assert_eq!(api.get("/credits").status, 200);
    assert_eq!(api.get("/messages/msg_1").status, 404);
    api.key = "wrong".to_owned();
    assert_eq!(api.get("/messages/msg_1").status, 503);
    assert_eq!(api.get("/messages/msg_1").status, 503);
    assert_eq!(api.get("/messages/msg_1").status, 401);
}

#[test]
fn a_request_can_be_processed_before_the_fault() {
    let sandbox = Sandbox::from_json(json!({"faults": [
        {"process": true, "status": 504},
        {"process": true, "then": "reset"},
        {"process": true, "then": "cut", "at": "body", "bytes": 10},
        {"process": true, "text": "not JSON"},
        {"process": true, "headers": {"X-Real": "yes"}},
        {"then": "reset"},
    ]}));
    let api = Api::of(&sandbox);
    let send = || api.call("POST", "/messages", Some(sms().to_string()));
    assert_eq!(send().unwrap().status, 504);
    assert!(send().is_err());
    assert!(send().is_err());
    assert_eq!(send().unwrap().body, json!("not JSON"));
    let real = send().unwrap();
    assert_eq!((real.status, real.header("x-real"), real.body["status"].as_str()), (201, "yes", Some("queued")));
    assert!(send().is_err());
    let made: Vec<_> = sandbox.requests().iter().map(|request| request.message_id.is_some()).collect();
    assert_eq!(made, [true, true, true, true, true, false]);
    assert_eq!(sandbox.messages().len(), 5);
}

#[test]
fn a_delay_precedes_the_response() {
    let sandbox = with_fault(json!({"delay": 0.3}));
    let start = Instant::now();
    assert_eq!(Api::of(&sandbox).get("/credits").status, 200);
    assert!(start.elapsed() >= Duration::from_millis(300));
}

#[test]
fn a_response_waits_for_other_requests() {
    let sandbox = with_fault(json!({"after_requests": 2, "status": 503}));
    let mut first = socket(&sandbox);
    ask(&mut first, &sandbox);
    until("the first request is received", || sandbox.requests().len() == 1);
    assert_eq!(sandbox.requests()[0].fault.as_deref(), Some("after 2 requests, status 503"));
    assert_eq!(Api::of(&sandbox).get("/credits").status, 200);
    let (response, _) = read_all(&mut first);
    assert!(response.starts_with("HTTP/1.1 503"), "{response}");
    let statuses: Vec<_> = sandbox.requests().iter().map(|request| request.status).collect();
    assert_eq!(statuses, [Some(503), Some(200)]);
}

#[test]
fn a_response_waits_for_ever_if_no_other_request_comes() {
    let sandbox = with_fault(json!({"after_requests": 2}));
    let api = Api::of(&sandbox);
    let first = api.client.get(format!("{}/credits", api.url)).timeout(Duration::from_millis(50));
    assert!(first.send().unwrap_err().is_timeout());
}

#[test]
fn a_client_that_disconnects_during_a_delay_is_not_served() {
    let sandbox = with_fault(json!({"delay": 3600}));
    let api = Api::of(&sandbox);
    let slow = api.client.post(format!("{}/messages", api.url)).timeout(Duration::from_millis(50));
    assert!(slow.send().unwrap_err().is_timeout());
    until("the connection is closed", || sandbox.open_connections() == 0);
    assert!(sandbox.messages().is_empty());
}

#[test]
fn a_connection_is_reset_when_accepted() {
    let sandbox = with_fault(json!({"then": "reset", "at": "connect"}));
    let mut stream = socket(&sandbox);
    assert_eq!(stream.read(&mut [0; 9]).unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert!(sandbox.requests().is_empty());
    assert!(exchange_ok(&sandbox));
    assert_eq!(sandbox.connections(), 2);
}

fn exchange_ok(sandbox: &Sandbox) -> bool {
    Api::of(sandbox).get("/credits").status == 200
}

#[test]
fn a_connection_is_closed_when_accepted() {
    let sandbox = with_fault(json!({"then": "cut", "at": "connect"}));
    let mut stream = socket(&sandbox);
    assert_eq!(stream.read(&mut [0; 9]).unwrap(), 0);
    drop(stream);
    assert!(exchange_ok(&sandbox));
}

#[test]
fn a_connection_stalls_when_accepted() {
    let sandbox = with_fault(json!({"then": "stall", "at": "connect"}));
    stalls(&sandbox, 0, "");
    assert_eq!(sandbox.requests().len(), 1, "that of the other connection");
}

/// Checks that the response stalls after a part that ends with `end`, and that the sandbox closes the connection when the client
/// does.
///
/// This is the last of `requests` requests, and no fault is left for another one.
fn stalls(sandbox: &Sandbox, requests: usize, end: &str) -> String {
    let mut stream = socket(sandbox);
    ask(&mut stream, sandbox);
    let mut text = String::new();
    while !text.ends_with(end) {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        text.push(char::from(byte[0]));
    }
    let _ = sandbox.wait_for_requests(requests);
    // All connections share a thread: when another request has its response, this connection has been polled.
    assert!(exchange_ok(sandbox));
    stream.set_nonblocking(true).unwrap();
    assert_eq!(stream.read(&mut [0]).unwrap_err().kind(), ErrorKind::WouldBlock);
    drop(stream);
    until("the connection is closed", || sandbox.open_connections() == 0);
    text
}

#[test]
fn breaks_after_the_request() {
    let sandbox = Sandbox::from_json(json!({"faults": [{"then": "reset"}, {"then": "cut", "at": "request"},
                                                       {"then": "stall", "at": "request"}]}));
    assert_eq!(exchange(&sandbox), (String::new(), Some(ErrorKind::ConnectionReset)));
    assert_eq!(exchange(&sandbox), (String::new(), None));
    assert_eq!(stalls(&sandbox, 3, ""), "");
    let faults: Vec<_> =
        sandbox.requests().into_iter().take(3).map(|request| (request.status, request.fault.unwrap())).collect();
    let recorded = ["reset at request", "cut at request", "stall at request"];
    assert_eq!(faults, recorded.map(|fault| (None, fault.to_owned())));
}

#[test]
fn breaks_within_the_head() {
    let sandbox = Sandbox::from_json(json!({"faults": [
        {"then": "reset", "at": "head"},
        {"then": "cut", "at": "head", "bytes": 30, "status": 503},
        {"then": "stall", "at": "head"},
    ]}));
    assert_eq!(exchange(&sandbox), ("HTTP/1.1 200".to_owned(), Some(ErrorKind::ConnectionReset)));
    let (cut, end) = exchange(&sandbox);
    assert_eq!((&cut[..12], cut.len(), end), ("HTTP/1.1 503", 30, None));
    assert_eq!(stalls(&sandbox, 3, "HTTP/1.1 200"), "HTTP/1.1 200");
}

#[test]
fn breaks_within_the_body() {
    let sandbox = Sandbox::from_json(json!({"faults": [
        {"then": "reset", "at": "body", "bytes": 10},
        {"then": "cut", "at": "body", "bytes": 10},
        {"then": "cut", "at": "body", "bytes": 0},
        {"then": "cut", "at": "body", "bytes": 200_000, "fill": 300_000},
        {"then": "stall", "at": "body", "bytes": 10},
    ]}));
    let reset = exchange(&sandbox);
    assert_eq!((body_of(&reset.0), reset.1), (r#"{"credits""#, Some(ErrorKind::ConnectionReset)));
    let cut = exchange(&sandbox);
    assert_eq!((body_of(&cut.0), cut.1), (r#"{"credits""#, None));
    assert!(cut.0.contains("\r\ncontent-length: 33\r\n"), "{}", cut.0);
    assert_eq!(body_of(&exchange(&sandbox).0), "");
    let (long, end) = exchange(&sandbox);
    assert_eq!((body_of(&long).len(), end), (200_000, None));
    assert!(long.contains("\r\ncontent-length: 300000\r\n"));
    assert_eq!(body_of(&stalls(&sandbox, 5, r#"{"credits""#)), r#"{"credits""#);
    assert!(sandbox.requests().iter().all(|request| request.status == Some(200)));
}

#[test]
fn a_connection_is_closed_after_the_response_without_notice() {
    let sandbox = with_fault(json!({"then": "close"}));
    let (text, end) = exchange(&sandbox);
    assert_eq!(end, None);
    assert_eq!(body_of(&text), r#"{"credits":4250,"currency":"USD"}"#);
    assert!(!text.to_lowercase().contains("connection:"), "{text}");

    sandbox.add_fault(json!({"then": "close", "status": 204}));
    let (text, end) = exchange(&sandbox);
    assert!(text.starts_with("HTTP/1.1 204") && end.is_none(), "{text}");
}

#[test]
fn a_content_length_can_be_wrong() {
    let sandbox = with_fault(json!({"headers": {"Content-Length": "99"}, "body": 1, "then": "cut", "at": "body",
                                    "bytes": 1}));
    let (text, _) = exchange(&sandbox);
    assert!(text.contains("content-length: 99\r\n") && text.ends_with("\r\n1"), "{text}");
}

#[test]
fn random_faults_are_reproducible() {
    let draw = || {
        let sandbox = with_fault(json!({"times": 0, "probability": 0.5, "seed": 3, "any_of": [
            {"status": 500}, {"status": 503}
        ]}));
        let api = Api::of(&sandbox);
        (0..20).map(|_| api.get("/credits").status).collect::<Vec<_>>()
    };
    let first = draw();
    assert_eq!(first, draw());
    assert!([200, 500, 503].iter().all(|status| first.contains(status)), "{first:?}");
}

#[test]
fn a_sandbox_stops_despite_stalled_connections() {
    let sandbox = with_fault(json!({"then": "stall", "times": 0}));
    let mut stream = socket(&sandbox);
    ask(&mut stream, &sandbox);
    let _ = sandbox.wait_for_requests(1);
    drop(sandbox);
    let mut byte = [0];
    assert!(matches!(stream.read(&mut byte), Ok(0) | Err(_)));
}

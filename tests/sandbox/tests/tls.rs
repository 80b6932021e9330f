//! TLS and HTTP/2, and the faults over them.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use std::error::Error;

use common::Api;
use serde_json::{Value, json};
use zexa_sandbox::Sandbox;

fn tls(faults: Value) -> Sandbox {
    Sandbox::from_json(json!({"state": {"tls": true}, "faults": faults}))
}

#[test]
fn http_2_is_spoken_where_it_is_offered() {
    let sandbox = tls(json!([]));
    assert!(sandbox.url().starts_with("https://") && sandbox.control_url().starts_with("http://"));
    let api = Api::of(&sandbox);
    assert_eq!(api.get("/credits").status, 200);
    assert_eq!(api.get("/credits").status, 200);
    let requests = sandbox.requests();
    assert_eq!((requests[1].http_version.as_str(), requests[1].connection), ("2", 1));
    assert_eq!(requests[1].path, "/v1/credits");

    let old = Sandbox::from_json(json!({"state": {"tls": true, "alpn": ["http/1.1"]}}));
    assert_eq!(Api::of(&old).get("/credits").status, 200);
    assert_eq!(old.requests()[0].http_version, "1.1");
}

#[test]
fn the_certificate_is_to_be_trusted_by_its_file_alone() {
    let sandbox = tls(json!([]));
    let mut api = Api::of(&sandbox);
    api.client = common::client(None).build().unwrap();
    assert!(api.call("GET", "/credits", None).is_err());
    let file = sandbox.ca_file().unwrap().to_owned();
    assert!(file.exists());
    let by_name = sandbox.url().replace("127.0.0.1", "localhost");
    assert_eq!(Api { url: by_name, ..Api::of(&sandbox) }.get("/credits").status, 200);
    drop(sandbox);
    assert!(!file.exists());
}

#[test]
fn faults_break_tls_connections_too() {
    for alpn in [json!(["h2", "http/1.1"]), json!(["http/1.1"])] {
        for at in ["connect", "request", "head", "body"] {
            for then in ["reset", "cut"] {
                let spec = json!({"state": {"tls": true, "alpn": alpn}, "faults": [{"then": then, "at": at}]});
                let sandbox = Sandbox::from_json(spec);
                let api = Api::of(&sandbox);
                let failed = api.call("GET", "/credits", None);
                let error = failed.map(|answer| answer.status).expect_err(&format!("{then} at {at}, {alpn}"));
                if then == "reset" {
                    assert!(chain(&error).contains("reset"), "{then} at {at}, {alpn}: {}", chain(&error));
                }
                assert_eq!(api.get("/credits").status, 200);
            }
        }
    }
}

#[test]
fn part_of_a_body_arrives_over_http_2() {
    let sandbox = tls(json!([{"then": "cut", "at": "body", "bytes": 10}]));
    let api = Api::of(&sandbox);
    let mut response = api.client.get(format!("{}/credits", api.url)).bearer_auth(&api.key).send().unwrap();
    assert_eq!((response.status().as_u16(), response.version()), (200, reqwest::Version::HTTP_2));
    let mut part = Vec::new();
    std::io::Read::read_to_end(&mut response, &mut part).unwrap_err();
    assert_eq!(part, br#"{"credits""#);
}

#[test]
fn a_stream_that_stalls_leaves_the_others_alone() {
    let sandbox = tls(json!([{"path": "/sender-ids", "then": "stall"}]));
    let api = Api::of(&sandbox);
    std::thread::scope(|scope| {
        let slow = scope.spawn(|| {
            let request = api.client.get(format!("{}/sender-ids", api.url)).bearer_auth(&api.key);
            request.timeout(std::time::Duration::from_secs(1)).send().unwrap_err()
        });
        let _ = sandbox.wait_for_requests(1);
        assert_eq!(api.get("/credits").status, 200);
        assert!(slow.join().unwrap().is_timeout());
    });
    assert!(sandbox.requests().iter().all(|request| request.connection == 1));
}

#[test]
fn a_connection_is_closed_in_order_after_its_answer() {
    for alpn in [json!(["h2"]), json!(["http/1.1"])] {
        let sandbox = Sandbox::from_json(json!({"state": {"tls": true, "alpn": alpn}, "faults": [{"then": "close"}]}));
        let api = Api::of(&sandbox);
        assert_eq!(api.get("/credits").status, 200);
        common::until("the connection is closed", || sandbox.open_connections() == 0);
        assert_eq!(api.get("/credits").status, 200);
        assert_eq!(sandbox.requests()[1].connection, 2);
    }
}

/// An error and all that caused it, in lower case.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text.to_lowercase()
}

#[test]
fn the_control_path_is_plain_and_out_of_reach_of_faults() {
    let sandbox = tls(json!([{"then": "reset", "at": "connect", "times": 0}, {"status": 500, "times": 0}]));
    let control = Api::control(&sandbox);
    assert_eq!(control.get("/state").body["connections"], 0);
    let plain = control.url.replace("/_sandbox", "/v1");
    Api { url: plain, ..Api::control(&sandbox) }.get("/credits").is(404, "not_found", None);
    assert!(sandbox.requests().is_empty());
}

//! TLS, HTTP/2, and faults over them.

use std::io::{self, ErrorKind, Read, Write};

use rustls::version::{TLS12, TLS13};
use serde_json::{Value, json};
use zexa_sandbox::Sandbox;

use crate::common::http2::Connection;
use crate::common::{self, Api};

fn tls(faults: Value) -> Sandbox {
    Sandbox::from_json(json!({"state": {"tls": true}, "faults": faults}))
}

#[test]
fn http_2_is_negotiated_if_offered() {
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
fn only_ca_file_makes_the_certificate_trusted() {
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

/// A client that only reads after a RST gets a connection reset. A client that writes after it may get a broken pipe instead,
/// and an HTTP library reports whichever happens first. This client therefore writes once, then reads.
#[test]
fn faults_break_tls_connections_too() {
    for alpn in ["h2", "http/1.1"] {
        for at in ["connect", "request", "head", "body"] {
            for (then, seen) in [("reset", ErrorKind::ConnectionReset), ("cut", ErrorKind::UnexpectedEof)] {
                let case = format!("{then} at {at}, {alpn}");
                let fault = json!({"then": then, "at": at, "times": 2});
                let spec = json!({"state": {"tls": true, "alpn": [alpn]}, "faults": [fault]});
                let sandbox = Sandbox::from_json(spec);
                assert_eq!(end_of_connection(&sandbox, alpn), seen, "{case}");
                let api = Api::of(&sandbox);
                assert!(api.call("GET", "/credits", None).is_err(), "{case}");
                assert_eq!(api.get("/credits").status, 200, "{case}");
            }
        }
    }
}

/// Sends `GET /credits` on a new connection, and returns the error that ends the response.
fn end_of_connection(sandbox: &Sandbox, alpn: &str) -> ErrorKind {
    let mut socket = common::socket(sandbox);
    let mut tls = common::tls_session(sandbox, &[alpn]);
    let mut read = || -> io::Result<Vec<u8>> {
        while tls.is_handshaking() {
            tls.complete_io(&mut socket)?;
        }
        // In one write, so that no write follows the fault.
        match alpn {
            "h2" => tls.writer().write_all(&common::http2::one_get("/credits", sandbox.api_key()))?,
            _ => tls.writer().write_all(common::request(sandbox).as_bytes())?,
        }
        let mut bytes = Vec::new();
        rustls::Stream::new(&mut tls, &mut socket).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read().expect_err("the connection was closed gracefully").kind()
}

#[test]
fn part_of_a_body_arrives_over_http_2() {
    let sandbox = tls(json!([{"then": "cut", "at": "body", "bytes": 10}]));
    let api = Api::of(&sandbox);
    let mut response = api.client.get(format!("{}/credits", api.url)).bearer_auth(&api.key).send().unwrap();
    assert_eq!((response.status().as_u16(), response.version()), (200, reqwest::Version::HTTP_2));
    let mut part = Vec::new();
    response.read_to_end(&mut part).unwrap_err();
    assert_eq!(part, br#"{"credits""#);
}

#[test]
fn a_stalled_stream_does_not_affect_the_others() {
    let sandbox = tls(json!([{"path": "/sender-ids", "then": "stall"}]));
    let mut connection = Connection::open(&sandbox);
    let stalled = connection.get("/sender-ids");
    let _ = sandbox.wait_for_requests(1);
    let other = connection.get("/credits");
    let frames = connection.all_to_end_of(other);
    assert!(frames.iter().all(|frame| frame.stream != stalled), "{frames:?}");
    assert_eq!(sandbox.requests()[1].status, Some(200));
}

#[test]
fn a_connection_is_closed_gracefully_after_the_response() {
    for alpn in [json!(["h2"]), json!(["http/1.1"])] {
        let sandbox = Sandbox::from_json(json!({"state": {"tls": true, "alpn": alpn}, "faults": [{"then": "close"}]}));
        let api = Api::of(&sandbox);
        assert_eq!(api.get("/credits").status, 200);
        common::until("the connection is closed", || sandbox.open_connections() == 0);
        assert_eq!(api.get("/credits").status, 200);
        assert_eq!(sandbox.requests()[1].connection, 2);
    }
}

#[test]
fn the_control_api_uses_plain_http_and_is_not_hit_by_faults() {
    let sandbox = tls(json!([{"then": "reset", "at": "connect", "times": 0}, {"status": 500, "times": 0}]));
    let control = Api::control(&sandbox);
    assert_eq!(control.get("/state").body["connections"], 0);
    let plain = control.url.replace("/_sandbox", "/v1");
    Api { url: plain, ..Api::control(&sandbox) }.get("/credits").is(404, "not_found", None);
    assert!(sandbox.requests().is_empty());
}

#[test]
fn a_client_certificate_is_required_and_recorded() {
    for (name, version) in [("1.2", &TLS12), ("1.3", &TLS13)] {
        let state = json!({"tls": true, "require_client_certificate": true, "tls_versions": [name]});
        let sandbox = Sandbox::from_json(json!({"state": state}));
        assert!(Api::of(&sandbox).call("GET", "/credits", None).is_err(), "{name}");
        let shop = sandbox.issue_client_certificate("shop").unwrap();
        let key = include_str!("../../../../core/tests/client/keys/rsa.key");
        let rsa = sandbox.issue_client_certificate_for_key("rsa", key).unwrap();
        let other = tls(json!([]));
        for (certificate, is_accepted) in [
            (sandbox.client_certificate().unwrap(), true),
            (&shop, true),
            (&rsa, true),
            (other.client_certificate().unwrap(), false),
        ] {
            let client = common::authenticated_client(&sandbox, certificate, &[version]);
            let answer = Api { client, ..Api::of(&sandbox) }.call("GET", "/credits", None);
            assert_eq!(answer.is_ok(), is_accepted, "{name} {certificate:?}");
        }
        let names: Vec<_> = sandbox.requests().into_iter().map(|request| request.client_certificate).collect();
        assert_eq!(names, ["zexa-sandbox-client", "shop", "rsa"].map(|name| Some(name.to_owned())));
        assert!(sandbox.issue_client_certificate_for_key("rsa", "not a key").is_err());
    }
}

#[test]
fn the_files_are_private_and_removed_at_the_end() {
    let sandbox = tls(json!([]));
    let certificate = sandbox.client_certificate().unwrap().clone();
    let announced = sandbox.announcement();
    assert_eq!(announced["client_cert_file"], json!(certificate.cert_file));
    assert_eq!(announced["client_key_file"], json!(certificate.key_file));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = certificate.key_file.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    drop(sandbox);
    assert!(!certificate.key_file.parent().unwrap().exists());
}

#[test]
fn a_client_certificate_without_tls_is_an_error() {
    let root = Sandbox::start();
    let spec = json!({"state": {"require_client_certificate": true}});
    let error = Api::control(&root).post("/instances", &spec);
    assert_eq!(error.status, 400);
    assert!(
        error.body["message"].as_str().unwrap().contains("require_client_certificate: requires tls"),
        "{}",
        error.body
    );
    assert!(root.issue_client_certificate("shop").is_err());
}

//! A plain client for the tests, which knows nothing of Zexa but the key.

#![allow(dead_code, reason = "each test program uses its part")]

pub(crate) mod http2;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::blocking::{Client, ClientBuilder};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde_json::{Value, json};
use zexa_sandbox::Sandbox;

pub(crate) struct Api {
    pub(crate) client: Client,
    pub(crate) url: String,
    pub(crate) key: String,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
}

impl Api {
    pub(crate) fn of(sandbox: &Sandbox) -> Self {
        let client = client(sandbox.ca_file()).build().unwrap();
        Self { client, url: sandbox.url().to_owned(), key: sandbox.api_key().to_owned() }
    }

    /// The control path of a sandbox.
    pub(crate) fn control(sandbox: &Sandbox) -> Self {
        let client = client(None).build().unwrap();
        Self { client, url: sandbox.control_url().to_owned(), key: String::new() }
    }

    pub(crate) fn call(&self, method: &str, path: &str, body: Option<String>) -> Result<Answer, reqwest::Error> {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.client.request(method, format!("{}{path}", self.url)).bearer_auth(&self.key);
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body);
        }
        let response = request.send()?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes()?;
        let body = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| Value::from(String::from_utf8_lossy(&bytes).into_owned()));
        Ok(Answer { status, headers, body })
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.call("GET", path, None).unwrap()
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.call("POST", path, Some(body.to_string())).unwrap()
    }

    pub(crate) fn delete(&self, path: &str) -> Answer {
        self.call("DELETE", path, None).unwrap()
    }

    /// Makes something, and gives its id.
    pub(crate) fn make(&self, path: &str, body: &Value) -> String {
        let answer = self.post(path, body);
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.body["id"].as_str().unwrap().to_owned()
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    /// Status, code and field of a refusal.
    #[track_caller]
    pub(crate) fn is(&self, status: u16, code: &str, field: Option<&str>) {
        let got = (self.status, self.body["error"].as_str(), self.body["details"]["field"].as_str());
        assert_eq!(got, (status, Some(code), field), "{}", self.body);
        assert!(self.body["message"].as_str().is_some_and(|text| !text.is_empty()), "{}", self.body);
        assert!(self.body["request_id"].as_str().is_some_and(|id| id.starts_with("req_")), "{}", self.body);
        assert_eq!(self.header("content-type"), "application/json");
    }
}

pub(crate) fn client(ca_file: Option<&std::path::Path>) -> ClientBuilder {
    Client::builder().tls_backend_preconfigured(tls_config(ca_file, &["h2", "http/1.1"])).no_proxy()
}

pub(crate) fn tls_config(ca_file: Option<&std::path::Path>, alpn: &[&str]) -> rustls::ClientConfig {
    let mut roots = rustls::RootCertStore::empty();
    if let Some(file) = ca_file {
        roots.add(CertificateDer::from_pem_file(file).unwrap()).unwrap();
    }
    let mut tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    tls.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    tls
}

pub(crate) fn sms() -> Value {
    json!({"channel": "sms", "to": "+244912345678", "from": "ZEXA", "body": "Hello"})
}

/// A plain socket to a sandbox, on which a test that hangs fails instead.
pub(crate) fn socket(sandbox: &Sandbox) -> TcpStream {
    let place = sandbox.url().split('/').nth(2).unwrap();
    let stream = TcpStream::connect(place.parse::<SocketAddr>().unwrap()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

/// A client's side of TLS with a sandbox.
pub(crate) fn tls_session(sandbox: &Sandbox, alpn: &[&str]) -> rustls::ClientConnection {
    let name = rustls::pki_types::ServerName::try_from("localhost").unwrap();
    rustls::ClientConnection::new(Arc::new(tls_config(sandbox.ca_file(), alpn)), name).unwrap()
}

/// `GET /credits` in HTTP/1.1.
pub(crate) fn request(sandbox: &Sandbox) -> String {
    let key = sandbox.api_key();
    format!("GET /v1/credits HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n\r\n")
}

/// Sends `GET /credits`, as bytes.
pub(crate) fn ask(stream: &mut TcpStream, sandbox: &Sandbox) {
    stream.write_all(request(sandbox).as_bytes()).unwrap();
}

/// All that comes, and how it ended.
pub(crate) fn read_all(stream: &mut TcpStream) -> (String, std::io::Result<()>) {
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes).map(drop);
    (String::from_utf8_lossy(&bytes).into_owned(), end)
}

/// Waits until something holds.
#[track_caller]
pub(crate) fn until(what: &str, holds: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < end, "waited in vain: {what}");
        std::thread::yield_now();
    }
}

//! A plain HTTP client for the tests. It knows only the base URL and the API key.

pub(crate) mod http2;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::blocking::{Client, ClientBuilder};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::{Value, json};
use zexa_sandbox::{ClientCertificate, Sandbox};

pub(crate) struct Api {
    pub(crate) client: Client,
    pub(crate) url: String,
    pub(crate) key: String,
}

pub(crate) struct ApiResponse {
    pub(crate) status: u16,
    headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
}

impl Api {
    pub(crate) fn of(sandbox: &Sandbox) -> Self {
        let client = client(sandbox.ca_file()).build().unwrap();
        Self { client, url: sandbox.url().to_owned(), key: sandbox.api_key().to_owned() }
    }

    /// A client of the control API of a sandbox.
    pub(crate) fn control(sandbox: &Sandbox) -> Self {
        let client = client(None).build().unwrap();
        Self { client, url: sandbox.control_url().to_owned(), key: String::new() }
    }

    pub(crate) fn call(&self, method: &str, path: &str, body: Option<String>) -> Result<ApiResponse, reqwest::Error> {
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
        Ok(ApiResponse { status, headers, body })
    }

    pub(crate) fn get(&self, path: &str) -> ApiResponse {
        self.call("GET", path, None).unwrap()
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> ApiResponse {
        self.call("POST", path, Some(body.to_string())).unwrap()
    }

    pub(crate) fn delete(&self, path: &str) -> ApiResponse {
        self.call("DELETE", path, None).unwrap()
    }

    /// Creates an object, and returns its id.
    pub(crate) fn make(&self, path: &str, body: &Value) -> String {
        let answer = self.post(path, body);
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.body["id"].as_str().unwrap().to_owned()
    }
}

impl ApiResponse {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    /// Checks the status, code and field of an error.
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

/// A plain socket to a sandbox, with a read timeout.
pub(crate) fn socket(sandbox: &Sandbox) -> TcpStream {
    let address = sandbox.url().split('/').nth(2).unwrap();
    let stream = TcpStream::connect(address.parse::<SocketAddr>().unwrap()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

/// The client side of a TLS connection to a sandbox.
pub(crate) fn tls_session(sandbox: &Sandbox, alpn: &[&str]) -> rustls::ClientConnection {
    let name = rustls::pki_types::ServerName::try_from("localhost").unwrap();
    rustls::ClientConnection::new(Arc::new(tls_config(sandbox.ca_file(), alpn)), name).unwrap()
}

/// A client that authenticates itself with a certificate, over these versions of TLS.
pub(crate) fn authenticated_client(
    sandbox: &Sandbox,
    certificate: &ClientCertificate,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> reqwest::blocking::Client {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(sandbox.ca_file().unwrap()).unwrap()).unwrap();
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_client_auth_cert(
            vec![CertificateDer::from_pem_file(&certificate.cert_file).unwrap()],
            PrivateKeyDer::from_pem_file(&certificate.key_file).unwrap(),
        )
        .unwrap();
    Client::builder().tls_backend_preconfigured(tls).no_proxy().build().unwrap()
}

/// A `GET /credits` request in HTTP/1.1.
pub(crate) fn request(sandbox: &Sandbox) -> String {
    let key = sandbox.api_key();
    format!("GET /v1/credits HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n\r\n")
}

/// Sends `GET /credits`.
pub(crate) fn ask(stream: &mut TcpStream, sandbox: &Sandbox) {
    stream.write_all(request(sandbox).as_bytes()).unwrap();
}

/// Reads to the end; returns the text and the result.
pub(crate) fn read_all(stream: &mut TcpStream) -> (String, std::io::Result<()>) {
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes).map(drop);
    (String::from_utf8_lossy(&bytes).into_owned(), end)
}

/// Waits until a condition is true.
#[track_caller]
pub(crate) fn until(what: &str, condition: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !condition() {
        assert!(Instant::now() < end, "timeout while waiting until {what}");
        std::thread::yield_now();
    }
}

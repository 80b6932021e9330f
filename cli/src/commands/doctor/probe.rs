//! A connection to the API of its own, which shows what a client cannot: the certificate and the clock of the server. It sends no API key.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme, StreamOwned};
use url::Url;

use super::certificate::{Issued, issued};

/// Timeout of each step.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Most bytes of the head of a response.
const MAX_HEAD: u64 = 16 * 1024;

/// The host and the port of a URL.
pub(super) fn host_and_port(url: &Url) -> (String, u16) {
    (url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned(), url.port_or_known_default().unwrap_or(0))
}

/// Return the addresses of a host.
pub(super) fn resolve(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    (host, port).to_socket_addrs().map(Iterator::collect)
}

/// Connect to the first address that accepts the connection.
pub(super) fn connect(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in addresses {
        match TcpStream::connect_timeout(address, TIMEOUT) {
            Ok(stream) => {
                stream.set_read_timeout(Some(TIMEOUT))?;
                stream.set_write_timeout(Some(TIMEOUT))?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Opens a tunnel to the API through an HTTP proxy.
pub(super) fn tunnel(stream: &mut TcpStream, api: &Url, authorization: Option<&str>) -> io::Result<()> {
    let authority = format!("{}:{}", api.host_str().unwrap_or_default(), host_and_port(api).1);
    let authorization = authorization.map(|value| format!("Proxy-Authorization: {value}\r\n")).unwrap_or_default();
    write!(stream, "CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n{authorization}\r\n")?;
    let head = read_head(stream)?;
    match status(&head) {
        Some(200..=299) => Ok(()),
        Some(status) => Err(io::Error::other(format!("status {status}"))),
        None => Err(io::Error::from(io::ErrorKind::InvalidData)),
    }
}

/// What a request without an API key has shown.
#[derive(Default)]
pub(super) struct Found {
    /// The certificate of the server.
    pub(super) certificate: Option<Issued>,
    /// The time of the server minus that of this machine, in seconds.
    pub(super) clock_ahead: Option<i64>,
}

/// Send a request without an API key over the connection. The certificate is not verified: the client does that.
pub(super) fn probe(stream: TcpStream, api: &Url) -> Found {
    if api.scheme() != "https" {
        return Found { certificate: None, clock_ahead: clock(stream, api) };
    }
    let seen = Arc::new(Seen::default());
    let clock_ahead = handshake(stream, api, seen.clone()).and_then(|stream| clock(stream, api));
    let certificate = seen.certificate.lock().unwrap_or_else(PoisonError::into_inner).take();
    Found { certificate: certificate.as_deref().and_then(issued), clock_ahead }
}

fn handshake(stream: TcpStream, api: &Url, verifier: Arc<Seen>) -> Option<StreamOwned<ClientConnection, TcpStream>> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().ok()?;
    let config = config.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    let name = ServerName::try_from(host_and_port(api).0).ok()?;
    Some(StreamOwned::new(ClientConnection::new(Arc::new(config), name).ok()?, stream))
}

/// The time of the server minus that of this machine, in seconds.
fn clock(mut stream: impl Read + Write, api: &Url) -> Option<i64> {
    let host = api.host_str()?;
    write!(stream, "HEAD {} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n", api.path()).ok()?;
    let head = read_head(&mut stream).ok()?;
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut headers);
    response.parse(&head).ok()?;
    let date = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case("date"))?;
    let time = httpdate::parse_http_date(std::str::from_utf8(date.value).ok()?).ok()?;
    let since = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).ok();
    let (server, here) = (since(time)?.as_secs(), since(SystemTime::now())?.as_secs());
    i64::try_from(server).ok()?.checked_sub(i64::try_from(here).ok()?)
}

/// Reads the head of a response, and not a byte more: the rest of a tunnel is TLS.
#[expect(clippy::unbuffered_bytes, reason = "a buffer would take bytes of the tunnel")]
fn read_head(stream: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    for byte in stream.take(MAX_HEAD).bytes() {
        head.push(byte?);
        if head.ends_with(b"\r\n\r\n") {
            return Ok(head);
        }
    }
    Err(io::Error::from(io::ErrorKind::UnexpectedEof))
}

fn status(head: &[u8]) -> Option<u16> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut headers);
    response.parse(head).ok()?;
    response.code
}

/// Accepts each certificate, and keeps it. The connection carries no secrets.
#[derive(Debug, Default)]
struct Seen {
    certificate: Mutex<Option<Vec<u8>>>,
}

impl ServerCertVerifier for Seen {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        *self.certificate.lock().unwrap_or_else(PoisonError::into_inner) = Some(end_entity.to_vec());
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let provider: CryptoProvider = rustls::crypto::ring::default_provider();
        provider.signature_verification_algorithms.supported_schemes()
    }
}

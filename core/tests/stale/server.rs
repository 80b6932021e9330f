//! A server that ends its connections after a number of responses, in all the ways in which servers and load balancers do.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection};
use serde_json::Value;
use socket2::SockRef;
use tempfile::NamedTempFile;
use zexa::{AsyncClient, Client, ClientBuilder};

use crate::support::until;

/// How the server announces that it ends a connection, or does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Announcement {
    Nothing,
    /// `Connection: close`, also known as nginx's `keepalive_requests`.
    Close,
    /// HTTP/1.0, which has no persistent connections unless both sides agree.
    Http10,
    /// `Keep-Alive: timeout=`.
    KeepAlive(u64),
}

/// How the server ends a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// FIN in both directions, in TLS after an alert.
    Close,
    /// FIN without an alert in TLS.
    Truncate,
    /// RST.
    Reset,
    /// FIN to the client. The server goes on reading, like one that lingers.
    HalfClose,
    /// An unsolicited response with status 408 and FIN, as by Apache and HAProxy.
    RequestTimeout,
    /// Nothing: the connection stays open.
    Stay,
}

/// What the server does after a response.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner {
    pub(crate) announcement: Announcement,
    pub(crate) end: End,
    /// The number of requests that it receives before it responds to any of them.
    pub(crate) together: usize,
    /// How long it waits for another request before it ends the connection.
    pub(crate) idle: fn() -> Duration,
    /// Whether it receives the next request, and ends the connection without a response.
    pub(crate) loses: fn() -> bool,
}

impl Manner {
    /// Ends connections immediately after the first response.
    pub(crate) fn new(announcement: Announcement, end: End) -> Manner {
        Manner { announcement, end, together: 1, idle: || Duration::ZERO, loses: || false }
    }
}

/// What the server has seen.
#[derive(Default)]
struct Record {
    /// The texts of the complete messages that were received, in order.
    received: Vec<String>,
    connections: usize,
    /// The number of connections that the server has ended.
    ended: usize,
    /// Whether a byte was received on a connection after the server has ended it.
    is_late: bool,
}

/// A running server. Its threads end with the connections, or with the process.
pub(crate) struct Server {
    address: SocketAddr,
    certificate: Option<NamedTempFile>,
    record: Arc<Mutex<Record>>,
}

impl Server {
    pub(crate) fn start(manner: Manner, uses_tls: bool) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let record = Arc::new(Mutex::new(Record::default()));
        let (tls, certificate) = uses_tls.then(tls).unzip();
        let shared = record.clone();
        thread::spawn(move || {
            for tcp in listener.incoming() {
                let (tcp, tls, record) = (tcp.expect("a connection"), tls.clone(), shared.clone());
                locked(&record).connections += 1;
                thread::spawn(move || serve(tcp, tls, manner, &record));
            }
        });
        Server { address, certificate, record }
    }

    fn builder(&self) -> ClientBuilder {
        let scheme = if self.certificate.is_some() { "https" } else { "http" };
        // The server runs on a machine that may be busy.
        let builder = Client::builder()
            .base_url(format!("{scheme}://{}/v1", self.address))
            .api_key("zx_demo")
            .max_retries(0)
            .timeout(Duration::from_secs(60))
            .connect_timeout(Duration::from_secs(60));
        match &self.certificate {
            Some(file) => builder.ca_file(file.path()),
            None => builder,
        }
    }

    pub(crate) fn client(&self) -> Client {
        self.builder().build().expect("a client")
    }

    pub(crate) fn async_client(&self) -> AsyncClient {
        self.builder().build_async().expect("a client")
    }

    pub(crate) fn received(&self) -> Vec<String> {
        locked(&self.record).received.clone()
    }

    pub(crate) fn connections(&self) -> usize {
        locked(&self.record).connections
    }

    pub(crate) fn until_ended(&self, connections: usize) {
        until("the server has ended its connections", || locked(&self.record).ended >= connections);
    }

    pub(crate) fn has_received_late(&self) -> bool {
        locked(&self.record).is_late
    }
}

fn locked(record: &Mutex<Record>) -> std::sync::MutexGuard<'_, Record> {
    record.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A configuration for TLS, and the file with its certificate.
fn tls() -> (Arc<ServerConfig>, NamedTempFile) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a pair");
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the versions of the library")
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .expect("a matching pair");
    let mut file = NamedTempFile::new().expect("a file");
    file.write_all(cert.pem().as_bytes()).expect("a file");
    (Arc::new(config), file)
}

/// One side of a connection, with or without TLS.
struct Channel {
    tcp: TcpStream,
    tls: Option<ServerConnection>,
}

impl Read for Channel {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.tls {
            Some(tls) => rustls::Stream::new(tls, &mut self.tcp).read(buffer),
            None => self.tcp.read(buffer),
        }
    }
}

impl Write for Channel {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.tls {
            Some(tls) => rustls::Stream::new(tls, &mut self.tcp).write(bytes),
            None => self.tcp.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.tls {
            Some(tls) => rustls::Stream::new(tls, &mut self.tcp).flush(),
            None => Ok(()),
        }
    }
}

fn serve(tcp: TcpStream, tls: Option<Arc<ServerConfig>>, manner: Manner, record: &Mutex<Record>) {
    tcp.set_nodelay(true).expect("a socket");
    let tls = tls.map(|config| ServerConnection::new(config).expect("a session"));
    let mut channel = Channel { tcp, tls };
    converse(&mut channel, manner, record);
    if let Some(tls) = channel.tls.as_mut().filter(|_| manner.end != End::Truncate) {
        tls.send_close_notify();
    }
    // These fail if the client has closed the connection, too.
    let _ = match manner.end {
        End::Reset => SockRef::from(&channel.tcp).set_linger(Some(Duration::ZERO)),
        End::RequestTimeout => channel.write_all(REQUEST_TIMEOUT),
        _ => channel.flush(),
    };
    if manner.end == End::HalfClose {
        let _ = channel.tcp.shutdown(Shutdown::Write);
        locked(record).ended += 1;
        while let Some(text) = read_message(&mut channel) {
            let mut record = locked(record);
            record.received.push(text);
            record.is_late = true;
        }
    } else {
        drop(channel);
        locked(record).ended += 1;
    }
}

const REQUEST_TIMEOUT: &[u8] = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/// Responds to requests until the client ends the connection, or the server is to end it.
fn converse(channel: &mut Channel, manner: Manner, record: &Mutex<Record>) {
    while let Some(text) = read_message(channel) {
        let last_of_group = {
            let received = &mut locked(record).received;
            received.push(text);
            received.len().next_multiple_of(manner.together)
        };
        until("the other requests have arrived", || locked(record).received.len() >= last_of_group);
        if (manner.loses)() || respond(channel, manner.announcement).is_err() {
            return;
        }
        let idle = (manner.idle)();
        let is_kept = match manner.end {
            End::Stay => true,
            _ if idle.is_zero() => false,
            _ => has_request_within(&channel.tcp, idle),
        };
        if !is_kept {
            return;
        }
    }
}

fn has_request_within(tcp: &TcpStream, idle: Duration) -> bool {
    tcp.set_read_timeout(Some(idle)).expect("a socket");
    let arrived = tcp.peek(&mut [0]);
    tcp.set_read_timeout(None).expect("a socket");
    arrived.is_ok()
}

/// Reads a request, and returns the text of its message. `None` if the connection ends before.
fn read_message(stream: &mut impl Read) -> Option<String> {
    let mut request = Vec::new();
    loop {
        let mut bytes = [0; 4096];
        match stream.read(&mut bytes).ok()? {
            0 => return None,
            count => request.extend_from_slice(&bytes[..count]),
        }
        let mut headers = [httparse::EMPTY_HEADER; 32];
        let mut head = httparse::Request::new(&mut headers);
        if let httparse::Status::Complete(length) = head.parse(&request).expect("a request") {
            let body = &request[length..];
            let expected = head.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"))?;
            if expected.value == body.len().to_string().as_bytes() {
                let message: Value = serde_json::from_slice(body).expect("JSON");
                return Some(message["body"].as_str().expect("a text").to_owned());
            }
        }
    }
}

fn respond(stream: &mut impl Write, announcement: Announcement) -> io::Result<()> {
    let (version, header) = match announcement {
        Announcement::Nothing => ("1.1", String::new()),
        Announcement::Close => ("1.1", "Connection: close\r\n".to_owned()),
        Announcement::Http10 => ("1.0", String::new()),
        Announcement::KeepAlive(seconds) => ("1.1", format!("Keep-Alive: timeout={seconds}\r\n")),
    };
    let body = r#"{"id": "msg_1", "status": "queued"}"#;
    let length = body.len();
    let response = format!(
        "HTTP/{version} 201 Created\r\nContent-Type: application/json\r\n{header}Content-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(response.as_bytes())?;
    stream.flush()
}

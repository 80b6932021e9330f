//! A server that negotiates another version of HTTP on each connection, as behind a load balancer while a new configuration is rolled out.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use futures_executor::block_on;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tempfile::NamedTempFile;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use zexa::{AsyncClient, BulkOptions, CallOptions, CancelToken, Client, ClientBuilder, Error, Kind, Outcome};

use crate::support::{message, until};

const BODY: &str = r#"{"id": "msg_1", "status": "queued", "credits": 1, "currency": "USD"}"#;

/// How long the server takes to respond to a request over HTTP/1.1.
const RESPONSE_TIME: Duration = Duration::from_millis(20);

/// A running server. It ends with the process.
struct Server {
    address: SocketAddr,
    certificate: NamedTempFile,
    /// The number of connections that the server has closed.
    closed: Arc<AtomicUsize>,
    /// Makes the server close its first connection.
    close: Arc<Notify>,
    /// The number of requests over each version.
    requests: Arc<[AtomicUsize; 2]>,
    load: Arc<Load>,
}

/// The requests over HTTP/1.1 that have no response yet.
#[derive(Default)]
struct Load {
    now: AtomicUsize,
    most: AtomicUsize,
    /// Whether requests get no response.
    stalls: AtomicBool,
}

impl Server {
    /// Starts a server that uses this version on its first connection, which receives one request, and the other version later.
    fn start(first: &'static str) -> Server {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a pair");
        let certificate = NamedTempFile::new().expect("a file");
        std::fs::write(certificate.path(), cert.pem()).expect("written");
        let later = if first == "h2" { "http/1.1" } else { "h2" };
        let [first, later] = [first, later].map(|version| {
            let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
            let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
            let config = config.with_safe_default_protocol_versions().expect("versions").with_no_client_auth();
            let mut config = config.with_single_cert(vec![cert.der().clone()], key).expect("a pair");
            config.alpn_protocols = vec![version.into()];
            TlsAcceptor::from(Arc::new(config))
        });
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let (closed, requests) = (Arc::<AtomicUsize>::default(), Arc::<[AtomicUsize; 2]>::default());
        let close = Arc::<Notify>::default();
        let load = Arc::<Load>::default();
        let (ends, counts, closing, loaded) = (closed.clone(), requests.clone(), close.clone(), load.clone());
        let serve = async move {
            listener.set_nonblocking(true).expect("a listener");
            let listener = tokio::net::TcpListener::from_std(listener).expect("a runtime");
            for number in 0.. {
                let (tcp, _) = listener.accept().await.expect("a connection");
                let acceptor = if number == 0 { first.clone() } else { later.clone() };
                let (ends, counts, closing, loaded) = (ends.clone(), counts.clone(), closing.clone(), loaded.clone());
                tokio::spawn(async move {
                    let stream = acceptor.accept(tcp).await.expect("a handshake");
                    let most = if number == 0 { 1 } else { usize::MAX };
                    match stream.get_ref().1.alpn_protocol() {
                        Some(b"h2") => over_http2(stream, most, &counts[1]).await,
                        _ => over_http1(stream, most, &counts[0], &closing, &loaded).await,
                    }
                    ends.fetch_add(1, Ordering::Relaxed);
                });
            }
        };
        thread::spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(serve);
        });
        Server { address, certificate, closed, close, requests, load }
    }

    fn builder(&self) -> ClientBuilder {
        let builder = Client::builder().base_url(format!("https://{}/v1", self.address)).api_key("zx_demo");
        // The machine may be busy.
        let builder = builder.timeout(Duration::from_secs(60)).connect_timeout(Duration::from_secs(60));
        builder.ca_file(self.certificate.path()).http2(true).max_retries(0)
    }

    fn requests(&self) -> [usize; 2] {
        [0, 1].map(|version| self.requests[version].load(Ordering::Relaxed))
    }
}

/// Responds to requests that arrive in one part.
async fn over_http1(mut stream: TlsStream<TcpStream>, most: usize, count: &AtomicUsize, close: &Notify, load: &Load) {
    for _ in 0..most {
        if !matches!(stream.read(&mut [0; 16 << 10]).await, Ok(1..)) {
            return;
        }
        count.fetch_add(1, Ordering::Relaxed);
        load.most.fetch_max(load.now.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
        match load.stalls.load(Ordering::Relaxed) {
            // Until the client closes the connection.
            true => drop(stream.read(&mut [0; 1]).await),
            false => tokio::time::sleep(RESPONSE_TIME).await,
        }
        load.now.fetch_sub(1, Ordering::Relaxed);
        let head =
            format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", BODY.len());
        stream.write_all((head + BODY).as_bytes()).await.expect("sent");
    }
    close.notified().await;
    stream.shutdown().await.expect("an open connection");
}

async fn over_http2(stream: TlsStream<TcpStream>, most: usize, count: &AtomicUsize) {
    let mut connection = h2::server::handshake(stream).await.expect("a handshake");
    let mut received = 0;
    while let Some(Ok((request, mut respond))) = connection.accept().await {
        let target = request.uri().to_string();
        assert!(target.starts_with("https://127.0.0.1:"), "{target}");
        count.fetch_add(1, Ordering::Relaxed);
        let response = http::Response::builder().header("content-type", "application/json").body(()).expect("valid");
        let mut body = respond.send_response(response, false).expect("an open stream");
        body.send_data(Bytes::from_static(BODY.as_bytes()), true).expect("an open stream");
        received += 1;
        if received == most {
            connection.graceful_shutdown();
        }
    }
}

/// The request was prepared for the version of the connection that the server has closed.
#[test]
fn a_request_is_sent_over_another_version_than_that_of_a_closed_connection() {
    for first in ["http/1.1", "h2"] {
        let server = Server::start(first);
        let client = server.builder().build().expect("a client");
        client.messages().send(&message("Hello")).expect("sent");
        if first == "http/1.1" {
            // Not earlier: it would not become idle. (Over HTTP/2, the server announces that it closes a connection.)
            server.close.notify_one();
            until("the server has closed the connection", || server.closed.load(Ordering::Relaxed) == 1);
        }
        client.messages().send(&message("Hello")).unwrap_or_else(|error| panic!("after {first}: {error}"));
        assert_eq!(server.requests(), [1, 1], "first {first}");
    }
}

/// A client that knows a connection over HTTP/2, which the server closes. The server uses HTTP/1.1 from here on.
fn client_of_changing_server(server: &Server, builder: ClientBuilder) -> AsyncClient {
    let client = builder.build_async().expect("a client");
    block_on(client.messages().send(&message("Hello"))).expect("sent");
    assert_eq!(server.requests(), [0, 1]);
    client
}

/// Sends messages at the same time. Returns the errors.
fn send_together(client: &AsyncClient, calls: usize) -> Vec<Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let calls = (0..calls).map(|number| client.messages().send(&message(&number.to_string())));
        let sent = calls.collect::<JoinSet<_>>().join_all().await;
        sent.into_iter().filter_map(Result::err).collect()
    })
}

#[test]
fn a_server_that_changes_to_http_1_gets_no_more_requests_than_allowed() {
    for limit in [1, 2, 7] {
        let server = Server::start("h2");
        let client = client_of_changing_server(&server, server.builder().max_connections(limit));
        let errors = send_together(&client, 20);
        assert!(errors.is_empty(), "{errors:?}");
        assert_eq!(server.requests(), [20, 1]);
        let most = server.load.most.load(Ordering::Relaxed);
        assert!(most <= limit as usize, "{most} requests at the same time, limit {limit}");
    }
}

#[test]
fn a_bulk_run_is_sent_once_if_the_server_changes_to_http_1() {
    let server = Server::start("h2");
    let folder = tempfile::tempdir().expect("a folder");
    let builder = server.builder().max_connections(3).ledger(folder.path().join("messages.db"));
    let client = builder.build().expect("a client");
    // Also of a blocking client, the calls with a key share a connection.
    let row = |number: usize| message("Hello").idempotency_key(number.to_string());
    client.messages().send(&row(30)).expect("sent");
    assert_eq!(server.requests(), [0, 1]);
    for _ in 0..2 {
        let sent = client.messages().send_many((0..30).map(row), &BulkOptions::new()).expect("a run");
        assert_eq!(sent.filter(|row| row.as_ref().is_ok_and(|row| row.value.is_some())).count(), 30);
    }
    assert_eq!(server.requests(), [30, 1]);
    assert!(server.load.most.load(Ordering::Relaxed) <= 3);
}

/// Checks the errors of calls of which only one has a connection, on which it gets no response.
fn check_stalled(server: &Server, errors: &[Error], kind: Kind) {
    let count = |outcome| errors.iter().filter(|error| error.outcome() == outcome).count();
    assert_eq!((count(Outcome::Unknown), count(Outcome::NotSent)), (1, 4), "{errors:?}");
    assert!(errors.iter().all(|error| error.kind() == kind), "{errors:?}");
    assert_eq!(server.requests(), [1, 1]);
}

#[test]
fn calls_that_wait_after_a_change_to_http_1_can_be_ended() {
    let server = Server::start("h2");
    server.load.stalls.store(true, Ordering::Relaxed);
    let client = client_of_changing_server(&server, server.builder().max_connections(1));
    let hasty = client.with_options(CallOptions::new().deadline(Duration::from_millis(500)));
    check_stalled(&server, &send_together(&hasty, 5), Kind::Timeout);

    let server = Server::start("h2");
    server.load.stalls.store(true, Ordering::Relaxed);
    let client = client_of_changing_server(&server, server.builder().max_connections(1));
    let token = CancelToken::new();
    let waiting = client.with_options(CallOptions::new().cancel(&token));
    let waiting = thread::spawn(move || send_together(&waiting, 5));
    until("a request over HTTP/1.1", || server.requests()[0] == 1);
    token.cancel();
    check_stalled(&server, &waiting.join().expect("no panic"), Kind::Cancelled);
    // The calls have given up their permits.
    server.load.stalls.store(false, Ordering::Relaxed);
    assert!(send_together(&client, 5).is_empty());
    assert_eq!(server.load.most.load(Ordering::Relaxed), 1);
}

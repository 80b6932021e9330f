//! The fault proxy between a client and the sandbox.
//!
//! It listens on a port for each [`Route`], and passes bytes on to the sandbox. Each connection has faults, which follow from the seed and its
//! number. The proxy is honest: it answers only for the sandbox, and says that a request was not processed only if it has not delivered it.
//!
//! It prints one line of JSON with the URLs of the API, the proxies, and the file of its certificate authority, then reads commands from stdin:
//!
//! - `upstream PORT`: the sandbox listens on this port from now on;
//! - `counts`: wait until all connections have ended, and print the number of connections and of faults that took effect, as JSON.
//!
//! It exits when stdin closes.

mod forward;
mod http2;
mod plan;
mod sabotage;
mod tcp;
mod tls;
mod tunnel;

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;

use self::plan::{Fault, Route, Sabotage};
use self::tls::Tls;
use crate::Done;

/// Of the connections of the plain route, one in this many is sabotaged.
const SABOTAGED: u64 = 4;

/// Runs the proxy until stdin closes.
pub(crate) fn run(seed: &str, sabotage: &str) -> Done {
    let seed = seed.parse()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(serve(seed, Sabotage::named(sabotage)))?;
    // A thread of tokio still waits for stdin.
    runtime.shutdown_background();
    Ok(ExitCode::SUCCESS)
}

/// What all connections share.
struct Proxy {
    seed: u64,
    sabotage: Option<Sabotage>,
    tls: Tls,
    /// Port of the sandbox.
    upstream: AtomicU16,
    counts: Mutex<BTreeMap<&'static str, u64>>,
    /// Number of open connections, and of requests that are being forwarded.
    open: watch::Sender<u64>,
}

impl Proxy {
    /// Counts a connection, or a fault that takes effect.
    fn count(&self, name: &'static str) {
        *self.counts.lock().unwrap_or_else(PoisonError::into_inner).entry(name).or_default() += 1;
    }

    async fn connect(&self) -> io::Result<TcpStream> {
        let upstream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.upstream.load(Ordering::Relaxed))).await?;
        upstream.set_nodelay(true)?;
        Ok(upstream)
    }

    /// Runs a task that counts as open until it ends.
    fn spawn(self: &Arc<Self>, task: impl Future<Output = ()> + Send + 'static) {
        self.open.send_modify(|open| *open += 1);
        let proxy = self.clone();
        tokio::spawn(async move {
            task.await;
            proxy.open.send_modify(|open| *open -= 1);
        });
    }
}

async fn serve(seed: u64, sabotage: Option<Sabotage>) -> io::Result<()> {
    let proxy = Arc::new(Proxy {
        seed,
        sabotage,
        tls: Tls::new()?,
        upstream: AtomicU16::new(0),
        counts: Mutex::default(),
        open: watch::Sender::new(0),
    });
    let mut origins = BTreeMap::new();
    for route in Route::ALL {
        let listener = listen(0)?;
        origins.insert(route, format!("{}://127.0.0.1:{}", route.scheme(), listener.local_addr()?.port()));
        tokio::spawn(accept(proxy.clone(), route, listener));
    }
    let urls = Route::ALL.map(|route| format!("{}/v1", origins[&route.target().unwrap_or(route)]));
    let proxies = Route::ALL.map(|route| route.target().map(|_| origins[&route].as_str()));
    let ca_file: PathBuf = proxy.tls.ca_file().to_owned();
    println!("{}", json!({"urls": urls, "proxies": proxies, "ca_file": ca_file}));
    let mut commands = BufReader::new(tokio::io::stdin()).lines();
    while let Some(command) = commands.next_line().await? {
        match command.split_once(' ') {
            Some(("upstream", port)) => {
                proxy.upstream.store(port.parse().map_err(io::Error::other)?, Ordering::Relaxed);
                println!("{{}}");
            }
            _ if command == "counts" => {
                // The sender is not dropped while this waits.
                let _ = proxy.open.subscribe().wait_for(|open| *open == 0).await;
                println!("{}", json!(*proxy.counts.lock().unwrap_or_else(PoisonError::into_inner)));
            }
            _ => return Err(io::Error::other(format!("unknown command {command:?}"))),
        }
    }
    Ok(())
}

/// Listens on a port that was used before.
fn listen(port: u16) -> io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
    socket.listen(1024)
}

/// Listens on the port as soon as it is free: meanwhile, the system may have given it to a connection of another program.
async fn listen_again(port: u16) -> TcpListener {
    loop {
        match listen(port) {
            Ok(listener) => return listener,
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

/// Accepts the connections of a route.
async fn accept(proxy: Arc<Proxy>, route: Route, mut listener: TcpListener) -> io::Result<()> {
    let port = listener.local_addr()?.port();
    for number in 0.. {
        let (client, _) = listener.accept().await?;
        proxy.count("connections");
        let sabotage = proxy.sabotage.filter(|_| route == Route::Plain && number % SABOTAGED == 0);
        match sabotage.map_or_else(|| Fault::of(proxy.seed, route, number), Fault::Sabotage) {
            Fault::Refuse(time) => {
                proxy.count("refuse");
                tcp::reset(&client);
                // Connections are refused while nothing listens.
                drop((client, listener));
                tokio::time::sleep(time).await;
                listener = listen_again(port).await;
            }
            Fault::Sabotage(sabotage) => proxy.spawn(sabotage::serve(proxy.clone(), client, sabotage)),
            fault => proxy.spawn(serve_connection(proxy.clone(), route, number, client, fault)),
        }
    }
    Ok(())
}

/// Passes the bytes of a connection on, to the sandbox, to the end of TLS, or to a proxy.
async fn serve_connection(proxy: Arc<Proxy>, route: Route, number: u64, client: TcpStream, fault: Fault) {
    // Bytes must leave one by one, and an error is seen at the next use.
    let _ = client.set_nodelay(true);
    let (near, far) = tokio::io::duplex(64 * 1024);
    match route {
        Route::Plain => {
            return match proxy.connect().await {
                Ok(upstream) => tcp::carry(&proxy, client, upstream, fault).await,
                Err(_) => tcp::reset(&client),
            };
        }
        Route::Tls | Route::Http2 => proxy.spawn(tls::serve(proxy.clone(), number, far)),
        Route::Connect => proxy.spawn(tunnel::serve_http(proxy.clone(), far)),
        Route::Socks => proxy.spawn(tunnel::serve_socks(proxy.clone(), far)),
    }
    tcp::carry(&proxy, client, near, fault).await;
}

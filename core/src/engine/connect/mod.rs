//! [`Connector`]: opens the connections of a client, directly or through its proxy.

mod failure;
mod rejected;
mod resolver;
mod socket;
mod stream;
mod tls_failure;
mod tunnel;
mod writes;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use http::{HeaderValue, Uri};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::SocksV5;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tower_service::Service;

use self::failure::Reason;
pub(crate) use self::failure::{ConnectError, code_of_loss, is_closed_by_server};
pub(crate) use self::rejected::Rejected;
use self::resolver::Resolver;
pub(crate) use self::socket::Attempts;
use self::socket::Socket;
use self::stream::Stream;
pub(crate) use self::stream::{Connection, UsesTls};
pub(crate) use self::writes::Writes;
use super::identity::ClientAuthentication;
use crate::proxy::{Protocol, Proxy, Route};

/// The idle time before the first TCP keep-alive probe, and the interval between probes. Routers drop connections that are idle for some minutes.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

const KEEP_ALIVE_PROBES: u32 = 3;

/// Opens connections. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Connector {
    parts: Arc<Parts>,
}

struct Parts {
    /// The base URL.
    target: Uri,
    tcp: HttpConnector<Resolver>,
    route: Route,
    tls: TlsConnector,
    /// For the connection to a proxy, with which no HTTP version is negotiated, and which does not receive the client certificate.
    proxy_tls: TlsConnector,
    authentication: Arc<ClientAuthentication>,
    timeout: Duration,
    user_agent: HeaderValue,
}

/// A step of opening a connection.
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
enum Step {
    Tcp,
    Proxy,
    Tls,
}

/// The current step of a connection, for the error if it times out.
struct Progress(AtomicU8);

impl Progress {
    fn reach(&self, step: Step) {
        self.0.store(step as u8, Ordering::Relaxed);
    }

    fn step(&self) -> Step {
        match self.0.load(Ordering::Relaxed) {
            step if step == Step::Tls as u8 => Step::Tls,
            step if step == Step::Proxy as u8 => Step::Proxy,
            _ => Step::Tcp,
        }
    }
}

impl Connector {
    pub(crate) fn new(
        target: Uri,
        route: Route,
        mut tls: ClientConfig,
        authentication: Arc<ClientAuthentication>,
        timeout: Duration,
        user_agent: HeaderValue,
    ) -> Connector {
        let mut tcp = HttpConnector::new_with_resolver(Resolver);
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(timeout));
        tcp.set_keepalive(Some(KEEP_ALIVE));
        tcp.set_keepalive_interval(Some(KEEP_ALIVE));
        tcp.set_keepalive_retries(Some(KEEP_ALIVE_PROBES));
        let mut proxy_tls = tls.clone();
        proxy_tls.alpn_protocols.clear();
        tls.client_auth_cert_resolver = authentication.clone();
        let (tls, proxy_tls) = (Arc::new(tls).into(), Arc::new(proxy_tls).into());
        let parts = Parts { target, tcp, route, tls, proxy_tls, authentication, timeout, user_agent };
        Connector { parts: Arc::new(parts) }
    }
}

impl Connector {
    /// Opens a connection to the server, which these attempts take. The future is boxed, because most attempts use an open connection.
    pub(crate) fn connect(
        &self,
        attempts: Attempts,
    ) -> Pin<Box<dyn Future<Output = Result<Connection, ConnectError>> + Send>> {
        let parts = self.parts.clone();
        Box::pin(async move {
            let progress = Progress(AtomicU8::new(Step::Tcp as u8));
            let connecting = parts.connect(&parts.target, &progress);
            let connected = match tokio::time::timeout(parts.timeout, connecting).await {
                Ok(connected) => connected,
                Err(_) => Err(Reason::TimedOut(parts.timeout, progress.step())),
            };
            let proxy = match &parts.route {
                Route::Direct => None,
                Route::Proxy(proxy) => Some(proxy.authority.as_str()),
            };
            let pooled = connected.map(|connection| connection.pooled(attempts));
            pooled.map_err(|reason| reason.into_error(&authority(&parts.target), proxy))
        })
    }
}

impl Parts {
    async fn connect(&self, target: &Uri, progress: &Progress) -> Result<Connection, Reason> {
        match &self.route {
            Route::Direct => {
                let tcp = self.tcp(target).await?;
                self.secure(target, tcp, progress).await
            }
            Route::Proxy(proxy) if proxy.protocol.is_socks() => {
                let tcp = self.socks(proxy, target, progress).await?;
                self.secure(target, tcp, progress).await
            }
            Route::Proxy(proxy) => {
                let tcp = self.tcp(&proxy.uri).await?;
                progress.reach(Step::Proxy);
                match proxy.protocol {
                    Protocol::Https => self.through_tls_proxy(proxy, target, tcp, progress).await,
                    _ => self.through_proxy(proxy, target, tcp, progress).await,
                }
            }
        }
    }

    async fn tcp(&self, target: &Uri) -> Result<Socket, Reason> {
        let connected = self.tcp.clone().call(target.clone()).await;
        connected.map(TokioIo::into_inner).map(Socket::new).map_err(|error| match Reason::of_tcp(&error) {
            // If the host has several addresses, this is a part of the timeout.
            Reason::Tcp(error) if error.kind() == std::io::ErrorKind::TimedOut && error.raw_os_error().is_none() => {
                Reason::TimedOut(self.timeout, Step::Tcp)
            }
            reason => reason,
        })
    }

    /// Secures a connection to the server, or through a tunnel.
    async fn secure(&self, target: &Uri, tcp: Socket, progress: &Progress) -> Result<Connection, Reason> {
        let stream = match is_https(target) {
            false => Stream::Plain(tcp),
            true => {
                progress.reach(Step::Tls);
                Stream::Tls(Box::new(self.handshake_with_server(target, tcp).await?))
            }
        };
        Ok(Connection::new(stream, false, self.authentication.clone()))
    }

    async fn through_proxy(
        &self,
        proxy: &Proxy,
        target: &Uri,
        mut tcp: Socket,
        progress: &Progress,
    ) -> Result<Connection, Reason> {
        if !is_https(target) {
            return Ok(Connection::new(Stream::Plain(tcp), true, self.authentication.clone()));
        }
        tunnel::open(&mut tcp, &authority(target), &self.user_agent, proxy.authorization.as_ref()).await?;
        self.secure(target, tcp, progress).await
    }

    async fn through_tls_proxy(
        &self,
        proxy: &Proxy,
        target: &Uri,
        tcp: Socket,
        progress: &Progress,
    ) -> Result<Connection, Reason> {
        let mut tls = handshake(&self.proxy_tls, &proxy.uri, tcp).await?.map_err(Reason::ProxyTls)?;
        if !is_https(target) {
            return Ok(Connection::new(Stream::Tls(Box::new(tls)), true, self.authentication.clone()));
        }
        tunnel::open(&mut tls, &authority(target), &self.user_agent, proxy.authorization.as_ref()).await?;
        progress.reach(Step::Tls);
        let stream = self.handshake_with_server(target, tls).await?;
        Ok(Connection::new(Stream::TlsInTls(Box::new(stream)), false, self.authentication.clone()))
    }

    async fn handshake_with_server<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        target: &Uri,
        stream: S,
    ) -> Result<TlsStream<S>, Reason> {
        let secured = handshake(&self.tls, target, stream).await?;
        secured.map_err(|error| Reason::Tls(error, self.authentication.state()))
    }

    async fn socks(&self, proxy: &Proxy, target: &Uri, progress: &Progress) -> Result<Socket, Reason> {
        let target = match proxy.protocol {
            Protocol::Socks5 => resolved(target).await?,
            _ => target.clone(),
        };
        let tcp = self.tcp(&proxy.uri).await?;
        progress.reach(Step::Proxy);
        let mut socks = SocksV5::new(proxy.uri.clone(), Opened(Some(tcp)));
        if let Some((user, password)) = &proxy.credentials {
            socks = socks.with_auth(user.to_string(), password.to_string());
        }
        let has_credentials = proxy.credentials.is_some();
        let connected = socks.call(target).await.map(TokioIo::into_inner);
        connected.map_err(|error| Reason::of_socks(&error, has_credentials))
    }
}

/// An open connection to a proxy, as a service that returns it.
struct Opened(Option<Socket>);

impl Service<Uri> for Opened {
    type Response = TokioIo<Socket>;
    type Error = std::io::Error;
    type Future = std::future::Ready<std::io::Result<TokioIo<Socket>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let stream = self.0.take().ok_or_else(|| std::io::ErrorKind::NotConnected.into());
        std::future::ready(stream.map(TokioIo::new))
    }
}

async fn handshake<S: AsyncRead + AsyncWrite + Unpin>(
    tls: &TlsConnector,
    target: &Uri,
    stream: S,
) -> Result<std::io::Result<TlsStream<S>>, Reason> {
    let host = target.host().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let name = ServerName::try_from(host).map_err(|_| Reason::NoServerName)?;
    Ok(tls.connect(name, stream).await)
}

/// The target, with its host replaced by the host's first IP address.
async fn resolved(target: &Uri) -> Result<Uri, Reason> {
    let host = target.host().unwrap_or_default();
    if host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok() {
        return Ok(target.clone());
    }
    let addresses = resolver::resolve(host).await.map_err(Reason::Resolve)?;
    let mut address = *addresses.first().expect("a lookup without an address fails");
    address.set_port(port(target));
    let uri = Uri::builder().scheme(target.scheme_str().unwrap_or("https")).authority(address.to_string());
    uri.path_and_query("/").build().map_err(|error| Reason::Other(error.to_string()))
}

fn is_https(target: &Uri) -> bool {
    target.scheme_str() == Some("https")
}

fn port(target: &Uri) -> u16 {
    target.port_u16().unwrap_or(if is_https(target) { 443 } else { 80 })
}

/// The host and the port of a URL.
fn authority(target: &Uri) -> String {
    format!("{}:{}", target.host().unwrap_or_default(), port(target))
}

//! [`Pool`]: the open connections of one runtime.
//!
//! Over HTTP/1.1, one attempt leases a connection, and returns it when it has read the response completely. In any other case, it is closed. So
//! there are never more connections than attempts that run at the same time. Over HTTP/2, attempts share a connection.
//!
//! hyper-util has a pool, too. With this one, an attempt knows its connection, and its request is repeated on another connection only if no connection
//! has taken its body. A call takes 23 % fewer instructions.

use std::fmt;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use http::header::{HOST, HeaderValue};
use http::uri::{PathAndQuery, Uri};
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::{TrySendError, http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::sync::oneshot;

use super::connect::{Attempts, ConnectError, Connection, Connector, Writes};
use super::driver::Driver;
use super::progress::{Progress, WatchedBody};

/// The minimum and the maximum time without data on an HTTP/2 connection with open streams after which a PING is sent.
const PING_AFTER: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(10));

/// The connections of one runtime. Pools of a runtime are numbered.
pub(crate) struct Pool {
    connector: Connector,
    http2: http2::Builder<TokioExecutor>,
    connections: Mutex<Connections>,
    pub(crate) number: u64,
    /// The maximum idle time of a connection that is used again.
    pub(crate) longest_idle: Duration,
    /// Whether the runtime is driven all the time, so that connections can have tasks: they notice when the server closes them, and old ones are closed.
    has_tasks: bool,
}

#[derive(Default)]
struct Connections {
    /// The connections that no attempt uses. The one that was used last is at the end.
    idle: Vec<Idle>,
    /// The connection that attempts share over HTTP/2.
    shared: Option<SharedConnection>,
    /// Whether a task closes old connections.
    is_reaped: bool,
}

struct Idle {
    connection: ConnectionLease,
    since: Instant,
}

struct SharedConnection {
    sender: http2::SendRequest<WatchedBody>,
    writes: Writes,
    /// When an attempt last began or ended.
    last_use: Instant,
}

/// The use of a connection by one attempt.
pub(crate) struct ConnectionLease {
    sender: Sender,
    writes: Writes,
    attempts: Attempts,
    /// Whether requests are sent to an HTTP proxy, with the complete URL in the request line.
    is_forwarded: bool,
}

enum Sender {
    /// With the driver of the connection, unless it has a task.
    Http1(http1::SendRequest<WatchedBody>, Option<Driver>),
    Http2(http2::SendRequest<WatchedBody>),
}

/// Why there is no response.
#[derive(Debug)]
pub(crate) enum SendError {
    /// No connection could be opened.
    Connect(ConnectError),
    /// The connection was lost, or the request was refused.
    Lost(hyper::Error),
    /// The attempt has no permit, and cannot share a connection over HTTP/2. Nothing was sent.
    NeedsPermit {
        /// Whether the server has chosen HTTP/1.1.
        is_http1: bool,
    },
}

impl Pool {
    pub(crate) fn new(
        connector: Connector,
        timeout: Duration,
        longest_idle: Duration,
        number: u64,
        has_tasks: bool,
    ) -> Pool {
        let mut http2 = http2::Builder::new(TokioExecutor::new());
        // A connection that hangs is detected after half of the timeout of an attempt. No PINGs are sent on idle connections: an idle pooled runtime is
        // not driven, so the response would be read too late.
        let ping_after = (timeout / 3).clamp(PING_AFTER.0, PING_AFTER.1);
        http2.timer(TokioTimer::new()).keep_alive_interval(ping_after).keep_alive_timeout(ping_after / 2);
        Pool { connector, http2, connections: Mutex::default(), number, longest_idle, has_tasks }
    }

    /// Sends the request of an attempt, and returns the head of the response. The connection is to be returned when the body was read.
    pub(crate) async fn send(
        self: &Arc<Self>,
        mut request: Request<WatchedBody>,
        progress: &Progress,
    ) -> Result<(Response<Incoming>, ConnectionLease), SendError> {
        // Without an authority, it is for HTTP/1.1 only, and remains as it is.
        let target = request.uri().authority().is_some().then(|| request.uri().clone());
        loop {
            let idle = self.take();
            let is_reused = idle.is_some();
            let mut connection = match idle {
                Some(connection) => connection,
                None if progress.may_connect() => self.open().await?,
                None => return Err(SendError::NeedsPermit { is_http1: false }),
            };
            if connection.is_http1() && !progress.has_permit() {
                // The attempt is repeated with a permit. Meanwhile, another one can use the connection.
                self.put(connection);
                return Err(SendError::NeedsPermit { is_http1: true });
            }
            progress.set_writes(&connection.writes);
            match connection.send(request).await {
                Ok(response) => return Ok((response, connection)),
                Err(mut error) => match error.take_message() {
                    // The server has closed the connection since it was last used. This does not count as an attempt.
                    Some(unsent) if is_reused && progress.is_fresh() => {
                        request = unsent;
                        // The next connection may use another version of HTTP.
                        if let Some(target) = &target {
                            *request.uri_mut() = target.clone();
                        }
                    }
                    _ => return Err(SendError::Lost(error.into_error())),
                },
            }
        }
    }

    /// Returns a connection after the response was read completely.
    pub(crate) fn put(self: &Arc<Self>, connection: ConnectionLease) {
        let mut connections = self.lock();
        match &connection.sender {
            // It is not ready if the server closes it, or has not read the request completely.
            Sender::Http1(sender, _) if !sender.is_ready() => return,
            Sender::Http1(..) => connections.idle.push(Idle { connection, since: Instant::now() }),
            Sender::Http2(_) => {
                let Some(shared) = &mut connections.shared else { return };
                shared.last_use = Instant::now();
            }
        }
        self.reap_later(&mut connections);
    }

    /// Makes sure that the connections are closed when they are old.
    fn reap_later(self: &Arc<Self>, connections: &mut Connections) {
        if self.has_tasks && !connections.is_reaped {
            connections.is_reaped = true;
            tokio::spawn(reap(Arc::downgrade(self), self.longest_idle));
        }
    }

    /// Takes a connection that can be used at once.
    fn take(&self) -> Option<ConnectionLease> {
        let mut connections = self.lock();
        if let Some(shared) = &mut connections.shared {
            if !shared.sender.is_closed() && shared.last_use.elapsed() <= self.longest_idle {
                shared.last_use = Instant::now();
                let (sender, writes) = (Sender::Http2(shared.sender.clone()), shared.writes.clone());
                return Some(ConnectionLease { sender, writes, attempts: Attempts::default(), is_forwarded: false });
            }
            connections.shared = None;
        }
        // The oldest ones are at the front. Those that were used by concurrent attempts are not needed again by attempts that follow each other.
        let overdue = connections.idle.iter().take_while(|idle| idle.since.elapsed() > self.longest_idle).count();
        connections.idle.drain(..overdue);
        while let Some(Idle { connection, .. }) = connections.idle.pop() {
            if connection.is_ready() {
                connection.attempts.begin();
                return Some(connection);
            }
        }
        None
    }

    /// Opens a connection. Boxed, because most attempts use an open one.
    async fn open(self: &Arc<Self>) -> Result<ConnectionLease, SendError> {
        let attempts = Attempts::default();
        let connection = self.connector.connect(attempts.clone()).await.map_err(SendError::Connect)?;
        let (writes, is_forwarded) = (connection.writes(), connection.is_forwarded);
        let sender = match connection.is_http2() {
            false => Box::pin(http1_sender(connection, self.has_tasks)).await.map_err(SendError::Lost)?,
            true => {
                let sender = Box::pin(self.http2_sender(connection)).await.map_err(SendError::Lost)?;
                self.share(&sender, &writes, Instant::now());
                Sender::Http2(sender)
            }
        };
        Ok(ConnectionLease { sender, writes, attempts, is_forwarded })
    }

    /// Lets later attempts use a connection over HTTP/2, too.
    fn share(self: &Arc<Self>, sender: &http2::SendRequest<WatchedBody>, writes: &Writes, last_use: Instant) {
        let mut connections = self.lock();
        connections.shared = Some(SharedConnection { sender: sender.clone(), writes: writes.clone(), last_use });
        self.reap_later(&mut connections);
    }

    async fn http2_sender(&self, connection: Connection) -> hyper::Result<http2::SendRequest<WatchedBody>> {
        let (mut sender, driver) = self.http2.handshake(TokioIo::new(connection)).await?;
        // The attempts receive its error.
        tokio::spawn(async { drop(driver.await) });
        sender.ready().await?;
        Ok(sender)
    }

    fn lock(&self) -> MutexGuard<'_, Connections> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn http1_sender(connection: Connection, has_task: bool) -> hyper::Result<Sender> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(connection)).await?;
    // The server may have closed the connection already. Then only the connection knows the reason.
    if has_task {
        let (failed, failure) = oneshot::channel();
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                // Later, nobody needs it.
                let _ = failed.send(error);
            }
        });
        match sender.ready().await {
            Ok(()) => Ok(Sender::Http1(sender, None)),
            Err(error) => Err(failure.await.unwrap_or(error)),
        }
    } else {
        let mut driver = Driver::new(connection);
        let ready = driver.drive(pin!(sender.ready())).await;
        match ready {
            Ok(()) => Ok(Sender::Http1(sender, Some(driver))),
            Err(error) => Err(driver.take_error().unwrap_or(error)),
        }
    }
}

/// Closes the connections of a pool that have been idle for too long, until none is left.
async fn reap(pool: Weak<Pool>, longest_idle: Duration) {
    loop {
        tokio::time::sleep(longest_idle).await;
        let Some(pool) = pool.upgrade() else { return };
        let mut connections = pool.lock();
        connections.idle.retain(|idle| idle.since.elapsed() <= longest_idle && idle.connection.is_ready());
        // Attempts that still use it are completed.
        connections.shared.take_if(|shared| shared.last_use.elapsed() > longest_idle || shared.sender.is_closed());
        if connections.idle.is_empty() && connections.shared.is_none() {
            connections.is_reaped = false;
            return;
        }
    }
}

impl ConnectionLease {
    async fn send(
        &mut self,
        mut request: Request<WatchedBody>,
    ) -> Result<Response<Incoming>, TrySendError<Request<WatchedBody>>> {
        match &mut self.sender {
            Sender::Http1(sender, driver) => {
                to_http1(&mut request, self.is_forwarded);
                // Passed to the connection when this is driven, so that the wake-up does not reach the runtime.
                let sending = pin!(async { sender.try_send_request(request).await });
                match driver {
                    Some(driver) => driver.drive(sending).await,
                    None => sending.await,
                }
            }
            Sender::Http2(sender) => sender.try_send_request(request).await,
        }
    }

    /// Waits for a future that needs the connection, such as one that reads the body of the response.
    pub(crate) async fn drive<F: Future>(&mut self, future: Pin<&mut F>) -> F::Output {
        match &mut self.sender {
            Sender::Http1(_, Some(driver)) => driver.drive(future).await,
            Sender::Http1(_, None) | Sender::Http2(_) => future.await,
        }
    }

    fn is_http1(&self) -> bool {
        matches!(self.sender, Sender::Http1(..))
    }

    fn is_ready(&self) -> bool {
        match &self.sender {
            Sender::Http1(sender, _) => sender.is_ready(),
            Sender::Http2(sender) => sender.is_ready(),
        }
    }
}

/// Gives a request the form that HTTP/1.1 requires: the host is in a header, and only a proxy that forwards requests receives the complete URL.
fn to_http1<B>(request: &mut Request<B>, is_forwarded: bool) {
    let Some(authority) = request.uri().authority() else { return };
    let host = HeaderValue::from_str(authority.as_str()).expect("an authority consists of visible ASCII characters");
    request.headers_mut().entry(HOST).or_insert(host);
    if !is_forwarded {
        let path = request.uri().path_and_query().cloned();
        *request.uri_mut() = Uri::from(path.unwrap_or(PathAndQuery::from_static("/")));
    }
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SendError::Connect(error) => error.fmt(f),
            SendError::Lost(error) => error.fmt(f),
            SendError::NeedsPermit { .. } => f.write_str("a connection over HTTP/1.1 needs a permit"),
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::runtime::Builder;
    use tokio::task::JoinHandle;
    use tokio::time::timeout;

    use super::super::identity::ClientAuthentication;
    use super::super::tls;
    use super::*;
    use crate::proxy::Route;

    fn pool(longest_idle: Duration) -> Arc<Pool> {
        let (target, user_agent) = (Uri::from_static("https://api.example"), HeaderValue::from_static("zexa"));
        let (tls, authentication) = (tls::trusting_nobody(), ClientAuthentication::new(None));
        let connector = Connector::new(target, Route::Direct, tls, authentication, Duration::ZERO, user_agent);
        Arc::new(Pool::new(connector, Duration::from_secs(30), longest_idle, 0, true))
    }

    /// Gives the pool a connection over HTTP/2 that was last used so long ago. Returns the task that ends with the connection.
    async fn share(pool: &Arc<Pool>, idle: Duration) -> JoinHandle<hyper::Result<()>> {
        let (near, far) = tokio::io::duplex(1 << 10);
        let (sender, connection) = pool.http2.handshake(TokioIo::new(near)).await.expect("no response is needed");
        let last_use = Instant::now().checked_sub(idle).expect("the system was started earlier");
        pool.share(&sender, &Writes::default(), last_use);
        tokio::spawn(async move {
            let ended = connection.await;
            drop(far);
            ended
        })
    }

    fn run<F: Future>(test: F) -> F::Output {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async { timeout(Duration::from_secs(60), test).await.expect("an end") })
    }

    /// An idle connection over HTTP/1.1, and its peer.
    async fn idle_connection() -> (ConnectionLease, tokio::io::DuplexStream) {
        let (near, far) = tokio::io::duplex(1 << 10);
        let (mut sender, connection) = http1::handshake(TokioIo::new(near)).await.expect("no response is needed");
        tokio::spawn(connection);
        sender.ready().await.expect("an open connection");
        let (writes, attempts) = (Writes::default(), Attempts::default());
        (ConnectionLease { sender: Sender::Http1(sender, None), writes, attempts, is_forwarded: false }, far)
    }

    /// Otherwise, each of many concurrent attempts would read from its connection once more, after its response.
    #[test]
    fn an_attempt_counts_on_its_own_connection_only() {
        run(async {
            let pool = pool(Duration::from_secs(30));
            let ((first, _first_peer), (second, _second_peer)) = (idle_connection().await, idle_connection().await);
            let attempts = [first.attempts.clone(), second.attempts.clone()];
            pool.put(first);
            pool.put(second);
            assert!(pool.take().is_some());
            assert_eq!(attempts.map(|attempts| attempts.count()), [0, 1]);
        });
    }

    #[test]
    fn a_shared_connection_is_not_used_after_a_long_idle_time() {
        run(async {
            let pool = pool(Duration::from_secs(30));
            share(&pool, Duration::from_secs(29)).await;
            assert!(pool.take().is_some());
            share(&pool, Duration::from_secs(31)).await;
            assert!(pool.take().is_none());
        });
    }

    #[test]
    fn an_idle_shared_connection_is_closed() {
        run(async {
            let pool = pool(Duration::from_millis(1));
            let ended = share(&pool, Duration::ZERO).await;
            assert!(ended.await.expect("no panic").is_ok());
            assert!(pool.lock().shared.is_none());
        });
    }
}

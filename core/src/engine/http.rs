//! [`Http`]: the HTTP client of one runtime, with its pool of connections.

use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use http::{Request, Version};
use hyper_util::client::legacy::{Client, ResponseFuture};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::yield_now;
use tokio::time::timeout;

use super::Shared;
use super::connect::{Attempts, Connector};
use super::progress::WatchedBody;
use crate::Result;

/// The minimum and the maximum time without data on an HTTP/2 connection with open streams after which a PING is sent.
const PING_AFTER: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(10));

/// If the clock of the system has advanced by this much more than the monotonic clock, the system was suspended.
const SUSPENDED: Duration = Duration::from_secs(5);

/// The HTTP client of one runtime. It must not be used on another one, because its pooled connections are bound to the runtime.
pub(crate) struct Http {
    pool: Mutex<Pool>,
    /// When the pool was last used.
    last_use: Mutex<Moment>,
    http2: Option<Http2>,
    /// Whether calls use it concurrently, on the background runtime.
    is_shared: bool,
}

/// A pool of connections. Pools of a runtime are numbered.
#[derive(Clone)]
pub(crate) struct Pool {
    client: Client<Connector, WatchedBody>,
    attempts: Attempts,
    number: u64,
    longest_idle: Duration,
}

/// State that only a client with the option `http2` needs.
struct Http2 {
    /// Held by the one attempt that may open a connection. Other attempts wait for it, to share the connection. Otherwise, a client that starts with
    /// 50 concurrent calls would open 50 connections.
    connecting: Arc<Semaphore>,
    /// The version of the last response. Over HTTP/2, attempts share a connection. Over HTTP/1.1, each attempt needs its own.
    version: Mutex<Option<Version>>,
    /// Whether a pool was replaced, so that some of its connections may still be open.
    has_retired: AtomicBool,
}

impl Http {
    pub(crate) fn new(shared: &Shared, is_shared: bool) -> Result<Http> {
        let http2 = shared.config.http2.then(|| Http2 {
            connecting: Arc::new(Semaphore::new(1)),
            version: Mutex::new(None),
            has_retired: AtomicBool::new(false),
        });
        Ok(Http { pool: Mutex::new(Pool::new(shared, 0)?), last_use: Mutex::new(Moment::now()), http2, is_shared })
    }

    /// Returns the pool for an attempt that begins now.
    pub(crate) fn pool(&self, shared: &Shared) -> Pool {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        let last_use = mem::replace(&mut *self.last_use.lock().unwrap_or_else(PoisonError::into_inner), Moment::now());
        // The server has reported that it closes idle connections earlier, or may have done so without the client noticing it. If no other pool can
        // be created, this one is used.
        if (pool.longest_idle > shared.longest_idle() || last_use.is_before_suspension())
            && let Ok(other) = Pool::new(shared, pool.number + 1)
        {
            *pool = other;
        }
        pool.clone()
    }

    /// Whether an attempt needs a permit. A blocking call already has one, and over HTTP/2, attempts share a connection. Until the server has
    /// responded over HTTP/2, each attempt may need a connection.
    pub(crate) fn needs_permit(&self) -> bool {
        self.is_shared && self.http2.as_ref().is_none_or(|http2| http2.version() != Some(Version::HTTP_2))
    }

    /// Lets the connections read what the server has sent while the runtime was not driven, or had other tasks to run.
    ///
    /// The first yield lets the runtime poll its sockets, the second lets the tasks of the connections act on that. For a blocking call, both cost a
    /// system call.
    pub(crate) async fn catch_up(&self) {
        yield_now().await;
        yield_now().await;
    }

    /// Like [`catch_up`](Self::catch_up), before an attempt. Over HTTP/1.1, this is not needed: the socket is read right before the request is written.
    pub(crate) async fn catch_up_before_attempt(&self) {
        if self.http2.is_some() {
            self.catch_up().await;
        }
    }

    /// Waits while another attempt is opening a connection that this one can share, but not longer than the connect timeout.
    pub(crate) async fn wait_to_connect(&self, shared: &Shared) -> Option<OwnedSemaphorePermit> {
        let http2 =
            self.http2.as_ref().filter(|http2| http2.version().is_none_or(|version| version == Version::HTTP_2))?;
        timeout(shared.config.connect_timeout, http2.connecting.clone().acquire_owned()).await.ok()?.ok()
    }

    /// Records the version of a response.
    pub(crate) fn note_version(&self, version: Version) {
        if let Some(http2) = &self.http2 {
            *http2.version.lock().unwrap_or_else(PoisonError::into_inner) = Some(version);
        }
    }

    /// Whether connections may be open that no attempt will use again. Only the end of the runtime closes them, because a server that accepts no
    /// streams can keep them open indefinitely.
    pub(crate) fn has_retired(&self) -> bool {
        self.http2.as_ref().is_some_and(|http2| http2.has_retired.load(Ordering::Relaxed))
    }

    /// Makes later attempts use other connections than those of this pool, after an attempt has timed out without a response: its connection may
    /// hang. Over HTTP/1.1 there is nothing to do, because the connection of such an attempt is closed.
    pub(crate) fn retire(&self, pool: &Pool, shared: &Shared) {
        let Some(http2) = &self.http2 else { return };
        http2.has_retired.store(true, Ordering::Relaxed);
        let mut current = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        // If several attempts hang on one connection, the first one replaces the pool. If no other pool can be created, this one is kept.
        if current.number == pool.number
            && let Ok(other) = Pool::new(shared, pool.number + 1)
        {
            *current = other;
        }
    }
}

/// A moment on two clocks. While the system is suspended, the monotonic clock stands still, on which the pools measure how long a connection is idle.
/// Meanwhile, a server closes its connections, and a router forgets them.
#[derive(Clone, Copy)]
struct Moment {
    monotonic: Instant,
    system: SystemTime,
}

impl Moment {
    fn now() -> Moment {
        Moment { monotonic: Instant::now(), system: SystemTime::now() }
    }

    /// Whether the system was suspended since. Also true if its clock was set forward, which costs only new connections.
    fn is_before_suspension(&self) -> bool {
        let elapsed = self.system.elapsed().unwrap_or_default();
        elapsed > self.monotonic.elapsed().saturating_add(SUSPENDED)
    }
}

impl Http2 {
    fn version(&self) -> Option<Version> {
        *self.version.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pool {
    /// Creates a pool. If a pooled connection turns out to be closed before a request is written to it, the pool uses another one. This does not
    /// count as an attempt.
    fn new(shared: &Shared, number: u64) -> Result<Pool> {
        let config = &shared.config;
        let longest_idle = shared.longest_idle();
        let mut builder = Client::builder(TokioExecutor::new());
        builder.timer(TokioTimer::new()).pool_timer(TokioTimer::new()).pool_idle_timeout(longest_idle);
        if config.http2 {
            // A connection that hangs is detected after half of the timeout of an attempt. No PINGs are sent on idle connections: an idle pooled
            // runtime is not driven, so the response would be read too late.
            let ping_after = (config.timeout / 3).clamp(PING_AFTER.0, PING_AFTER.1);
            builder.http2_keep_alive_interval(ping_after).http2_keep_alive_timeout(ping_after / 2);
        }
        let attempts = Attempts::default();
        let client = builder.build(shared.connector()?.for_pool(attempts.clone()));
        Ok(Pool { client, attempts, number, longest_idle })
    }

    /// Sends the request of an attempt.
    pub(crate) fn send(&self, request: Request<WatchedBody>) -> ResponseFuture {
        self.attempts.begin();
        self.client.request(request)
    }
}

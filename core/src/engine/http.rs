//! [`Http`]: the HTTP client of one runtime, with its pool of connections.

use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use http::Version;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::yield_now;
use tokio::time::timeout;

use super::Shared;
use super::admission::Permit;
use super::pool::Pool;
use crate::Result;

/// If the clock of the system has advanced by this much more than the monotonic clock, the system was suspended.
const SUSPENDED: Duration = Duration::from_secs(5);

/// The HTTP client of one runtime. It must not be used on another one, because its pooled connections are bound to the runtime.
pub(crate) struct Http {
    pool: Mutex<Arc<Pool>>,
    /// When the pool was last used.
    last_use: Mutex<Moment>,
    http2: Option<Http2>,
    /// Whether calls use it concurrently, on the background runtime.
    is_shared: bool,
}

/// State that only a client with the option `http2` needs.
struct Http2 {
    /// Held by the one attempt that may open a connection. Other attempts wait for it, to share the connection. Otherwise, a client that starts with
    /// 50 concurrent calls would open 50 connections.
    connecting: Arc<Semaphore>,
    /// The last known version. Over HTTP/2, attempts share a connection. Over HTTP/1.1, each attempt needs its own.
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
        let pool = Mutex::new(new_pool(shared, 0, is_shared)?);
        Ok(Http { pool, last_use: Mutex::new(Moment::now()), http2, is_shared })
    }

    /// Returns the pool for an attempt that begins now.
    pub(crate) fn pool(&self, shared: &Shared) -> Arc<Pool> {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        let last_use = mem::replace(&mut *self.last_use.lock().unwrap_or_else(PoisonError::into_inner), Moment::now());
        // The server has reported that it closes idle connections earlier, or may have done so without the client noticing it. If no other pool can
        // be created, this one is used.
        if (pool.longest_idle > shared.longest_idle() || last_use.is_before_suspension())
            && let Ok(other) = new_pool(shared, pool.number + 1, self.is_shared)
        {
            *pool = other;
        }
        pool.clone()
    }

    /// Whether an attempt needs a permit. A blocking call already has one, and over HTTP/2, attempts share a connection. Until the server has
    /// responded over HTTP/2, each attempt may need a connection. If the server uses HTTP/1.1 later, the attempt ends with
    /// [`AttemptError::NeedsPermit`](super::attempt::AttemptError).
    pub(crate) fn needs_permit(&self) -> bool {
        self.is_shared && self.http2.as_ref().is_none_or(|http2| http2.version() != Some(Version::HTTP_2))
    }

    /// Lets a connection over HTTP/2 read what the server has sent while the runtime was not driven, or had other tasks to run.
    ///
    /// The first yield lets the runtime poll its sockets, the second lets the tasks of the connections act on that. Over HTTP/1.1, this is not needed:
    /// the socket is read right before a request is written. It would cost two system calls.
    pub(crate) async fn catch_up(&self) {
        if self.http2.is_some() {
            yield_now().await;
            yield_now().await;
        }
    }

    /// Whether an attempt may use a connection over HTTP/1.1.
    pub(crate) fn allows_http1(&self, permit: Option<&Permit>) -> bool {
        // A blocking call has a permit before it has a runtime.
        permit.is_some() || !self.is_shared
    }

    /// Waits while another attempt is opening a connection that this one can share, but not longer than the connect timeout.
    pub(crate) async fn wait_to_connect(&self, shared: &Shared) -> Option<OwnedSemaphorePermit> {
        let http2 = self.http2.as_ref().filter(|http2| http2.may_share())?;
        let connecting = timeout(shared.config.connect_timeout, http2.connecting.clone().acquire_owned()).await;
        // The other attempt may have found out that the server uses HTTP/1.1.
        connecting.ok()?.ok().filter(|_| http2.may_share())
    }

    /// Records the version of a response, or of a new connection.
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
            && let Ok(other) = new_pool(shared, pool.number + 1, self.is_shared)
        {
            *current = other;
        }
    }
}

fn new_pool(shared: &Shared, number: u64, is_shared: bool) -> Result<Arc<Pool>> {
    let (connector, timeout) = (shared.connector()?, shared.config.timeout);
    // The background runtime is driven all the time.
    Ok(Arc::new(Pool::new(connector, timeout, shared.longest_idle(), number, is_shared)))
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
    /// Whether attempts share connections, as far as known.
    fn may_share(&self) -> bool {
        self.version().is_none_or(|version| version == Version::HTTP_2)
    }

    fn version(&self) -> Option<Version> {
        *self.version.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

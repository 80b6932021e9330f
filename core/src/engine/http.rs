//! [`Http`]: the HTTP client of one runtime, with its pool of connections.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::Version;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::yield_now;
use tokio::time::timeout;

use super::Shared;
use super::connect::Connector;
use super::progress::WatchedBody;
use crate::Result;

/// The bounds of how long an HTTP/2 connection with open streams may be silent before a PING asks whether it is still alive.
const PING_AFTER: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(10));

/// The HTTP client of one runtime. It must never serve two: its pooled connections belong to one.
pub(crate) struct Http {
    pool: Mutex<Pool>,
    http2: Option<Http2>,
    /// Whether its calls run at the same time, on the background runtime.
    is_shared: bool,
}

/// A pool of connections, and its number among those that this runtime has had.
#[derive(Clone)]
pub(crate) struct Pool {
    pub(crate) client: Client<Connector, WatchedBody>,
    number: u64,
    longest_idle: Duration,
}

/// What only a client with the option `http2` needs.
struct Http2 {
    /// Held by the one attempt that may open a connection. Attempts that come meanwhile wait for it, to share the connection: a client that starts with 50
    /// calls at once would open 50.
    connecting: Arc<Semaphore>,
    /// What the server has answered in last. Over HTTP/2 attempts share a connection; over HTTP/1.1 each attempt needs one of its own.
    version: Mutex<Option<Version>>,
    /// A pool was replaced, and some of its connections may be open.
    has_retired: AtomicBool,
}

impl Http {
    pub(crate) fn new(shared: &Shared, is_shared: bool) -> Result<Http> {
        let http2 = shared.config.http2.then(|| Http2 {
            connecting: Arc::new(Semaphore::new(1)),
            version: Mutex::new(None),
            has_retired: AtomicBool::new(false),
        });
        Ok(Http { pool: Mutex::new(Pool::new(shared, 0)?), http2, is_shared })
    }

    /// The pool for an attempt that begins now.
    pub(crate) fn pool(&self, shared: &Shared) -> Pool {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        // The server has said meanwhile that it closes idle connections sooner. If there can be no other pool, this one has to do.
        if pool.longest_idle > shared.longest_idle()
            && let Ok(other) = Pool::new(shared, pool.number + 1)
        {
            *pool = other;
        }
        pool.clone()
    }

    /// Whether an attempt needs a permit of its own. A blocking call has one already, and over HTTP/2 attempts share a connection. Until the server has
    /// answered over HTTP/2, each attempt may need a connection.
    pub(crate) fn needs_permit(&self) -> bool {
        self.is_shared && self.http2.as_ref().is_none_or(|http2| http2.version() != Some(Version::HTTP_2))
    }

    /// Lets the connections notice what the server has done with them, such as close them while the process was stopped.
    ///
    /// A runtime that has tasks to run looks at its sockets only now and then. The first yield lets it read from them, the second lets the tasks of the
    /// connections act on that. The runtime of a blocking call does so itself.
    pub(crate) async fn catch_up(&self) {
        if self.is_shared {
            yield_now().await;
            yield_now().await;
        }
    }

    /// Waits until no other attempt is opening a connection that this one can share; not for longer than a connection may take to open.
    pub(crate) async fn wait_to_connect(&self, shared: &Shared) -> Option<OwnedSemaphorePermit> {
        let http2 =
            self.http2.as_ref().filter(|http2| http2.version().is_none_or(|version| version == Version::HTTP_2))?;
        timeout(shared.config.connect_timeout, http2.connecting.clone().acquire_owned()).await.ok()?.ok()
    }

    /// Notes what the server speaks.
    pub(crate) fn note_version(&self, version: Version) {
        if let Some(http2) = &self.http2 {
            *http2.version.lock().unwrap_or_else(PoisonError::into_inner) = Some(version);
        }
    }

    /// Whether connections may be open that no attempt will use again. Only the end of the runtime closes them: a server that grants no streams can keep
    /// them open for ever.
    pub(crate) fn has_retired(&self) -> bool {
        self.http2.as_ref().is_some_and(|http2| http2.has_retired.load(Ordering::Relaxed))
    }

    /// Makes later attempts use other connections than those of this pool: an attempt has timed out without a response on one of them, so it may
    /// hang, and every attempt on it after that. Over HTTP/1.1 there is nothing to do, as such a connection is closed with its only request.
    pub(crate) fn retire(&self, pool: &Pool, shared: &Shared) {
        let Some(http2) = &self.http2 else { return };
        http2.has_retired.store(true, Ordering::Relaxed);
        let mut current = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        // Of several attempts that hang on one connection, the first replaces it. If there can be no other client, this one has to do.
        if current.number == pool.number
            && let Ok(other) = Pool::new(shared, pool.number + 1)
        {
            *current = other;
        }
    }
}

impl Http2 {
    fn version(&self) -> Option<Version> {
        *self.version.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pool {
    /// A connection of the pool that is found closed before a request was written to it is replaced by another: no request was made then, and none is
    /// counted.
    fn new(shared: &Shared, number: u64) -> Result<Pool> {
        let config = &shared.config;
        let longest_idle = shared.longest_idle();
        let mut builder = Client::builder(TokioExecutor::new());
        builder.timer(TokioTimer::new()).pool_timer(TokioTimer::new()).pool_idle_timeout(longest_idle);
        if config.http2 {
            // A connection that hangs is noticed after half of the time that an attempt has. There are no PINGs while it is idle: nobody drives an idle
            // pooled runtime, and the answer would be read too late.
            let ping_after = (config.timeout / 3).clamp(PING_AFTER.0, PING_AFTER.1);
            builder.http2_keep_alive_interval(ping_after).http2_keep_alive_timeout(ping_after / 2);
        }
        Ok(Pool { client: builder.build(shared.connector()?), number, longest_idle })
    }
}

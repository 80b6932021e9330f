//! The background runtime: async calls share one HTTP client on a runtime that is driven by a background thread.
//!
//! Therefore the futures of an [`AsyncClient`](crate::AsyncClient) can be awaited in any executor, and idle connections are closed in time.

use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::ThreadId;
use std::{mem, thread};

use tokio::runtime::{Handle, Runtime};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::http::Http;
use super::thread::spawn_with;
use super::{Shared, closed};
use crate::{Error, Kind, Outcome, Result};

/// The stack size of the thread, on which observers run. Set explicitly, because the default depends on an environment variable, which another thread
/// may be changing.
const STACK: usize = 2 << 20;

/// The background runtime of one process. Started by the first async call.
#[derive(Default)]
pub(crate) struct Background(Mutex<Option<Arc<BackgroundRuntime>>>);

/// A runtime whose thread runs while this is held by the client or by a call in flight.
pub(crate) struct BackgroundRuntime {
    /// Created by the first call, on the thread of the runtime.
    http: OnceLock<Arc<Http>>,
    pub(crate) handle: Handle,
    submitted: UnboundedSender<Submitted>,
    thread: ThreadId,
    /// Stops the thread. Nothing waits for it.
    _stop: DropGuard,
}

/// A future that the runtime has not spawned yet.
type Submitted = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Background {
    /// Returns the runtime, and starts it if needed.
    ///
    /// # Errors
    ///
    /// If the client is closed.
    pub(crate) fn get(&self, shared: &Shared) -> Result<Arc<BackgroundRuntime>> {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Within the lock: the client is marked as closed before the runtime is stopped, and must not start another one.
        if shared.is_closed() {
            return Err(closed(Outcome::NotSent));
        }
        // A runtime with retired connections ends with its last call.
        if let Some(running) = running.as_ref().filter(|running| !running.has_retired()) {
            return Ok(running.clone());
        }
        Ok(running.insert(Arc::new(BackgroundRuntime::start(shared)?)).clone())
    }

    /// Returns the runtime, if it was started.
    pub(crate) fn get_existing(&self) -> Option<Arc<BackgroundRuntime>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Stops the runtime when its current calls are done.
    pub(crate) fn close(&self) {
        drop(self.0.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// Leaks a runtime that a forked child has inherited, because its thread does not exist in the child.
    pub(crate) fn abandon(&mut self) {
        mem::forget(self.0.get_mut().unwrap_or_else(PoisonError::into_inner).take());
    }
}

impl BackgroundRuntime {
    /// Whether the current thread is the one that drives the runtime.
    pub(crate) fn is_current_thread(&self) -> bool {
        thread::current().id() == self.thread
    }

    /// Returns the HTTP client. Must be called on the thread of the runtime: creating it may read the certificates of the system, or the 293 files of a
    /// usual `SSL_CERT_DIR`, which would block the event loop of Python or Node for milliseconds.
    ///
    /// # Errors
    ///
    /// If there are no certificates, for example. The next call tries again.
    pub(crate) fn http(&self, shared: &Shared) -> Result<&Arc<Http>> {
        if let Some(http) = self.http.get() {
            return Ok(http);
        }
        let http = Arc::new(Http::new(shared, true)?);
        Ok(self.http.get_or_init(|| http))
    }

    /// Spawns a future. All futures are spawned in the order of these calls.
    ///
    /// If another thread spawns a task, tokio wakes the runtime with a system call, even if it is already awake. The runtime therefore spawns the futures
    /// itself, and is only woken if it has taken all earlier ones: 64 concurrent calls from Python need one such system call for every 10 calls.
    pub(crate) fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        if self.is_current_thread() {
            self.handle.spawn(Box::pin(future));
        } else {
            // Fails if the thread has panicked. The future is dropped then, as with a task of a runtime that has ended.
            let _ = self.submitted.send(Box::pin(future));
        }
    }

    fn has_retired(&self) -> bool {
        self.http.get().is_some_and(|http| http.has_retired())
    }

    fn start(shared: &Shared) -> Result<BackgroundRuntime> {
        let runtime = shared.new_runtime()?;
        let handle = runtime.handle().clone();
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let (submitted, receiver) = unbounded_channel();
        let drive = move |runtime: Runtime| {
            runtime.block_on(stopped.run_until_cancelled(spawn_all(receiver)));
            runtime.shutdown_background();
        };
        let thread = thread::Builder::new().name("zexa".into()).stack_size(STACK);
        let thread = spawn_with(thread, runtime, drive).map_err(|(error, runtime)| {
            // Dropping it could block, and would panic inside an async task.
            runtime.shutdown_background();
            let message = format!("cannot start the background thread for async calls: {error}");
            Error::new(Kind::Other, Outcome::NotSent, message).with_source(error)
        })?;
        let thread = thread.thread().id();
        Ok(BackgroundRuntime { http: OnceLock::new(), handle, submitted, thread, _stop: stop.drop_guard() })
    }
}

/// Spawns the futures that other threads submit.
async fn spawn_all(mut submitted: UnboundedReceiver<Submitted>) {
    while let Some(future) = submitted.recv().await {
        tokio::spawn(future);
    }
}

//! The background runtime: async calls share one HTTP client on a runtime that a thread of ours drives.
//!
//! So an [`AsyncClient`](crate::AsyncClient) may be awaited in any executor, and its idle connections are looked after.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::ThreadId;
use std::{mem, thread};

use tokio::runtime::Handle;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::http::Http;
use super::{Shared, lane};
use crate::{Error, Kind, Outcome, Result};

/// The stack of its thread, on which observers run. Given explicitly: the default depends on a variable of the environment, which another thread may be
/// changing.
const STACK: usize = 2 << 20;

/// The background runtime of one process, started by its first async call.
#[derive(Default)]
pub(crate) struct Background(Mutex<Option<Arc<Running>>>);

/// A runtime whose thread runs for as long as this is held: by the client, and by each call in flight.
pub(crate) struct Running {
    pub(crate) http: Arc<Http>,
    pub(crate) handle: Handle,
    thread: ThreadId,
    /// Ends the thread, which nobody waits for.
    _stop: DropGuard,
}

impl Background {
    /// The runtime, started if need be.
    pub(crate) fn get(&self, shared: &Shared) -> Result<Arc<Running>> {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // One with retired connections ends with its last call.
        if let Some(running) = running.as_ref().filter(|running| !running.http.has_retired()) {
            return Ok(running.clone());
        }
        Ok(running.insert(Arc::new(Running::start(shared)?)).clone())
    }

    /// The runtime, where it was started.
    pub(crate) fn get_already(&self) -> Option<Arc<Running>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ends it once the calls that it runs now are done.
    pub(crate) fn close(&self) {
        drop(self.0.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// Forgets a runtime that a forked child has inherited: its thread is not here.
    pub(crate) fn abandon(&mut self) {
        mem::forget(self.0.get_mut().unwrap_or_else(PoisonError::into_inner).take());
    }
}

impl Running {
    /// Whether this thread is the one that drives it.
    pub(crate) fn is_here(&self) -> bool {
        thread::current().id() == self.thread
    }

    fn start(shared: &Shared) -> Result<Running> {
        let http = Arc::new(Http::new(shared, true)?);
        let runtime = shared.new_runtime()?;
        let handle = runtime.handle().clone();
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let drive = move || {
            lane::take_no_signals();
            runtime.block_on(stopped.cancelled());
            runtime.shutdown_background();
        };
        let thread = thread::Builder::new().name("zexa".into()).stack_size(STACK).spawn(drive).map_err(|error| {
            let message = format!("cannot start the background thread for async calls: {error}");
            Error::new(Kind::Other, Outcome::NotSent, message).with_source(error)
        })?;
        Ok(Running { http, handle, thread: thread.thread().id(), _stop: stop.drop_guard() })
    }
}

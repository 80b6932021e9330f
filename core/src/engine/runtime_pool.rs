//! [`RuntimePool`]: blocking calls run on the caller's thread, over pooled runtimes.
//!
//! A pooled runtime is a current-thread runtime with its own HTTP client, and is used by one call at a time. No other thread takes part in the call:
//! handing the call to a thread and waiting for it would cost as much as the call itself. The next call uses the runtime that was returned last,
//! because its connection is most likely still open.

use std::pin::pin;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use std::{mem, thread};

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::coop;
use tokio::time::timeout;

use super::http::Http;
use super::{Shared, fork};
use crate::binding::InterruptCheck;
use crate::sync::{Instant, Mutex};
use crate::{CancelToken, Error, Kind, Outcome, Result};

/// The maximum number of idle runtimes. Each has a few file descriptors, and its connection is not read from while it is idle.
const MAX_IDLE: usize = 64;

/// A runtime that is idle for longer is closed when the client is next used.
const MAX_IDLE_TIME: Duration = Duration::from_secs(30);

/// The interval of interrupt checks. An interrupt cancels a call within twice this time.
pub(super) const INTERRUPT_CHECK_INTERVAL: Duration = Duration::from_millis(50);

/// The idle runtimes of one process.
#[derive(Default)]
pub(crate) struct RuntimePool(Mutex<Vec<Idle>>);

/// A runtime that no call uses. The runtime that was used last is at the end of the pool.
struct Idle {
    runtime: PooledRuntime,
    since: Instant,
}

/// A runtime and the HTTP client that runs on it.
struct PooledRuntime {
    http: Arc<Http>,
    runtime: Runtime,
}

/// A runtime in use. Returned to the pool when dropped.
pub(crate) struct RuntimeLease {
    shared: Arc<Shared>,
    runtime: Option<PooledRuntime>,
    generation: u64,
}

impl RuntimePool {
    /// Takes an idle runtime, or creates one.
    pub(crate) fn check_out(shared: &Arc<Shared>) -> Result<RuntimeLease> {
        let process = shared.process();
        let (newest, overdue) = {
            let mut idle = process.runtime_pool.0.lock().unwrap_or_else(PoisonError::into_inner);
            let overdue = take_overdue(&mut idle);
            (idle.pop(), overdue)
        };
        overdue.into_iter().for_each(|idle| idle.runtime.close());
        let runtime = match newest {
            Some(idle) => idle.runtime,
            None => PooledRuntime::new(shared)?,
        };
        Ok(RuntimeLease { shared: shared.clone(), runtime: Some(runtime), generation: process.generation })
    }

    /// Closes the idle runtimes.
    pub(crate) fn close(&self) {
        let idle = mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        idle.into_iter().for_each(|idle| idle.runtime.close());
    }

    /// Leaks the runtimes that a forked child has inherited. Closing them would end the parent's TLS sessions.
    pub(crate) fn abandon(&mut self) {
        mem::forget(mem::take(self.0.get_mut().unwrap_or_else(PoisonError::into_inner)));
    }
}

/// Removes the runtimes that have been idle for too long.
fn take_overdue(idle: &mut Vec<Idle>) -> Vec<Idle> {
    let overdue = idle.iter().take_while(|idle| idle.since.elapsed() > MAX_IDLE_TIME).count();
    idle.drain(..overdue).collect()
}

impl PooledRuntime {
    fn new(shared: &Shared) -> Result<PooledRuntime> {
        Ok(PooledRuntime { http: Arc::new(Http::new(shared, false)?), runtime: shared.new_runtime()? })
    }

    fn close(self) {
        drop(self.http);
        self.runtime.shutdown_background();
    }
}

impl RuntimeLease {
    /// Runs a call until it is complete, with interrupt checks if its token has one.
    ///
    /// # Errors
    ///
    /// If this thread must not be blocked. The call has then not started.
    pub(crate) fn block_on<F: Future>(&self, call: F, cancel: Option<&CancelToken>) -> Result<F::Output> {
        check_blocking_allowed()?;
        let runtime = &self.pooled().runtime;
        let mut call = pin!(call);
        if let Some((token, check)) = cancel.and_then(|token| Some((token, token.interrupt_check()?))) {
            loop {
                if let Ok(output) = runtime.block_on(async { timeout(INTERRUPT_CHECK_INTERVAL, call.as_mut()).await }) {
                    return Ok(output);
                }
                // Outside of the runtime, so that the check can make calls of its own.
                let checked = check();
                if !self.is_of_this_process() {
                    return Err(fork::forked_error(Outcome::Unknown));
                }
                match checked {
                    InterruptCheck::Continue => {}
                    InterruptCheck::Disable => break,
                    InterruptCheck::Cancel => {
                        token.cancel();
                        break;
                    }
                }
            }
        }
        Ok(runtime.block_on(call))
    }

    pub(crate) fn http(&self) -> &Arc<Http> {
        &self.pooled().http
    }

    /// Whether the runtime was taken from the pool in this process. A forked child cannot use a runtime of its parent.
    pub(crate) fn is_of_this_process(&self) -> bool {
        self.generation == fork::generation()
    }

    fn pooled(&self) -> &PooledRuntime {
        self.runtime.as_ref().expect("only drop takes it")
    }
}

impl Drop for RuntimeLease {
    fn drop(&mut self) {
        let Some(runtime) = self.runtime.take() else { return };
        if !self.is_of_this_process() {
            return mem::forget(runtime);
        }
        // After a panic, the state of the runtime is unknown.
        if thread::panicking() || runtime.http.has_retired() {
            return runtime.close();
        }
        let returned = Idle { runtime, since: Instant::now() };
        let closing = {
            let mut idle = self.shared.process().runtime_pool.0.lock().unwrap_or_else(PoisonError::into_inner);
            let mut closing = take_overdue(&mut idle);
            // Within the lock: the client is marked as closed before its idle runtimes are closed.
            if self.shared.is_closed() {
                closing.push(returned);
            } else {
                idle.push(returned);
                if idle.len() > MAX_IDLE {
                    closing.push(idle.remove(0));
                }
            }
            closing
        };
        closing.into_iter().for_each(|idle| idle.runtime.close());
    }
}

/// The builder of runtimes. Created together with the client, because it reads an environment variable, which another thread may change during a
/// call.
pub(super) fn runtime_builder() -> Builder {
    let mut builder = Builder::new_current_thread();
    builder.enable_io().enable_time();
    builder
}

/// Blocks all signals on this thread. The application may have blocked them on all its threads to wait for them.
pub(crate) fn block_signals() {
    #[cfg(unix)]
    // If this fails, signals may be delivered to this thread.
    let _ = nix::sys::signal::SigSet::all().thread_block();
}

/// Rejects a blocking call inside an async task. It would block all other tasks of the thread, and tokio would panic.
///
/// A thread of `spawn_blocking` also has a current runtime, but may block. The difference is that only a task that is being polled has a budget that
/// runs out. (A task without a budget, as by `tokio::task::unconstrained`, is not detected, and tokio panics.)
pub(crate) fn check_blocking_allowed() -> Result<()> {
    let message = match Handle::try_current() {
        Ok(_) if is_polled_by_tokio() => {
            "blocking calls are not possible inside an async task or a callback of the client: make the call on another thread (in Rust: use AsyncClient \
             or spawn_blocking)"
        }
        Err(error) if error.is_thread_local_destroyed() => {
            "blocking calls are not possible while the thread is exiting: its thread-local data is already destroyed"
        }
        _ => return Ok(()),
    };
    Err(Error::new(Kind::Other, Outcome::NotSent, message))
}

fn is_polled_by_tokio() -> bool {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    for _ in 0..256 {
        match coop::poll_proceed(&mut context) {
            std::task::Poll::Ready(budget) => budget.made_progress(),
            std::task::Poll::Pending => return true,
        }
    }
    false
}

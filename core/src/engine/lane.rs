//! Lanes: blocking calls are driven on the caller's own thread.
//!
//! A lane is a current-thread runtime with an HTTP client of its own, checked out for one call at a time. No other thread
//! takes part in the call: handing it to one and waiting would cost as much as the call itself. Whoever calls next takes the lane that was put
//! back last, with its warm connection.

use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::{mem, thread};

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::{coop, yield_now};
use tokio::time::timeout;

use super::http::Http;
use super::{Shared, fork};
use crate::binding::Asked;
use crate::{CancelToken, Error, Kind, Outcome, Result};

/// More idle lanes than this are closed: each is a few file descriptors, and nobody reads from its connection.
const MOST_IDLE: usize = 16;

/// A lane that is idle for longer is closed when the client is next used.
const LONGEST_IDLE: Duration = Duration::from_secs(30);

/// How often a token is asked for, where that has to be done: an interrupt ends a call within twice this.
pub(super) const ASK_EVERY: Duration = Duration::from_millis(50);

/// The idle lanes of one process.
#[derive(Default)]
pub(crate) struct Lanes(Mutex<Vec<Idle>>);

/// A lane that no call uses. The one that was used last is the last.
struct Idle {
    lane: Lane,
    since: Instant,
}

/// A runtime and the HTTP client that lives on it.
struct Lane {
    http: Arc<Http>,
    runtime: Runtime,
}

/// A lane in use. It goes back when this is dropped.
pub(crate) struct LaneInUse {
    shared: Arc<Shared>,
    lane: Option<Lane>,
    generation: u64,
}

impl Lanes {
    /// Takes an idle lane, or makes one.
    pub(crate) fn check_out(shared: &Arc<Shared>) -> Result<LaneInUse> {
        let process = shared.process();
        let (newest, overdue) = {
            let mut idle = process.lanes.0.lock().unwrap_or_else(PoisonError::into_inner);
            let overdue = take_overdue(&mut idle);
            (idle.pop(), overdue)
        };
        overdue.into_iter().for_each(|idle| idle.lane.close());
        let lane = match newest {
            Some(idle) => idle.lane,
            None => Lane::new(shared)?,
        };
        Ok(LaneInUse { shared: shared.clone(), lane: Some(lane), generation: process.generation })
    }

    /// Closes the idle lanes.
    pub(crate) fn close(&self) {
        let idle = mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        idle.into_iter().for_each(|idle| idle.lane.close());
    }

    /// Forgets lanes that a forked child has inherited: to close them would say goodbye on the parent's connections.
    pub(crate) fn abandon(&mut self) {
        mem::forget(mem::take(self.0.get_mut().unwrap_or_else(PoisonError::into_inner)));
    }
}

/// Removes the lanes that are idle for too long.
fn take_overdue(idle: &mut Vec<Idle>) -> Vec<Idle> {
    let overdue = idle.iter().take_while(|idle| idle.since.elapsed() > LONGEST_IDLE).count();
    idle.drain(..overdue).collect()
}

impl Lane {
    fn new(shared: &Shared) -> Result<Lane> {
        Ok(Lane { http: Arc::new(Http::new(shared, false)?), runtime: shared.new_runtime()? })
    }

    fn close(self) {
        drop(self.http);
        self.runtime.shutdown_background();
    }
}

impl LaneInUse {
    /// Runs a call to its end, and asks for its token meanwhile where that has to be done.
    ///
    /// # Errors
    ///
    /// Where this thread must not be blocked, or cannot be: the call has not begun then.
    pub(crate) fn block_on<F: Future>(&self, call: F, cancel: Option<&CancelToken>) -> Result<F::Output> {
        refuse_where_none_may_block()?;
        let runtime = &self.lane().runtime;
        let mut call = pin!(async {
            // Nobody drove this runtime since its last call, so nobody has seen whether the server closed the connection
            // in between. The first yield lets it read that, the second lets the connection's task act on it: without
            // them, half of all calls on connections that the server had closed went out on them, and were lost.
            yield_now().await;
            yield_now().await;
            call.await
        });
        if let Some((token, ask)) = cancel.and_then(|token| Some((token, token.ask()?))) {
            loop {
                if let Ok(ended) = runtime.block_on(async { timeout(ASK_EVERY, call.as_mut()).await }) {
                    return Ok(ended);
                }
                // Outside of the runtime, so that what this runs may make calls of its own.
                let asked = ask();
                if !self.is_of_this_process() {
                    return Err(fork::call_of_parent(Outcome::Unknown));
                }
                match asked {
                    Asked::GoOn => {}
                    Asked::NeverAgain => break,
                    Asked::End => {
                        token.cancel();
                        break;
                    }
                }
            }
        }
        Ok(runtime.block_on(call))
    }

    pub(crate) fn http(&self) -> &Arc<Http> {
        &self.lane().http
    }

    /// Whether it was checked out in this process: a forked child cannot use what its parent has in hand.
    pub(crate) fn is_of_this_process(&self) -> bool {
        self.generation == fork::generation()
    }

    fn lane(&self) -> &Lane {
        self.lane.as_ref().expect("taken by drop alone")
    }
}

impl Drop for LaneInUse {
    fn drop(&mut self) {
        let Some(lane) = self.lane.take() else { return };
        if !self.is_of_this_process() {
            return mem::forget(lane);
        }
        // After a panic nobody knows what state it is in.
        if thread::panicking() || self.shared.is_closed() || lane.http.has_retired() {
            return lane.close();
        }
        let closing = {
            let mut idle = self.shared.process().lanes.0.lock().unwrap_or_else(PoisonError::into_inner);
            let mut closing = take_overdue(&mut idle);
            idle.push(Idle { lane, since: Instant::now() });
            if idle.len() > MOST_IDLE {
                closing.push(idle.remove(0));
            }
            closing
        };
        closing.into_iter().for_each(|idle| idle.lane.close());
    }
}

/// What makes runtimes. Made when the client is: it reads a variable of the environment, which another thread may change during a call.
pub(super) fn runtime_builder() -> Builder {
    let mut builder = Builder::new_current_thread();
    builder.enable_io().enable_time();
    builder
}

/// Leaves the application's signals to its own threads: it may have blocked them in all of those, to wait for them.
pub(crate) fn take_no_signals() {
    #[cfg(unix)]
    // Where it fails, signals go where they went without it.
    let _ = nix::sys::signal::SigSet::all().thread_block();
}

/// A blocking call inside an async task would stop every other task of that thread, and tokio panics on it: an error is better.
///
/// A thread that `spawn_blocking` made also has a current runtime, yet may block. What tells them apart is that only a
/// task that is being polled has a budget that runs out. (A task that gave its budget up, by `tokio::task::unconstrained`, is not known by
/// this, and meets tokio's panic.)
pub(super) fn refuse_where_none_may_block() -> Result<()> {
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

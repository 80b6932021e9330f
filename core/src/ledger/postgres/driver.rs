//! [`Driver`]: runs the futures of a database connection on the thread that calls a ledger.

use std::mem;
use std::thread;

use tokio::runtime::{Builder, Handle, Runtime};

use crate::engine::{block_signals, generation};
use crate::{Error, Kind, Outcome, Result};

/// A runtime for one connection. It makes progress only while it is used.
pub(super) struct Driver {
    /// `None` only while this is dropped.
    runtime: Option<Runtime>,
    generation: u64,
}

impl Driver {
    pub(super) fn new() -> Result<Driver> {
        let runtime = Builder::new_current_thread().enable_io().enable_time().build().map_err(|error| {
            let message = format!("cannot create an event queue for the ledger: {error}");
            Error::new(Kind::Other, Outcome::NotSent, message).with_source(error)
        })?;
        Ok(Driver { runtime: Some(runtime), generation: generation() })
    }

    /// Runs a future until it is complete.
    ///
    /// # Errors
    ///
    /// If the process is a forked child: the connection belongs to its parent.
    pub(super) fn run<T: Send>(&self, future: impl Future<Output = T> + Send) -> Result<T> {
        if !self.is_of_this_process() {
            let message = "the ledger was opened before the process was forked: open it again in the child";
            return Err(Error::new(Kind::Closed, Outcome::Unknown, message));
        }
        let runtime = self.runtime.as_ref().expect("only drop takes it");
        if Handle::try_current().is_err() {
            return Ok(runtime.block_on(future));
        }
        // A runtime cannot be driven by a thread that drives another one.
        let drive = move || {
            block_signals();
            runtime.block_on(future)
        };
        thread::scope(|scope| {
            let thread = thread::Builder::new().name("zexa-ledger".into()).spawn_scoped(scope, drive);
            let thread = thread.map_err(|error| {
                let message = format!("cannot start a thread for the ledger: {error}");
                Error::new(Kind::Other, Outcome::NotSent, message).with_source(error)
            })?;
            thread.join().map_err(|_| Error::new(Kind::Other, Outcome::Unknown, "the ledger has panicked"))
        })
    }

    pub(super) fn is_of_this_process(&self) -> bool {
        self.generation == generation()
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        match self.runtime.take() {
            // Its sockets and its event queue are shared with the parent.
            Some(runtime) if !self.is_of_this_process() => mem::forget(runtime),
            Some(runtime) => runtime.shutdown_background(),
            None => {}
        }
    }
}

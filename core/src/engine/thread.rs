//! [`spawn_with`]: starts a thread that owns a value.

use std::io;
use std::sync::{Arc, PoisonError};

use super::block_signals;
use crate::sync::Mutex;
use crate::sync::thread::{Builder, JoinHandle};

/// Starts a thread that owns a value, with all signals blocked. If the system has no thread left, the value is returned with the error, so that it can
/// be used again, or closed in its own way.
pub(crate) fn spawn_with<T: Send + 'static>(
    thread: Builder,
    value: T,
    run: impl FnOnce(T) + Send + 'static,
) -> Result<JoinHandle<()>, (io::Error, T)> {
    let slot = Arc::new(Mutex::new(Some(value)));
    let taken = slot.clone();
    let take = |slot: &Mutex<Option<T>>| slot.lock().unwrap_or_else(PoisonError::into_inner).take();
    let started = thread.spawn(move || {
        block_signals();
        run(take(&taken).expect("only this thread takes it"));
    });
    started.map_err(|error| (error, take(&slot).expect("the thread that takes it has not started")))
}

//! [`IteratorLock`]: the state of an iterator that several threads may use, one after the other.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, TryLockError};
use std::thread;
use std::time::Duration;

use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use zexa::binding::generation;

/// Interval at which a thread retries to acquire the lock. The other thread waits for a request, which takes longer.
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// The state of an iterator. A thread holds it while it waits for the next item.
pub(crate) struct IteratorLock<T> {
    state: Mutex<T>,
    /// The generation of the process that holds the state, or did last.
    generation: AtomicU64,
    /// The thread that holds the state, as an address.
    thread: AtomicUsize,
}

/// The messages of the errors of an iterator.
pub(crate) struct Messages {
    /// Another thread of the parent process held the state at the fork.
    pub(crate) forked: &'static str,
    /// This thread holds the state itself.
    pub(crate) reentered: &'static str,
}

impl<T> IteratorLock<T> {
    pub(crate) fn new(state: T) -> IteratorLock<T> {
        IteratorLock {
            state: Mutex::new(state),
            generation: AtomicU64::new(generation()),
            thread: AtomicUsize::new(NO_THREAD),
        }
    }

    /// Acquires the state, and handles signals while it waits for another thread.
    ///
    /// # Errors
    ///
    /// The wait would never end: see [`Messages`].
    pub(crate) fn acquire(&self, py: Python<'_>, messages: &Messages) -> PyResult<Held<'_, T>> {
        loop {
            if let Some(state) = self.try_acquire() {
                return Ok(state);
            }
            if self.generation.load(Ordering::Acquire) != generation() {
                return Err(PyRuntimeError::new_err(messages.forked));
            }
            if self.thread.load(Ordering::Acquire) == this_thread() {
                return Err(PyValueError::new_err(messages.reentered));
            }
            py.detach(|| thread::sleep(POLL_INTERVAL));
            py.check_signals()?;
        }
    }

    /// Acquires the state, unless it is held.
    pub(crate) fn try_acquire(&self) -> Option<Held<'_, T>> {
        let state = match self.state.try_lock() {
            Ok(state) => state,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        self.generation.store(generation(), Ordering::Release);
        self.thread.store(this_thread(), Ordering::Release);
        Some(Held { state, thread: &self.thread })
    }
}

/// The state, while this thread holds it.
pub(crate) struct Held<'a, T> {
    state: MutexGuard<'a, T>,
    thread: &'a AtomicUsize,
}

impl<T> Deref for Held<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.state
    }
}

impl<T> DerefMut for Held<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.state
    }
}

impl<T> Drop for Held<'_, T> {
    fn drop(&mut self) {
        self.thread.store(NO_THREAD, Ordering::Release);
    }
}

/// No thread has this address.
const NO_THREAD: usize = 0;

/// An address that is unique to this thread while it lives.
fn this_thread() -> usize {
    thread_local! {
        static HERE: u8 = const { 0 };
    }
    HERE.with(|here| std::ptr::from_ref(here) as usize)
}

//! [`EventLoop`]: wakes the tasks of an event loop from the client's own thread.
//!
//! If the loop can watch a socket, the client's thread writes to one. It needs no GIL for that, which the loop's thread may hold for long. All futures that
//! are completed by the time the loop runs the callback are resolved together.

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use pyo3::exceptions::{PyNotImplementedError, PyOSError};
use pyo3::prelude::*;
use pyo3::types::{PyCFunction, PyDict, PyTuple, PyWeakrefReference};
use zexa::binding;

use crate::errors;
use crate::imported::{Imported, intern};
use crate::loop_waker::LoopWaker;

/// An event loop, as other threads see it.
pub(crate) struct EventLoop {
    /// The generation of the process that registered the loop. A forked child inherits the waker, and must not use it.
    generation: u64,
    completed: Mutex<Completed>,
    waker: OnceLock<LoopWaker>,
    /// Removes the entry from `LOOPS` when the loop is deallocated. The callback runs only while this reference exists.
    loop_object: OnceLock<Py<PyWeakrefReference>>,
}

/// The futures to resolve.
#[derive(Default)]
struct Completed {
    futures: Vec<Py<PyAny>>,
    is_awake: bool,
}

/// The event loops in which calls wait, by address, until they are deallocated. Accessed only with the GIL held, so a forked child never finds the lock
/// taken.
static LOOPS: Mutex<Option<HashMap<usize, Arc<EventLoop>>>> = Mutex::new(None);

fn loops() -> MutexGuard<'static, Option<HashMap<usize, Arc<EventLoop>>>> {
    LOOPS.lock().unwrap_or_else(PoisonError::into_inner)
}

impl EventLoop {
    /// The event loop that runs on this thread, and its Python object.
    ///
    /// # Errors
    ///
    /// `RuntimeError` if no asyncio loop is running, for example under another framework.
    pub(crate) fn running(py: Python<'_>) -> PyResult<(Arc<EventLoop>, Bound<'_, PyAny>)> {
        static RUNNING: Imported = Imported::new("asyncio", "get_running_loop");
        let running = RUNNING.get(py)?.call0()?;
        let found = loops().as_ref().and_then(|loops| loops.get(&address(&running)).cloned());
        let found = found.filter(|event_loop| event_loop.generation == binding::generation());
        let event_loop = found.map_or_else(|| EventLoop::register(&running), Ok)?;
        Ok((event_loop, running))
    }

    /// Registers a loop that is used for the first time.
    fn register(running: &Bound<'_, PyAny>) -> PyResult<Arc<EventLoop>> {
        let py = running.py();
        remove_closed(py);
        let event_loop = Arc::new(EventLoop {
            generation: binding::generation(),
            completed: Mutex::default(),
            waker: OnceLock::new(),
            loop_object: OnceLock::new(),
        });
        let address = address(running);
        let on_end = move |_: &Bound<'_, PyTuple>, _: Option<&Bound<'_, PyDict>>| {
            remove(address);
        };
        let on_end = PyCFunction::new_closure(py, None, None, on_end)?;
        let _ = event_loop.loop_object.set(PyWeakrefReference::new_with(running, on_end)?.unbind());

        // The loop owns the callback. The callback holds this object weakly, or neither would ever be freed.
        let weak = Arc::downgrade(&event_loop);
        let callback = move |arguments: &Bound<'_, PyTuple>, _: Option<&Bound<'_, PyDict>>| match weak.upgrade() {
            Some(event_loop) => event_loop.resolve(arguments.py()),
            None => Ok(()),
        };
        let callback = PyCFunction::new_closure(py, None, None, callback)?;
        let waker = match LoopWaker::with_socket(running, &callback) {
            // The loop cannot watch sockets.
            Err(error) if error.is_instance_of::<PyNotImplementedError>(py) => {
                LoopWaker::with_call(running, &callback)?
            }
            // The process has too many open files.
            Err(error) if error.is_instance_of::<PyOSError>(py) => {
                let refused = errors::raise(binding::not_started("cannot create a socket to wait for the response"));
                refused.set_cause(py, Some(error));
                return Err(refused);
            }
            waker => waker?,
        };
        let _ = event_loop.waker.set(waker);
        loops().get_or_insert_default().insert(address, event_loop.clone());
        Ok(event_loop)
    }

    fn completed(&self) -> MutexGuard<'_, Completed> {
        self.completed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Resolves a future of this loop. Callable from any thread, with or without the GIL.
    pub(crate) fn complete(&self, future: Py<PyAny>) {
        if self.generation != binding::generation() {
            return mem::forget(future);
        }
        let mut completed = self.completed();
        completed.futures.push(future);
        drop(completed);
        self.wake();
    }

    fn wake(&self) {
        let is_awake = mem::replace(&mut self.completed().is_awake, true);
        if let Some(waker) = self.waker.get().filter(|_| !is_awake) {
            waker.wake();
        }
    }

    /// The callback of the waker: resolves all completed futures.
    fn resolve(&self, py: Python<'_>) -> PyResult<()> {
        if let Some(waker) = self.waker.get() {
            waker.reset();
        }
        let mut completed = self.completed();
        completed.is_awake = false;
        let futures = mem::take(&mut completed.futures);
        drop(completed);
        let mut futures = futures.into_iter();
        while let Some(future) = futures.next() {
            if let Err(raised) = resolve_future(future.bind(py)) {
                // A signal handler raised, for example. Resolve this future and the others the next time.
                self.completed().futures.extend(std::iter::once(future).chain(futures));
                self.wake();
                return Err(raised);
            }
        }
        Ok(())
    }
}

/// Sets the result of a future, unless it is done: it may have been cancelled.
fn resolve_future(future: &Bound<'_, PyAny>) -> PyResult<()> {
    let py = future.py();
    if !future.call_method0(intern!(py, "done"))?.is_truthy()? {
        future.call_method1(intern!(py, "set_result"), (py.None(),))?;
    }
    Ok(())
}

/// Removes a loop. It is dropped after the lock is released, because dropping it may run Python code that comes here.
fn remove(address: usize) {
    let removed = loops().as_mut().and_then(|loops| loops.remove(&address));
    drop(removed);
}

/// Removes loops that were closed during a call. Their completed futures keep the loop alive, so it is never deallocated.
fn remove_closed(py: Python<'_>) {
    let all: Vec<_> = loops().iter().flatten().map(|(address, event_loop)| (*address, event_loop.clone())).collect();
    for (address, event_loop) in all {
        let object = event_loop.loop_object.get().and_then(|reference| reference.bind(py).upgrade());
        let Some(object) = object else { continue };
        // Ignore a loop without a working `is_closed()`.
        if object.call_method0("is_closed").is_ok_and(|closed| closed.is_truthy().unwrap_or(false)) {
            remove(address);
        }
    }
}

fn address(object: &Bound<'_, PyAny>) -> usize {
    object.as_ptr() as usize
}

//! How the client's own thread tells an event loop that calls have got on.
//!
//! Where the loop can watch a socket, that thread writes to one, and needs no GIL, which the loop's own thread may hold for long. What has come by the
//! time that the loop looks is told at once.

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use pyo3::exceptions::{PyNotImplementedError, PyOSError};
use pyo3::prelude::*;
use pyo3::types::{PyCFunction, PyDict, PyTuple, PyWeakrefReference};
use zexa::binding;

use crate::bell::Bell;
use crate::errors;
use crate::imported::Imported;

/// What other threads know of an event loop.
pub(crate) struct EventLoop {
    /// The generation of its process: a forked child shares the bell with it, and must not touch that.
    generation: u64,
    inbox: Mutex<Inbox>,
    bell: OnceLock<Bell>,
    /// Calls back when the loop is gone, and does so only while it is there itself.
    gone: OnceLock<Py<PyWeakrefReference>>,
}

/// Futures whose wait is over.
#[derive(Default)]
struct Inbox {
    futures: Vec<Py<PyAny>>,
    rung: bool,
}

/// The event loops that are waited in, by their address, each for as long as it lives. Only who holds the GIL looks here, so that no forked child
/// finds it locked.
static KNOWN: Mutex<Option<HashMap<usize, Arc<EventLoop>>>> = Mutex::new(None);

fn known() -> MutexGuard<'static, Option<HashMap<usize, Arc<EventLoop>>>> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

impl EventLoop {
    /// The one that runs on this thread, and the loop itself.
    ///
    /// # Errors
    ///
    /// Where none runs, as under another framework than asyncio.
    pub(crate) fn running(py: Python<'_>) -> PyResult<(Arc<EventLoop>, Bound<'_, PyAny>)> {
        static RUNNING: Imported = Imported::new("asyncio", "get_running_loop");
        let running = RUNNING.get(py)?.call0()?;
        let found = known().as_ref().and_then(|known| known.get(&address(&running)).cloned());
        let found = found.filter(|event_loop| event_loop.generation == binding::generation());
        let event_loop = found.map_or_else(|| EventLoop::met(&running), Ok)?;
        Ok((event_loop, running))
    }

    /// A loop that is not known yet.
    fn met(running: &Bound<'_, PyAny>) -> PyResult<Arc<EventLoop>> {
        let py = running.py();
        forget_closed(py);
        let event_loop = Arc::new(EventLoop {
            generation: binding::generation(),
            inbox: Mutex::default(),
            bell: OnceLock::new(),
            gone: OnceLock::new(),
        });
        let address = address(running);
        let on_end = move |_: &Bound<'_, PyTuple>, _: Option<&Bound<'_, PyDict>>| {
            forget(address);
        };
        let on_end = PyCFunction::new_closure(py, None, None, on_end)?;
        let _ = event_loop.gone.set(PyWeakrefReference::new_with(running, on_end)?.unbind());

        // The loop holds the callback, which holds this only weakly: otherwise neither would ever be freed.
        let answering = Arc::downgrade(&event_loop);
        let answer = move |arguments: &Bound<'_, PyTuple>, _: Option<&Bound<'_, PyDict>>| match answering.upgrade() {
            Some(event_loop) => event_loop.answer(arguments.py()),
            None => Ok(()),
        };
        let answer = PyCFunction::new_closure(py, None, None, answer)?;
        let bell = match Bell::watched_by(running, &answer) {
            // A loop that watches no sockets.
            Err(error) if error.is_instance_of::<PyNotImplementedError>(py) => Bell::called_by(running, &answer)?,
            // A process that may open no more of them.
            Err(error) if error.is_instance_of::<PyOSError>(py) => {
                let refused = errors::raise(binding::not_started("the system gives no socket to wait with"));
                refused.set_cause(py, Some(error));
                return Err(refused);
            }
            bell => bell?,
        };
        let _ = event_loop.bell.set(bell);
        known().get_or_insert_default().insert(address, event_loop.clone());
        Ok(event_loop)
    }

    fn inbox(&self) -> MutexGuard<'_, Inbox> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the wait for a future of this loop. For any thread, with or without the GIL.
    pub(crate) fn release(&self, future: Py<PyAny>) {
        if self.generation != binding::generation() {
            return mem::forget(future);
        }
        let mut inbox = self.inbox();
        inbox.futures.push(future);
        drop(inbox);
        self.ring();
    }

    /// Lets the loop look what there is for it.
    fn ring(&self) {
        let rung = mem::replace(&mut self.inbox().rung, true);
        if let Some(bell) = self.bell.get().filter(|_| !rung) {
            bell.ring();
        }
    }

    /// What the loop does when the bell rings.
    fn answer(&self, py: Python<'_>) -> PyResult<()> {
        if let Some(bell) = self.bell.get() {
            bell.silence();
        }
        let mut inbox = self.inbox();
        inbox.rung = false;
        let futures = mem::take(&mut inbox.futures);
        drop(inbox);
        let mut futures = futures.into_iter();
        while let Some(future) = futures.next() {
            if let Err(raised) = end_wait(future.bind(py)) {
                // As by a handler of signals. This one and the others are for the next time.
                self.inbox().futures.extend(std::iter::once(future).chain(futures));
                self.ring();
                return Err(raised);
            }
        }
        Ok(())
    }
}

/// One that was cancelled is done.
fn end_wait(future: &Bound<'_, PyAny>) -> PyResult<()> {
    let py = future.py();
    if !future.call_method0(pyo3::intern!(py, "done"))?.is_truthy()? {
        future.call_method1(pyo3::intern!(py, "set_result"), (py.None(),))?;
    }
    Ok(())
}

/// Lets go of a loop, once the lock is: that may run Python, which may come here.
fn forget(address: usize) {
    let forgotten = known().as_mut().and_then(|known| known.remove(&address));
    drop(forgotten);
}

/// Forgets loops that were closed in the midst of a call: what they were to be told holds them.
fn forget_closed(py: Python<'_>) {
    let all: Vec<_> = known().iter().flatten().map(|(address, event_loop)| (*address, event_loop.clone())).collect();
    for (address, event_loop) in all {
        let object = event_loop.gone.get().and_then(|gone| gone.bind(py).upgrade());
        let Some(object) = object else { continue };
        // An odd loop is let be.
        if object.call_method0("is_closed").is_ok_and(|closed| closed.is_truthy().unwrap_or(false)) {
            forget(address);
        }
    }
}

fn address(object: &Bound<'_, PyAny>) -> usize {
    object.as_ptr() as usize
}

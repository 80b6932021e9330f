//! Calls of the async client as coroutines of Python.
//!
//! The core's future is polled on the thread of the event loop, which it does not keep waiting: what it does is done on the client's own
//! thread. When something has come of it, that thread tells the loop, which then goes on with the coroutine.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use pyo3::exceptions::{PyRuntimeError, PyRuntimeWarning, PyStopIteration};
use pyo3::prelude::*;
use pyo3::types::PyIterator;

use crate::errors;
use crate::event_loop::EventLoop;
use crate::model::Given;

type Future = Pin<Box<dyn std::future::Future<Output = PyResult<Py<PyAny>>> + Send>>;

/// A call that begins when it is awaited, and ends when its task is cancelled.
#[pyclass(module = "zexa", name = "coroutine")]
pub(crate) struct Coroutine {
    /// What was called, such as `AsyncMessages.send`.
    name: &'static str,
    call: Option<Call>,
    begun: bool,
}

/// Only ever touched by who holds the coroutine mutably.
struct Call {
    future: Mutex<Future>,
    waiter: Arc<Waiter>,
}

impl Coroutine {
    /// Of a call of the core's, or of what is wrong with its arguments: that too is raised where it is awaited.
    pub(crate) fn begin<T: Given>(
        name: &'static str,
        call: PyResult<impl std::future::Future<Output = zexa::Result<T>> + Send + 'static>,
    ) -> Coroutine {
        match call {
            Ok(call) => Coroutine::of(name, call),
            Err(error) => Coroutine::new(name, std::future::ready(Err(error))),
        }
    }

    /// Of a call of the core's.
    pub(crate) fn of<T: Given>(
        name: &'static str,
        call: impl std::future::Future<Output = zexa::Result<T>> + Send + 'static,
    ) -> Coroutine {
        Coroutine::new(name, async move {
            let result = call.await;
            Python::attach(|py| result.map_err(errors::raise)?.give(py))
        })
    }

    pub(crate) fn new(
        name: &'static str,
        future: impl std::future::Future<Output = PyResult<Py<PyAny>>> + Send + 'static,
    ) -> Coroutine {
        let call = Call { future: Mutex::new(Box::pin(future)), waiter: Arc::default() };
        Coroutine { name, call: Some(call), begun: false }
    }

    /// Goes on with the call. Gives what the event loop is to wait for, or raises what the coroutine ends with.
    fn step(&mut self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.begun = true;
        let Some(call) = &mut self.call else {
            return Err(PyRuntimeError::new_err("cannot reuse already awaited coroutine"));
        };
        call.waiter.reset();
        let waker = Waker::from(call.waiter.clone());
        let future = call.future.get_mut().unwrap_or_else(PoisonError::into_inner);
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Pending => call.waiter.wait_for(py),
            Poll::Ready(result) => {
                self.call = None;
                Err(PyStopIteration::new_err((result?,)))
            }
        }
    }
}

#[pymethods]
impl Coroutine {
    fn send(&mut self, py: Python<'_>, _value: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        self.step(py)
    }

    /// Ends the call, and raises this.
    #[pyo3(signature = (typ, val=None, tb=None))]
    fn throw(
        &mut self,
        typ: &Bound<'_, PyAny>,
        val: Option<&Bound<'_, PyAny>>,
        tb: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        let _ = tb;
        self.close();
        let value = match val.filter(|value| !value.is_none()) {
            Some(value) => value.clone(),
            None if typ.is_instance_of::<pyo3::types::PyType>() => typ.call0()?,
            None => typ.clone(),
        };
        Err(PyErr::from_value(value))
    }

    /// Ends the call.
    fn close(&mut self) {
        self.begun = true;
        self.call = None;
    }

    fn __await__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&mut self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.step(py)
    }

    #[getter]
    fn __name__(&self) -> &'static str {
        self.name.rsplit('.').next().unwrap_or(self.name)
    }

    #[getter]
    fn __qualname__(&self) -> &'static str {
        self.name
    }

    fn __repr__(&self) -> String {
        format!("<coroutine zexa.{}>", self.name)
    }
}

impl Drop for Coroutine {
    /// Who forgets to await a call has not made it, and is told so as by Python itself.
    fn drop(&mut self) {
        if self.begun {
            return;
        }
        let _ = Python::try_attach(|py| {
            let raised = PyErr::take(py);
            let category = py.get_type::<PyRuntimeWarning>();
            let text = std::ffi::CString::new(format!("coroutine 'zexa.{}' was never awaited", self.name));
            if let Err(error) = PyErr::warn(py, &category, &text.unwrap_or_default(), 1) {
                error.write_unraisable(py, None);
            }
            if let Some(raised) = raised {
                raised.restore(py);
            }
        });
    }
}

/// Who wakes a call that waits.
#[derive(Default)]
struct Waiter(Mutex<Wait>);

#[derive(Default)]
enum Wait {
    /// Nobody waits yet.
    #[default]
    No,
    /// Something has come before anybody waited.
    Already,
    /// The loop that waits, and the future that it waits for.
    Waiting(Arc<EventLoop>, Py<PyAny>),
}

impl Waiter {
    fn state(&self) -> MutexGuard<'_, Wait> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reset(&self) {
        let before = std::mem::take(&mut *self.state());
        drop(before);
    }

    /// Something that the running event loop can wait for.
    fn wait_for(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let (event_loop, future) = EventLoop::running(py)?;
        // It yields itself, marked as a task wants it.
        let yielded = PyIterator::from_object(&future)?.next().transpose()?;
        let mut state = self.state();
        if matches!(*state, Wait::Already) {
            // Nothing to wait for: the task comes again at once.
            return Ok(py.None());
        }
        *state = Wait::Waiting(event_loop, future.unbind());
        Ok(yielded.map_or_else(|| py.None(), Bound::unbind))
    }
}

impl Wake for Waiter {
    fn wake(self: Arc<Self>) {
        let before = std::mem::replace(&mut *self.state(), Wait::Already);
        if let Wait::Waiting(event_loop, future) = before {
            event_loop.release(future);
        }
    }
}

//! Calls of the async client as coroutines of Python.
//!
//! The core's future is polled on the thread of the event loop, which it does not keep waiting: what it does is done on the client's own
//! thread. When something has come of it, that thread tells the loop, which then goes on with the coroutine.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use pyo3::exceptions::{PyBaseException, PyRuntimeError, PyRuntimeWarning, PyStopIteration};
use pyo3::prelude::*;
use pyo3::types::{PyIterator, PyType};
use zexa::{CallOptions, CancelToken, binding};

use crate::event_loop::EventLoop;
use crate::logging::{LogObserver, Told};
use crate::model::Given;
use crate::{errors, json, logging};

/// The longest that an event loop is kept waiting for the end of a call that was cancelled: thousands of times as long as that takes.
const LONGEST_END: Duration = Duration::from_millis(100);

/// Converts the result of a call to Python. Futures return it instead of the converted result because they are polled without the GIL, too: when
/// the interpreter has ended, a thread must not attach to it, but only return to it, which is when CPython stops daemon threads.
pub(crate) type Answer = Box<dyn FnOnce(Python<'_>) -> PyResult<Py<PyAny>> + Send>;

type Future = Pin<Box<dyn std::future::Future<Output = Answer> + Send>>;

/// A call that begins when it is awaited, and ends when its task is cancelled.
#[pyclass(module = "zexa", name = "coroutine")]
pub(crate) struct Coroutine {
    /// What was called, such as `AsyncMessages.send`.
    name: &'static str,
    call: Option<Call>,
    /// Whether anybody has awaited it, or closed it.
    awaited: bool,
}

/// Only ever touched by whoever holds the coroutine mutably.
struct Call {
    future: Mutex<Future>,
    waiter: Arc<Waiter>,
    /// What ends it, where it is known afterwards how far it had got.
    token: Option<CancelToken>,
    /// What it tells of its attempts.
    told: Option<Arc<Told>>,
    state: State,
}

/// How far the future of a call has got.
#[derive(Clone, Copy, PartialEq)]
enum State {
    New,
    Begun,
    Done,
}

/// What a coroutine has of a call beside its future.
pub(crate) struct Watch {
    token: CancelToken,
    waiter: Arc<Waiter>,
    told: Arc<Told>,
}

impl Watch {
    /// And the options that the call needs for it.
    pub(crate) fn over(options: CallOptions) -> (Watch, CallOptions) {
        let watch = Watch { token: CancelToken::new(), waiter: Arc::default(), told: Arc::default() };
        let options = options.cancel(&watch.token);
        if !logging::is_listening() {
            return (watch, options);
        }
        let (told, waiter) = (watch.told.clone(), watch.waiter.clone());
        let observer = LogObserver { told, notify: move || waiter.wake_by_ref() };
        (watch, binding::observed(options, observer))
    }
}

impl Coroutine {
    /// Of a call of the core's, or of what is wrong with its arguments: that too is raised where it is awaited.
    pub(crate) fn begin<T: Given>(
        name: &'static str,
        call: PyResult<(Watch, impl std::future::Future<Output = zexa::Result<T>> + Send + 'static)>,
    ) -> Coroutine {
        match call {
            Ok((Watch { token, waiter, told }, call)) => {
                let mut coroutine = Coroutine::of(name, call);
                if let Some(call) = &mut coroutine.call {
                    (call.token, call.waiter, call.told) = (Some(token), waiter, Some(told));
                }
                coroutine
            }
            Err(error) => Coroutine::new(name, std::future::ready(failure(error))),
        }
    }

    /// Of a call of the core's.
    pub(crate) fn of<T: Given>(
        name: &'static str,
        call: impl std::future::Future<Output = zexa::Result<T>> + Send + 'static,
    ) -> Coroutine {
        Coroutine::new(name, async move { answer(call.await) })
    }

    pub(crate) fn new(
        name: &'static str,
        future: impl std::future::Future<Output = Answer> + Send + 'static,
    ) -> Coroutine {
        let call = Call {
            future: Mutex::new(Box::pin(future)),
            waiter: Arc::default(),
            token: None,
            told: None,
            state: State::New,
        };
        Coroutine { name, call: Some(call), awaited: false }
    }

    /// One that also writes this.
    pub(crate) fn telling(mut self, told: Arc<Told>) -> Coroutine {
        if let Some(call) = &mut self.call {
            call.told = Some(told);
        }
        self
    }

    /// Ends the call, and gives the error that says how far it had got, where it had begun.
    fn break_off(&mut self, py: Python<'_>) -> Option<PyErr> {
        self.awaited = true;
        let mut call = self.call.take().filter(|call| call.state == State::Begun)?;
        call.token.take()?.cancel();
        let future = call.future.get_mut().unwrap_or_else(PoisonError::into_inner);
        // The client's own thread needs no GIL and a moment for it. Where it has none, nobody knows more.
        let ended = py.detach(|| poll_for(LONGEST_END, future.as_mut()))?;
        if let Some(told) = &call.told {
            // It is ended already.
            let _ = told.write(py);
        }
        match ended(py) {
            Ok(answer) => Some(too_late(answer.bind(py))),
            Err(error) => Some(error),
        }
    }

    /// Goes on with the call. Gives what the event loop is to wait for, or raises what the coroutine ends with.
    fn step(&mut self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let Some(call) = &mut self.call else {
            return Err(PyRuntimeError::new_err("cannot reuse already awaited coroutine"));
        };
        if call.waiter.is_waiting(py)? {
            return Err(PyRuntimeError::new_err("coroutine is being awaited already"));
        }
        self.awaited = true;
        let stepped = call.step(py);
        match (call.write(py), stepped) {
            (Ok(()), Ok(waited_for)) => Ok(waited_for),
            // Nothing to wait with, in the midst of a call.
            (Ok(()), Err(raised)) if call.state == State::Begun => {
                raised.set_context(py, self.break_off(py));
                Err(raised)
            }
            (Ok(()), Err(ended)) => {
                self.close();
                Err(ended)
            }
            // A handler of logging was interrupted, which ends the call.
            (Err(raised), Ok(_)) => {
                raised.set_context(py, self.break_off(py));
                Err(raised)
            }
            (Err(raised), Err(ended)) => {
                self.close();
                let answer = ended.value(py).getattr_opt("value").ok().flatten();
                let ended =
                    answer.filter(|_| ended.is_instance_of::<PyStopIteration>(py)).map_or(ended, |one| too_late(&one));
                raised.set_context(py, Some(ended));
                Err(raised)
            }
        }
    }
}

impl Call {
    fn step(&mut self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        // Before anything is sent: where nobody can wait for it, nothing is.
        let (event_loop, object) = EventLoop::running(py)?;
        let first = std::mem::replace(&mut self.state, State::Begun) == State::New;
        self.waiter.reset();
        let waker = Waker::from(self.waiter.clone());
        let future = self.future.get_mut().unwrap_or_else(PoisonError::into_inner);
        let mut poll = || future.as_mut().poll(&mut Context::from_waker(&waker));
        // The first call of a client reads certificates, and takes its time for it.
        match if first { py.detach(poll) } else { poll() } {
            Poll::Pending => self.waiter.wait_in(event_loop, &object),
            Poll::Ready(answer) => {
                self.state = State::Done;
                Err(PyStopIteration::new_err((answer(py)?,)))
            }
        }
    }

    fn write(&self, py: Python<'_>) -> PyResult<()> {
        self.told.as_ref().map_or(Ok(()), |told| told.write(py))
    }
}

impl Drop for Call {
    /// Who waits still is let go on, to see that there is nothing more to wait for.
    fn drop(&mut self) {
        self.waiter.wake_by_ref();
    }
}

#[pymethods]
impl Coroutine {
    fn send(&mut self, py: Python<'_>, _value: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        self.step(py)
    }

    /// Ends the call, and raises this. Its context is the error that says how far the call had got.
    #[pyo3(signature = (typ, val=None, tb=None))]
    fn throw(
        &mut self,
        py: Python<'_>,
        typ: &Bound<'_, PyAny>,
        val: Option<&Bound<'_, PyAny>>,
        tb: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        let broken_off = self.break_off(py);
        let value = match val.filter(|value| !value.is_none()) {
            Some(value) if value.is_instance_of::<PyBaseException>() => value.clone(),
            Some(value) => typ.call1((value,))?,
            None if typ.is_instance_of::<PyType>() => typ.call0()?,
            None => typ.clone(),
        };
        if let Some(traceback) = tb.filter(|traceback| !traceback.is_none()) {
            value.call_method1("with_traceback", (traceback,))?;
        }
        let raised = PyErr::from_value(value);
        if raised.context(py).is_none() {
            raised.set_context(py, broken_off);
        }
        Err(raised)
    }

    /// Ends the call.
    fn close(&mut self) {
        self.awaited = true;
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
        if self.awaited {
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

/// What a call of the core came to.
pub(crate) fn answer<T: Given>(result: zexa::Result<T>) -> Answer {
    Box::new(|py| result.map_err(errors::raise)?.give(py))
}

/// An exception that was not raised by the core.
pub(crate) fn failure(error: PyErr) -> Answer {
    Box::new(|_| Err(error))
}

/// The error of a call that was cancelled when it had been answered.
fn too_late(answer: &Bound<'_, PyAny>) -> PyErr {
    let error = errors::raise(binding::cancelled_too_late(&()));
    let details = answer.call_method1("to_json", ()).and_then(|json| json::loads(&json));
    // What calls give can be written as JSON, but for None.
    let _ = details.and_then(|details| error.value(answer.py()).setattr("details", details));
    error
}

/// Polls the future to its end on this thread, for so long at most.
fn poll_for<F: std::future::Future + ?Sized>(time: Duration, mut future: Pin<&mut F>) -> Option<F::Output> {
    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let until = Instant::now() + time;
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return Some(output);
        }
        thread::park_timeout(until.checked_duration_since(Instant::now())?);
    }
}

/// What wakes a call that waits.
#[derive(Default)]
pub(crate) struct Waiter(Mutex<Wait>);

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

    /// Whether a task waits, and has not been told to go on.
    fn is_waiting(&self, py: Python<'_>) -> PyResult<bool> {
        let future = match &*self.state() {
            Wait::Waiting(_, future) => future.clone_ref(py),
            _ => return Ok(false),
        };
        Ok(!future.call_method0(py, pyo3::intern!(py, "done"))?.is_truthy(py)?)
    }

    /// Something that this event loop can wait for.
    fn wait_in(&self, event_loop: Arc<EventLoop>, object: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        let py = object.py();
        let future = object.call_method0(pyo3::intern!(py, "create_future"))?;
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
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let before = std::mem::replace(&mut *self.state(), Wait::Already);
        if let Wait::Waiting(event_loop, future) = before {
            event_loop.release(future);
        }
    }
}

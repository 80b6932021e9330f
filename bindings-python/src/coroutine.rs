//! [`Coroutine`]: a call of the async client as a Python coroutine.
//!
//! The core's future is polled on the thread of the event loop. A poll does not block, because the I/O happens on the client's own thread. When the future
//! can make progress, that thread wakes the loop, which resumes the coroutine.

use std::future::poll_fn;
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
use crate::imported::intern;
use crate::logging::{LogBuffer, LogObserver};
use crate::model::IntoPython;
use crate::{errors, json, logging};

/// Maximum time to block an event loop until a cancelled call ends. Usually a call ends thousands of times faster.
const MAX_CANCELLATION_TIME: Duration = Duration::from_millis(100);

/// Converts the result of a call to Python. Futures return it instead of the converted result because they are also polled without the GIL: a thread must
/// not attach to an interpreter that has ended, but only return to it, which is when CPython stops daemon threads.
pub(crate) type Completion = Box<dyn FnOnce(Python<'_>) -> PyResult<Py<PyAny>> + Send>;

type Future = Pin<Box<dyn std::future::Future<Output = Completion> + Send>>;

/// A call that starts when it is awaited, and is cancelled with its task.
#[pyclass(module = "zexa", name = "coroutine")]
pub(crate) struct Coroutine {
    /// The name of the method, such as `AsyncMessages.send`.
    name: &'static str,
    call: Option<Call>,
    /// Whether the coroutine was awaited or closed.
    awaited: bool,
}

/// The future of a call, and its state. Accessed only through `&mut Coroutine`.
struct Call {
    future: Mutex<Future>,
    waiter: Arc<Waiter>,
    /// Cancels the call. `None` if the future does not report an outcome when it is cancelled.
    token: Option<CancelToken>,
    /// The log records of the call.
    log: Option<Arc<LogBuffer>>,
    state: State,
}

/// The state of the future of a call.
#[derive(Clone, Copy, PartialEq)]
enum State {
    New,
    Started,
    Done,
}

/// The parts of a call that a coroutine needs in addition to the future.
pub(crate) struct CallHandle {
    token: CancelToken,
    waiter: Arc<Waiter>,
    log: Arc<LogBuffer>,
}

impl CallHandle {
    /// Creates a handle, and adds its token and its observer to the options of the call.
    pub(crate) fn attach(options: CallOptions) -> (CallHandle, CallOptions) {
        let handle = CallHandle { token: CancelToken::new(), waiter: Arc::default(), log: Arc::default() };
        let options = options.cancel(&handle.token);
        if !logging::is_enabled() {
            return (handle, options);
        }
        let (log, waiter) = (handle.log.clone(), handle.waiter.clone());
        let observer = LogObserver { log, notify: move || waiter.wake_by_ref() };
        (handle, binding::observed(options, observer))
    }
}

impl Coroutine {
    /// Creates the coroutine of a call. Invalid arguments are raised when the coroutine is awaited.
    pub(crate) fn begin<T: IntoPython>(
        name: &'static str,
        call: PyResult<(CallHandle, impl std::future::Future<Output = zexa::Result<T>> + Send + 'static)>,
    ) -> Coroutine {
        match call {
            Ok((CallHandle { token, waiter, log }, call)) => {
                let mut coroutine = Coroutine::of(name, call);
                if let Some(call) = &mut coroutine.call {
                    (call.token, call.waiter, call.log) = (Some(token), waiter, Some(log));
                }
                coroutine
            }
            Err(error) => Coroutine::new(name, std::future::ready(raising(error))),
        }
    }

    /// Creates the coroutine of a future of the core.
    pub(crate) fn of<T: IntoPython>(
        name: &'static str,
        call: impl std::future::Future<Output = zexa::Result<T>> + Send + 'static,
    ) -> Coroutine {
        // Boxed, because an async block would contain two copies of this future, which is large.
        let mut call = Box::pin(call);
        Coroutine::new(name, poll_fn(move |context| call.as_mut().poll(context).map(completion)))
    }

    pub(crate) fn new(
        name: &'static str,
        future: impl std::future::Future<Output = Completion> + Send + 'static,
    ) -> Coroutine {
        let call = Call {
            future: Mutex::new(Box::pin(future)),
            waiter: Arc::default(),
            token: None,
            log: None,
            state: State::New,
        };
        Coroutine { name, call: Some(call), awaited: false }
    }

    /// The coroutine, which also writes these log records.
    pub(crate) fn with_log(mut self, log: Arc<LogBuffer>) -> Coroutine {
        if let Some(call) = &mut self.call {
            call.log = Some(log);
        }
        self
    }

    /// Cancels the call. Returns the error with its outcome, if the call had started.
    fn cancel(&mut self, py: Python<'_>) -> Option<PyErr> {
        self.awaited = true;
        let mut call = self.call.take().filter(|call| call.state == State::Started)?;
        call.token.take()?.cancel();
        let future = call.future.get_mut().unwrap_or_else(PoisonError::into_inner);
        // The client's own thread needs only a moment, and no GIL, unless the machine is busy or another program uses the ledger. An exception without
        // this error would mean that nothing was sent.
        let Some(completion) = py.detach(|| poll_for(MAX_CANCELLATION_TIME, future.as_mut())) else {
            return Some(errors::raise(binding::cancelled_without_report()));
        };
        if let Some(log) = &call.log {
            // The call is cancelled already, so another exception changes nothing.
            let _ = log.write(py);
        }
        match completion(py) {
            Ok(result) => Some(cancelled_after_response(result.bind(py))),
            Err(error) => Some(error),
        }
    }

    /// Resumes the call. Returns the future that the event loop waits for, or raises the exception that ends the coroutine.
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
            (Ok(()), Ok(future)) => Ok(future),
            // The event loop cannot wait for a call that has started.
            (Ok(()), Err(raised)) if call.state == State::Started => {
                raised.set_context(py, self.cancel(py));
                Err(raised)
            }
            (Ok(()), Err(ended)) => {
                self.close();
                Err(ended)
            }
            // A logging handler was interrupted: cancel the call.
            (Err(raised), Ok(_)) => {
                raised.set_context(py, self.cancel(py));
                Err(raised)
            }
            (Err(raised), Err(ended)) => {
                self.close();
                let result = ended.value(py).getattr_opt("value").ok().flatten();
                let result = result.filter(|_| ended.is_instance_of::<PyStopIteration>(py));
                let context = result.map_or(ended, |result| cancelled_after_response(&result));
                raised.set_context(py, Some(context));
                Err(raised)
            }
        }
    }
}

impl Call {
    fn step(&mut self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        // Before anything is sent: without an event loop, nothing is. Later only if the call has to wait again, which is rare.
        let first_loop = match self.state {
            State::New => Some(EventLoop::running(py)?),
            _ => None,
        };
        self.state = State::Started;
        self.waiter.reset();
        let waker = Waker::from(self.waiter.clone());
        let future = self.future.get_mut().unwrap_or_else(PoisonError::into_inner);
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Pending => {
                let (event_loop, object) = first_loop.map_or_else(|| EventLoop::running(py), Ok)?;
                self.waiter.wait_in(event_loop, &object)
            }
            Poll::Ready(completion) => {
                self.state = State::Done;
                Err(PyStopIteration::new_err((completion(py)?,)))
            }
        }
    }

    fn write(&self, py: Python<'_>) -> PyResult<()> {
        self.log.as_ref().map_or(Ok(()), |log| log.write(py))
    }
}

impl Drop for Call {
    /// Wakes a task that still waits, so that it notices the end of the call.
    fn drop(&mut self) {
        self.waiter.wake_by_ref();
    }
}

#[pymethods]
impl Coroutine {
    fn send(&mut self, py: Python<'_>, _value: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        self.step(py)
    }

    /// Cancels the call, and raises the exception. Its `__context__` is the error with the outcome of the call.
    #[pyo3(signature = (typ, val=None, tb=None))]
    fn throw(
        &mut self,
        py: Python<'_>,
        typ: &Bound<'_, PyAny>,
        val: Option<&Bound<'_, PyAny>>,
        tb: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        let cancelled = self.cancel(py);
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
            raised.set_context(py, cancelled);
        }
        Err(raised)
    }

    /// Ends the call without an exception.
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
    /// Warns like Python about a coroutine that was never awaited: nothing was sent.
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

/// The completion of a call of the core.
pub(crate) fn completion<T: IntoPython>(result: zexa::Result<T>) -> Completion {
    Box::new(|py| result.map_err(errors::raise)?.into_python(py))
}

/// The completion that raises an exception of this package.
pub(crate) fn raising(error: PyErr) -> Completion {
    Box::new(|_| Err(error))
}

/// The error of a call that was cancelled after its response had arrived. Its details are the response.
fn cancelled_after_response(response: &Bound<'_, PyAny>) -> PyErr {
    let error = errors::raise(binding::cancelled_too_late(&()));
    let details = response.call_method1("to_json", ()).and_then(|json| json::loads(&json));
    // Every result but None has `to_json()`.
    let _ = details.and_then(|details| error.value(response.py()).setattr("details", details));
    error
}

/// Polls the future on this thread until it is ready, or until the time has passed.
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

/// Wakes the task that waits for a call.
#[derive(Default)]
pub(crate) struct Waiter(Mutex<Wait>);

#[derive(Default)]
enum Wait {
    /// No task waits yet.
    #[default]
    No,
    /// The call was woken before a task waited.
    Woken,
    /// The loop of the waiting task, and the future that it waits for.
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

    /// Whether a task waits and was not woken.
    fn is_waiting(&self, py: Python<'_>) -> PyResult<bool> {
        let future = match &*self.state() {
            Wait::Waiting(_, future) => future.clone_ref(py),
            _ => return Ok(false),
        };
        Ok(!future.call_method0(py, intern!(py, "done"))?.is_truthy(py)?)
    }

    /// Creates a future of this event loop, which the next wake resolves.
    fn wait_in(&self, event_loop: Arc<EventLoop>, object: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        let py = object.py();
        let future = object.call_method0(intern!(py, "create_future"))?;
        // A future yields itself, with the flag that a task expects.
        let yielded = PyIterator::from_object(&future)?.next().transpose()?;
        let mut state = self.state();
        if matches!(*state, Wait::Woken) {
            // No need to wait: yielding None reschedules the task.
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
        let before = std::mem::replace(&mut *self.state(), Wait::Woken);
        if let Wait::Waiting(event_loop, future) = before {
            event_loop.complete(future);
        }
    }
}

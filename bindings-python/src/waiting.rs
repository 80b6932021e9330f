//! Blocking calls. They release the GIL, so that other threads run, and handle signals, so that Ctrl-C interrupts them.

use std::cell::{Cell, RefCell};

use pyo3::prelude::*;
use serde::Serialize;
use zexa::CancelToken;
use zexa::binding::{self, InterruptCheck};

use crate::imported::{Imported, intern, loaded};
use crate::{errors, interpreter, logging};

thread_local! {
    /// The exception that a signal handler raised during the call on this thread.
    static RAISED: RefCell<Option<PyErr>> = const { RefCell::new(None) };

    /// Whether this is the main thread, and the generation of the process for which that was determined.
    static IS_MAIN: Cell<Option<(u64, bool)>> = const { Cell::new(None) };
}

/// A token for a blocking call. It lets Python write log records and run signal handlers during the call.
pub(crate) fn token() -> CancelToken {
    binding::with_interrupt_check(check_interrupt)
}

/// Runs a call that carries such a token. An exception of a signal handler takes precedence over the error of the call, which becomes its `__context__`.
pub(crate) fn run<T: Send + Serialize>(py: Python<'_>, call: impl FnOnce() -> zexa::Result<T> + Send) -> PyResult<T> {
    let (result, raised) = interruptible(py, call)?;
    match raised {
        None => result.map_err(errors::raise),
        Some(raised) => {
            let error = match result {
                Ok(result) => binding::cancelled_too_late(&result),
                Err(error) => error,
            };
            raised.set_context(py, Some(errors::raise(error)));
            Err(raised)
        }
    }
}

/// Waits for a bulk run with such a token, which goes on after an interruption. Returns the exception of a signal handler.
pub(crate) fn pause(py: Python<'_>, wait: impl FnOnce() -> zexa::Result<bool> + Send) -> PyResult<Option<PyErr>> {
    let (result, raised) = interruptible(py, wait)?;
    result.map_err(errors::raise)?;
    Ok(raised)
}

/// Runs a call that carries such a token. Also returns the exception that a signal handler raised during the call.
fn interruptible<T: Send>(py: Python<'_>, call: impl FnOnce() -> T + Send) -> PyResult<(T, Option<PyErr>)> {
    detect_main_thread(py)?;
    let result = py.detach(call);
    // Take the exception first: a logging handler may make calls itself.
    let raised = RAISED.take();
    let written = logging::write_thread_records(py).err();
    // Handle a signal that arrived since the last check, while the result can still be attached to the exception.
    Ok((result, raised.or(written).or_else(|| py.check_signals().err())))
}

/// Stores the exception, unless there is one already.
fn store_exception(raised: PyErr) {
    let unused = RAISED.with_borrow_mut(|first| match first {
        Some(_) => Some(raised),
        None => first.replace(raised),
    });
    // Outside of the borrow: dropping an exception may run Python code that comes here.
    drop(unused);
}

/// Writes log records and runs signal handlers during a call on this thread.
fn check_interrupt() -> InterruptCheck {
    // Not needed on other threads. A daemon thread must not take the GIL either, because CPython stops it there at shutdown.
    if !IS_MAIN.get().is_some_and(|(_, main)| main) && !logging::is_enabled_for_attempts() {
        return InterruptCheck::Disable;
    }
    // Fails if the interpreter is shutting down.
    Python::try_attach(|py| {
        if !interpreter::is_user(py) {
            return InterruptCheck::Disable;
        }
        match run_handlers(py) {
            Ok(()) => InterruptCheck::Continue,
            Err(raised) => {
                store_exception(raised);
                InterruptCheck::Cancel
            }
        }
    })
    .unwrap_or(InterruptCheck::Disable)
}

fn run_handlers(py: Python<'_>) -> PyResult<()> {
    logging::write_thread_records(py)?;
    py.check_signals()
}

/// Determines whether this is the main thread, where Python runs signal handlers. In a forked child that is the thread that forked.
fn detect_main_thread(py: Python<'_>) -> PyResult<()> {
    let generation = binding::generation();
    if IS_MAIN.get().is_none_or(|(of, _)| of != generation) {
        IS_MAIN.set(Some((generation, is_main_thread(py)?)));
    }
    Ok(())
}

/// Without the module `threading`, Python knows no other thread.
fn is_main_thread(py: Python<'_>) -> PyResult<bool> {
    if loaded(py, intern!(py, "threading"))?.is_none() {
        return Ok(true);
    }
    static MAIN: Imported = Imported::new("threading", "main_thread");
    static CURRENT: Imported = Imported::new("threading", "get_ident");
    MAIN.get(py)?.call0()?.getattr("ident")?.eq(CURRENT.get(py)?.call0()?)
}

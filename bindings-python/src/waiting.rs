//! Blocking calls: without the GIL, so that other threads run, and with an ear for signals, so that Ctrl-C ends them.

use std::cell::{Cell, RefCell};

use pyo3::prelude::*;
use serde::Serialize;
use zexa::CancelToken;
use zexa::binding::{self, InterruptCheck};

use crate::imported::loaded;
use crate::{errors, interpreter, logging};

thread_local! {
    /// What a handler of signals has raised while a call of this thread waited.
    static RAISED: RefCell<Option<PyErr>> = const { RefCell::new(None) };

    /// Whether this is the main thread of the process of this generation.
    static IS_MAIN: Cell<Option<(u64, bool)>> = const { Cell::new(None) };
}

/// A token for a blocking call, which lets Python do meanwhile what it wants to do on its thread.
pub(crate) fn token() -> CancelToken {
    binding::with_interrupt_check(check)
}

/// Runs a call that carries such a token. What a handler raises goes before the error of the call, which is then its context.
pub(crate) fn run<T: Send + Serialize>(py: Python<'_>, call: impl FnOnce() -> zexa::Result<T> + Send) -> PyResult<T> {
    note_thread(py)?;
    let result = py.detach(call);
    // Empty from here on: what writes records may make calls of its own.
    let raised = RAISED.take();
    let written = logging::write_here(py).err();
    // A signal that came since the last look is handled where what was given here is not yet in anybody's hands.
    let raised = raised.or(written).or_else(|| py.check_signals().err());
    match raised {
        None => result.map_err(errors::raise),
        Some(raised) => {
            let error = match result {
                Ok(given) => binding::cancelled_too_late(&given),
                Err(error) => error,
            };
            raised.set_context(py, Some(errors::raise(error)));
            Err(raised)
        }
    }
}

/// The first that was raised counts.
fn interrupt(raised: PyErr) {
    let further = RAISED.with_borrow_mut(|first| match first {
        Some(_) => Some(raised),
        None => first.replace(raised),
    });
    // To let go of an exception may run Python, which may come here.
    drop(further);
}

/// What Python has to do on this thread meanwhile: to write records, and to run its handlers of signals.
fn check() -> InterruptCheck {
    // Any other thread is let wait in peace. It may be one that Python does not wait for, and ends where it takes the GIL when all is over.
    if !IS_MAIN.get().is_some_and(|(_, main)| main) && !logging::is_listening_to_attempts() {
        return InterruptCheck::Disable;
    }
    // Python that is coming to its end wants nothing any more.
    Python::try_attach(|py| {
        if !interpreter::is_user(py) {
            return InterruptCheck::Disable;
        }
        match what_python_wants(py) {
            Ok(()) => InterruptCheck::Continue,
            Err(raised) => {
                interrupt(raised);
                InterruptCheck::Cancel
            }
        }
    })
    .unwrap_or(InterruptCheck::Disable)
}

fn what_python_wants(py: Python<'_>) -> PyResult<()> {
    logging::write_here(py)?;
    py.check_signals()
}

/// Notes whether Python handles its signals on this thread: it does so on the main one. In a forked child that is the thread that forked.
fn note_thread(py: Python<'_>) -> PyResult<()> {
    let generation = binding::generation();
    if IS_MAIN.get().is_none_or(|(of, _)| of != generation) {
        IS_MAIN.set(Some((generation, is_main_thread(py)?)));
    }
    Ok(())
}

/// Where nobody has asked for `threading`, there is no other, as far as Python knows.
fn is_main_thread(py: Python<'_>) -> PyResult<bool> {
    let Some(threading) = loaded(py, "threading")? else { return Ok(true) };
    let main = threading.call_method0("main_thread")?.getattr("ident")?;
    main.eq(threading.call_method0("get_ident")?)
}

//! Blocking calls: without the GIL, so that other threads run, and with an ear for signals, so that Ctrl-C ends them.

use std::cell::RefCell;

use pyo3::prelude::*;
use serde::Serialize;
use zexa::CancelToken;
use zexa::binding::{self, Asked};

use crate::{errors, logging};

thread_local! {
    /// What a handler of signals has raised while a call of this thread waited.
    static RAISED: RefCell<Option<PyErr>> = const { RefCell::new(None) };
}

/// A token for a blocking call, which lets Python run its handlers of signals.
pub(crate) fn token() -> CancelToken {
    binding::asking(ask)
}

/// Runs a call that carries such a token. What a handler raises goes before the error of the call, which is then its context.
pub(crate) fn run<T: Send + Serialize>(py: Python<'_>, call: impl FnOnce() -> zexa::Result<T> + Send) -> PyResult<T> {
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
    RAISED.with_borrow_mut(|first| _ = first.get_or_insert(raised));
}

/// What Python wants to do on this thread by now: to write records, and to run its handlers of signals.
fn ask() -> Asked {
    // Python that is coming to its end wants nothing any more.
    Python::try_attach(|py| match what_python_wants(py) {
        Ok(asked) => asked,
        Err(raised) => {
            interrupt(raised);
            Asked::End
        }
    })
    .unwrap_or(Asked::NeverAgain)
}

fn what_python_wants(py: Python<'_>) -> PyResult<Asked> {
    logging::write_here(py)?;
    let asked = if takes_signals(py)? || logging::is_listening() { Asked::GoOn } else { Asked::NeverAgain };
    py.check_signals()?;
    Ok(asked)
}

/// Only the main thread does. Where nobody has asked for `threading`, there is no other, as far as Python knows.
///
/// # Errors
///
/// Where a handler of signals was run here, and raised.
fn takes_signals(py: Python<'_>) -> PyResult<bool> {
    let modules = py.import("sys")?.getattr("modules")?;
    let threading = modules.call_method1("get", ("threading",))?;
    if threading.is_none() {
        return Ok(true);
    }
    let main = threading.call_method0("main_thread")?.getattr("ident")?;
    main.eq(threading.call_method0("get_ident")?)
}

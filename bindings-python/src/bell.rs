//! What an event loop hears: a socket that it watches, or where it can watch none, as on Windows, a call that it makes.

use pyo3::prelude::*;

#[cfg(unix)]
use crate::imported::Imported;

/// Without a variable in it.
#[cfg(unix)]
static NO_CONTEXT: Imported = Imported::new("contextvars", "Context");

/// Rung by any thread.
pub(crate) enum Bell {
    #[cfg(unix)]
    Socket { watched: std::os::unix::net::UnixStream, written: std::os::unix::net::UnixStream },
    /// The loop's `call_soon_threadsafe`, and what it is to call.
    Call(Py<PyAny>, Py<PyAny>),
}

impl Bell {
    /// A bell that the loop watches from now on, to call `answer` when it rings.
    #[cfg(unix)]
    pub(crate) fn watched_by(event_loop: &Bound<'_, PyAny>, answer: &Bound<'_, PyAny>) -> PyResult<Bell> {
        use std::os::fd::AsRawFd;

        let (watched, written) = std::os::unix::net::UnixStream::pair()?;
        watched.set_nonblocking(true)?;
        written.set_nonblocking(true)?;
        // In a context of its own: it would keep what the first task has in its.
        let add_reader = event_loop.getattr("add_reader")?;
        NO_CONTEXT.get(event_loop.py())?.call0()?.call_method1("run", (add_reader, watched.as_raw_fd(), answer))?;
        Ok(Bell::Socket { watched, written })
    }

    /// No loop watches sockets here.
    #[cfg(not(unix))]
    pub(crate) fn watched_by(event_loop: &Bound<'_, PyAny>, answer: &Bound<'_, PyAny>) -> PyResult<Bell> {
        Bell::called_by(event_loop, answer)
    }

    /// A bell for a loop that can watch nothing.
    pub(crate) fn called_by(event_loop: &Bound<'_, PyAny>, answer: &Bound<'_, PyAny>) -> PyResult<Bell> {
        Ok(Bell::Call(event_loop.getattr("call_soon_threadsafe")?.unbind(), answer.clone().unbind()))
    }

    pub(crate) fn ring(&self) {
        match self {
            #[cfg(unix)]
            Bell::Socket { written, .. } => {
                use std::io::Write;
                // There is room for one byte; and a loop that has ended hears nothing more.
                let _ = (&*written).write(&[1]);
            }
            Bell::Call(call, answer) => {
                // Python that is coming to its end runs no loop any more, and a loop that was closed refuses it.
                let _ = Python::try_attach(|py| call.call1(py, (answer,)).map(drop));
            }
        }
    }

    /// It has been heard.
    pub(crate) fn silence(&self) {
        match self {
            #[cfg(unix)]
            Bell::Socket { watched, .. } => {
                use std::io::Read;
                // Nothing is there to read where it was heard already.
                let _ = (&*watched).read(&mut [0; 16]);
            }
            Bell::Call(..) => {}
        }
    }
}

//! [`LoopWaker`]: wakes an event loop from any thread, by a socket that the loop watches, or by `call_soon_threadsafe` if the loop cannot watch sockets, as
//! on Windows.

use pyo3::prelude::*;

#[cfg(unix)]
use crate::imported::Imported;

/// The class of an empty context.
#[cfg(unix)]
static CONTEXT: Imported = Imported::new("contextvars", "Context");

/// Makes an event loop call a function.
pub(crate) enum LoopWaker {
    #[cfg(unix)]
    Socket { watched: std::os::unix::net::UnixStream, written: std::os::unix::net::UnixStream },
    /// The loop's `call_soon_threadsafe`, and its argument.
    Call(Py<PyAny>, Py<PyAny>),
}

impl LoopWaker {
    /// Creates a waker for a loop that watches sockets. The loop calls `callback` when it is woken.
    #[cfg(unix)]
    pub(crate) fn with_socket(event_loop: &Bound<'_, PyAny>, callback: &Bound<'_, PyAny>) -> PyResult<LoopWaker> {
        use std::os::fd::AsRawFd;

        let (watched, written) = std::os::unix::net::UnixStream::pair()?;
        watched.set_nonblocking(true)?;
        written.set_nonblocking(true)?;
        // In an empty context: the loop would otherwise keep the context of the first task alive.
        let add_reader = event_loop.getattr("add_reader")?;
        CONTEXT.get(event_loop.py())?.call0()?.call_method1("run", (add_reader, watched.as_raw_fd(), callback))?;
        Ok(LoopWaker::Socket { watched, written })
    }

    /// Loops do not watch sockets on this system.
    #[cfg(not(unix))]
    pub(crate) fn with_socket(event_loop: &Bound<'_, PyAny>, callback: &Bound<'_, PyAny>) -> PyResult<LoopWaker> {
        LoopWaker::with_call(event_loop, callback)
    }

    /// Creates a waker for a loop that does not watch sockets.
    pub(crate) fn with_call(event_loop: &Bound<'_, PyAny>, callback: &Bound<'_, PyAny>) -> PyResult<LoopWaker> {
        Ok(LoopWaker::Call(event_loop.getattr("call_soon_threadsafe")?.unbind(), callback.clone().unbind()))
    }

    pub(crate) fn wake(&self) {
        match self {
            #[cfg(unix)]
            LoopWaker::Socket { written, .. } => {
                use std::io::Write;
                // The buffer has room for one byte. A loop that has ended ignores it.
                let _ = (&*written).write(&[1]);
            }
            LoopWaker::Call(call, callback) => {
                // Fails if the interpreter is shutting down or the loop is closed. Nothing waits then.
                let _ = Python::try_attach(|py| call.call1(py, (callback,)).map(drop));
            }
        }
    }

    /// Resets the waker, so that the loop can be woken again.
    pub(crate) fn reset(&self) {
        match self {
            #[cfg(unix)]
            LoopWaker::Socket { watched, .. } => {
                use std::io::Read;
                // Fails if the byte was read before.
                let _ = (&*watched).read(&mut [0; 16]);
            }
            LoopWaker::Call(..) => {}
        }
    }
}

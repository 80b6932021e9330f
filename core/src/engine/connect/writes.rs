//! [`Writes`]: the writes on a connection, as proof that nothing was sent.

use std::io;
use std::sync::{Arc, PoisonError};
use std::task::Poll;

use crate::sync::{Mutex, MutexGuard};

/// The writes on a socket. Shared with the attempts that use the connection.
///
/// An attempt whose request was passed to a connection, and not written by the system when the connection was lost, has sent nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Writes(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// The number of writes of which the system has accepted at least one byte.
    count: u64,
    /// Whether all further writes fail.
    have_ended: bool,
}

impl Writes {
    /// Writes, unless the writes have ended.
    pub(crate) fn write(&self, write: impl FnOnce() -> Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        // Locked during the write, so that nobody can claim meanwhile that nothing was sent.
        let mut state = self.lock();
        if state.have_ended {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let written = write();
        state.count += u64::from(matches!(written, Poll::Ready(Ok(1..))));
        written
    }

    pub(crate) fn count(&self) -> u64 {
        self.lock().count
    }

    /// Ends the writes, if there were none since this count. Returns whether nothing was written since, and nothing will be.
    pub(crate) fn end_if_none_since(&self, count: u64) -> bool {
        let mut state = self.lock();
        state.have_ended |= state.count == count;
        state.count == count
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

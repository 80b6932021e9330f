//! Protection of a thread against pthread_cancel() during a call, which would unwind through Rust: this is undefined behaviour.

/// Defers pthread_cancel() until this is dropped; the thread then ends at its next cancellation point.
pub(crate) struct CancellationGuard {
    /// State of the thread before.
    #[cfg(target_os = "linux")]
    before: std::ffi::c_int,
}

#[cfg(target_os = "linux")]
mod posix {
    use std::ffi::c_int;

    unsafe extern "C" {
        /// Part of POSIX; the crate `libc` does not declare it.
        pub(super) fn pthread_setcancelstate(state: c_int, before: *mut c_int) -> c_int;
    }

    pub(super) const PTHREAD_CANCEL_DISABLE: c_int = 1;
}

impl CancellationGuard {
    #[cfg(target_os = "linux")]
    pub(crate) fn new() -> CancellationGuard {
        let mut before = 0;
        // SAFETY: changes only the state of this thread, and writes the previous state.
        unsafe { posix::pthread_setcancelstate(posix::PTHREAD_CANCEL_DISABLE, &mut before) };
        CancellationGuard { before }
    }

    #[cfg(not(target_os = "linux"))]
    pub(crate) fn new() -> CancellationGuard {
        CancellationGuard {}
    }
}

#[cfg(target_os = "linux")]
impl Drop for CancellationGuard {
    fn drop(&mut self) {
        // SAFETY: restores the previous state.
        unsafe { posix::pthread_setcancelstate(self.before, &mut 0) };
    }
}

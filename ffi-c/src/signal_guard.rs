//! Protection of a thread against SIGPIPE and pthread_cancel() during a call.
//!
//! SIGPIPE would end the process if a server closes a connection. Programs in Rust, Python and Node ignore it from the start; by default, C programs do not.
//! pthread_cancel() would unwind through Rust, which is undefined behaviour.

/// Blocks SIGPIPE and disables cancellation on this thread until it is dropped.
pub(crate) struct SignalGuard {
    #[cfg(unix)]
    _sigpipe: Option<unix::SigpipeBlocked>,
    #[cfg(target_os = "linux")]
    _cancellation: linux::CancellationDisabled,
}

impl SignalGuard {
    pub(crate) fn new() -> SignalGuard {
        SignalGuard {
            #[cfg(unix)]
            _sigpipe: unix::SigpipeBlocked::unless_ignored(),
            #[cfg(target_os = "linux")]
            _cancellation: linux::CancellationDisabled::now(),
        }
    }
}

#[cfg(unix)]
mod unix {
    use std::mem::zeroed;
    use std::ptr;

    /// Blocks SIGPIPE on this thread. A SIGPIPE that becomes pending meanwhile was caused by this library; dropping this consumes it.
    pub(super) struct SigpipeBlocked {
        /// Signal mask of the thread before.
        before: libc::sigset_t,
        /// Whether a SIGPIPE of the program was pending before, which must stay pending.
        was_pending: bool,
    }

    impl SigpipeBlocked {
        /// `None` if the program ignores SIGPIPE, as most servers do: it is harmless then.
        pub(super) fn unless_ignored() -> Option<SigpipeBlocked> {
            // SAFETY: C structs that these functions initialise.
            unsafe {
                let mut action: libc::sigaction = zeroed();
                libc::sigaction(libc::SIGPIPE, ptr::null(), &mut action);
                if action.sa_sigaction == libc::SIG_IGN {
                    return None;
                }
                let mut before: libc::sigset_t = zeroed();
                libc::pthread_sigmask(libc::SIG_BLOCK, &sigpipe(), &mut before);
                let was_pending = contains_sigpipe(&before) && is_pending();
                Some(SigpipeBlocked { before, was_pending })
            }
        }
    }

    impl Drop for SigpipeBlocked {
        fn drop(&mut self) {
            // SAFETY: initialised C structs. sigwait() returns immediately, because the signal is pending.
            unsafe {
                if !self.was_pending && is_pending() {
                    libc::sigwait(&sigpipe(), &mut 0);
                }
                if !contains_sigpipe(&self.before) {
                    libc::pthread_sigmask(libc::SIG_SETMASK, &self.before, ptr::null_mut());
                }
            }
        }
    }

    fn sigpipe() -> libc::sigset_t {
        // SAFETY: a C struct that these functions initialise.
        unsafe {
            let mut set: libc::sigset_t = zeroed();
            libc::sigemptyset(&mut set);
            libc::sigaddset(&mut set, libc::SIGPIPE);
            set
        }
    }

    fn contains_sigpipe(set: &libc::sigset_t) -> bool {
        // SAFETY: an initialised set.
        unsafe { libc::sigismember(set, libc::SIGPIPE) == 1 }
    }

    fn is_pending() -> bool {
        // SAFETY: a C struct that this function initialises.
        unsafe {
            let mut pending: libc::sigset_t = zeroed();
            libc::sigpending(&mut pending);
            contains_sigpipe(&pending)
        }
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::ffi::c_int;

    unsafe extern "C" {
        /// Part of POSIX; the crate `libc` does not declare it.
        fn pthread_setcancelstate(state: c_int, before: *mut c_int) -> c_int;
    }

    const PTHREAD_CANCEL_DISABLE: c_int = 1;

    /// Defers pthread_cancel() until this is dropped; the thread then ends at its next cancellation point.
    pub(super) struct CancellationDisabled(c_int);

    impl CancellationDisabled {
        pub(super) fn now() -> CancellationDisabled {
            let mut before = 0;
            // SAFETY: changes only the state of this thread, and writes the previous state.
            unsafe { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &mut before) };
            CancellationDisabled(before)
        }
    }

    impl Drop for CancellationDisabled {
        fn drop(&mut self) {
            // SAFETY: restores the previous state.
            unsafe { pthread_setcancelstate(self.0, &mut 0) };
        }
    }
}

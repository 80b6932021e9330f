//! What a thread of a C program is sheltered from while it is in here, and would not survive: SIGPIPE, which kills the process where a server has
//! closed a connection, with a message sent or not; and pthread_cancel(), which would unwind through Rust.
//!
//! Programs in Rust, Python and Node ignore SIGPIPE from the start. A C program has it as the system gave it, unless it says otherwise.

/// A thread in shelter, for as long as this lives.
pub(crate) struct Shelter {
    #[cfg(unix)]
    _signal: Option<unix::SigpipeBlocked>,
    #[cfg(target_os = "linux")]
    _cancellation: linux::CancellationDisabled,
}

impl Shelter {
    pub(crate) fn enter() -> Shelter {
        Shelter {
            #[cfg(unix)]
            _signal: unix::SigpipeBlocked::unless_ignored(),
            #[cfg(target_os = "linux")]
            _cancellation: linux::CancellationDisabled::now(),
        }
    }
}

#[cfg(unix)]
mod unix {
    use std::mem::zeroed;
    use std::ptr;

    /// SIGPIPE is blocked on this thread. One that comes meanwhile is ours, and is taken when this ends.
    pub(super) struct SigpipeBlocked {
        before: libc::sigset_t,
        /// Somebody else's, from before.
        was_pending: bool,
    }

    impl SigpipeBlocked {
        /// Not where the program ignores it, as most servers do: then it does no harm.
        pub(super) fn unless_ignored() -> Option<SigpipeBlocked> {
            // SAFETY: plain structs of C, which these functions fill.
            unsafe {
                let mut action: libc::sigaction = zeroed();
                libc::sigaction(libc::SIGPIPE, ptr::null(), &mut action);
                if action.sa_sigaction == libc::SIG_IGN {
                    return None;
                }
                let mut before: libc::sigset_t = zeroed();
                libc::pthread_sigmask(libc::SIG_BLOCK, &sigpipe(), &mut before);
                let was_pending = is_in(&before) && is_pending();
                Some(SigpipeBlocked { before, was_pending })
            }
        }
    }

    impl Drop for SigpipeBlocked {
        fn drop(&mut self) {
            // SAFETY: plain structs of C. Waiting does not take long: the signal is there.
            unsafe {
                if !self.was_pending && is_pending() {
                    libc::sigwait(&sigpipe(), &mut 0);
                }
                if !is_in(&self.before) {
                    libc::pthread_sigmask(libc::SIG_SETMASK, &self.before, ptr::null_mut());
                }
            }
        }
    }

    fn sigpipe() -> libc::sigset_t {
        // SAFETY: a plain struct of C, which these functions fill.
        unsafe {
            let mut set: libc::sigset_t = zeroed();
            libc::sigemptyset(&mut set);
            libc::sigaddset(&mut set, libc::SIGPIPE);
            set
        }
    }

    fn is_in(set: &libc::sigset_t) -> bool {
        // SAFETY: a set that the system has filled.
        unsafe { libc::sigismember(set, libc::SIGPIPE) == 1 }
    }

    fn is_pending() -> bool {
        // SAFETY: a plain struct of C, which this function fills.
        unsafe {
            let mut pending: libc::sigset_t = zeroed();
            libc::sigpending(&mut pending);
            is_in(&pending)
        }
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::ffi::c_int;

    unsafe extern "C" {
        /// Of POSIX; the crate `libc` leaves it out.
        fn pthread_setcancelstate(state: c_int, before: *mut c_int) -> c_int;
    }

    const PTHREAD_CANCEL_DISABLE: c_int = 1;

    /// pthread_cancel() waits until this ends, and takes the thread at its next cancellation point.
    pub(super) struct CancellationDisabled(c_int);

    impl CancellationDisabled {
        pub(super) fn now() -> CancellationDisabled {
            let mut before = 0;
            // SAFETY: it changes nothing but this thread's state, and writes what that was.
            unsafe { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &mut before) };
            CancellationDisabled(before)
        }
    }

    impl Drop for CancellationDisabled {
        fn drop(&mut self) {
            // SAFETY: it was this before.
            unsafe { pthread_setcancelstate(self.0, &mut 0) };
        }
    }
}

//! Ctrl-C. On Unix, SIGTERM and SIGHUP have the same meaning.

use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use zexa::CancelToken;

use crate::exit::Exit;
use crate::prompt;

/// The token that Ctrl-C cancels.
static TOKEN: OnceLock<CancelToken> = OnceLock::new();

/// Wakes the thread that waits in [`wait`].
static CANCELLED: (Mutex<bool>, Condvar) = (Mutex::new(false), Condvar::new());

/// Whether Ctrl-C ends the program immediately.
static ENDS_PROGRAM: AtomicBool = AtomicBool::new(false);

/// Return a token that the first Ctrl-C cancels. A second one ends the program.
pub(crate) fn token() -> &'static CancelToken {
    TOKEN.get_or_init(|| {
        let token = CancelToken::new();
        let cancelled = token.clone();
        on_interrupt(move |count| {
            cancelled.cancel();
            if count > 1 || ENDS_PROGRAM.load(Ordering::SeqCst) {
                prompt::cancel();
                exit(Exit::Interrupted as i32);
            }
            *CANCELLED.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
            CANCELLED.1.notify_all();
        });
        token
    })
}

/// Calls `handler` on a thread of its own with the number of interrupts so far, after each of them. Can be set once.
pub(crate) fn on_interrupt(mut handler: impl FnMut(u32) + Send + 'static) {
    let mut count = 0;
    let set = || {
        ctrlc::set_handler(move || {
            count += 1;
            handler(count);
        })
    };
    // It fails only if there is a handler. Ctrl-C then keeps its meaning.
    let _ = keep_ignored(set);
}

/// Sets a handler. SIGHUP stays ignored if it was ignored before, as by `nohup`: such a program goes on when its terminal is closed.
#[cfg(unix)]
#[allow(unsafe_code, reason = "the only way to learn how a signal is handled")]
fn keep_ignored<E>(set: impl FnOnce() -> Result<(), E>) -> Result<(), E> {
    use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};
    let ignored = SigAction::new(SigHandler::SigIgn, SaFlags::empty(), SigSet::empty());
    // SAFETY: a signal that is ignored runs no code.
    let before = unsafe { sigaction(Signal::SIGHUP, &ignored) };
    let result = set();
    if let Ok(before) = before
        && (result.is_err() || matches!(before.handler(), SigHandler::SigIgn))
    {
        // SAFETY: this handler was set before.
        let _ = unsafe { sigaction(Signal::SIGHUP, &before) };
    }
    result
}

#[cfg(not(unix))]
fn keep_ignored<E>(set: impl FnOnce() -> Result<(), E>) -> Result<(), E> {
    set()
}

/// Wait for this time. Returns false if Ctrl-C ends the wait.
pub(crate) fn wait(time: Duration) -> bool {
    token();
    let cancelled = CANCELLED.0.lock().unwrap_or_else(PoisonError::into_inner);
    let waited = CANCELLED.1.wait_timeout_while(cancelled, time, |cancelled| !*cancelled);
    !*waited.unwrap_or_else(PoisonError::into_inner).0
}

/// Wait for Ctrl-C.
pub(crate) fn wait_for_interrupt() {
    token();
    let cancelled = CANCELLED.0.lock().unwrap_or_else(PoisonError::into_inner);
    drop(CANCELLED.1.wait_while(cancelled, |cancelled| !*cancelled));
}

/// Run something that cannot be cancelled and changes nothing, such as a question. Ctrl-C ends the program meanwhile.
pub(crate) fn exit_during<T>(run: impl FnOnce() -> T) -> T {
    ENDS_PROGRAM.store(true, Ordering::SeqCst);
    // Ctrl-C just before.
    if TOKEN.get().is_some_and(CancelToken::is_cancelled) {
        exit(Exit::Interrupted as i32);
    }
    let result = run();
    ENDS_PROGRAM.store(false, Ordering::Relaxed);
    result
}

//! Ctrl-C.

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
    // It fails only if there is a handler. Ctrl-C then keeps its meaning.
    let _ = ctrlc::set_handler(move || {
        count += 1;
        handler(count);
    });
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

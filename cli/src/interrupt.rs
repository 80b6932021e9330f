//! Ctrl-C.

use std::sync::OnceLock;

use zexa::CancelToken;

/// The token that Ctrl-C cancels.
static TOKEN: OnceLock<CancelToken> = OnceLock::new();

/// Return a token that the first Ctrl-C cancels. A second one ends the program.
pub(crate) fn token() -> &'static CancelToken {
    TOKEN.get_or_init(|| {
        let token = CancelToken::new();
        let cancelled = token.clone();
        on_interrupt(move |count| {
            if count > 1 {
                std::process::exit(crate::exit::Exit::Interrupted as i32);
            }
            cancelled.cancel();
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

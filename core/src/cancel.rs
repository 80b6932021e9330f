//! [`CancelToken`]: cancels calls from another thread.

use tokio_util::sync::CancellationToken;

use crate::binding::InterruptCheck;

/// A token that cancels calls from another thread. Pass it to calls with [`CallOptions::cancel`](crate::CallOptions::cancel).
///
/// Clones are the same token. A cancelled token stays cancelled: calls with this token fail immediately with
/// [`Kind::Cancelled`](crate::Kind::Cancelled), whether they are in flight, waiting for a retry, between pages, or not started yet. The error's
/// [`outcome`](crate::Error::outcome) says whether the request was sent.
///
/// ```
/// use zexa::{CallOptions, CancelToken, Kind};
/// # let sandbox = zexa_sandbox::Sandbox::start();
/// # let client = zexa::Client::builder().base_url(sandbox.url()).api_key(sandbox.api_key()).build()?;
///
/// let token = CancelToken::new();
/// let cancellable = client.with_options(CallOptions::new().cancel(&token));
/// token.cancel(); // from any thread, such as one that handles Ctrl-C
/// let error = cancellable.credits().get().unwrap_err();
/// assert_eq!(error.kind(), Kind::Cancelled);
/// # Ok::<(), zexa::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct CancelToken {
    token: CancellationToken,
    /// Checks for an interrupt, in languages that must be polled for them: see [`crate::binding::with_interrupt_check`].
    interrupt_check: Option<fn() -> InterruptCheck>,
}

impl CancelToken {
    /// Create a token that is not cancelled.
    pub fn new() -> CancelToken {
        CancelToken::default()
    }

    /// Creates a token with an interrupt check, which is called while a blocking call with this token waits.
    pub(crate) fn with_interrupt_check(check: fn() -> InterruptCheck) -> CancelToken {
        CancelToken { token: CancellationToken::new(), interrupt_check: Some(check) }
    }

    /// A token that is cancelled with this one, and can be cancelled alone.
    pub(crate) fn child(&self) -> CancelToken {
        CancelToken { token: self.token.child_token(), interrupt_check: None }
    }

    /// Returns the interrupt check, if any.
    pub(crate) fn interrupt_check(&self) -> Option<fn() -> InterruptCheck> {
        self.interrupt_check
    }

    /// Cancel all calls with this token. Has no effect if the token is already cancelled.
    pub fn cancel(&self) {
        self.token.cancel();
    }

    /// Return whether [`cancel`](CancelToken::cancel) was called.
    pub fn is_cancelled(&self) -> bool {
        self.token.is_cancelled()
    }

    /// Runs the future until it is ready. `None` if the token is cancelled first.
    pub(crate) async fn guard<F: Future>(&self, future: F) -> Option<F::Output> {
        self.token.run_until_cancelled(future).await
    }
}

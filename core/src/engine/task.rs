//! [`Task`]: a call that runs on the background runtime, until it is no longer awaited.

use std::future::poll_fn;
use std::mem;
use std::panic::{self, AssertUnwindSafe};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use tokio::sync::oneshot;

use super::background::BackgroundRuntime;
use super::fork;
use crate::{Error, Kind, Outcome, Result};

/// A spawned call. Dropping the task cancels the call.
pub(crate) struct Task<T> {
    /// `None` only while the task is dropped.
    result: Option<oneshot::Receiver<std::thread::Result<Result<T>>>>,
    generation: u64,
}

impl<T: Send + 'static> Task<T> {
    pub(super) fn spawn(
        runtime: &BackgroundRuntime,
        call: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Task<T> {
        let (sender, receiver) = oneshot::channel();
        runtime.spawn(run_while_awaited(call, sender));
        Task { result: Some(receiver), generation: fork::generation() }
    }
}

/// Runs a call until it has a result or has panicked, or until its task is dropped.
async fn run_while_awaited<T>(call: impl Future<Output = T>, mut sender: oneshot::Sender<std::thread::Result<T>>) {
    let mut call = pin!(call);
    let result = poll_fn(|context| {
        if sender.poll_closed(context).is_ready() {
            return Poll::Ready(None);
        }
        let polled = panic::catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(context)));
        polled.map_or_else(|panic| Poll::Ready(Some(Err(panic))), |poll| poll.map(|output| Some(Ok(output))))
    });
    if let Some(result) = result.await {
        // The task may have been dropped in the meantime.
        let _ = sender.send(result);
    }
}

impl<T> Future for Task<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T>> {
        if self.generation != fork::generation() {
            return Poll::Ready(Err(fork::forked_error(Outcome::Unknown)));
        }
        let result = self.result.as_mut().expect("only drop takes it");
        Pin::new(result).poll(context).map(|received| match received {
            Ok(result) => result.unwrap_or_else(|panic| panic::resume_unwind(panic)),
            Err(_) => Err(Error::new(Kind::Closed, Outcome::Unknown, "the runtime of the call was shut down")),
        })
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        // An inherited task runs in the parent. Cancelling it in a forked child would affect the parent through shared sockets.
        if self.generation != fork::generation() {
            mem::forget(self.result.take());
        }
    }
}

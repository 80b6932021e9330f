//! [`Driver`]: lets a connection make progress while an attempt waits for it.
//!
//! The usual way is a task for each connection. But a runtime that drives one blocking call polls its event queue between such a task and the call, which
//! is one system call of five. Nobody polls an idle connection of such a runtime in either case.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;

use super::connect::Connection;
use super::progress::WatchedBody;
use super::signal::Signal;

/// After this many turns without a break, the runtime gets one.
const MOST_TURNS: usize = 64;

type Http1 = http1::Connection<TokioIo<Connection>, WatchedBody>;

/// Drives one HTTP/1.1 connection. The connection is closed when this is dropped.
pub(crate) struct Driver {
    /// `None` after it has ended.
    connection: Option<Pin<Box<Http1>>>,
    /// Why it has ended.
    error: Option<hyper::Error>,
    signal: Arc<Signal>,
    /// Wakes `signal`.
    waker: Waker,
}

impl Driver {
    pub(crate) fn new(connection: Http1) -> Driver {
        let signal = Arc::new(Signal::default());
        Driver { connection: Some(Box::pin(connection)), error: None, waker: signal.clone().into(), signal }
    }

    /// Waits for a future, and lets the connection make progress meanwhile.
    pub(crate) async fn drive<F: Future>(&mut self, mut future: Pin<&mut F>) -> F::Output {
        poll_fn(|context| self.poll(future.as_mut(), context)).await
    }

    fn poll<F: Future>(&mut self, mut future: Pin<&mut F>, caller: &mut Context<'_>) -> Poll<F::Output> {
        self.signal.begin(caller.waker());
        let mut context = Context::from_waker(&self.waker);
        for _ in 0..MOST_TURNS {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                self.signal.end();
                return Poll::Ready(output);
            }
            if let Some(connection) = &mut self.connection
                && let Poll::Ready(end) = connection.as_mut().poll(&mut context)
            {
                self.error = end.err();
                // Fails a request that waits on the connection.
                self.connection = None;
            }
            if self.signal.end_unless_due() {
                return Poll::Pending;
            }
        }
        self.signal.end();
        caller.waker().wake_by_ref();
        Poll::Pending
    }

    /// The error with which the connection has ended.
    pub(crate) fn take_error(&mut self) -> Option<hyper::Error> {
        self.error.take()
    }
}

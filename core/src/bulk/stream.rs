//! [`SendManyStream`] and [`CreateManyStream`]: bulk runs of the async client.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::row::BulkRow;
use super::run::{BulkRun, Step};
use super::{CreateResult, RowResult, SendResult, results};
use crate::{AsyncContacts, AsyncMessages, BulkOptions, CreateContact, Result, SendMessage};

impl AsyncMessages<'_> {
    /// Send many messages: see [`Messages::send_many`](crate::Messages::send_many). The rows are a stream, and so are the results.
    ///
    /// # Errors
    ///
    /// [`Kind::Config`](crate::Kind::Config) if an option is invalid, or if the ledger cannot be used.
    pub fn send_many<S>(&self, rows: S, options: &BulkOptions) -> Result<SendManyStream<S>>
    where
        S: Stream<Item = SendMessage> + Unpin,
    {
        Ok(SendManyStream(RunStream::new(self.client().begin_run(options)?, rows)))
    }
}

impl AsyncContacts<'_> {
    /// Add many contacts: see [`Contacts::create_many`](crate::Contacts::create_many). The rows are a stream, and so are the results.
    ///
    /// # Errors
    ///
    /// [`Kind::Config`](crate::Kind::Config) if an option is invalid.
    pub fn create_many<S>(&self, rows: S, options: &BulkOptions) -> Result<CreateManyStream<S>>
    where
        S: Stream<Item = CreateContact> + Unpin,
    {
        Ok(CreateManyStream(RunStream::new(self.client().begin_run(options)?, rows)))
    }
}

/// A run of the async client, with its source.
struct RunStream<P: BulkRow, S> {
    run: Arc<BulkRun<P>>,
    rows: S,
    /// Waits for a change of the run.
    changed: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    has_ended: bool,
}

impl<P: BulkRow, S: Stream<Item = P> + Unpin> RunStream<P, S> {
    fn new(run: BulkRun<P>, rows: S) -> RunStream<P, S> {
        RunStream { run: Arc::new(run), rows, changed: None, has_ended: false }
    }

    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<RowResult<P::Model>>>> {
        let mut can_pull = true;
        while !self.has_ended {
            match self.run.step(can_pull) {
                Step::Pull => match Pin::new(&mut self.rows).poll_next(context) {
                    Poll::Ready(Some(row)) => self.run.push(row),
                    Poll::Ready(None) => self.run.end(),
                    // The source wakes the task.
                    Poll::Pending => can_pull = false,
                },
                Step::Result(result) => return Poll::Ready(Some(Ok(result))),
                Step::Wait => {
                    let run = self.run.clone();
                    let changed = self.changed.get_or_insert_with(|| Box::pin(async move { run.changed().await }));
                    ready!(changed.as_mut().poll(context));
                    self.changed = None;
                }
                Step::End(error) => {
                    self.has_ended = true;
                    return Poll::Ready(error.map(Err));
                }
            }
        }
        Poll::Ready(None)
    }
}

macro_rules! run_stream {
    ($(#[$doc:meta])* $name:ident of $Params:ident -> $Row:ident) => {
        results! { $(#[$doc])* $name of RunStream<$Params> }

        impl<S: Stream<Item = $Params> + Unpin> Stream for $name<S> {
            type Item = Result<$Row>;

            fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
                self.0.poll_next(context)
            }
        }
    };
}

run_stream! {
    /// The results of [`AsyncMessages::send_many`].
    SendManyStream of SendMessage -> SendResult
}

run_stream! {
    /// The results of [`AsyncContacts::create_many`].
    CreateManyStream of CreateContact -> CreateResult
}

//! [`SendMany`] and [`CreateMany`]: bulk runs of the blocking client.

use super::row::BulkRow;
use super::run::{BulkRun, Step};
use super::{CreateResult, RowResult, SendResult, results};
use crate::engine::check_blocking_allowed;
use crate::{BulkOptions, Contacts, CreateContact, Messages, Result, SendMessage};

impl Messages<'_> {
    /// Send many messages. Each row is sent at most once, and has one result.
    ///
    /// Rows are pulled lazily from the iterator, on the thread that takes the results, and are sent concurrently. The results arrive as the rows
    /// complete, or in the order of the rows with [`ordered`](BulkOptions::ordered). With a ledger, a run that was interrupted is continued by running
    /// it again: rows that were sent are not sent again, and rows in doubt are named.
    ///
    /// A 429 settles no row: the run waits, and adapts its rate. The run stops by itself if it makes no sense to go on, such as without credits. The
    /// last item is then an error of [`Kind::Stopped`](crate::Kind::Stopped), whose details have the reason and the index of the first row that was
    /// not pulled.
    ///
    /// Give each row a key of its own, such as the id of an order. By default, the key is made from the channel and the recipient, so that a
    /// recipient gets one message per ledger.
    ///
    /// ```
    /// use zexa::{BulkOptions, SendMessage};
    /// # let sandbox = zexa_sandbox::Sandbox::start();
    /// # let client = zexa::Client::builder().base_url(sandbox.url()).api_key(sandbox.api_key()).build()?;
    /// # let directory = tempfile::tempdir().unwrap();
    /// # let ledger = directory.path().join("june.db");
    ///
    /// let rows = (0..100).map(|number| {
    ///     let to = format!("+2449230{number:05}");
    ///     SendMessage::sms(to, "ZEXA", "Hello").idempotency_key(format!("june-{number}"))
    /// });
    /// let mut sending = client.messages().send_many(rows, &BulkOptions::new().ledger(ledger))?;
    /// for result in &mut sending {
    ///     let result = result?;
    ///     if let Some(error) = result.error {
    ///         eprintln!("row {}: {error}", result.index);
    ///     }
    /// }
    /// assert_eq!(sending.stats().accepted, 100);
    /// # Ok::<(), zexa::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Kind::Config`](crate::Kind::Config) if an option is invalid, or if the ledger cannot be used.
    pub fn send_many<I>(&self, rows: I, options: &BulkOptions) -> Result<SendMany<I::IntoIter>>
    where
        I: IntoIterator<Item = SendMessage>,
    {
        Ok(SendMany(RunIter { run: self.client().begin_run(options)?, rows: rows.into_iter(), has_ended: false }))
    }
}

impl Contacts<'_> {
    /// Add many contacts. Each row has one result.
    ///
    /// Like [`Messages::send_many`], without a ledger: a phone number is unique on the server, so a row is retried if it may have been processed. A
    /// contact that already exists is a result with [`exists`](RowResult::exists), and not an error.
    ///
    /// ```
    /// use zexa::{BulkOptions, CreateContact};
    /// # let sandbox = zexa_sandbox::Sandbox::start();
    /// # let client = zexa::Client::builder().base_url(sandbox.url()).api_key(sandbox.api_key()).build()?;
    ///
    /// let rows = (0..100).map(|number| CreateContact::new("Ana", format!("+2449230{number:05}")));
    /// for result in client.contacts().create_many(rows, &BulkOptions::new())? {
    ///     let result = result?;
    ///     assert!(result.value.is_some() || result.exists);
    /// }
    /// # Ok::<(), zexa::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Kind::Config`](crate::Kind::Config) if an option is invalid.
    pub fn create_many<I>(&self, rows: I, options: &BulkOptions) -> Result<CreateMany<I::IntoIter>>
    where
        I: IntoIterator<Item = CreateContact>,
    {
        Ok(CreateMany(RunIter { run: self.client().begin_run(options)?, rows: rows.into_iter(), has_ended: false }))
    }
}

/// A run of the blocking client, with its source.
struct RunIter<P: BulkRow, I> {
    run: BulkRun<P>,
    rows: I,
    has_ended: bool,
}

impl<P: BulkRow, I: Iterator<Item = P>> RunIter<P, I> {
    fn next(&mut self) -> Option<Result<RowResult<P::Model>>> {
        if let Err(error) = check_blocking_allowed() {
            self.has_ended = true;
            return Some(Err(error));
        }
        while !self.has_ended {
            match self.run.step(true) {
                Step::Pull => match self.rows.next() {
                    Some(row) => self.run.push(row),
                    None => self.run.end(),
                },
                Step::Result(result) => return Some(Ok(result)),
                Step::Wait => {
                    if let Err(error) = self.run.wait(None) {
                        self.has_ended = true;
                        return Some(Err(error));
                    }
                }
                Step::End(error) => {
                    self.has_ended = true;
                    return error.map(Err);
                }
            }
        }
        None
    }
}

macro_rules! run_iter {
    ($(#[$doc:meta])* $name:ident of $Params:ident -> $Row:ident) => {
        results! { $(#[$doc])* $name of RunIter<$Params> }

        impl<I: Iterator<Item = $Params>> Iterator for $name<I> {
            type Item = Result<$Row>;

            fn next(&mut self) -> Option<Self::Item> {
                self.0.next()
            }
        }
    };
}

run_iter! {
    /// The results of [`Messages::send_many`].
    SendMany of SendMessage -> SendResult
}

run_iter! {
    /// The results of [`Contacts::create_many`].
    CreateMany of CreateContact -> CreateResult
}

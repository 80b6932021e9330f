//! [`BulkOptions`]: the options of a bulk run.

use std::fmt;

use crate::options::options;
use crate::{CancelToken, Error, Result};

/// Options of a bulk run: of [`Messages::send_many`](crate::Messages::send_many) and [`Contacts::create_many`](crate::Contacts::create_many).
#[derive(Clone, Default)]
#[must_use = "options do nothing until they are passed to a bulk run"]
pub struct BulkOptions {
    pub(crate) values: BulkValues,
    pub(crate) cancel: Option<CancelToken>,
}

options! {
    BulkValues of BulkOptions {
        /// Set the maximum number of rows in flight. Over HTTP/1.1, each of them uses one connection.
        concurrency: limit = 32;
        /// Set the maximum rate, in rows per second. Without it, the run is as fast as the server allows: after the first 429, the rate adapts to the
        /// server's limit.
        rate: rate = none;
        /// Return the results in the order of the rows, instead of in the order in which they arrive.
        ordered: flag = false;
        /// Set the path of the ledger, or its URL, if the run does not use that of the client. It is created if it does not exist. Not for contacts.
        ledger: location;
        /// Send rows again whose outcome is unknown, with `send`. A message may then be **sent twice**. With `report`, such a row fails with
        /// [`Kind::InDoubt`](crate::Kind::InDoubt).
        on_unknown: text = "report";
        /// Send rejected rows again, with `send`. With `report`, such a row fails as before.
        on_rejected: text = "report";
        /// Send messages whose `scheduled_at` has passed immediately, instead of reporting them as not sent.
        allow_past: flag = false;
        /// Set the time after which nothing more is sent, for messages that would come too late.
        not_after: time = none;
    }
}

impl BulkOptions {
    /// Create the default options.
    pub fn new() -> BulkOptions {
        BulkOptions::default()
    }

    /// Stop the run when the token is cancelled: no further row is pulled or sent, and the rows in flight are waited for.
    pub fn cancel(mut self, token: &CancelToken) -> Self {
        self.cancel = Some(token.clone());
        self
    }
}

/// Whether the value of `on_unknown` or `on_rejected` is `send`.
pub(crate) fn sends(option: &str, value: &str) -> Result<bool> {
    match value {
        "report" => Ok(false),
        "send" => Ok(true),
        other => Err(Error::config(option, format_args!("must be `report` or `send`, got {other:?}"))),
    }
}

impl fmt::Debug for BulkOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut output = f.debug_struct("BulkOptions");
        self.values.show(&mut output);
        output.finish_non_exhaustive()
    }
}

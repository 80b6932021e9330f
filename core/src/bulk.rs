//! Bulk runs: send many messages, or add many contacts, with one call.
//
// - `run` is a run: it says when to pull a row, and returns the results;
// - `rows` sends the rows on the background runtime, and `caller` takes their results;
// - `ready` holds the results until the caller takes them, and `recent` measures the rate;
// - `row` is what messages and contacts have in common as rows;
// - `stop` decides when a run stops by itself, and `seen_keys` finds duplicates;
// - `iter` and `stream` are the runs of the two clients.

mod caller;
pub(crate) mod iter;
mod ready;
mod recent;
pub(crate) mod row;
mod rows;
pub(crate) mod run;
mod seen_keys;
pub(crate) mod stop;
pub(crate) mod stream;

use serde_json::Map;

use crate::model::model;
use crate::redact::redacted_debug;
use crate::{Contact, Error, Message, Outcome};

model! {
    /// The progress of a bulk run.
    BulkStats {
        required {
            /// Number of rows that were pulled from the source.
            pulled: u64,
            /// Number of rows in flight: pulled, and without a result.
            in_flight: u64,
            /// Number of rows that the server accepted in this run.
            accepted: u64,
            /// Number of rows that the server rejected, also in an earlier run. For contacts, this includes those that already exist.
            rejected: u64,
            /// Number of rows that were not sent, such as invalid ones.
            not_sent: u64,
            /// Number of rows whose outcome is unknown.
            unknown: u64,
            /// Number of rows whose key occurred before in the run.
            duplicate: u64,
            /// Number of rows that an earlier run has sent.
            replayed: u64,
            /// Rows per second that the server answered in the last seconds.
            rate: f64,
        }
        documented {}
        optional {
            /// Rows per second to which the run is limited. Absent if it is not limited.
            allowed_rate: Option<f64>,
            /// Seconds until rows are sent again, if the server has asked to wait.
            gate_opens_in: Option<f64>,
            /// Absolute path of the ledger. Absent without a ledger.
            ledger: Option<String>,
        }
    }
}

redacted_debug!(BulkStats {
    pulled,
    in_flight,
    accepted,
    rejected,
    not_sent,
    unknown,
    duplicate,
    replayed,
    rate,
    allowed_rate,
    gate_opens_in,
    ledger
});

impl BulkStats {
    /// The progress of a run without rows.
    fn none() -> BulkStats {
        BulkStats {
            pulled: 0,
            in_flight: 0,
            accepted: 0,
            rejected: 0,
            not_sent: 0,
            unknown: 0,
            duplicate: 0,
            replayed: 0,
            rate: 0.0,
            allowed_rate: None,
            gate_opens_in: None,
            ledger: None,
            extra: Map::new(),
        }
    }
}

/// Defines the results of a run: a type that has the run in the field `run`. The blocking and the async client have the same.
macro_rules! results {
    ($(#[$doc:meta])* $name:ident of $Inner:ident<$Params:ident>) => {
        $(#[$doc])*
        ///
        /// Dropping it cancels the rows in flight: those that were not sent will not be sent, and those that may have been sent are recorded when
        /// they are answered.
        #[must_use = "rows are pulled and sent only while the results are taken"]
        pub struct $name<Source>($Inner<$Params, Source>);

        impl<Source> $name<Source> {
            /// Return the progress so far.
            pub fn stats(&self) -> $crate::BulkStats {
                self.0.run.stats()
            }

            /// Return the absolute path of the ledger, and whether the run has created it. `None` without a ledger.
            pub fn ledger(&self) -> Option<(&std::path::Path, bool)> {
                self.0.run.ledger()
            }

            /// Stop the run: no further row is pulled or sent. The results of the rows in flight still follow.
            pub fn stop(&self) {
                self.0.run.stop();
            }

            /// Stop the run and cancel the rows in flight. Their results still follow.
            pub fn cancel(&self) {
                self.0.run.cancel();
            }
        }
    };
}

use results;

/// The result of a row of [`Messages::send_many`](crate::Messages::send_many).
pub type SendResult = RowResult<Message>;

/// The result of a row of [`Contacts::create_many`](crate::Contacts::create_many).
pub type CreateResult = RowResult<Contact>;

/// The result of a row of a bulk run: of a message or a contact.
#[derive(Debug)]
#[non_exhaustive]
pub struct RowResult<T> {
    /// Index of the row in the source. The first row is 0.
    pub index: u64,
    /// The row's key. If the row has none, it is made from the channel and the recipient. Absent for contacts and for invalid keys.
    pub idempotency_key: Option<String>,
    /// The message or contact. Absent if the row failed, and for a contact that already exists.
    pub value: Option<T>,
    /// The error of a row that failed.
    pub error: Option<Error>,
    /// What is known about the request of the row.
    pub outcome: Outcome,
    /// Whether the result is that of an earlier run, and nothing was sent.
    pub replayed: bool,
    /// Whether the result is in the ledger. False without a ledger, if it cannot be written, and if the row was cancelled while its request was in
    /// flight: the result is recorded when it arrives.
    pub recorded: bool,
    /// Whether the contact already exists. This is not an error. Always false for messages.
    pub exists: bool,
}

//! [`BulkRow`]: what messages and contacts have in common as rows of a run.

use jiff::Timestamp;

use crate::extra::BodyParams;
use crate::model::Model;
use crate::tolerant::fill::FillFrom;
use crate::{Contact, CreateContact, Error, Kind, Message, SendMessage};

/// The parameters of a row.
pub trait BulkRow: BodyParams {
    /// What the server returns.
    type Model: Model + FillFrom<Self> + Send + 'static;

    /// The path of the API.
    const ROUTE: &'static str;

    /// Whether an ambiguous failure is retried, because the server rejects the second request.
    const IS_IDEMPOTENT: bool;

    /// The channel and the recipient, from which the key of a row without one is made. `None` if the server finds duplicates.
    fn recipient(&self) -> Option<(&str, &str)>;

    /// The time at which the message is to be sent.
    fn scheduled_at(&self) -> Option<Timestamp>;

    /// Whether the error means that the server has the object already.
    fn exists(error: &Error) -> bool;
}

impl BulkRow for SendMessage {
    type Model = Message;

    const ROUTE: &'static str = "/messages";
    const IS_IDEMPOTENT: bool = false;

    fn recipient(&self) -> Option<(&str, &str)> {
        Some((self.channel.as_str(), &self.to))
    }

    fn scheduled_at(&self) -> Option<Timestamp> {
        self.scheduled_at
    }

    fn exists(_: &Error) -> bool {
        false
    }
}

impl BulkRow for CreateContact {
    type Model = Contact;

    const ROUTE: &'static str = "/contacts";
    const IS_IDEMPOTENT: bool = true;

    fn recipient(&self) -> Option<(&str, &str)> {
        None
    }

    fn scheduled_at(&self) -> Option<Timestamp> {
        None
    }

    fn exists(error: &Error) -> bool {
        error.kind() == Kind::Conflict
    }
}

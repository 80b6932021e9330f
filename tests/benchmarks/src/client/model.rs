//! Models for clients that return bytes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The message that all clients send.
pub(crate) const MESSAGE: NewMessage<'_> =
    NewMessage { channel: "sms", to: "+244912345678", from: "ZEXA", body: "Hello" };

#[derive(Serialize)]
pub(crate) struct NewMessage<'a> {
    channel: &'a str,
    to: &'a str,
    from: &'a str,
    body: &'a str,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "decoded as a user of the data would decode it")]
pub(crate) struct Message {
    pub(crate) id: String,
    status: String,
    channel: String,
    to: String,
    from: String,
    body: String,
    created_at: Timestamp,
}

#[derive(Deserialize)]
pub(crate) struct Page {
    pub(crate) data: Vec<Contact>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "decoded as a user of the data would decode it")]
pub(crate) struct Contact {
    id: String,
    name: String,
    phone: String,
    email: Option<String>,
    lists: Vec<String>,
    created_at: Timestamp,
}

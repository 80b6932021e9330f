//! Sender IDs: the names and numbers that messages come from.

use jiff::Timestamp;

use crate::Channel;
use crate::model::{model, params};
use crate::open_enum::open_enum;
use crate::private::discreet_debug;

open_enum! {
    /// Whether a Sender ID may be used.
    SenderIdStatus {
        /// It is being looked at.
        Pending = "pending",
        /// It may send.
        Approved = "approved",
        /// It may not.
        Rejected = "rejected",
    }
}

model! {
    /// A name or number that is registered to send from, on one channel.
    SenderId {
        required {
            /// Whether it may be used.
            status: SenderIdStatus,
            /// The channel that it is registered for.
            channel: Channel,
        }
        optional {
            /// The name itself: up to 11 letters and digits, or an E.164 number. Inferred: the API may leave it out.
            sender_id or "name" or "value": String,
            /// Its id. Inferred: the API may leave it out.
            id: String,
            /// What it was registered for: `transactional`, `marketing` or `otp`. Inferred: the API may leave it out.
            use_case: String,
            /// When it was registered. Inferred: the API may leave it out.
            created_at: Timestamp,
        }
    }
}

params! {
    /// How to list Sender IDs.
    #[derive(Debug, Default)]
    ListSenderIds {
        required {}
        optional {
            /// How many come with one request, 1 to 100. Default: 50, the API's own.
            per_page: u32,
        }
    }
}

impl ListSenderIds {
    /// All of them.
    pub fn new() -> ListSenderIds {
        ListSenderIds::default()
    }
}

discreet_debug!(SenderId { status, channel, sender_id, id, use_case, created_at });

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
    /// A name or number that is registered as a sender on one channel. The API documents little of it, so every field may be absent.
    SenderId {
        required {}
        documented {
            /// Whether it may be used. Empty if the API omits it.
            status: SenderIdStatus,
        }
        optional {
            /// Channel that it is registered for. Not documented: the API may omit it.
            channel: Option<Channel>,
            /// The name itself: up to 11 letters and digits, or an E.164 number. Not documented: the API may omit it.
            sender_id or "name" or "value": Option<String> as Code,
            /// Id of the registration. Not documented: the API may omit it.
            id: Option<String> as Code,
            /// Purpose: `transactional`, `marketing` or `otp`. Not documented: the API may omit it.
            use_case: Option<String>,
            /// Registration time (UTC). Not documented: the API may omit it.
            created_at: Option<Timestamp>,
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

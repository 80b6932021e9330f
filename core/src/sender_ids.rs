//! Sender IDs: the registered names and numbers that messages are sent from.

use jiff::Timestamp;

use crate::Channel;
use crate::model::{model, params};
use crate::open_enum::open_enum;
use crate::redact::redacted_debug;

open_enum! {
    /// Approval status of a Sender ID. Only approved Sender IDs can send messages.
    SenderIdStatus {
        /// Under review.
        Pending = "pending",
        /// Approved for sending.
        Approved = "approved",
        /// Not approved: cannot send.
        Rejected = "rejected",
    }
}

model! {
    /// A Sender ID: a name or number that is registered as a sender on one channel.
    ///
    /// Most fields are not documented by the API, and every field may be absent.
    SenderId {
        required {}
        documented {
            /// Approval status. Empty if the API omits it.
            status: SenderIdStatus,
        }
        optional {
            /// Channel that the Sender ID is registered for. Not documented by the API; may be absent.
            channel: Option<Channel>,
            /// The name or number itself: up to 11 letters and digits, or an E.164 number. Not documented by the API; may be absent.
            sender_id or "name" or "value": Option<String> as Code,
            /// Registration id. Not documented by the API; may be absent.
            id: Option<String> as Code,
            /// Use case: `transactional`, `marketing` or `otp`. Not documented by the API; may be absent.
            use_case: Option<String>,
            /// Registration time (UTC). Not documented by the API; may be absent.
            created_at: Option<Timestamp>,
        }
    }
}

params! {
    /// Which Sender IDs to list. Default: all.
    #[derive(Debug, Default)]
    ListSenderIds {
        required {}
        optional {
            /// Page size: number of items per request, 1 to 100. Default: 50, set by the API.
            per_page: u32,
        }
    }
}

impl ListSenderIds {
    /// List all Sender IDs.
    pub fn new() -> ListSenderIds {
        ListSenderIds::default()
    }
}

redacted_debug!(SenderId { status, channel, sender_id, id, use_case, created_at });

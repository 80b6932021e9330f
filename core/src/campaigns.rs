//! Campaigns: send one message to a whole contact list with [`CreateCampaign`]; the result is a [`Campaign`].

use jiff::Timestamp;

use crate::binding::Empty;
use crate::check;
use crate::decode::HasStatus;
use crate::model::{model, params};
use crate::open_enum::open_enum;
use crate::redact::redacted_debug;
use crate::{Channel, Result, Template};

open_enum! {
    /// Status of a campaign. The names are not documented by the API; it may use others.
    CampaignStatus {
        /// Waiting for its start time.
        Scheduled = "scheduled",
        /// Being sent.
        Sending = "sending",
        /// All messages were sent. Not final.
        Sent = "sent",
        /// All messages have a final status. Final.
        Completed = "completed",
        /// The account ran out of credits. The campaign resumes automatically when credits are added.
        Paused = "paused",
        /// Could not be sent. Final.
        Failed = "failed",
        /// Cancelled. Final.
        Cancelled = "cancelled",
    }
}

impl CampaignStatus {
    /// Whether the status is final: it will not change any more.
    pub fn is_final(&self) -> bool {
        matches!(self, CampaignStatus::Completed | CampaignStatus::Failed | CampaignStatus::Cancelled)
    }
}

model! {
    /// A campaign and its status.
    ///
    /// If the response to a create omits a field that the request has, the field has the value of the request.
    Campaign {
        required {
            /// Campaign id, `cmp_…`.
            id: String as Code,
        }
        documented {
            /// Campaign status. Empty if the API omits it.
            status: CampaignStatus,
            /// Campaign name. Absent if the API omits it.
            name: Option<String>,
            /// Delivery channel. Absent if the API omits it.
            channel: Option<Channel>,
            /// Creation time (UTC). Absent if the API omits it.
            created_at: Option<Timestamp>,
        }
        optional {
            /// Number of contacts that the campaign is sent to. Not documented by the API; may be absent.
            total_recipients: Option<u64>,
            /// Scheduled start time (UTC). Not documented by the API; may be absent.
            scheduled_at: Option<Timestamp>,
            /// Delivery statistics, returned when a single campaign is requested. Not documented by the API; may be absent.
            stats: Option<CampaignStats>,
        }
        from CreateCampaign { name, channel, scheduled_at }
    }
}

model! {
    /// Delivery statistics of a campaign: number of messages by status.
    ///
    /// The names of the counters are not documented by the API. Other counters are in the extra fields.
    CampaignStats {
        required {}
        documented {}
        optional {
            /// Number of messages passed to the carrier or provider. Not documented by the API; may be absent.
            sent: Option<u64>,
            /// Number of delivered messages. Not documented by the API; may be absent.
            delivered: Option<u64>,
            /// Number of messages that could not be sent. Not documented by the API; may be absent.
            failed: Option<u64>,
            /// Number of messages that could not be delivered. Not documented by the API; may be absent.
            undeliverable: Option<u64>,
            /// Number of messages that are not sent yet. Not documented by the API; may be absent.
            pending: Option<u64>,
        }
    }
}

params! {
    /// A campaign to create. It sends one message to every contact of a contact list.
    ///
    /// The following is checked before anything is sent. The name, the channel, the contact list and the Sender ID are required, and so is a text, a
    /// template, a template id or an extra body field; otherwise, the call fails with [`Kind::InvalidRequest`](crate::Kind::InvalidRequest).
    CreateCampaign {
        required {
            /// Campaign name.
            name: String,
            /// Delivery channel.
            channel: Channel,
            /// Id of the contact list to send to, `lst_…`.
            contact_list_id: String,
            /// Sender: a Sender ID that is registered for the channel. (The API calls this field `from` for a single message.)
            sender_id: String,
        }
        optional {
            /// Message text, without formatting. Required unless the campaign uses a template.
            body: String,
            /// Approved WhatsApp template, used instead of a text: an object with its `name`, its `language` and the values of its `variables` in
            /// order, such as `{"name": "order_shipped", "language": "pt", "variables": ["Ana"]}`. The API does not document the members of the
            /// object, so others are accepted.
            template: Template,
            /// Time at which to start the campaign. Default: immediately.
            scheduled_at: Timestamp,
            /// Id of an approved WhatsApp template, used instead of a template object. The API does not document how to pass the values of its
            /// variables: send them as extra body fields.
            template_id: String,
        }
        extra
        local {
            /// Key with which the campaign is created at most once, such as `newsletter-2026-07`. It is not sent to the API, and needs a client with a
            /// ledger.
            idempotency_key: String,
        }
    }
}

params! {
    /// Which campaigns to list. Default: all.
    #[derive(Debug, Default)]
    ListCampaigns {
        required {}
        optional {
            /// Page size: number of items per request, 1 to 100. Default: 50, set by the API.
            per_page: u32,
        }
    }
}

impl ListCampaigns {
    /// List all campaigns.
    pub fn new() -> ListCampaigns {
        ListCampaigns::default()
    }
}

impl CreateCampaign {
    /// Create a campaign for any channel. Add a text or a template.
    pub fn new(
        name: impl Into<String>,
        channel: impl Into<Channel>,
        contact_list_id: impl Into<String>,
        sender_id: impl Into<String>,
    ) -> CreateCampaign {
        CreateCampaign {
            name: name.into(),
            channel: channel.into(),
            contact_list_id: contact_list_id.into(),
            sender_id: sender_id.into(),
            ..CreateCampaign::empty()
        }
    }

    /// Create an SMS to all contacts of a contact list.
    pub fn sms(
        name: impl Into<String>,
        contact_list_id: impl Into<String>,
        sender_id: impl Into<String>,
        body: impl Into<String>,
    ) -> CreateCampaign {
        CreateCampaign::new(name, Channel::Sms, contact_list_id, sender_id).body(body)
    }

    pub(crate) fn check(&self) -> Result<()> {
        check::required("name", &self.name, &self.extra)?;
        check::required("channel", self.channel.as_str(), &self.extra)?;
        check::required("contact_list_id", &self.contact_list_id, &self.extra)?;
        check::required("sender_id", &self.sender_id, &self.extra)?;
        check::not_empty("template_id", self.template_id.as_deref())?;
        check::content([self.body.is_some(), self.template.is_some(), self.template_id.is_some()], &self.extra)
    }
}

impl HasStatus for Campaign {
    fn status(&self) -> &str {
        self.status.as_str()
    }

    fn is_final(&self) -> bool {
        self.status.is_final()
    }
}

redacted_debug!(Campaign { id, status, name, channel, created_at, total_recipients, scheduled_at, stats });
redacted_debug!(CampaignStats { sent, delivered, failed, undeliverable, pending });
redacted_debug!(CreateCampaign { name, channel, contact_list_id, sender_id, body as Hidden, template, scheduled_at, template_id, idempotency_key });

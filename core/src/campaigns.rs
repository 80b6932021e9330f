//! Campaigns: [`CreateCampaign`], one message to a whole contact list, and what comes of it, a [`Campaign`].

use jiff::Timestamp;

use crate::binding::Blank;
use crate::check;
use crate::model::{model, params};
use crate::open_enum::open_enum;
use crate::private::discreet_debug;
use crate::{Channel, Result, Template};

open_enum! {
    /// How far a campaign has got. The API documents that campaigns pause and resume; the names are inferred.
    CampaignStatus {
        /// It waits for its time.
        Scheduled = "scheduled",
        /// It is being sent.
        Sending = "sending",
        /// All its messages were sent.
        Sent = "sent",
        /// All its messages came to an end.
        Completed = "completed",
        /// The credits ran out. It resumes by itself when there are more.
        Paused = "paused",
        /// It could not be sent.
        Failed = "failed",
        /// It was called off.
        Cancelled = "cancelled",
    }
}

impl CampaignStatus {
    /// Whether it will not change any more.
    pub fn is_final(&self) -> bool {
        matches!(self, CampaignStatus::Completed | CampaignStatus::Failed | CampaignStatus::Cancelled)
    }
}

model! {
    /// A campaign and its status.
    Campaign {
        required {
            /// Campaign id, `cmp_…`.
            id: String as Code,
        }
        documented {
            /// Status. Empty if the API omits it.
            status: CampaignStatus,
            /// Name. Absent if the API omits it.
            name: Option<String>,
            /// Delivery channel. Absent if the API omits it.
            channel: Option<Channel>,
            /// Creation time (UTC). Absent if the API omits it.
            created_at: Option<Timestamp>,
        }
        optional {
            /// Number of contacts that it is sent to. Not documented under this name: the API may omit it.
            total_recipients: Option<u64>,
            /// Time to start at (UTC), if it is scheduled. Not documented: the API may omit it.
            scheduled_at: Option<Timestamp>,
            /// Delivery statistics, returned by `campaigns.get`. Not documented: the API may omit them.
            stats: Option<CampaignStats>,
        }
        from CreateCampaign { name, channel, scheduled_at }
    }
}

model! {
    /// Number of messages of a campaign by their status. Not documented: the API may count otherwise, and further counters are in `extra`.
    CampaignStats {
        required {}
        documented {}
        optional {
            /// Passed to the carrier or provider.
            sent: Option<u64>,
            /// Delivered.
            delivered: Option<u64>,
            /// Failed: they could not be sent.
            failed: Option<u64>,
            /// Undeliverable.
            undeliverable: Option<u64>,
            /// Not yet sent.
            pending: Option<u64>,
        }
    }
}

params! {
    /// A campaign to create, which is launched at once or at its time.
    ///
    /// Refused before it is sent: a missing `name`, `channel`, `contact_list_id` or `sender_id`; none of `body`, `template` and `template_id`; an
    /// empty `template_id`.
    CreateCampaign {
        required {
            /// Its name.
            name: String,
            /// The way its messages take.
            channel: Channel,
            /// The contact list it goes to, `lst_…`.
            contact_list_id: String,
            /// Sender ID, registered for the channel. (On a message, the field is `from`.)
            sender_id: String,
        }
        optional {
            /// What it says, as plain text. Required unless there is a template.
            body: String,
            /// An approved WhatsApp template, instead of a body: its `name`, `language`, and the values of its `variables` in order, such as `{"name":
            /// "order_shipped", "language": "pt", "variables": ["Ana"]}`. The API documents the object, not its members, so it may have others.
            template: Template,
            /// When to start it. Default: now.
            scheduled_at: Timestamp,
            /// Id of an approved WhatsApp template: give either this or `template`. The values of its variables are extra fields.
            template_id: String,
        }
        extra
    }
}

params! {
    /// How to list campaigns.
    #[derive(Debug, Default)]
    ListCampaigns {
        required {}
        optional {
            /// How many come with one request, 1 to 100. Default: 50, the API's own.
            per_page: u32,
        }
    }
}

impl ListCampaigns {
    /// All of them.
    pub fn new() -> ListCampaigns {
        ListCampaigns::default()
    }
}

impl CreateCampaign {
    /// A campaign on any channel; give it a body or a template.
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
            ..CreateCampaign::blank()
        }
    }

    /// A text message to all contacts of a list.
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

discreet_debug!(Campaign { id, status, name, channel, created_at, total_recipients, scheduled_at, stats });
discreet_debug!(CampaignStats { sent, delivered, failed, undeliverable, pending });
discreet_debug!(CreateCampaign { name, channel, contact_list_id, sender_id, body as Hidden, template, scheduled_at, template_id });

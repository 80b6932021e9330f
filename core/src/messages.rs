//! Messages: [`SendMessage`] and what comes of it, a [`Message`].

use jiff::Timestamp;

use crate::binding::Blank;
use crate::check;
use crate::model::{model, params};
use crate::open_enum::open_enum;
use crate::private::discreet_debug;
use crate::{Channel, Result, Template};

open_enum! {
    /// How far a message has got: queued, sent, then one of the other three, which are final.
    MessageStatus {
        /// Zexa has it, and has not passed it on.
        Queued = "queued",
        /// It was passed to the carrier or provider.
        Sent = "sent",
        /// It arrived.
        Delivered = "delivered",
        /// It could not be sent.
        Failed = "failed",
        /// It could not be delivered.
        Undeliverable = "undeliverable",
    }
}

impl MessageStatus {
    /// Whether it will not change any more.
    pub fn is_final(&self) -> bool {
        matches!(self, MessageStatus::Delivered | MessageStatus::Failed | MessageStatus::Undeliverable)
    }
}

model! {
    /// A message and its delivery status.
    Message {
        required {
            /// Message id, `msg_…`.
            id: String as Code,
        }
        documented {
            /// Delivery status. Empty if the API omits it.
            status: MessageStatus,
            /// Delivery channel. Absent if the API omits it.
            channel: Option<Channel>,
            /// Recipient: E.164 number, email address, or Slack channel or user id. Absent if the API omits it.
            to: Option<String>,
            /// Creation time (UTC). Absent if the API omits it.
            created_at: Option<Timestamp>,
        }
        optional {
            /// Sender: a Sender ID or an email address. Not documented: the API may omit it.
            from: Option<String>,
            /// Plain text. Not documented: the API may omit it.
            body: Option<String>,
            /// Time to send it at (UTC), if it is scheduled. Not documented: the API may omit it.
            scheduled_at: Option<Timestamp>,
            /// Time at which it was passed to the carrier or provider (UTC). Not documented: the API may omit it.
            sent_at: Option<Timestamp>,
            /// Delivery time (UTC). Not documented: the API may omit it.
            delivered_at: Option<Timestamp>,
            /// Reason of a failure: a text or a code. Not documented: the API may omit it.
            error: Option<String> as Code,
        }
        from SendMessage { channel, to, from, body, scheduled_at }
    }
}

params! {
    /// A message to send.
    ///
    /// Refused before it is sent: a missing `channel`, `to` or `from`; none of `body`, `template` and `template_id`; an empty `template_id`;
    /// a `to` that is not E.164, where the channel takes phone numbers.
    SendMessage {
        required {
            /// The way it takes.
            channel: Channel,
            /// Recipient: E.164 number for SMS, WhatsApp and Telegram, email address, or Slack channel or user id.
            to: String,
            /// Sender ID, registered for the channel, or a verified address for email.
            from: String,
        }
        optional {
            /// What it says, as plain text. Required unless there is a template.
            body: String,
            /// The subject; email only.
            subject: String,
            /// The text as HTML, with the body as its plain alternative; email only.
            html: String,
            /// An approved WhatsApp template, instead of a body: its `name`, `language`, and the values of its `variables` in order, such as `{"name":
            /// "order_shipped", "language": "pt", "variables": ["Ana"]}`. The API documents the object, not its members, so it may have others.
            template: Template,
            /// When to send it. Default: now.
            scheduled_at: Timestamp,
            /// Id of an approved WhatsApp template: give either this or `template`. The values of its variables are extra fields.
            template_id: String,
        }
        extra
    }
}

impl SendMessage {
    /// A message on any channel, such as one that this version does not know.
    pub fn new(channel: impl Into<Channel>, to: impl Into<String>, from: impl Into<String>) -> SendMessage {
        SendMessage { channel: channel.into(), to: to.into(), from: from.into(), ..SendMessage::blank() }
    }

    /// A text message: to an E.164 number, from a Sender ID.
    pub fn sms(to: impl Into<String>, from: impl Into<String>, body: impl Into<String>) -> SendMessage {
        SendMessage::new(Channel::Sms, to, from).body(body)
    }

    /// A WhatsApp message of free text, within an open conversation.
    pub fn whatsapp(to: impl Into<String>, from: impl Into<String>, body: impl Into<String>) -> SendMessage {
        SendMessage::new(Channel::Whatsapp, to, from).body(body)
    }

    /// A WhatsApp message from an approved template.
    pub fn whatsapp_template(to: impl Into<String>, from: impl Into<String>, template: Template) -> SendMessage {
        SendMessage::new(Channel::Whatsapp, to, from).template(template)
    }

    /// A Telegram message.
    pub fn telegram(to: impl Into<String>, from: impl Into<String>, body: impl Into<String>) -> SendMessage {
        SendMessage::new(Channel::Telegram, to, from).body(body)
    }

    /// An email: to an address, from a verified one.
    pub fn email(
        to: impl Into<String>,
        from: impl Into<String>,
        subject: impl Into<String>,
        body: impl Into<String>,
    ) -> SendMessage {
        SendMessage::new(Channel::Email, to, from).subject(subject).body(body)
    }

    /// A Slack message: to a channel or user id.
    pub fn slack(to: impl Into<String>, from: impl Into<String>, body: impl Into<String>) -> SendMessage {
        SendMessage::new(Channel::Slack, to, from).body(body)
    }

    pub(crate) fn check(&self) -> Result<()> {
        check::required("channel", self.channel.as_str(), &self.extra)?;
        check::required("to", &self.to, &self.extra)?;
        check::required("from", &self.from, &self.extra)?;
        check::not_empty("template_id", self.template_id.as_deref())?;
        check::content([self.body.is_some(), self.template.is_some(), self.template_id.is_some()], &self.extra)?;
        if self.channel.takes_numbers() && !self.to.is_empty() { check::e164("to", &self.to) } else { Ok(()) }
    }
}

discreet_debug!(Message { id, status, channel, to as Masked, created_at, from, body as Hidden, scheduled_at, sent_at, delivered_at });
discreet_debug!(SendMessage { channel, to as Masked, from, body as Hidden, template, scheduled_at, template_id });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_set_is_sent() {
        let message = SendMessage::sms("+244912345678", "ZEXA", "Hello");
        let json = serde_json::to_string(&message).expect("serialises");
        assert_eq!(json, r#"{"channel":"sms","to":"+244912345678","from":"ZEXA","body":"Hello"}"#);
    }

    #[test]
    fn numbers_are_asked_for_only_where_they_are_known_to_be_needed() {
        assert!(SendMessage::new("carrier-pigeon", "the tower", "ZEXA").body("coo").check().is_ok());
        assert!(SendMessage::slack("C0123", "ZEXA", "hi").check().is_ok());
        assert!(SendMessage::telegram("C0123", "ZEXA", "hi").check().is_err());
    }

    #[test]
    fn debug_shows_neither_text_nor_number() {
        let message = SendMessage::sms("+244912345678", "ZEXA", "the code is 4711");
        let shown = format!("{message:?}");
        assert!(!shown.contains("4711") && !shown.contains("+2449123456"), "{shown}");
    }
}

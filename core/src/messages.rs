//! Messages: send one with [`SendMessage`]; the result is a [`Message`].

use jiff::Timestamp;

use crate::binding::Empty;
use crate::check;
use crate::decode::HasStatus;
use crate::model::{model, params};
use crate::open_enum::open_enum;
use crate::redact::redacted_debug;
use crate::{Channel, Result, Template};

open_enum! {
    /// Delivery status of a message: `queued`, then `sent`, then a final status (`delivered`, `failed` or `undeliverable`).
    MessageStatus {
        /// Accepted by Zexa, and not yet passed to the carrier or provider. This can take up to 30 minutes at busy times.
        Queued = "queued",
        /// Passed to the carrier or provider.
        Sent = "sent",
        /// Delivered to the recipient. Final.
        Delivered = "delivered",
        /// Could not be sent. Final.
        Failed = "failed",
        /// Could not be delivered. Final.
        Undeliverable = "undeliverable",
    }
}

impl MessageStatus {
    /// Whether the status is final: it will not change any more.
    pub fn is_final(&self) -> bool {
        matches!(self, MessageStatus::Delivered | MessageStatus::Failed | MessageStatus::Undeliverable)
    }
}

model! {
    /// A message and its delivery status.
    ///
    /// If the response to a send omits a field that the request has, the field has the value of the request.
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
            /// Sender: Sender ID or email address. Not documented by the API; may be absent.
            from: Option<String>,
            /// Message text. Not documented by the API; may be absent.
            body: Option<String>,
            /// Scheduled send time (UTC). Not documented by the API; may be absent.
            scheduled_at: Option<Timestamp>,
            /// Time at which the message was passed to the carrier or provider (UTC). Not documented by the API; may be absent.
            sent_at: Option<Timestamp>,
            /// Delivery time (UTC). Not documented by the API; may be absent.
            delivered_at: Option<Timestamp>,
            /// Failure reason, as text or as a code. Not documented by the API; may be absent.
            error: Option<String> as Code,
        }
        from SendMessage { channel, to, from, body, scheduled_at }
    }
}

params! {
    /// A message to send.
    ///
    /// Checked before sending: channel, recipient and sender are required, and so is a text, a template, a template id or an extra body field
    /// ([`Kind::InvalidRequest`](crate::Kind::InvalidRequest)). For SMS, WhatsApp and Telegram, the recipient must be an E.164 number
    /// ([`Kind::Validation`](crate::Kind::Validation)).
    SendMessage {
        required {
            /// Delivery channel.
            channel: Channel,
            /// Recipient: E.164 number for SMS, WhatsApp and Telegram, email address for email, channel or user id for Slack.
            to: String,
            /// Sender: a Sender ID that is registered for the channel, or a verified address for email.
            from: String,
        }
        optional {
            /// Message text, without formatting. Required unless the message uses a template.
            body: String,
            /// Subject line. Email only.
            subject: String,
            /// Message text as HTML, in addition to `body`, which is then the plain-text alternative. Email only.
            html: String,
            /// Approved WhatsApp template, used instead of a text: an object with its `name`, its `language` and the values of its `variables` in
            /// order, such as `{"name": "order_shipped", "language": "pt", "variables": ["Ana"]}`. The API does not document the members of the
            /// object, so others are accepted.
            template: Template,
            /// Time at which to send the message. Default: immediately.
            scheduled_at: Timestamp,
            /// Id of an approved WhatsApp template, used instead of a template object. The API does not document how to pass the values of its
            /// variables: send them as extra body fields.
            template_id: String,
        }
        extra
        local {
            /// Key with which the message is sent at most once, such as `order-4711`. It is not sent to the API, and needs a client with a ledger.
            idempotency_key: String,
        }
    }
}

impl SendMessage {
    /// Create a message for any channel, including channels that this version does not know.
    pub fn new(channel: impl Into<Channel>, to: impl Into<String>, from: impl Into<String>) -> SendMessage {
        SendMessage { channel: channel.into(), to: to.into(), from: from.into(), ..SendMessage::empty() }
    }

    /// Create an SMS to an E.164 number, from a Sender ID.
    pub fn sms(to: impl Into<String>, from: impl Into<String>, body: impl Into<String>) -> SendMessage {
        SendMessage::new(Channel::Sms, to, from).body(body)
    }

    /// Create a WhatsApp message with free text. The API accepts it only within 24 hours of the recipient's last message.
    pub fn whatsapp(to: impl Into<String>, from: impl Into<String>, body: impl Into<String>) -> SendMessage {
        SendMessage::new(Channel::Whatsapp, to, from).body(body)
    }

    /// Create a WhatsApp message from an approved template.
    pub fn whatsapp_template(to: impl Into<String>, from: impl Into<String>, template: Template) -> SendMessage {
        SendMessage::new(Channel::Whatsapp, to, from).template(template)
    }

    /// Create a Telegram message to an E.164 number.
    pub fn telegram(to: impl Into<String>, from: impl Into<String>, body: impl Into<String>) -> SendMessage {
        SendMessage::new(Channel::Telegram, to, from).body(body)
    }

    /// Create an email, from a verified address.
    pub fn email(
        to: impl Into<String>,
        from: impl Into<String>,
        subject: impl Into<String>,
        body: impl Into<String>,
    ) -> SendMessage {
        SendMessage::new(Channel::Email, to, from).subject(subject).body(body)
    }

    /// Create a Slack message to a channel or user id.
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

impl HasStatus for Message {
    fn status(&self) -> &str {
        self.status.as_str()
    }

    fn is_final(&self) -> bool {
        self.status.is_final()
    }
}

redacted_debug!(Message { id, status, channel, to as Masked, created_at, from, body as Hidden, scheduled_at, sent_at, delivered_at });
redacted_debug!(SendMessage { channel, to as Masked, from, body as Hidden, template, scheduled_at, template_id, idempotency_key });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_fields_that_are_set_are_sent() {
        let message = SendMessage::sms("+244912345678", "ZEXA", "Hello");
        let json = serde_json::to_string(&message).expect("serialises");
        assert_eq!(json, r#"{"channel":"sms","to":"+244912345678","from":"ZEXA","body":"Hello"}"#);
    }

    #[test]
    fn phone_numbers_are_checked_only_for_channels_that_need_them() {
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

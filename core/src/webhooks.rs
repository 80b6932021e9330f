//! Webhooks: register an endpoint with [`CreateWebhook`], and parse the events that Zexa posts to it with [`parse_event`].

mod subject;

use jiff::Timestamp;
use serde_json::Value;

use self::subject::Subject;
use crate::binding::Empty;
use crate::check;
use crate::model::{Model, model, params};
use crate::open_enum::open_enum;
use crate::redact::redacted_debug;
use crate::tolerant::body;
use crate::{Campaign, Error, Kind, Message, Outcome, Result};

open_enum! {
    /// Name of an event that Zexa posts to webhooks.
    EventName {
        /// A message was delivered.
        MessageDelivered = "message.delivered",
        /// A message could not be sent.
        MessageFailed = "message.failed",
        /// A message could not be delivered.
        MessageUndeliverable = "message.undeliverable",
        /// A recipient opted out of further messages.
        MessageOptout = "message.optout",
        /// All messages of a campaign were sent.
        CampaignSent = "campaign.sent",
        /// All messages of a campaign have a final status.
        CampaignCompleted = "campaign.completed",
        /// All events. Only for registering a webhook: no event has this name.
        All = "*",
    }
}

model! {
    /// A webhook: a registered endpoint for delivery events.
    ///
    /// If the response to a create omits a field that the request has, the field has the value of the request.
    Webhook {
        required {
            /// Webhook id, `wh_…`.
            id: String as Code,
        }
        documented {
            /// URL that events are posted to. Absent if the API omits it.
            url: Option<String>,
            /// Names of the events that are posted to the URL. Empty if the API omits them.
            events: Vec<EventName>,
            /// Creation time (UTC). Absent if the API omits it.
            created_at: Option<Timestamp>,
        }
        optional {
            /// Secret for signing events. Not documented by the API; may be absent. The client does not verify signatures, because the API documents
            /// none.
            secret: Option<String>,
        }
        from CreateWebhook { url, events }
    }
}

params! {
    /// An endpoint to register for delivery events.
    ///
    /// The following is checked before anything is sent. The URL and at least one event are required; otherwise, the call fails with
    /// [`Kind::InvalidRequest`]. The URL must start with `https://`; otherwise, the call fails with
    /// [`Kind::Validation`].
    CreateWebhook {
        required {
            /// URL that events are posted to. Must start with `https://`.
            url: String,
            /// Names of the events to post: at least one, or `*` for all.
            events: Vec<EventName>,
        }
        optional {}
        extra
    }
}

model! {
    /// An event that Zexa posts to a webhook.
    ///
    /// The form of events is not documented by the API, so every field may be absent.
    Event {
        required {}
        documented {}
        optional {
            /// Event id, for deduplication: the same event may be posted more than once. Not documented by the API; may be absent, such as if the
            /// payload is the message or campaign itself.
            id: Option<String> as Code,
            /// Event name. Not documented by the API; may be absent.
            event or "type": Option<EventName>,
            /// Event time (UTC). Not documented by the API; may be absent.
            created_at or "timestamp" or "time": Option<Timestamp>,
            /// Raw data of the event. To read a message or a campaign, use [`Event::message`] or [`Event::campaign`], which also search the rest of
            /// the payload. Not documented by the API; may be absent.
            data: Option<Value>,
        }
        then Event::take_id
    }
}

impl CreateWebhook {
    /// Create an endpoint for these events, given as strings or as [`EventName`]s.
    ///
    /// ```
    /// use zexa::{CreateWebhook, EventName};
    ///
    /// CreateWebhook::new("https://shop.example/zexa", ["message.delivered", "message.failed"]);
    /// CreateWebhook::new("https://shop.example/zexa", [EventName::All]);
    /// ```
    pub fn new<E: Into<EventName>>(url: impl Into<String>, events: impl IntoIterator<Item = E>) -> CreateWebhook {
        let events = events.into_iter().map(Into::into).collect();
        CreateWebhook { url: url.into(), events, ..CreateWebhook::empty() }
    }

    pub(crate) fn check(&self) -> Result<()> {
        check::required("url", &self.url, &self.extra)?;
        if !self.url.is_empty() {
            check::https("url", &self.url)?;
        }
        if self.events.is_empty() && !self.extra.contains_key("events") {
            return Err(Error::missing("events", "must contain at least one event, or * for all events"));
        }
        Ok(())
    }
}

impl Event {
    /// Return the message that the event is about, or `None`.
    ///
    /// The message is the first object with an id in one of these places: `data`, `message`, `payload`, or the payload itself, which may also be
    /// flat, with `message_id` next to `status` and `to`. Whether such an object is a message or a campaign follows from the name of the event, or
    /// else from the object's id and fields.
    pub fn message(&self) -> Option<Message> {
        self.subject(Subject::Message)
    }

    /// Return the campaign that the event is about, or `None`. The same places are searched as by [`message`](Event::message).
    pub fn campaign(&self) -> Option<Campaign> {
        self.subject(Subject::Campaign)
    }

    fn subject<T: Model>(&self, subject: Subject) -> Option<T> {
        T::deserialize(Value::Object(subject::find(self, subject)?)).ok()
    }

    /// Moves the `id` to `extra` if it is the id of the message or campaign: two events about one message must not look like the same event.
    fn take_id(&mut self) {
        if self.id.is_some() && subject::is_event_itself(self) {
            self.extra.extend(self.id.take().map(|id| ("id".to_owned(), id.into())));
        }
    }
}

/// Parse the body of a request that Zexa posts to a webhook. This sends nothing.
///
/// Every JSON object is accepted as an event, because the API does not document the form of events. Zexa expects a 2xx response to each request, and
/// may post a test event after registration.
///
/// ```
/// use zexa::{EventName, webhooks};
///
/// let body = br#"{"id": "evt_1", "event": "message.delivered", "created_at": "2026-07-01T09:00:00Z", "data": {"id": "msg_1"}}"#;
/// let event = webhooks::parse_event(body)?;
/// assert_eq!(event.event, Some(EventName::MessageDelivered));
/// assert_eq!(event.message().unwrap().id, "msg_1");
/// # Ok::<(), zexa::Error>(())
/// ```
///
/// # Errors
///
/// [`Kind::Decode`] if the body is not a JSON object. The outcome is [`Outcome::NotSent`].
pub fn parse_event(body: &[u8]) -> Result<Event> {
    body::read(body).map_err(|error| {
        Error::new(Kind::Decode, Outcome::NotSent, format!("cannot parse the webhook event: {}", error.0))
    })
}

redacted_debug!(Webhook { id, url, events, created_at });
redacted_debug!(CreateWebhook { url, events });
redacted_debug!(Event { id, event, created_at });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_has_a_name_or_a_type() {
        let event =
            parse_event(br#"{"type": "campaign.sent", "timestamp": "2026-07-01T09:00:00Z"}"#).expect("an event");
        assert_eq!(event.event, Some(EventName::CampaignSent));
        assert!(event.created_at.is_some() && event.message().is_none() && event.campaign().is_none());
    }

    #[test]
    fn an_event_contains_a_message() {
        let event = parse_event(
            br#"{"event": "message.delivered", "data": {"id": "msg_1", "status": "delivered", "channel": "sms",
                "to": "+244912345678", "created_at": "2026-07-01T09:00:00Z", "error": 0}}"#,
        )
        .expect("an event");
        let message = event.message().expect("a message");
        assert_eq!((message.error.as_deref(), message.to.as_deref()), (Some("0"), Some("+244912345678")));
        assert!(event.campaign().is_none());
    }

    #[test]
    fn invalid_events() {
        for body in ["", "[]", "\"x\"", "{", "<html>"] {
            assert_eq!(parse_event(body.as_bytes()).expect_err(body).kind(), Kind::Decode);
        }
        assert!(parse_event(b"{}").is_ok());
    }

    #[test]
    fn json_with_minor_errors_is_accepted() {
        for body in ["\u{feff}{\"type\": \"message.failed\"}", r#"{"type": "message.failed", "to": "Beto \ud83d"}"#] {
            assert_eq!(parse_event(body.as_bytes()).expect(body).event, Some(EventName::MessageFailed));
        }
    }

    #[test]
    fn data_stays_raw() {
        let event = parse_event(br#"{"event": "message.sent", "data": {"id": 5, "created_at": 1782896400}}"#)
            .expect("an event");
        assert_eq!(event.data.as_ref().expect("data"), &serde_json::json!({"id": 5, "created_at": 1_782_896_400}));
        let message = event.message().expect("a message");
        assert_eq!((&*message.id, message.created_at.expect("a time").as_second()), ("5", 1_782_896_400));
    }
}

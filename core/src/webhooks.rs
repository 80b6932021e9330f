//! Webhooks: [`CreateWebhook`] asks to be told of deliveries, [`parse_event`] reads what is then told.

mod subject;

use jiff::Timestamp;
use serde_json::Value;

use self::subject::Subject;
use crate::binding::Blank;
use crate::check;
use crate::model::{Model, model, params};
use crate::open_enum::open_enum;
use crate::private::discreet_debug;
use crate::tolerant::body;
use crate::{Campaign, Error, Kind, Message, Outcome, Result};

open_enum! {
    /// What may happen that a webhook is told of.
    EventName {
        /// A message arrived.
        MessageDelivered = "message.delivered",
        /// A message could not be sent.
        MessageFailed = "message.failed",
        /// A message could not be delivered.
        MessageUndeliverable = "message.undeliverable",
        /// Somebody asked for no more messages.
        MessageOptout = "message.optout",
        /// All messages of a campaign were sent.
        CampaignSent = "campaign.sent",
        /// All messages of a campaign came to an end.
        CampaignCompleted = "campaign.completed",
        /// Every event there is. To subscribe with; no event has this name.
        All = "*",
    }
}

model! {
    /// A registered endpoint for delivery events.
    Webhook {
        required {
            /// Webhook id, `wh_…`.
            id: String as Code,
        }
        documented {
            /// URL that events are posted to. Absent if the API omits it.
            url: Option<String>,
            /// Names of the events that are posted. Empty if the API omits them.
            events: Vec<EventName>,
            /// Creation time (UTC). Absent if the API omits it.
            created_at: Option<Timestamp>,
        }
        optional {
            /// Secret for signatures of events. The API documents neither the secret nor signatures: it may be absent, and the client verifies none.
            secret: Option<String>,
        }
        from CreateWebhook { url, events }
    }
}

params! {
    /// An endpoint to register for delivery events.
    ///
    /// Refused before it is sent: a missing `url`, or one that is not https; no `events`.
    CreateWebhook {
        required {
            /// Where events are to be posted: an https URL.
            url: String,
            /// Which events: at least one, or `*` for all.
            events: Vec<EventName>,
        }
        optional {}
        extra
    }
}

model! {
    /// An event that Zexa posts to a webhook. Its form is not documented, so every field may be absent.
    Event {
        required {}
        documented {}
        optional {
            /// Id of the event itself: the same event may be posted twice. Absent if the payload is the message or campaign itself.
            id: Option<String> as Code,
            /// Name of the event.
            event or "type": Option<EventName>,
            /// Time of the event (UTC).
            created_at or "timestamp" or "time": Option<Timestamp>,
            /// Raw data of the event: see [`Event::message`] and [`Event::campaign`].
            data: Option<Value>,
        }
        then Event::take_id
    }
}

impl CreateWebhook {
    /// An endpoint for these events, by their names or as [`EventName`]s.
    ///
    /// ```
    /// use zexa::{CreateWebhook, EventName};
    ///
    /// CreateWebhook::new("https://shop.example/zexa", ["message.delivered", "message.failed"]);
    /// CreateWebhook::new("https://shop.example/zexa", [EventName::All]);
    /// ```
    pub fn new<E: Into<EventName>>(url: impl Into<String>, events: impl IntoIterator<Item = E>) -> CreateWebhook {
        let events = events.into_iter().map(Into::into).collect();
        CreateWebhook { url: url.into(), events, ..CreateWebhook::blank() }
    }

    pub(crate) fn check(&self) -> Result<()> {
        check::required("url", &self.url, &self.extra)?;
        if !self.url.is_empty() {
            check::https("url", &self.url)?;
        }
        if self.events.is_empty() && !self.extra.contains_key("events") {
            return Err(Error::missing("events", "at least one is required, or * for all"));
        }
        Ok(())
    }
}

impl Event {
    /// The message that the event is about, if it is about one.
    ///
    /// It is read from `data`, or from wherever else the payload has an object with an id: `message`, `payload`, the payload itself, or `message_id`
    /// beside `status` and `to`. The name of the event decides whether that is a message or a campaign; else its id and its fields do.
    pub fn message(&self) -> Option<Message> {
        self.subject(Subject::Message)
    }

    /// The campaign that the event is about, if it is about one: see [`message`](Event::message).
    pub fn campaign(&self) -> Option<Campaign> {
        self.subject(Subject::Campaign)
    }

    fn subject<T: Model>(&self, subject: Subject) -> Option<T> {
        T::deserialize(Value::Object(subject::find(self, subject)?)).ok()
    }

    /// Leaves the `id` in `extra` if it is that of the message or campaign: two events about a message are not the same event.
    fn take_id(&mut self) {
        if self.id.is_some() && subject::is_event_itself(self) {
            self.extra.extend(self.id.take().map(|id| ("id".to_owned(), id.into())));
        }
    }
}

/// Parse the body of a request that Zexa posts to a webhook. Nothing is sent.
///
/// Every JSON object is an event, because the form of events is not documented. Respond to the request with a 2xx soon, or the event is posted again. The
/// first event after registering is a test.
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
    body::read(body)
        .map_err(|error| Error::new(Kind::Decode, Outcome::NotSent, format!("not a webhook event: {}", error.0)))
}

discreet_debug!(Webhook { id, url, events, created_at });
discreet_debug!(CreateWebhook { url, events });
discreet_debug!(Event { id, event, created_at });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_by_either_of_its_names() {
        let event =
            parse_event(br#"{"type": "campaign.sent", "timestamp": "2026-07-01T09:00:00Z"}"#).expect("an event");
        assert_eq!(event.event, Some(EventName::CampaignSent));
        assert!(event.created_at.is_some() && event.message().is_none() && event.campaign().is_none());
    }

    #[test]
    fn an_event_holds_what_it_is_about() {
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
    fn what_is_no_event() {
        for body in ["", "[]", "\"x\"", "{", "<html>"] {
            assert_eq!(parse_event(body.as_bytes()).expect_err(body).kind(), Kind::Decode);
        }
        assert!(parse_event(b"{}").is_ok());
    }

    #[test]
    fn text_that_is_not_quite_json() {
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

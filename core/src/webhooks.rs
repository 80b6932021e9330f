//! Webhooks: [`CreateWebhook`] asks to be told of deliveries, [`parse_event`] reads what is then told.

use jiff::Timestamp;
use serde_json::Value;

use crate::check;
use crate::decode::describe;
use crate::model::{self, model, params};
use crate::open_enum::open_enum;
use crate::private::discreet_debug;
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
            /// Its id, `wh_…`.
            id: String,
            /// Where events are posted to.
            url: String,
            /// Which events are.
            events: Vec<EventName>,
            /// When it was registered.
            created_at: Timestamp,
        }
        optional {
            /// What events are signed with. Inferred: the API may leave it out.
            secret: String,
        }
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
    }
}

model! {
    /// What Zexa posts to a webhook. Its whole shape is inferred, so nothing in it is certain to be there.
    Event {
        required {}
        optional {
            /// The event's own id: the same event may be posted twice.
            id: String,
            /// What happened.
            event or "type": EventName,
            /// When.
            created_at or "timestamp" or "time": Timestamp,
            /// What it happened to: see [`Event::message`] and [`Event::campaign`].
            data: Value,
        }
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
        CreateWebhook { url: url.into(), events: events.into_iter().map(Into::into).collect() }
    }

    pub(crate) fn check(&self) -> Result<()> {
        check::required("url", &self.url)?;
        check::https("url", &self.url)?;
        if self.events.is_empty() {
            return Err(Error::missing("events", "at least one is required, or * for all"));
        }
        Ok(())
    }
}

impl Event {
    /// The message that it is about, where it is about one.
    pub fn message(&self) -> Option<Message> {
        self.about("message.")
    }

    /// The campaign that it is about, where it is about one.
    pub fn campaign(&self) -> Option<Campaign> {
        self.about("campaign.")
    }

    fn about<T: model::Model>(&self, prefix: &str) -> Option<T> {
        let about_it = self.event.as_ref().is_some_and(|name| name.as_str().starts_with(prefix));
        let object = self.data.as_ref().filter(|_| about_it)?.as_object()?;
        model::from_surprising(object.clone()).ok()
    }
}

/// Reads what Zexa posted to a webhook: the body of its request.
///
/// Answer the request with a 2xx soon, or it will be posted again. The first one after registering is a test.
///
/// ```
/// use zexa::{EventName, webhooks};
///
/// let body = br#"{"id": "evt_1", "event": "message.delivered", "created_at": "2026-07-01T09:00:00Z", "data": {"id": "msg_1"}}"#;
/// let event = webhooks::parse_event(body)?;
/// assert_eq!(event.event, Some(EventName::MessageDelivered));
/// assert_eq!(event.data.unwrap()["id"], "msg_1");
/// # Ok::<(), zexa::Error>(())
/// ```
///
/// # Errors
///
/// [`Kind::Decode`], where it is not a JSON object. Nothing is sent here, so its outcome says no more than that.
pub fn parse_event(body: &[u8]) -> Result<Event> {
    model::from_slice(body).map_err(|error| {
        Error::new(Kind::Decode, Outcome::NotSent, format!("not a webhook event: {}", describe(&error)))
    })
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
        assert_eq!(event.message().expect("a message").extra["error"], 0);
        assert!(event.campaign().is_none());
    }

    #[test]
    fn what_is_no_event() {
        for body in ["", "[]", "\"x\"", "{", "<html>"] {
            assert_eq!(parse_event(body.as_bytes()).expect_err(body).kind(), Kind::Decode);
        }
        assert!(parse_event(b"{}").is_ok());
    }
}

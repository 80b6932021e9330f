//! Messages, and the statuses they go through.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::{Due, World, new_id, overlay};
use crate::clock::{in_seconds, later};
use crate::segments;

/// From queued to sent, and from sent to the final status.
const STEP: SignedDuration = SignedDuration::from_secs(1);

#[derive(Debug, Default)]
pub(crate) struct Messages {
    all: Vec<Message>,
    by_id: HashMap<String, usize>,
}

/// What a message is made of.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Content {
    pub(crate) channel: String,
    pub(crate) to: String,
    pub(crate) from: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) subject: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) html: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) template: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) scheduled_at: Option<Timestamp>,
}

impl Content {
    pub(crate) fn cost(&self) -> f64 {
        segments::cost(&self.channel, &self.to, self.body.as_deref())
    }
}

/// A message as the control path shows it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) status: &'static str,
    #[serde(flatten)]
    pub(crate) content: Content,
    #[serde(serialize_with = "whole_seconds")]
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "whole_seconds_of")]
    sent_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "whole_seconds_of")]
    delivered_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    campaign_id: Option<String>,
    cost: f64,
    #[serde(skip)]
    campaign: Option<usize>,
    /// Keys that were given at the start and win over the others.
    #[serde(skip)]
    given: Map<String, Value>,
}

/// A message as the API answers it.
#[derive(Serialize)]
struct Shown<'a> {
    id: &'a str,
    status: &'a str,
    channel: &'a str,
    to: &'a str,
    from: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a str>,
    #[serde(serialize_with = "whole_seconds")]
    created_at: Timestamp,
    scheduled_at: Option<Timestamp>,
    #[serde(serialize_with = "whole_seconds_of")]
    sent_at: Option<Timestamp>,
    #[serde(serialize_with = "whole_seconds_of")]
    delivered_at: Option<Timestamp>,
    error: Option<&'a str>,
}

impl Message {
    /// The message as the API answers it, as JSON text.
    pub(crate) fn answer(&self) -> Vec<u8> {
        let shown = self.shown();
        let text = if self.given.is_empty() {
            serde_json::to_vec(&shown)
        } else {
            serde_json::to_vec(&overlay(json!(shown), &self.given))
        };
        text.expect("plain structs are always JSON")
    }

    /// With everything that is known about it.
    pub(crate) fn full(&self) -> Value {
        overlay(json!(self), &self.given)
    }

    fn shown(&self) -> Shown<'_> {
        Shown {
            id: &self.id,
            status: self.status,
            channel: &self.content.channel,
            to: &self.content.to,
            from: &self.content.from,
            body: self.content.body.as_deref(),
            created_at: self.created_at,
            scheduled_at: self.content.scheduled_at,
            sent_at: self.sent_at,
            delivered_at: self.delivered_at,
            error: self.error,
        }
    }
}

impl Messages {
    pub(crate) fn get(&self, id: &str) -> Option<&Message> {
        self.by_id.get(id).map(|index| &self.all[*index])
    }

    pub(crate) fn all(&self) -> &[Message] {
        &self.all
    }

    fn add(&mut self, message: Message) -> usize {
        let index = self.all.len();
        self.by_id.insert(message.id.clone(), index);
        self.all.push(message);
        index
    }
}

impl World {
    /// Takes a message on, and its cost off the balance. The caller has seen that it is paid for.
    pub(crate) fn add_message(&mut self, content: Content, campaign: Option<usize>, at: Timestamp) -> &Message {
        let cost = content.cost();
        self.credits -= cost;
        let start = content.scheduled_at.map_or(at, |time| time.max(at));
        let index = self.messages.add(Message {
            id: new_id("msg"),
            status: "queued",
            content,
            created_at: at,
            sent_at: None,
            delivered_at: None,
            error: None,
            campaign_id: campaign.map(|index| self.campaigns.id(index).to_owned()),
            cost,
            campaign,
            given: Map::new(),
        });
        self.schedule(later(start, STEP), Due::Sent(index));
        &self.messages.all[index]
    }

    /// Takes on a message that exists from the start and never changes.
    pub(crate) fn add_given_message(&mut self, given: Map<String, Value>) {
        let text = |key: &str| given.get(key).and_then(Value::as_str).map(str::to_owned);
        let content = Content {
            channel: text("channel").unwrap_or_else(|| "sms".to_owned()),
            to: text("to").unwrap_or_else(|| "+244912345678".to_owned()),
            from: text("from").unwrap_or_else(|| "ZEXA".to_owned()),
            body: text("body"),
            ..Content::default()
        };
        self.messages.add(Message {
            id: text("id").unwrap_or_else(|| new_id("msg")),
            status: "delivered",
            cost: content.cost(),
            content,
            created_at: self.clock.now(),
            sent_at: None,
            delivered_at: None,
            error: None,
            campaign_id: None,
            campaign: None,
            given,
        });
    }

    pub(super) fn message_sent(&mut self, index: usize, at: Timestamp) {
        let message = &mut self.messages.all[index];
        message.status = "sent";
        message.sent_at = Some(at);
        self.schedule(later(at, STEP), Due::Settled(index));
    }

    pub(super) fn message_settled(&mut self, index: usize, at: Timestamp) {
        let message = &mut self.messages.all[index];
        let fate = Fate::of(&message.content.to);
        (message.status, message.error) = match fate {
            Fate::Delivered | Fate::OptedOut => ("delivered", None),
            Fate::Failed => ("failed", Some("The network refused the message.")),
            Fate::Undeliverable => ("undeliverable", Some("The recipient cannot be reached.")),
        };
        if message.status == "delivered" {
            message.delivered_at = Some(at);
        }
        let (status, campaign, shown) = (message.status, message.campaign, json!(message.shown()));
        self.announce(&format!("message.{status}"), &shown, at);
        if fate == Fate::OptedOut {
            self.announce("message.optout", &shown, at);
        }
        if let Some(campaign) = campaign {
            self.campaign_settled(campaign, status, at);
        }
    }
}

/// How a message ends, which its recipient decides.
#[derive(PartialEq, Eq)]
enum Fate {
    Delivered,
    Failed,
    Undeliverable,
    OptedOut,
}

impl Fate {
    fn of(to: &str) -> Self {
        const MAGIC: [(&str, &str, Fate); 3] = [
            ("+2440001", "failed", Fate::Failed),
            ("+2440002", "undeliverable", Fate::Undeliverable),
            ("+2440003", "optout", Fate::OptedOut),
        ];
        let name = to.trim_start_matches(['#', '@']).split('@').next().unwrap_or_default();
        for (number, word, fate) in MAGIC {
            if to.starts_with(number) || name == word {
                return fate;
            }
        }
        Self::Delivered
    }
}

pub(crate) fn whole_seconds<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    in_seconds(*time).serialize(serializer)
}

fn whole_seconds_of<S: Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(in_seconds).serialize(serializer)
}

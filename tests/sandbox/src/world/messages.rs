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
    pub(crate) template_id: Option<String>,
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
    /// 0 until it is dispatched.
    cost: f64,
    #[serde(skip)]
    fate: Fate,
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
        let text =
            if self.given.is_empty() { serde_json::to_vec(&self.fields()) } else { serde_json::to_vec(&self.shown()) };
        text.expect("plain structs are always JSON")
    }

    /// The message as the API answers it.
    pub(super) fn shown(&self) -> Value {
        overlay(json!(self.fields()), &self.given)
    }

    /// With everything that is known about it.
    pub(crate) fn full(&self) -> Value {
        overlay(json!(self), &self.given)
    }

    fn fields(&self) -> Shown<'_> {
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

    /// The latest message from a Sender ID to a recipient.
    pub(super) fn latest(&self, from: &str, to: &str) -> Option<&Message> {
        self.all.iter().rev().find(|message| message.content.from == from && message.content.to == to)
    }

    fn add(&mut self, message: Message) -> usize {
        let index = self.all.len();
        self.by_id.insert(message.id.clone(), index);
        self.all.push(message);
        index
    }
}

impl World {
    /// Takes a message on, and dispatches it unless it is scheduled. The caller has seen that it is paid for.
    pub(crate) fn add_message(&mut self, content: Content, campaign: Option<usize>, at: Timestamp) -> &Message {
        let scheduled = content.scheduled_at.filter(|time| *time > at);
        let index = self.messages.add(Message {
            id: new_id("msg"),
            status: "queued",
            fate: Fate::of(&content.to),
            content,
            created_at: at,
            sent_at: None,
            delivered_at: None,
            error: None,
            campaign_id: campaign.map(|index| self.campaigns.id(index).to_owned()),
            cost: 0.0,
            campaign,
            given: Map::new(),
        });
        match scheduled {
            Some(time) => self.schedule(time, Due::Dispatched(index)),
            None => self.dispatch_message(index, at),
        }
        &self.messages.all[index]
    }

    /// Charges a message and lets it go to its network. One that cannot be dispatched costs nothing.
    pub(super) fn dispatch_message(&mut self, index: usize, at: Timestamp) {
        let content = &self.messages.all[index].content;
        let cost = content.cost();
        let obstacle = self.obstacle(content, at);
        let unpaid = || (cost > self.credits).then_some(Fate::Failed("The account does not have enough credits."));
        let next = later(at, STEP);
        if let Some(fate) = obstacle.or_else(unpaid) {
            self.messages.all[index].fate = fate;
            return self.schedule(next, Due::Settled(index));
        }
        self.credits -= cost;
        self.messages.all[index].cost = cost;
        if let Some(campaign) = self.messages.all[index].campaign {
            self.campaigns.count_sent(campaign);
        }
        self.schedule(next, Due::Sent(index));
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
            fate: Fate::Delivered,
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
        let fate = message.fate;
        (message.status, message.error) = match fate {
            Fate::Delivered | Fate::OptedOut => ("delivered", None),
            Fate::Failed(error) => ("failed", Some(error)),
            Fate::Undeliverable(error) => ("undeliverable", Some(error)),
        };
        if message.status == "delivered" {
            message.delivered_at = Some(at);
        }
        let (status, campaign, shown) = (message.status, message.campaign, message.shown());
        let Content { from, to, .. } = message.content.clone();
        self.announce(&format!("message.{status}"), &shown, at);
        if fate == Fate::OptedOut {
            self.opt_out(&from, &to, &shown, at);
        }
        if let Some(campaign) = campaign {
            self.campaign_settled(campaign, status, at);
        }
    }
}

/// How a message ends, with the text of its `error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Delivered,
    /// Delivered, and its recipient opts out.
    OptedOut,
    Failed(&'static str),
    Undeliverable(&'static str),
}

impl Fate {
    /// What becomes of a message that is dispatched, which its recipient decides.
    fn of(to: &str) -> Self {
        const MAGIC: [(&str, &str, Fate); 3] = [
            ("+2440001", "failed", Fate::Failed("The network refused the message.")),
            ("+2440002", "undeliverable", Fate::Undeliverable("The recipient cannot be reached.")),
            ("+2440003", "optout", Fate::OptedOut),
        ];
        let name = to.trim_start_matches(['#', '@']).split('@').next().unwrap_or_default();
        let magic = MAGIC.iter().find(|(number, word, _)| to.starts_with(number) || name == *word);
        magic.map_or(Self::Delivered, |(_, _, fate)| *fate)
    }
}

pub(crate) fn whole_seconds<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    in_seconds(*time).serialize(serializer)
}

fn whole_seconds_of<S: Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(in_seconds).serialize(serializer)
}

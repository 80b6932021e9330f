//! Messages and their status transitions.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::{TimedEvent, World, new_id, overlay};
use crate::clock::{later, truncate_to_seconds};
use crate::segments;

/// Time from dispatch to `sent`, and from `sent` to the final status.
const STEP: SignedDuration = SignedDuration::from_secs(1);

#[derive(Debug, Default)]
pub(crate) struct Messages {
    all: Vec<Message>,
    by_id: HashMap<String, usize>,
}

/// The fields of a request to send a message.
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

/// A message. Its serialized fields are those that the control API returns.
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
    /// Cost in credits; 0 before dispatch.
    cost: f64,
    #[serde(skip)]
    final_status: FinalStatus,
    #[serde(skip)]
    campaign: Option<usize>,
    /// Fields from the initial state, which replace the others in responses.
    #[serde(skip)]
    overrides: Map<String, Value>,
}

/// The fields of a message that the API returns.
#[derive(Serialize)]
struct MessageBody<'a> {
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
    /// The API's response body.
    pub(crate) fn to_response_body(&self) -> Vec<u8> {
        let text = if self.overrides.is_empty() {
            serde_json::to_vec(&self.fields())
        } else {
            serde_json::to_vec(&self.to_json())
        };
        text.expect("plain structs are always JSON")
    }

    /// The API's response body, as a JSON value.
    pub(super) fn to_json(&self) -> Value {
        overlay(json!(self.fields()), &self.overrides)
    }

    /// All fields, as the control API returns them.
    pub(crate) fn to_full_json(&self) -> Value {
        overlay(json!(self), &self.overrides)
    }

    fn fields(&self) -> MessageBody<'_> {
        MessageBody {
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

    /// Latest message from a Sender ID to a recipient.
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
    /// Adds a message, and dispatches it unless it is scheduled. The caller has checked the balance.
    pub(crate) fn add_message(&mut self, content: Content, campaign: Option<usize>, at: Timestamp) -> &Message {
        let scheduled = content.scheduled_at.filter(|time| *time > at);
        let id = new_id("msg");
        if let Some(record) = &self.record {
            record.add(&id, &content.to, &content.channel, at);
        }
        let index = self.messages.add(Message {
            id,
            status: "queued",
            final_status: FinalStatus::of(&content.to),
            content,
            created_at: at,
            sent_at: None,
            delivered_at: None,
            error: None,
            campaign_id: campaign.map(|index| self.campaigns.id(index).to_owned()),
            cost: 0.0,
            campaign,
            overrides: Map::new(),
        });
        match scheduled {
            Some(time) => self.schedule(time, TimedEvent::DispatchMessage(index)),
            None => self.dispatch_message(index, at),
        }
        &self.messages.all[index]
    }

    /// Charges a message and hands it to its network. A message that cannot be dispatched costs nothing.
    pub(super) fn dispatch_message(&mut self, index: usize, at: Timestamp) {
        let content = &self.messages.all[index].content;
        let cost = content.cost();
        let dispatch_error = self.dispatch_error(content, at);
        let unpaid =
            || (cost > self.credits).then_some(FinalStatus::Failed("The account does not have enough credits."));
        let next = later(at, STEP);
        if let Some(final_status) = dispatch_error.or_else(unpaid) {
            self.messages.all[index].final_status = final_status;
            return self.schedule(next, TimedEvent::Finish(index));
        }
        self.credits -= cost;
        self.messages.all[index].cost = cost;
        if let Some(campaign) = self.messages.all[index].campaign {
            self.campaigns.count_sent(campaign);
        }
        self.schedule(next, TimedEvent::MarkSent(index));
    }

    /// Adds a message of the initial state, which never changes.
    pub(crate) fn add_fixed_message(&mut self, overrides: Map<String, Value>) {
        let text = |key: &str| overrides.get(key).and_then(Value::as_str).map(str::to_owned);
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
            final_status: FinalStatus::Delivered,
            content,
            created_at: self.clock.now(),
            sent_at: None,
            delivered_at: None,
            error: None,
            campaign_id: None,
            campaign: None,
            overrides,
        });
    }

    pub(super) fn mark_message_sent(&mut self, index: usize, at: Timestamp) {
        let message = &mut self.messages.all[index];
        message.status = "sent";
        message.sent_at = Some(at);
        self.schedule(later(at, STEP), TimedEvent::Finish(index));
    }

    pub(super) fn finish_message(&mut self, index: usize, at: Timestamp) {
        let message = &mut self.messages.all[index];
        let final_status = message.final_status;
        (message.status, message.error) = match final_status {
            FinalStatus::Delivered | FinalStatus::OptedOut => ("delivered", None),
            FinalStatus::Failed(error) => ("failed", Some(error)),
            FinalStatus::Undeliverable(error) => ("undeliverable", Some(error)),
        };
        if message.status == "delivered" {
            message.delivered_at = Some(at);
        }
        let (status, campaign, json) = (message.status, message.campaign, message.to_json());
        let Content { from, to, .. } = message.content.clone();
        self.emit(&format!("message.{status}"), &json, at);
        if final_status == FinalStatus::OptedOut {
            self.opt_out(&from, &to, &json, at);
        }
        if let Some(campaign) = campaign {
            self.count_finished(campaign, status, at);
        }
    }
}

/// The final status of a message, with the text of its `error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FinalStatus {
    Delivered,
    /// `delivered`, and the recipient opts out.
    OptedOut,
    Failed(&'static str),
    Undeliverable(&'static str),
}

impl FinalStatus {
    /// Final status of a message that is dispatched, which depends on its recipient.
    fn of(to: &str) -> Self {
        const SPECIAL: [(&str, &str, FinalStatus); 3] = [
            ("+2440001", "failed", FinalStatus::Failed("The network rejected the message.")),
            ("+2440002", "undeliverable", FinalStatus::Undeliverable("The recipient cannot be reached.")),
            ("+2440003", "optout", FinalStatus::OptedOut),
        ];
        let name = to.trim_start_matches(['#', '@']).split('@').next().unwrap_or_default();
        let special = SPECIAL.iter().find(|(number, word, _)| to.starts_with(number) || name == *word);
        special.map_or(Self::Delivered, |(_, _, final_status)| *final_status)
    }
}

pub(crate) fn whole_seconds<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    truncate_to_seconds(*time).serialize(serializer)
}

fn whole_seconds_of<S: Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(truncate_to_seconds).serialize(serializer)
}

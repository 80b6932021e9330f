//! The objects of one account, and the timed events that change them.

pub(crate) mod campaigns;
pub(crate) mod contacts;
pub(crate) mod messages;
pub(crate) mod replies;
pub(crate) mod seed;
pub(crate) mod webhooks;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::clock::Clock;
use crate::message_record::MessageRecord;
use crate::spec::StateSpec;

use campaigns::Campaigns;
use contacts::Contacts;
use messages::Messages;
use replies::Replies;
use webhooks::Webhooks;

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) clock: Clock,
    pub(crate) credits: f64,
    pub(crate) currency: String,
    pub(crate) sender_ids: Vec<Map<String, Value>>,
    pub(crate) lists: BTreeSet<String>,
    pub(crate) contacts: Contacts,
    pub(crate) messages: Messages,
    pub(crate) campaigns: Campaigns,
    pub(crate) webhooks: Webhooks,
    replies: Replies,
    record: Option<MessageRecord>,
    events: BTreeMap<(Timestamp, u64), TimedEvent>,
    event_count: u64,
}

/// An event that runs at a given time. The numbers are indexes of messages or campaigns.
#[derive(Debug, Clone, Copy)]
pub(crate) enum TimedEvent {
    /// Dispatches a scheduled message.
    DispatchMessage(usize),
    /// Marks a message as sent.
    MarkSent(usize),
    /// Sets the final status of a message.
    Finish(usize),
    /// Starts a campaign.
    StartCampaign(usize),
    /// Sends a campaign's message to its next contact.
    SendNext(usize),
}

impl World {
    pub(crate) fn new(spec: &StateSpec, record: Option<MessageRecord>) -> Self {
        let mut world = Self {
            clock: Clock::new(spec.speed),
            credits: spec.credits,
            currency: spec.currency.clone(),
            sender_ids: Vec::new(),
            lists: BTreeSet::new(),
            contacts: Contacts::default(),
            messages: Messages::default(),
            campaigns: Campaigns::default(),
            webhooks: Webhooks::default(),
            replies: Replies::new(spec.whatsapp_windows),
            record,
            events: BTreeMap::new(),
            event_count: 0,
        };
        seed::fill(&mut world, spec);
        world
    }

    pub(crate) fn schedule(&mut self, at: Timestamp, due: TimedEvent) {
        self.event_count += 1;
        self.events.insert((at, self.event_count), due);
    }

    /// Sandbox time of the next event.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.events.keys().next().map(|(at, _)| *at)
    }

    /// Real time until the next event.
    pub(crate) fn until_next(&self) -> Option<Duration> {
        self.clock.until(self.next_due()?)
    }

    /// Runs the events that are due, in order. Each sees its own time.
    pub(crate) fn run_due_events(&mut self) {
        let now = self.clock.now();
        while let Some(entry) = self.events.first_entry() {
            if entry.key().0 > now {
                break;
            }
            let ((at, _), due) = entry.remove_entry();
            self.run_event(due, at);
        }
    }

    fn run_event(&mut self, due: TimedEvent, at: Timestamp) {
        match due {
            TimedEvent::DispatchMessage(index) => self.dispatch_message(index, at),
            TimedEvent::MarkSent(index) => self.mark_message_sent(index, at),
            TimedEvent::Finish(index) => self.finish_message(index, at),
            TimedEvent::StartCampaign(index) => self.start_campaign(index, at),
            TimedEvent::SendNext(index) => self.send_next(index, at),
        }
    }

    /// Sets the credit balance, and resumes paused campaigns.
    pub(crate) fn set_credits(&mut self, credits: f64) {
        self.credits = credits;
        self.resume_campaigns();
    }

    /// Status of a Sender ID for a channel. `None` if it is not registered.
    pub(crate) fn sender_status(&self, channel: &str, name: &str) -> Option<&str> {
        let text = |sender: &'_ Map<String, Value>, key: &str| sender.get(key).and_then(Value::as_str) == Some(name);
        self.sender_ids
            .iter()
            .filter(|sender| sender.get("channel").and_then(Value::as_str) == Some(channel))
            .find(|sender| ["sender_id", "name", "value"].iter().any(|key| text(sender, key)))
            .map(|sender| sender.get("status").and_then(Value::as_str).unwrap_or_default())
    }
}

/// Returns a random id such as `msg_3k9x…`.
pub(crate) fn new_id(prefix: &str) -> String {
    let mut id = String::with_capacity(prefix.len() + 17);
    id.push_str(prefix);
    id.push('_');
    id.extend(std::iter::repeat_with(|| fastrand::digit(36)).take(16));
    id
}

/// Replaces keys of an object.
pub(crate) fn overlay(object: Value, overrides: &Map<String, Value>) -> Value {
    match object {
        Value::Object(mut keys) => {
            keys.extend(overrides.clone());
            Value::Object(keys)
        }
        other => other,
    }
}

//! Everything that exists in one account, and how it moves with the sandbox's time.

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
    agenda: BTreeMap<(Timestamp, u64), Due>,
    agenda_count: u64,
}

/// What happens at a time to come.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Due {
    /// The message of this index, which was scheduled, is dispatched.
    Dispatched(usize),
    /// The message of this index is handed to its network.
    Sent(usize),
    /// The message of this index reaches its final status.
    Settled(usize),
    /// The campaign of this index starts.
    Started(usize),
    /// The campaign of this index turns to its next contact.
    Next(usize),
}

impl World {
    pub(crate) fn new(spec: &StateSpec) -> Self {
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
            agenda: BTreeMap::new(),
            agenda_count: 0,
        };
        seed::fill(&mut world, spec);
        world
    }

    pub(crate) fn schedule(&mut self, at: Timestamp, due: Due) {
        self.agenda_count += 1;
        self.agenda.insert((at, self.agenda_count), due);
    }

    /// When something falls due next.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.agenda.keys().next().map(|(at, _)| *at)
    }

    /// How long until something falls due, in real time.
    pub(crate) fn until_next(&self) -> Option<Duration> {
        self.clock.until(self.next_due()?)
    }

    /// Does what has fallen due, in order, each at its own time.
    pub(crate) fn settle(&mut self) {
        let now = self.clock.now();
        while let Some(entry) = self.agenda.first_entry() {
            if entry.key().0 > now {
                break;
            }
            let ((at, _), due) = entry.remove_entry();
            self.carry_out(due, at);
        }
    }

    fn carry_out(&mut self, due: Due, at: Timestamp) {
        match due {
            Due::Dispatched(index) => self.dispatch_message(index, at),
            Due::Sent(index) => self.message_sent(index, at),
            Due::Settled(index) => self.message_settled(index, at),
            Due::Started(index) => self.campaign_started(index, at),
            Due::Next(index) => self.campaign_next(index, at),
        }
    }

    /// Sets the balance; campaigns that paused for want of it go on.
    pub(crate) fn set_credits(&mut self, credits: f64) {
        self.credits = credits;
        self.resume_campaigns();
    }

    /// The status of a Sender ID on a channel, if it is registered there.
    pub(crate) fn sender_status(&self, channel: &str, name: &str) -> Option<&str> {
        let text = |sender: &'_ Map<String, Value>, key: &str| sender.get(key).and_then(Value::as_str) == Some(name);
        self.sender_ids
            .iter()
            .filter(|sender| sender.get("channel").and_then(Value::as_str) == Some(channel))
            .find(|sender| ["sender_id", "name", "value"].iter().any(|key| text(sender, key)))
            .map(|sender| sender.get("status").and_then(Value::as_str).unwrap_or_default())
    }
}

/// An id such as `msg_3k9x…`.
pub(crate) fn new_id(prefix: &str) -> String {
    let mut id = String::with_capacity(prefix.len() + 17);
    id.push_str(prefix);
    id.push('_');
    id.extend(std::iter::repeat_with(|| fastrand::digit(36)).take(16));
    id
}

/// Lays the keys that were given at start over an object.
pub(crate) fn overlay(object: Value, given: &Map<String, Value>) -> Value {
    match object {
        Value::Object(mut keys) => {
            keys.extend(given.clone());
            Value::Object(keys)
        }
        other => other,
    }
}

//! Replies from recipients. A reply opens a WhatsApp conversation window; STOP opts the recipient out.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::World;
use super::messages::{Content, FinalStatus};
use crate::spec::ReplySpec;

/// Length of a WhatsApp conversation window, in which free-form messages are allowed.
const WINDOW: SignedDuration = SignedDuration::from_hours(24);

/// Replies and opt-outs, by Sender ID and recipient.
#[derive(Debug)]
pub(crate) struct Replies {
    /// Whether free-form WhatsApp messages require an open window.
    windows: bool,
    latest: HashMap<(String, String), Timestamp>,
    /// The Sender ID is `None` for an email address, which unsubscribes from all senders.
    opt_outs: HashSet<(Option<String>, String)>,
}

impl Replies {
    pub(super) fn new(windows: bool) -> Self {
        Self { windows, latest: HashMap::new(), opt_outs: HashSet::new() }
    }

    fn has_opted_out(&self, content: &Content) -> bool {
        self.opt_outs.contains(&opt_out(&content.from, &content.to))
    }

    fn last_written(&self, content: &Content) -> Option<Timestamp> {
        self.latest.get(&(content.from.clone(), content.to.clone())).copied()
    }
}

fn opt_out(sender: &str, recipient: &str) -> (Option<String>, String) {
    // A Slack user id may start with `@`.
    let is_email = recipient.split_once('@').is_some_and(|(name, _)| !name.is_empty());
    if is_email { (None, recipient.to_lowercase()) } else { (Some(sender.to_owned()), recipient.to_owned()) }
}

impl World {
    /// Handles a reply from a recipient to a Sender ID.
    pub(crate) fn add_reply(&mut self, reply: &ReplySpec) {
        let now = self.clock.now();
        let ReplySpec { from: recipient, to: sender, body } = reply;
        self.replies.latest.insert((sender.clone(), recipient.clone()), now);
        if body.trim().eq_ignore_ascii_case("stop") {
            let latest = self.messages.latest(sender, recipient);
            let data = latest.map_or_else(|| json!({"to": recipient, "from": sender}), |message| message.to_json());
            self.opt_out(sender, recipient, &data, now);
        }
    }

    /// Opts a recipient out of messages from a Sender ID. Emits `message.optout` the first time.
    pub(super) fn opt_out(&mut self, sender: &str, recipient: &str, data: &Value, at: Timestamp) {
        if self.replies.opt_outs.insert(opt_out(sender, recipient)) {
            self.emit("message.optout", data, at);
        }
    }

    /// Whether WhatsApp's conversation windows allow a message. True for messages that do not depend on them.
    pub(crate) fn is_window_open(&self, content: &Content, at: Timestamp) -> bool {
        let is_template = content.template.is_some() || content.template_id.is_some();
        let is_free_form = content.channel == "whatsapp" && !is_template;
        let is_open = || self.replies.last_written(content).is_some_and(|written| written.duration_until(at) <= WINDOW);
        !self.replies.windows || !is_free_form || is_open()
    }

    /// Cost of a message that is dispatched at this time, in credits.
    pub(crate) fn dispatch_cost(&self, content: &Content, at: Timestamp) -> f64 {
        if self.dispatch_error(content, at).is_some() { 0.0 } else { content.cost() }
    }

    /// Final status of a message that cannot be dispatched. `None` if it can.
    pub(crate) fn dispatch_error(&self, content: &Content, at: Timestamp) -> Option<FinalStatus> {
        if self.replies.has_opted_out(content) {
            return Some(FinalStatus::Undeliverable("The recipient has opted out of messages from this sender."));
        }
        if !self.is_window_open(content, at) {
            return Some(FinalStatus::Failed(
                "The recipient has not written within 24 hours, and the message has no template.",
            ));
        }
        None
    }
}

//! What recipients write to the account: a reply opens a WhatsApp conversation window, and STOP opts its writer out.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::World;
use super::messages::{Content, Fate};
use crate::spec::ReplySpec;

/// How long free-form WhatsApp messages can be sent after a recipient has written.
const WINDOW: SignedDuration = SignedDuration::from_hours(24);

/// What recipients have written. The keys are a Sender ID and a recipient.
#[derive(Debug)]
pub(crate) struct Replies {
    /// Whether free-form WhatsApp messages need an open window.
    windows: bool,
    latest: HashMap<(String, String), Timestamp>,
    /// Without a Sender ID for an email address, which unsubscribes from all of them.
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
    // A Slack user id may begin with `@`.
    let is_email = recipient.split_once('@').is_some_and(|(name, _)| !name.is_empty());
    if is_email { (None, recipient.to_lowercase()) } else { (Some(sender.to_owned()), recipient.to_owned()) }
}

impl World {
    /// Receives what a recipient writes to a Sender ID.
    pub(crate) fn add_reply(&mut self, reply: &ReplySpec) {
        let now = self.clock.now();
        let ReplySpec { from: recipient, to: sender, body } = reply;
        self.replies.latest.insert((sender.clone(), recipient.clone()), now);
        if body.trim().eq_ignore_ascii_case("stop") {
            let latest = self.messages.latest(sender, recipient);
            let data = latest.map_or_else(|| json!({"to": recipient, "from": sender}), |message| message.shown());
            self.opt_out(sender, recipient, &data, now);
        }
    }

    /// Opts a recipient out of messages from a Sender ID. The first time, the webhooks are told.
    pub(super) fn opt_out(&mut self, sender: &str, recipient: &str, data: &Value, at: Timestamp) {
        if self.replies.opt_outs.insert(opt_out(sender, recipient)) {
            self.announce("message.optout", data, at);
        }
    }

    /// Whether a message may be sent as far as WhatsApp's conversation windows go.
    pub(crate) fn fits_window(&self, content: &Content, at: Timestamp) -> bool {
        let is_template = content.template.is_some() || content.template_id.is_some();
        let is_free_form = content.channel == "whatsapp" && !is_template;
        let is_open = || self.replies.last_written(content).is_some_and(|written| written.duration_until(at) <= WINDOW);
        !self.replies.windows || !is_free_form || is_open()
    }

    /// What a message that is dispatched at this time costs.
    pub(crate) fn charge(&self, content: &Content, at: Timestamp) -> f64 {
        if self.obstacle(content, at).is_some() { 0.0 } else { content.cost() }
    }

    /// The fate of a message that cannot be dispatched, and so costs nothing.
    pub(crate) fn obstacle(&self, content: &Content, at: Timestamp) -> Option<Fate> {
        if self.replies.has_opted_out(content) {
            return Some(Fate::Undeliverable("The recipient has opted out of messages from this sender."));
        }
        if !self.fits_window(content, at) {
            return Some(Fate::Failed(
                "The recipient has not written within 24 hours, and the message is no template.",
            ));
        }
        None
    }
}

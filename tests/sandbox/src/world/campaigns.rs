//! Campaigns, which send to one contact after another until the credits run out.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::messages::{Content, whole_seconds};
use super::{TimedEvent, World, new_id, overlay};
use crate::clock::later;

/// Milliseconds between two contacts, unless the campaign would then exceed `MAX_DURATION_MS`.
const PACE_MS: i64 = 100;
/// Maximum duration of a campaign, in milliseconds.
const MAX_DURATION_MS: i64 = 30_000;

#[derive(Debug, Default)]
pub(crate) struct Campaigns {
    all: Vec<Campaign>,
}

/// A campaign. Its serialized fields are those that the API returns, except `stats`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Campaign {
    id: String,
    status: &'static str,
    pub(crate) name: String,
    pub(crate) channel: String,
    pub(crate) contact_list_id: String,
    pub(crate) sender_id: String,
    total_recipients: usize,
    #[serde(serialize_with = "whole_seconds")]
    created_at: Timestamp,
    pub(crate) scheduled_at: Option<Timestamp>,
    #[serde(skip)]
    pub(crate) content: Content,
    #[serde(skip)]
    stats: Stats,
    /// Recipient address of each contact, determined when the campaign starts. `None` if the contact has no email address.
    #[serde(skip)]
    targets: Vec<Option<String>>,
    #[serde(skip)]
    next: usize,
}

#[derive(Debug, Clone, Default, Serialize)]
struct Stats {
    /// Messages without a final status.
    pending: usize,
    /// Messages that were handed to a network, whatever their final status.
    sent: usize,
    delivered: usize,
    failed: usize,
    undeliverable: usize,
}

impl Campaign {
    /// The form that `POST /campaigns` and the list return.
    pub(crate) fn to_json(&self) -> Value {
        json!(self)
    }

    /// The form that `GET /campaigns/{id}` returns.
    pub(crate) fn to_json_with_stats(&self) -> Value {
        overlay(json!(self), &Map::from_iter([("stats".to_owned(), json!(self.stats))]))
    }

    fn pace(&self) -> SignedDuration {
        let count = i64::try_from(self.targets.len()).unwrap_or(i64::MAX).max(1);
        SignedDuration::from_millis(PACE_MS.min(MAX_DURATION_MS / count))
    }
}

impl Campaigns {
    pub(crate) fn id(&self, index: usize) -> &str {
        &self.all[index].id
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Campaign> {
        self.all.iter().find(|campaign| campaign.id == id)
    }

    pub(crate) fn all(&self) -> &[Campaign] {
        &self.all
    }

    pub(super) fn count_sent(&mut self, index: usize) {
        self.all[index].stats.sent += 1;
    }
}

/// A validated `POST /campaigns` request.
pub(crate) struct NewCampaign {
    pub(crate) name: String,
    pub(crate) contact_list_id: String,
    pub(crate) sender_id: String,
    pub(crate) content: Content,
    pub(crate) scheduled_at: Option<Timestamp>,
}

impl World {
    /// Cost of a campaign that starts at this time, in credits.
    pub(crate) fn campaign_cost(&self, list: &str, content: &Content, at: Timestamp) -> f64 {
        let targets = self.targets(list, &content.channel).into_iter().flatten();
        targets.map(|to| self.dispatch_cost(&Content { to, ..content.clone() }, at)).sum()
    }

    pub(crate) fn add_campaign(&mut self, new: NewCampaign) -> &Campaign {
        let now = self.clock.now();
        let index = self.campaigns.all.len();
        let waits = new.scheduled_at.filter(|time| *time > now);
        let targets = self.targets(&new.contact_list_id, &new.content.channel);
        let campaign = Campaign {
            id: new_id("cmp"),
            status: if waits.is_some() { "scheduled" } else { "sending" },
            name: new.name,
            channel: new.content.channel.clone(),
            contact_list_id: new.contact_list_id,
            sender_id: new.sender_id,
            total_recipients: targets.len(),
            created_at: now,
            scheduled_at: new.scheduled_at,
            content: new.content,
            stats: Stats { pending: targets.len(), ..Stats::default() },
            targets,
            next: 0,
        };
        self.campaigns.all.push(campaign);
        self.schedule(waits.unwrap_or(now), TimedEvent::StartCampaign(index));
        &self.campaigns.all[index]
    }

    /// Adds a completed campaign.
    pub(crate) fn add_past_campaign(&mut self, name: String, recipients: usize) {
        let content = Content { channel: "sms".to_owned(), ..Content::default() };
        self.campaigns.all.push(Campaign {
            id: new_id("cmp"),
            status: "completed",
            name,
            channel: "sms".to_owned(),
            contact_list_id: "lst_demo".to_owned(),
            sender_id: "ZEXA".to_owned(),
            total_recipients: recipients,
            created_at: self.clock.now(),
            scheduled_at: None,
            content,
            stats: Stats { sent: recipients, delivered: recipients, ..Stats::default() },
            targets: Vec::new(),
            next: 0,
        });
    }

    fn targets(&self, list: &str, channel: &str) -> Vec<Option<String>> {
        let contacts = self.contacts.iter().filter(|contact| contact.is_in(list));
        match channel {
            "email" => contacts.map(|contact| contact.email.clone()).collect(),
            _ => contacts.map(|contact| Some(contact.phone.clone())).collect(),
        }
    }

    pub(super) fn start_campaign(&mut self, index: usize, at: Timestamp) {
        let campaign = &self.campaigns.all[index];
        let targets = self.targets(&campaign.contact_list_id, &campaign.channel);
        let campaign = &mut self.campaigns.all[index];
        campaign.status = "sending";
        campaign.total_recipients = targets.len();
        campaign.stats.pending = targets.len();
        campaign.targets = targets;
        self.send_next(index, at);
    }

    pub(super) fn send_next(&mut self, index: usize, at: Timestamp) {
        let campaign = &mut self.campaigns.all[index];
        let pace = campaign.pace();
        let Some(target) = campaign.targets.get(campaign.next).cloned() else {
            let json = campaign.to_json_with_stats();
            self.emit("campaign.sent", &json, at);
            return self.complete_campaign(index, at);
        };
        if let Some(to) = target {
            let content = Content { to, ..campaign.content.clone() };
            if self.dispatch_cost(&content, at) > self.credits {
                self.campaigns.all[index].status = "paused";
                return;
            }
            self.add_message(content, Some(index), at);
        } else {
            campaign.stats.pending -= 1;
            campaign.stats.failed += 1;
        }
        let campaign = &mut self.campaigns.all[index];
        campaign.next += 1;
        let wait = if campaign.next < campaign.targets.len() { pace } else { SignedDuration::ZERO };
        self.schedule(later(at, wait), TimedEvent::SendNext(index));
    }

    pub(super) fn count_finished(&mut self, index: usize, status: &str, at: Timestamp) {
        let campaign = &mut self.campaigns.all[index];
        campaign.stats.pending -= 1;
        match status {
            "delivered" => campaign.stats.delivered += 1,
            "failed" => campaign.stats.failed += 1,
            _ => campaign.stats.undeliverable += 1,
        }
        self.complete_campaign(index, at);
    }

    fn complete_campaign(&mut self, index: usize, at: Timestamp) {
        let campaign = &mut self.campaigns.all[index];
        let over = campaign.next >= campaign.targets.len() && campaign.stats.pending == 0;
        if over && campaign.status == "sending" {
            campaign.status = "completed";
            let json = campaign.to_json_with_stats();
            self.emit("campaign.completed", &json, at);
        }
    }

    pub(super) fn resume_campaigns(&mut self) {
        let now = self.clock.now();
        for index in 0..self.campaigns.all.len() {
            if self.campaigns.all[index].status == "paused" {
                self.campaigns.all[index].status = "sending";
                self.schedule(now, TimedEvent::SendNext(index));
            }
        }
    }
}

//! Campaigns: they send to one contact after another while the credits last.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::messages::{Content, whole_seconds};
use super::{Due, World, new_id, overlay};
use crate::clock::later;

/// From one contact to the next, in milliseconds …
const PACE: i64 = 100;
/// … but a campaign has sent all its messages within so many.
const LONGEST: i64 = 30_000;

#[derive(Debug, Default)]
pub(crate) struct Campaigns {
    all: Vec<Campaign>,
}

/// A campaign as the API answers it, but for its statistics.
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
    /// Where to reach each contact, fixed when the campaign starts; `None` where there is no way.
    #[serde(skip)]
    targets: Vec<Option<String>>,
    #[serde(skip)]
    next: usize,
}

#[derive(Debug, Clone, Default, Serialize)]
struct Stats {
    /// Not handed to a network yet, or on the way.
    pending: usize,
    /// Handed to a network, whatever came of it.
    sent: usize,
    delivered: usize,
    failed: usize,
    undeliverable: usize,
}

impl Campaign {
    /// As `POST /campaigns` and the list answer it.
    pub(crate) fn shown(&self) -> Value {
        json!(self)
    }

    /// With its statistics.
    pub(crate) fn shown_with_stats(&self) -> Value {
        overlay(json!(self), &Map::from_iter([("stats".to_owned(), json!(self.stats))]))
    }

    fn pace(&self) -> SignedDuration {
        let count = i64::try_from(self.targets.len()).unwrap_or(i64::MAX).max(1);
        SignedDuration::from_millis(PACE.min(LONGEST / count))
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

/// What `POST /campaigns` gives beside the content.
pub(crate) struct NewCampaign {
    pub(crate) name: String,
    pub(crate) contact_list_id: String,
    pub(crate) sender_id: String,
    pub(crate) content: Content,
    pub(crate) scheduled_at: Option<Timestamp>,
}

impl World {
    /// What a campaign that starts at this time would cost.
    pub(crate) fn campaign_cost(&self, list: &str, content: &Content, at: Timestamp) -> f64 {
        let targets = self.targets(list, &content.channel).into_iter().flatten();
        targets.map(|to| self.charge(&Content { to, ..content.clone() }, at)).sum()
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
        self.schedule(waits.unwrap_or(now), Due::Started(index));
        &self.campaigns.all[index]
    }

    /// Takes on a campaign that has run already.
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

    pub(super) fn campaign_started(&mut self, index: usize, at: Timestamp) {
        let campaign = &self.campaigns.all[index];
        let targets = self.targets(&campaign.contact_list_id, &campaign.channel);
        let campaign = &mut self.campaigns.all[index];
        campaign.status = "sending";
        campaign.total_recipients = targets.len();
        campaign.stats.pending = targets.len();
        campaign.targets = targets;
        self.campaign_next(index, at);
    }

    pub(super) fn campaign_next(&mut self, index: usize, at: Timestamp) {
        let campaign = &mut self.campaigns.all[index];
        let pace = campaign.pace();
        let Some(target) = campaign.targets.get(campaign.next).cloned() else {
            let shown = campaign.shown_with_stats();
            self.announce("campaign.sent", &shown, at);
            return self.complete_campaign(index, at);
        };
        if let Some(to) = target {
            let content = Content { to, ..campaign.content.clone() };
            if self.charge(&content, at) > self.credits {
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
        self.schedule(later(at, wait), Due::Next(index));
    }

    pub(super) fn campaign_settled(&mut self, index: usize, status: &str, at: Timestamp) {
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
            let shown = campaign.shown_with_stats();
            self.announce("campaign.completed", &shown, at);
        }
    }

    pub(super) fn resume_campaigns(&mut self) {
        let now = self.clock.now();
        for index in 0..self.campaigns.all.len() {
            if self.campaigns.all[index].status == "paused" {
                self.campaigns.all[index].status = "sending";
                self.schedule(now, Due::Next(index));
            }
        }
    }
}

//! Webhooks and their deliveries.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;

use super::messages::whole_seconds;
use super::{World, new_id};
use crate::clock::truncate_to_seconds;

#[derive(Debug, Default)]
pub(crate) struct Webhooks {
    all: Vec<Webhook>,
    pub(crate) deliveries: Vec<Delivery>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Webhook {
    id: String,
    url: String,
    events: Vec<String>,
    #[serde(serialize_with = "whole_seconds")]
    created_at: Timestamp,
    secret: String,
    /// Sends the indexes of deliveries to the task that posts them.
    #[serde(skip)]
    queue: UnboundedSender<usize>,
}

/// The delivery of an event to a webhook.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Delivery {
    pub(crate) webhook_id: String,
    pub(crate) url: String,
    pub(crate) event: String,
    pub(crate) payload: Value,
    /// `pending`, `delivered` or `failed`.
    pub(crate) state: &'static str,
    pub(crate) attempts: Vec<Attempt>,
}

/// An attempt to post an event, with the status of the response or the error.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Attempt {
    pub(crate) status: Option<u16>,
    pub(crate) error: Option<String>,
}

impl Webhook {
    fn subscribes_to(&self, event: &str) -> bool {
        event == TEST_EVENT || self.events.iter().any(|own| own == "*" || own == event)
    }
}

impl Webhooks {
    /// Whether each delivery has been attempted at least once.
    pub(crate) fn all_attempted(&self) -> bool {
        self.deliveries.iter().all(|delivery| !delivery.attempts.is_empty())
    }

    /// Whether each delivery has succeeded or finally failed.
    pub(crate) fn all_finished(&self) -> bool {
        self.deliveries.iter().all(|delivery| delivery.state != "pending")
    }

    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }
}

/// Event that every webhook receives first.
pub(crate) const TEST_EVENT: &str = "webhook.test";

impl World {
    /// Registers a webhook and posts the test event to it. Returns the API's response body.
    pub(crate) fn add_webhook(&mut self, url: String, events: Vec<String>, queue: UnboundedSender<usize>) -> Value {
        let now = self.clock.now();
        let secret = new_id("whsec");
        let webhook = Webhook { id: new_id("wh"), url, events, created_at: now, secret, queue };
        let json = json!(webhook);
        let data = json!({"id": webhook.id, "url": webhook.url, "events": webhook.events});
        self.post(&webhook, TEST_EVENT, &data, now);
        self.webhooks.all.push(webhook);
        json
    }

    /// Posts an event to each webhook that subscribes to it.
    pub(super) fn emit(&mut self, event: &str, data: &Value, at: Timestamp) {
        let webhooks = std::mem::take(&mut self.webhooks.all);
        for webhook in webhooks.iter().filter(|webhook| webhook.subscribes_to(event)) {
            self.post(webhook, event, data, at);
        }
        self.webhooks.all = webhooks;
    }

    fn post(&mut self, webhook: &Webhook, event: &str, data: &Value, at: Timestamp) {
        let number = self.webhooks.deliveries.len();
        self.webhooks.deliveries.push(Delivery {
            webhook_id: webhook.id.clone(),
            url: webhook.url.clone(),
            event: event.to_owned(),
            payload: json!({"id": new_id("evt"), "event": event, "created_at": truncate_to_seconds(at), "data": data}),
            state: "pending",
            attempts: Vec::new(),
        });
        // Fails only if the server is stopping.
        let _ = webhook.queue.send(number);
    }
}

//! Webhooks, and what is to be posted to them.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;

use super::messages::whole_seconds;
use super::{World, new_id};
use crate::clock::in_seconds;

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
    /// Takes the numbers of deliveries to whoever posts them.
    #[serde(skip)]
    queue: UnboundedSender<usize>,
}

/// An event on its way to a webhook.
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

/// One try to post an event: the status that was answered, or what went wrong.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Attempt {
    pub(crate) status: Option<u16>,
    pub(crate) error: Option<String>,
}

impl Webhook {
    fn wants(&self, event: &str) -> bool {
        event == TEST_EVENT || self.events.iter().any(|own| own == "*" || own == event)
    }
}

impl Webhooks {
    /// Whether each delivery has been tried at least once.
    pub(crate) fn all_tried(&self) -> bool {
        self.deliveries.iter().all(|delivery| !delivery.attempts.is_empty())
    }

    /// Whether each delivery has ended, well or not.
    pub(crate) fn all_done(&self) -> bool {
        self.deliveries.iter().all(|delivery| delivery.state != "pending")
    }

    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }
}

/// What every webhook is sent first.
pub(crate) const TEST_EVENT: &str = "webhook.test";

impl World {
    /// Registers a webhook, sends it the test event, and gives what the API answers.
    pub(crate) fn add_webhook(&mut self, url: String, events: Vec<String>, queue: UnboundedSender<usize>) -> Value {
        let now = self.clock.now();
        let secret = new_id("whsec");
        let webhook = Webhook { id: new_id("wh"), url, events, created_at: now, secret, queue };
        let shown = json!(webhook);
        let data = json!({"id": webhook.id, "url": webhook.url, "events": webhook.events});
        self.post(&webhook, TEST_EVENT, &data, now);
        self.webhooks.all.push(webhook);
        shown
    }

    /// Tells every webhook that wants to know of an event.
    pub(super) fn announce(&mut self, event: &str, data: &Value, at: Timestamp) {
        let webhooks = std::mem::take(&mut self.webhooks.all);
        for webhook in webhooks.iter().filter(|webhook| webhook.wants(event)) {
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
            payload: json!({"id": new_id("evt"), "event": event, "created_at": in_seconds(at), "data": data}),
            state: "pending",
            attempts: Vec::new(),
        });
        // Nobody takes it only where the server is about to end.
        let _ = webhook.queue.send(number);
    }
}

//! The initial state of a server.

use serde_json::{Map, Value, json};

use super::World;
use super::contacts::Contact;
use crate::spec::StateSpec;

/// The channels of the API.
pub(crate) const CHANNELS: [&str; 5] = ["sms", "whatsapp", "telegram", "email", "slack"];

/// Default contact lists: one with contacts, and two empty ones, whose ids appear in the API's documentation.
const LISTS: [&str; 3] = ["lst_demo", "lst_abc123", "lst_def456"];

/// Default senders: Sender IDs for SMS and WhatsApp, and a verified email address. For Telegram and Slack see `check_sender`.
const SENDERS: [(&str, &str, &str); 5] = [
    ("ZEXA", "sms", "approved"),
    ("ZEXA", "whatsapp", "approved"),
    ("hello@zexa.example", "email", "approved"),
    ("NEWBRAND", "sms", "pending"),
    ("BANNED", "sms", "rejected"),
];

pub(crate) fn fill(world: &mut World, spec: &StateSpec) {
    world.sender_ids = spec.sender_ids.clone().unwrap_or_else(default_sender_ids);
    let lists = spec.lists.clone();
    world.lists.extend(lists.unwrap_or_else(|| LISTS.map(str::to_owned).to_vec()));
    fill_contacts(world, spec);
    for number in 1..=spec.campaigns_count {
        world.add_past_campaign(format!("Campaign {number:04}"), 5);
    }
    for message in &spec.messages {
        world.add_fixed_message(message.clone());
    }
    for reply in &spec.replies {
        world.add_reply(reply);
    }
}

fn fill_contacts(world: &mut World, spec: &StateSpec) {
    let now = world.clock.now();
    for (number, overrides) in spec.contacts.iter().flatten().enumerate() {
        let contact = Contact::from_overrides(overrides.clone(), format!("+24493{number:07}"), now);
        world.lists.extend(contact.lists.iter().cloned());
        world.contacts.add(contact);
    }
    let default = if spec.contacts.is_some() { 0 } else { 5 };
    for number in 1..=spec.contacts_count.unwrap_or(default) {
        let mut contact = Contact::new(format!("Contact {number:04}"), format!("+24492{number:07}"), now);
        contact.email = Some(format!("contact{number}@zexa.example"));
        contact.lists = vec!["lst_demo".to_owned()];
        world.contacts.add(contact);
    }
}

fn default_sender_ids() -> Vec<Map<String, Value>> {
    SENDERS.into_iter().enumerate().map(default_sender_id).collect()
}

fn default_sender_id((index, (name, channel, status)): (usize, (&str, &str, &str))) -> Map<String, Value> {
    let sender = json!({
        "id": format!("sid_{:04}", index + 1),
        "sender_id": name,
        "channel": channel,
        "status": status,
        "use_case": "transactional",
        "created_at": "2026-01-15T08:00:00Z",
    });
    match sender {
        Value::Object(keys) => keys,
        _ => unreachable!("json! above creates an object"),
    }
}

//! What exists when a server starts.

use serde_json::{Map, Value, json};

use super::World;
use super::contacts::Contact;
use crate::spec::StateSpec;

/// The channels of the API.
pub(crate) const CHANNELS: [&str; 5] = ["sms", "whatsapp", "telegram", "email", "slack"];

/// The contact lists: one with contacts, and the two of the examples in the API's documentation, which are empty.
const LISTS: [&str; 3] = ["lst_demo", "lst_abc123", "lst_def456"];

/// Names that can be senders: Sender IDs of SMS and WhatsApp, and a verified address. Telegram and Slack have none, see `check_sender`.
const SENDERS: [(&str, &str, &str); 5] = [
    ("ZEXA", "sms", "approved"),
    ("ZEXA", "whatsapp", "approved"),
    ("hello@zexa.example", "email", "approved"),
    ("NEWBRAND", "sms", "pending"),
    ("BANNED", "sms", "rejected"),
];

pub(crate) fn fill(world: &mut World, spec: &StateSpec) {
    world.sender_ids = spec.sender_ids.clone().unwrap_or_else(usual_sender_ids);
    let lists = spec.lists.clone();
    world.lists.extend(lists.unwrap_or_else(|| LISTS.map(str::to_owned).to_vec()));
    fill_contacts(world, spec);
    for number in 1..=spec.campaigns_count {
        world.add_past_campaign(format!("Campaign {number:04}"), 5);
    }
    for message in &spec.messages {
        world.add_given_message(message.clone());
    }
    for reply in &spec.replies {
        world.add_reply(reply);
    }
}

fn fill_contacts(world: &mut World, spec: &StateSpec) {
    let now = world.clock.now();
    for (number, given) in spec.contacts.iter().flatten().enumerate() {
        let contact = Contact::from_given(given.clone(), format!("+24493{number:07}"), now);
        world.lists.extend(contact.lists.iter().cloned());
        world.contacts.add(contact);
    }
    let usual = if spec.contacts.is_some() { 0 } else { 5 };
    for number in 1..=spec.contacts_count.unwrap_or(usual) {
        let mut contact = Contact::new(format!("Contact {number:04}"), format!("+24492{number:07}"), now);
        contact.email = Some(format!("contact{number}@zexa.example"));
        contact.lists = vec!["lst_demo".to_owned()];
        world.contacts.add(contact);
    }
}

fn usual_sender_ids() -> Vec<Map<String, Value>> {
    SENDERS.into_iter().enumerate().map(usual_sender_id).collect()
}

fn usual_sender_id((index, (name, channel, status)): (usize, (&str, &str, &str))) -> Map<String, Value> {
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
        _ => unreachable!("an object was written above"),
    }
}

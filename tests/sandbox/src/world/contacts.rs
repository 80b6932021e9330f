//! Contacts.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::messages::whole_seconds;
use super::{new_id, overlay};

#[derive(Debug, Default)]
pub(crate) struct Contacts {
    /// Contacts by a sequence number, in the order in which they were added.
    all: BTreeMap<u64, Contact>,
    by_id: HashMap<String, u64>,
    phones: HashSet<String>,
    last: u64,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Contact {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) phone: String,
    pub(crate) email: Option<String>,
    pub(crate) lists: Vec<String>,
    #[serde(serialize_with = "whole_seconds")]
    pub(crate) created_at: Timestamp,
    /// Fields from the initial state, which replace the others in responses.
    #[serde(skip)]
    pub(crate) overrides: Map<String, Value>,
}

impl Contact {
    pub(crate) fn new(name: String, phone: String, created_at: Timestamp) -> Self {
        Self { id: new_id("cnt"), name, phone, email: None, lists: Vec::new(), created_at, overrides: Map::new() }
    }

    /// A contact of the initial state. Missing fields are generated.
    pub(crate) fn from_overrides(overrides: Map<String, Value>, phone: String, created_at: Timestamp) -> Self {
        let text = |key: &str| overrides.get(key).and_then(Value::as_str).map(str::to_owned);
        let lists = overrides.get("lists").and_then(Value::as_array).into_iter().flatten();
        Self {
            id: text("id").unwrap_or_else(|| new_id("cnt")),
            name: text("name").unwrap_or_else(|| "Contact".to_owned()),
            phone: text("phone").unwrap_or(phone),
            email: text("email"),
            lists: lists.filter_map(Value::as_str).map(str::to_owned).collect(),
            created_at,
            overrides,
        }
    }

    pub(crate) fn to_json(&self) -> Value {
        overlay(json!(self), &self.overrides)
    }

    pub(crate) fn is_in(&self, list: &str) -> bool {
        self.lists.iter().any(|own| own == list)
    }

    /// Whether the name, phone number or email address contains `text`, which is in lower case.
    pub(crate) fn contains_text(&self, text: &str) -> bool {
        let contains = |field: &str| field.to_lowercase().contains(text);
        contains(&self.name) || contains(&self.phone) || self.email.as_deref().is_some_and(contains)
    }
}

impl Contacts {
    pub(crate) fn has_phone(&self, phone: &str) -> bool {
        self.phones.contains(phone)
    }

    pub(crate) fn add(&mut self, contact: Contact) {
        self.last += 1;
        self.by_id.insert(contact.id.clone(), self.last);
        self.phones.insert(contact.phone.clone());
        self.all.insert(self.last, contact);
    }

    /// Removes a contact, also from every list. Returns `false` if it does not exist.
    pub(crate) fn remove(&mut self, id: &str) -> bool {
        let contact = self.by_id.remove(id).and_then(|place| self.all.remove(&place));
        contact.is_some_and(|contact| self.phones.remove(&contact.phone))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Contact> {
        self.all.values()
    }

    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }
}

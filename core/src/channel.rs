//! [`Channel`] and [`Template`]: what messages and campaigns share.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::open_enum::open_enum;

open_enum! {
    /// The way a message takes.
    Channel {
        /// A text message to a phone.
        Sms = "sms",
        /// WhatsApp.
        Whatsapp = "whatsapp",
        /// Telegram.
        Telegram = "telegram",
        /// Email.
        Email = "email",
        /// Slack.
        Slack = "slack",
    }
}

impl Channel {
    /// Whether it is known to reach people by their phone number.
    pub(crate) fn takes_numbers(&self) -> bool {
        matches!(self, Channel::Sms | Channel::Whatsapp | Channel::Telegram)
    }
}

/// An approved WhatsApp template, and a value for each of its variables.
///
/// The API documents that a template has a name and numbered variables `{{1}}`, `{{2}}` …; how the object spells them is inferred.
/// So any object passes: make one from a JSON map where the API wants another shape.
///
/// ```
/// let template = zexa::Template::new("order_shipped").language("pt").variable("Ana").variable("12 July");
/// let template = zexa::Template::from(serde_json::Map::new());
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Template(Map<String, Value>);

impl Template {
    /// The template of this name.
    pub fn new(name: impl Into<String>) -> Template {
        let mut members = Map::new();
        members.insert("name".into(), name.into().into());
        Template(members)
    }

    /// The language it is wanted in, such as `pt`.
    pub fn language(mut self, language: impl Into<String>) -> Template {
        self.0.insert("language".into(), language.into().into());
        self
    }

    /// The value of the next variable, in the order of their numbers.
    pub fn variable(mut self, value: impl Into<String>) -> Template {
        let variables = self.0.entry("variables").or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(variables) = variables {
            variables.push(value.into().into());
        }
        self
    }

    /// The object as it is sent.
    pub fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }
}

impl From<Map<String, Value>> for Template {
    fn from(members: Map<String, Value>) -> Template {
        Template(members)
    }
}

impl std::fmt::Debug for Template {
    /// Without the variables' values: they are what a message says.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Template").field("name", &self.0.get("name")).finish_non_exhaustive()
    }
}

//! Delivery channels ([`Channel`]) and WhatsApp templates ([`Template`]).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::open_enum::open_enum;

open_enum! {
    /// Delivery channel of a message or campaign.
    Channel {
        /// Text message (SMS) to a phone number.
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
    /// Whether the channel is known to address recipients by phone number.
    pub(crate) fn takes_numbers(&self) -> bool {
        matches!(self, Channel::Sms | Channel::Whatsapp | Channel::Telegram)
    }
}

/// An approved WhatsApp template, with the values of its variables.
///
/// The API documents that a template has a name and numbered variables `{{1}}`, `{{2}}` …, but not the members of the object. If the API expects
/// other members, create the template from a JSON map.
///
/// ```
/// let template = zexa::Template::new("order_shipped").language("pt").variable("Ana").variable("12 July");
/// let template = zexa::Template::from(serde_json::Map::new());
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Template(Map<String, Value>);

impl Template {
    /// Create a template by its name.
    pub fn new(name: impl Into<String>) -> Template {
        let mut members = Map::new();
        members.insert("name".into(), name.into().into());
        Template(members)
    }

    /// Set the language, such as `pt`.
    pub fn language(mut self, language: impl Into<String>) -> Template {
        self.0.insert("language".into(), language.into().into());
        self
    }

    /// Add the value of the next variable: the first call sets `{{1}}`, the second `{{2}}`, and so on.
    pub fn variable(mut self, value: impl Into<String>) -> Template {
        let variables = self.0.entry("variables").or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(variables) = variables {
            variables.push(value.into().into());
        }
        self
    }

    /// Return the object that is sent.
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
    /// Omits the values of the variables, which are message content.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Template").field("name", &self.0.get("name")).finish_non_exhaustive()
    }
}

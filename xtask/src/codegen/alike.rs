//! What Python and JavaScript have alike, and the core does not say as data.

use heck::ToPascalCase;

use super::definition::{Model, Resource};

/// What is waited for where nothing else is said.
pub(super) const FINAL: &str = "final";

/// What the type of an open enum says of itself behind the core's words.
pub(super) const OPEN: &str = "Any other string, too: the API may add to them.";

/// What a model has beside its fields: another model.
pub(super) struct About {
    pub(super) name: &'static str,
    pub(super) model: &'static str,
    pub(super) docs: &'static str,
}

/// What an event is about.
const ABOUT: [About; 2] = [
    About {
        name: "message",
        model: "Message",
        docs: "The message that the event is about, if it is about one, wherever the payload has it.",
    },
    About {
        name: "campaign",
        model: "Campaign",
        docs: "The campaign that the event is about, if it is about one, wherever the payload has it.",
    },
];

/// What a model is about, by methods of the core that the definition knows nothing of.
pub(super) fn about(model: &Model) -> &'static [About] {
    if model.name == "Event" { &ABOUT } else { &[] }
}

/// The class of a resource.
pub(super) fn class(resource: &Resource) -> String {
    let name = resource.name.to_pascal_case();
    // What it gives is called so.
    if name == "Credits" { "CreditBalance".to_owned() } else { name }
}

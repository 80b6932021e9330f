//! Definitions that Python and JavaScript share, and that are not data in the core.

use heck::ToPascalCase;

use super::definition::{Model, Resource};

/// Status that a wait operation waits for by default.
pub(super) const FINAL: &str = "final";

/// Text that is appended to the documentation of the type of an open enum.
pub(super) const OPEN: &str = "Any other string is accepted, because the API may add values.";

/// An accessor of a model that returns another model.
pub(super) struct About {
    pub(super) name: &'static str,
    pub(super) model: &'static str,
    pub(super) docs: &'static str,
}

/// Accessors of an event.
const ABOUT: [About; 2] = [
    About {
        name: "message",
        model: "Message",
        docs: "Message that the event refers to, from any place in the payload. Absent if the event refers to no message.",
    },
    About {
        name: "campaign",
        model: "Campaign",
        docs: "Campaign that the event refers to, from any place in the payload. Absent if the event refers to no campaign.",
    },
];

/// Accessors that are methods in the core, and therefore not part of the definition.
pub(super) fn about(model: &Model) -> &'static [About] {
    if model.name == "Event" { &ABOUT } else { &[] }
}

/// Name of the class of a resource.
pub(super) fn class(resource: &Resource) -> String {
    let name = resource.name.to_pascal_case();
    // `Credits` is the name of the model.
    if name == "Credits" { "CreditBalance".to_owned() } else { name }
}

//! The error classes of Python and JavaScript: one class per kind, with the same name in both languages.

use heck::ToPascalCase;

use super::definition::{Constant, Definition, Operation, OperationKind};

/// Kinds whose classes have names or base classes that other packages established.
const OTHERWISE: [(&str, &str, &str); 6] = [
    ("config", "ConfigError", "ZexaError"),
    ("unauthorized", "AuthenticationError", "APIError"),
    ("rate_limited", "RateLimitError", "APIError"),
    ("connect", "APIConnectionError", "APIError"),
    ("timeout", "APITimeoutError", "APIConnectionError"),
    ("other", "APIError", "ZexaError"),
];

/// The class of a kind.
pub(super) struct Class<'a> {
    pub(super) name: String,
    pub(super) base: &'static str,
    pub(super) kind: &'a Constant,
}

/// All classes, in the order of the kinds.
pub(super) fn classes(definition: &Definition) -> impl Iterator<Item = Class<'_>> {
    definition.kinds.iter().map(|kind| match OTHERWISE.iter().find(|(name, ..)| *name == kind.name) {
        Some((_, class, base)) => Class { name: (*class).to_owned(), base, kind },
        None => Class { name: format!("{}Error", kind.name.to_pascal_case()), base: "APIError", kind },
    })
}

/// The name of what rustdoc would link to as `Kind::Conflict` or `Outcome::Unknown`: the class of the kind, or the outcome.
pub(super) fn link(definition: &Definition, link: &str) -> Option<String> {
    match link.split_once("::")? {
        ("Kind", variant) => classes(definition).find(|class| class.kind.variant == variant).map(|class| class.name),
        ("Outcome", variant) => {
            definition.outcomes.iter().find(|one| one.variant == variant).map(|one| one.name.clone())
        }
        _ => None,
    }
}

/// The kinds of errors of this operation in addition to those of every call, in the order of their numbers.
pub(super) fn additional<'a>(
    definition: &'a Definition,
    operation: &'a Operation,
) -> impl Iterator<Item = &'a Constant> {
    let Operation { kind: operation_kind, error_kinds: kinds, .. } = operation;
    let is_possible = move |variant: &str| match variant {
        "NotFound" if operation_kind.is_by_id() => true,
        // For parameters and ids.
        "Validation" => !matches!(operation_kind, OperationKind::GetOne { .. }),
        _ => kinds.iter().any(|kind| kind == variant),
    };
    definition.kinds.iter().filter(move |kind| is_possible(&kind.variant))
}

/// A set of names to which only a new version of the package adds.
pub(super) struct Closed {
    pub(super) name: &'static str,
    pub(super) docs: &'static str,
}

/// The closed sets that describe an error.
pub(super) const CLOSED: [Closed; 2] = [
    Closed { name: "Kind", docs: "Kind of an error." },
    Closed { name: "Outcome", docs: "Outcome of a failed request: whether the server may have processed it." },
];

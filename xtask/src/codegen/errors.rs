//! The error classes of Python and JavaScript, and the errors of an operation.

use heck::ToPascalCase;

use super::definition::{Constant, Definition, Operation, OperationKind};

/// The class of a kind of error, and its base class. Some have names or base classes that other packages established.
pub(super) fn class(kind: &Constant) -> (String, &'static str) {
    let (class, base) = match kind.name.as_str() {
        "config" => ("ConfigError", "ZexaError"),
        "unauthorized" => ("AuthenticationError", "APIError"),
        "rate_limited" => ("RateLimitError", "APIError"),
        "connect" => ("APIConnectionError", "APIError"),
        "timeout" => ("APITimeoutError", "APIConnectionError"),
        "other" => ("APIError", "ZexaError"),
        name => return (format!("{}Error", name.to_pascal_case()), "APIError"),
    };
    (class.to_owned(), base)
}

/// The kinds of errors of this operation in addition to those of every call, in the order of their numbers.
pub(super) fn additional<'a>(
    definition: &'a Definition,
    operation: &'a Operation,
) -> impl Iterator<Item = &'a Constant> {
    let is_possible = |variant: &str| match variant {
        "NotFound" if operation.kind.is_by_id() => true,
        // For parameters and ids.
        "Validation" => operation.kind != OperationKind::GetOne,
        _ => operation.error_kinds.iter().any(|kind| kind == variant),
    };
    definition.kinds.iter().filter(move |kind| is_possible(&kind.variant))
}

//! The error classes of Python and JavaScript.

use heck::ToPascalCase;

use super::definition::Constant;

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

//! Classifies error responses: the kind and the outcome by status and code.

use crate::{Kind, Outcome};

impl Kind {
    /// The kind of a response with this status and the API's code, if any.
    pub(crate) fn of_response(status: u16, code: Option<&str>) -> Kind {
        match (status, code) {
            (422, Some("insufficient_credits")) => Kind::InsufficientCredits,
            (400, _) => Kind::InvalidRequest,
            (401, _) => Kind::Unauthorized,
            (404, _) => Kind::NotFound,
            (408, _) => Kind::Timeout,
            (409, _) => Kind::Conflict,
            (422, _) => Kind::Validation,
            (429, _) => Kind::RateLimited,
            (500..=599, _) => Kind::Server,
            (400..=499, Some(code)) => Kind::of_code(code),
            _ => Kind::Other,
        }
    }

    /// The kind by the API's code, for statuses that the API does not document.
    fn of_code(code: &str) -> Kind {
        match code {
            "invalid_request" => Kind::InvalidRequest,
            "unauthorized" => Kind::Unauthorized,
            "not_found" => Kind::NotFound,
            "conflict" => Kind::Conflict,
            "validation_error" => Kind::Validation,
            "insufficient_credits" => Kind::InsufficientCredits,
            "rate_limit_exceeded" => Kind::RateLimited,
            _ => Kind::Other,
        }
    }
}

impl Outcome {
    /// The outcome of a response with this error status.
    pub(crate) fn of_response(status: u16) -> Outcome {
        match status {
            408 => Outcome::Unknown,
            // The server requires the same request at another URL, so it has not processed it. With the other redirects, it may have.
            307 | 308 | 400..=499 => Outcome::Rejected,
            _ => Outcome::Unknown,
        }
    }

    pub(crate) fn in_words(self) -> &'static str {
        match self {
            Outcome::NotSent => "not sent",
            Outcome::Rejected => "rejected",
            Outcome::Unknown => "outcome unknown",
            Outcome::Accepted => "accepted",
        }
    }
}

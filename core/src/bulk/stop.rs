//! [`Watch`]: decides when a run stops by itself.

use serde_json::json;

use super::BulkStats;
use crate::{Error, Kind, Outcome};

/// After this many unknown outcomes in a row, one row is sent at a time. After as many more of rows that began since, the run stops.
const MAX_UNKNOWN: u32 = 5;

/// If the first results are this many identical rejections, the run stops.
const MAX_IDENTICAL: u32 = 20;

/// Why a run has stopped before the end of its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    Unauthorized,
    InsufficientCredits,
    RateLimited,
    /// The limiter of the account cannot be reached.
    Limiter,
    Ledger,
    Connect,
    Unknown,
    Rejections,
    /// The caller's token was cancelled.
    Cancelled,
    /// The source of the rows has failed.
    Source,
    Closed,
}

impl Reason {
    /// The name in the details of the error. Never changes.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Reason::Unauthorized => "unauthorized",
            Reason::InsufficientCredits => "insufficient_credits",
            Reason::RateLimited => "rate_limited",
            Reason::Limiter => "limiter",
            Reason::Ledger => "ledger",
            Reason::Connect => "connect",
            Reason::Unknown => "unknown_outcomes",
            Reason::Rejections => "identical_rejections",
            Reason::Cancelled => "cancelled",
            Reason::Source => "source",
            Reason::Closed => "closed",
        }
    }

    fn in_words(self) -> &'static str {
        match self {
            Reason::Unauthorized => "the API key was rejected",
            Reason::InsufficientCredits => "the account does not have enough credits",
            Reason::RateLimited => "the server asks for a wait that is longer than `max_retry_wait`",
            Reason::Limiter => "the limiter cannot be used",
            Reason::Ledger => "the ledger cannot be used",
            Reason::Connect => "no connection is possible",
            Reason::Unknown => "too many outcomes in a row are unknown",
            Reason::Rejections => "the first rows were all rejected for the same reason",
            Reason::Cancelled => "it was cancelled",
            Reason::Source => "the source of the rows failed",
            Reason::Closed => "the client is closed",
        }
    }
}

/// The reason for a stop, and the error that has caused it.
#[derive(Clone, Debug)]
pub(crate) struct Stop {
    pub(crate) reason: Reason,
    cause: Option<String>,
}

impl Stop {
    pub(crate) fn new(reason: Reason, cause: Option<&Error>) -> Stop {
        Stop { reason, cause: cause.map(ToString::to_string) }
    }

    /// The error of the run. `first_untouched` is the index of the first row that was not pulled.
    pub(crate) fn error(&self, stats: &BulkStats, first_untouched: u64) -> Error {
        let cause = self.cause.as_ref().map(|cause| format!(": {cause}")).unwrap_or_default();
        let reason = self.reason.in_words();
        let message = format!("the run has stopped before row {first_untouched}, because {reason}{cause}");
        Error::new(Kind::Stopped, Outcome::Unknown, message).with_details(json!({
            "reason": self.reason.as_str(),
            "first_untouched": first_untouched,
            "stats": stats,
        }))
    }

    /// The error of a row that was pulled, and is not sent because of the stop.
    pub(crate) fn error_of_row(reason: Option<Reason>) -> Error {
        let reason = reason.unwrap_or(Reason::Cancelled).in_words();
        Error::new(Kind::Stopped, Outcome::NotSent, format!("the run has stopped, because {reason}"))
    }
}

/// Looks at the results of a run.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    unknown_in_a_row: u32,
    /// Whether one row is sent at a time.
    pub(crate) is_cautious: bool,
    /// The number of rejections like the first one, while there are no other results.
    identical: u32,
    first: Option<(Kind, Option<u16>, Option<String>)>,
    has_other_results: bool,
}

impl Watch {
    /// Takes note of a result. Returns the reason to stop, if it is one. `is_probe`: whether the row began while one row was sent at a time.
    pub(crate) fn note(&mut self, error: Option<&Error>, is_probe: bool) -> Option<Reason> {
        if error.is_none_or(|error| error.outcome() != Outcome::Unknown) {
            self.unknown_in_a_row = 0;
        }
        let Some(error) = error else {
            self.has_other_results = true;
            self.is_cautious = false;
            return None;
        };
        match (error.outcome(), error.kind()) {
            // Its own errors, and those of rows that were not sent by this run.
            (
                _,
                Kind::Stopped | Kind::Cancelled | Kind::InDoubt | Kind::InProgress | Kind::KeyReused | Kind::Duplicate,
            ) => None,
            (_, Kind::Unauthorized) => Some(Reason::Unauthorized),
            (_, Kind::InsufficientCredits) => Some(Reason::InsufficientCredits),
            (_, Kind::RateLimited) => Some(Reason::RateLimited),
            (_, Kind::Closed) => Some(Reason::Closed),
            (Outcome::NotSent, Kind::Connect | Kind::Config) if is_about_limiter(error) => Some(Reason::Limiter),
            (Outcome::NotSent, Kind::Connect | Kind::Timeout) => Some(Reason::Connect),
            (Outcome::Unknown, _) => {
                self.has_other_results = true;
                // A server that restarts loses all requests in flight. They say nothing about the next ones.
                if self.is_cautious && !is_probe {
                    return None;
                }
                self.unknown_in_a_row += 1;
                let is_last = self.is_cautious && self.unknown_in_a_row >= MAX_UNKNOWN;
                if self.unknown_in_a_row >= MAX_UNKNOWN {
                    self.unknown_in_a_row = 0;
                    self.is_cautious = true;
                }
                is_last.then_some(Reason::Unknown)
            }
            (Outcome::Rejected, kind) if error.attempts() > 0 => {
                self.note_rejection((kind, error.status(), error.code().map(str::to_owned)))
            }
            _ => None,
        }
    }

    fn note_rejection(&mut self, rejection: (Kind, Option<u16>, Option<String>)) -> Option<Reason> {
        if self.has_other_results {
            return None;
        }
        match self.first.as_ref().is_none_or(|first| *first == rejection) {
            true => self.identical += 1,
            false => self.has_other_results = true,
        }
        self.first = Some(rejection);
        (self.identical >= MAX_IDENTICAL).then_some(Reason::Rejections)
    }
}

fn is_about_limiter(error: &Error) -> bool {
    error.details().is_some_and(|details| details["field"] == "limiter")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(kind: Kind, outcome: Outcome) -> Error {
        Error::new(kind, outcome, "").with_attempts(1)
    }

    fn unknown() -> Error {
        error(Kind::Server, Outcome::Unknown).with_status(502)
    }

    fn rejected(code: &str) -> Error {
        error(Kind::Validation, Outcome::Rejected).with_status(422).with_code(Some(code.to_owned()))
    }

    #[test]
    fn unknown_outcomes_first_make_the_run_cautious_and_then_stop_it() {
        let mut watch = Watch::default();
        let reasons: Vec<_> = (0..10).map(|row| watch.note(Some(&unknown()), row >= 5)).collect();
        assert!(reasons[..9].iter().all(Option::is_none) && reasons[9] == Some(Reason::Unknown));
        // The rows that were in flight before do not count.
        let mut watch = Watch::default();
        assert!((0..100).all(|_| watch.note(Some(&unknown()), false).is_none()) && watch.is_cautious);
        assert!((0..4).all(|_| watch.note(Some(&unknown()), true).is_none()));
        assert_eq!(watch.note(Some(&unknown()), true), Some(Reason::Unknown));
        let mut watch = Watch::default();
        for _ in 0..100 {
            for _ in 0..4 {
                assert_eq!(watch.note(Some(&unknown()), false), None);
            }
            assert_eq!(watch.note(None, false), None);
            assert!(!watch.is_cautious);
        }
    }

    #[test]
    fn twenty_identical_rejections_at_the_start_stop_the_run() {
        let mut watch = Watch::default();
        let reasons: Vec<_> = (0..20).map(|_| watch.note(Some(&rejected("invalid_sender")), false)).collect();
        assert!(reasons[..19].iter().all(Option::is_none) && reasons[19] == Some(Reason::Rejections));
        let mut watch = Watch::default();
        watch.note(Some(&rejected("other")), false);
        assert!((0..100).all(|_| watch.note(Some(&rejected("invalid_sender")), false).is_none()));
        let mut watch = Watch::default();
        watch.note(None, false);
        assert!((0..100).all(|_| watch.note(Some(&rejected("invalid_sender")), false).is_none()));
    }

    #[test]
    fn some_errors_concern_all_rows() {
        for (kind, outcome, reason) in [
            (Kind::Unauthorized, Outcome::Rejected, Some(Reason::Unauthorized)),
            (Kind::InsufficientCredits, Outcome::Rejected, Some(Reason::InsufficientCredits)),
            (Kind::RateLimited, Outcome::Rejected, Some(Reason::RateLimited)),
            (Kind::RateLimited, Outcome::NotSent, Some(Reason::RateLimited)),
            (Kind::Connect, Outcome::NotSent, Some(Reason::Connect)),
            (Kind::Closed, Outcome::NotSent, Some(Reason::Closed)),
            (Kind::Validation, Outcome::NotSent, None),
            (Kind::InDoubt, Outcome::Unknown, None),
            (Kind::Decode, Outcome::Accepted, None),
        ] {
            assert_eq!(Watch::default().note(Some(&error(kind, outcome)), false), reason, "{kind:?}");
        }
    }
}

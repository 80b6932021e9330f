//! Parsers of values in arguments.

use std::ffi::OsStr;
use std::time::Duration;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::{Arg, Command};
use jiff::{SignedDuration, Timestamp};
use zexa::Channel;

use crate::failure::{self, Failure};
use crate::texts::text;

/// Parses a duration such as `30s`, `10m` or `1h 30m`.
pub(crate) fn duration(input: &str) -> Result<Duration, String> {
    let parsed: Option<SignedDuration> = input.parse().ok();
    parsed
        .and_then(|duration| Duration::try_from(duration).ok())
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| text!("value-duration"))
}

/// Parses a time with a UTC offset, such as `2026-07-01T09:00:00+01:00`.
pub(crate) fn time(input: &str) -> Result<Timestamp, String> {
    input.parse().map_err(|_| text!("value-time"))
}

/// Fail if the time of `--schedule` has passed. The API might send such a message immediately.
pub(crate) fn check_schedule(schedule: Option<Timestamp>) -> failure::Result<()> {
    match schedule {
        Some(time) if time <= Timestamp::now() => Err(Failure::Usage(text!("bulk-schedule-past"))),
        _ => Ok(()),
    }
}

/// Parses a channel. Unknown ones are accepted, because the API may add channels.
pub(crate) fn channel(input: &str) -> Result<Channel, String> {
    match input.trim() {
        "" => Err(text!("value-channel")),
        name => Ok(Channel::from(name.to_lowercase())),
    }
}

/// Parses a number of requests per second.
pub(crate) fn rate(input: &str) -> Result<f64, String> {
    number(input).filter(|rate| *rate > 0.0).ok_or_else(|| text!("value-rate"))
}

/// Parses a number of items, of which there must be at least one.
pub(crate) fn count(input: &str) -> Result<u64, String> {
    input.parse().ok().filter(|count| *count > 0).ok_or_else(|| text!("value-count"))
}

/// Parses a number of credits.
pub(crate) fn balance(input: &str) -> Result<f64, String> {
    number(input).filter(|credits| *credits >= 0.0).ok_or_else(|| text!("value-balance"))
}

fn number(input: &str) -> Option<f64> {
    input.parse().ok().filter(|number: &f64| number.is_finite())
}

/// Parses a JSON object.
pub(crate) fn object(input: &str) -> Result<serde_json::Map<String, serde_json::Value>, String> {
    serde_json::from_str(input).map_err(|error| text!("value-object", reason = error.to_string()))
}

/// Parses `name=value`.
pub(crate) fn pair(input: &str) -> Result<(String, String), String> {
    match input.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(text!("value-pair")),
    }
}

/// A parser that accepts any value that `parse` accepts, and suggests the values that this version knows, for the completions of shells.
#[derive(Clone)]
pub(crate) struct Suggested<T> {
    parse: fn(&str) -> Result<T, String>,
    names: &'static [&'static str],
}

impl<T: Clone + Send + Sync + 'static> TypedValueParser for Suggested<T> {
    type Value = T;

    fn parse_ref(&self, command: &Command, argument: Option<&Arg>, value: &OsStr) -> Result<T, clap::Error> {
        self.parse.parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.names.iter().map(PossibleValue::new)))
    }
}

/// Parses a channel, and suggests the known ones.
pub(crate) fn suggested_channel() -> Suggested<Channel> {
    Suggested { parse: channel, names: &["sms", "whatsapp", "telegram", "email", "slack"] }
}

/// Suggests the names of events.
pub(crate) fn suggested_event() -> Suggested<String> {
    let names = &[
        "message.delivered",
        "message.failed",
        "message.undeliverable",
        "message.optout",
        "campaign.sent",
        "campaign.completed",
    ];
    Suggested { parse: |name| Ok(name.to_owned()), names }
}

/// Suggests what can be waited for.
pub(crate) fn suggested_status() -> Suggested<String> {
    let names = &["final", "sent", "delivered", "failed", "undeliverable"];
    Suggested { parse: |name| Ok(name.to_owned()), names }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_times() {
        assert_eq!(duration("1h 30m"), Ok(Duration::from_secs(5400)));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        for invalid in ["0s", "-5s", "10", "soon", ""] {
            assert!(duration(invalid).is_err(), "{invalid}");
        }
        assert_eq!(rate("0.5"), Ok(0.5));
        assert_eq!(count("2"), Ok(2));
        for invalid in ["0", "-1", "1.5", "many", ""] {
            assert!(count(invalid).is_err(), "{invalid}");
        }
        for invalid in ["0", "-1", "nan", "inf", "many"] {
            assert!(rate(invalid).is_err(), "{invalid}");
        }
        assert_eq!(time("2026-07-01T09:00:00+01:00"), time("2026-07-01T08:00:00Z"));
        assert!(time("2026-07-01 09:00").is_err(), "without an offset");
    }
}

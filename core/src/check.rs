//! Checks of parameters before anything is sent. Only documented rules are checked.

use serde_json::{Map, Value};

use crate::{Error, Result};

/// Checks that a required text is not empty, or that an extra field replaces it.
pub(crate) fn required(field: &str, value: &str, extra: &Map<String, Value>) -> Result<()> {
    if value.is_empty() && !extra.contains_key(field) {
        return Err(Error::missing(field, "is required and must not be empty"));
    }
    Ok(())
}

/// Checks that an optional text is not empty.
pub(crate) fn not_empty(field: &str, value: Option<&str>) -> Result<()> {
    if value == Some("") { Err(Error::missing(field, "must not be empty")) } else { Ok(()) }
}

/// Checks an E.164 number: a plus sign, then 7 to 15 digits, the first of which is not 0.
pub(crate) fn e164(field: &str, value: &str) -> Result<()> {
    let digits = value.strip_prefix('+').unwrap_or_default();
    let fits = (7..=15).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0');
    if fits {
        return Ok(());
    }
    let reason = "must be an E.164 number such as +244912345678: a plus sign, the country code and the number";
    Err(Error::invalid(field, value, reason))
}

/// Checks that a message or campaign has content: one of these fields, or any extra field, whose meaning is not known here. An empty body is
/// accepted, because the API does not document that it is rejected.
pub(crate) fn content(fields: [bool; 3], extra: &Map<String, Value>) -> Result<()> {
    if fields.contains(&true) || !extra.is_empty() {
        return Ok(());
    }
    Err(Error::missing("body", "is required unless a template or a template id is set"))
}

/// Checks the URL of a webhook. The API accepts only `https://`.
pub(crate) fn https(field: &str, value: &str) -> Result<()> {
    match ::url::Url::parse(value) {
        Ok(url) if url.scheme() == "https" && url.has_host() => Ok(()),
        _ => Err(Error::invalid(field, value, "must be a URL that starts with https:// and names a host")),
    }
}

/// Checks that a number is in a range, including both bounds.
pub(crate) fn between(field: &str, value: u32, least: u32, most: u32) -> Result<()> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    let range = if most == u32::MAX { format!("{least} or more") } else { format!("{least} to {most}") };
    Err(Error::invalid(field, Value::from(value), &format!("must be {range}, got {value}")))
}

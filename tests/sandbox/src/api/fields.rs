//! Reads the fields of a request body. Errors name the field and the reason.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::reply::ApiError;
use crate::world::seed::CHANNELS;

/// The fields of a JSON object. A missing field, or a field of the wrong type, is a 400.
pub(crate) struct Fields(Map<String, Value>);

impl Fields {
    pub(crate) fn parse(content_type: Option<&str>, body: &[u8]) -> Result<Self, ApiError> {
        let media_type = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        if !media_type.eq_ignore_ascii_case("application/json") {
            return Err(ApiError::unreadable("The Content-Type must be application/json."));
        }
        match serde_json::from_slice(body) {
            Ok(Value::Object(fields)) => Ok(Self(fields)),
            Ok(_) => Err(ApiError::unreadable("The body must be a JSON object.")),
            Err(error) => Err(ApiError::unreadable(format!("The body is not JSON: {error}."))),
        }
    }

    pub(crate) fn text(&mut self, field: &str) -> Result<String, ApiError> {
        self.optional_text(field)?.ok_or_else(|| missing(field))
    }

    pub(crate) fn optional_text(&mut self, field: &str) -> Result<Option<String>, ApiError> {
        match self.0.remove(field) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(ApiError::request(field, &other, "must be a string")),
        }
    }

    /// A text or `null`.
    pub(crate) fn nullable_text(&mut self, field: &str) -> Result<Option<String>, ApiError> {
        match self.0.get(field) {
            Some(Value::Null) => Ok(None),
            _ => self.optional_text(field),
        }
    }

    pub(crate) fn optional_object(&mut self, field: &str) -> Result<Option<Value>, ApiError> {
        match self.0.remove(field) {
            Some(other) if !other.is_object() => Err(ApiError::request(field, &other, "must be an object")),
            object => Ok(object),
        }
    }

    pub(crate) fn texts(&mut self, field: &str) -> Result<Option<Vec<String>>, ApiError> {
        let Some(value) = self.0.remove(field) else {
            return Ok(None);
        };
        let texts = value.as_array().and_then(|items| items.iter().map(as_text).collect());
        match texts {
            Some(texts) => Ok(Some(texts)),
            None => Err(ApiError::request(field, &value, "must be an array of strings")),
        }
    }
}

fn as_text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

pub(crate) fn missing(field: &str) -> ApiError {
    ApiError::request(field, &Value::Null, "is required")
}

pub(crate) fn check_channel(channel: &str) -> Result<(), ApiError> {
    if CHANNELS.contains(&channel) {
        return Ok(());
    }
    Err(invalid("channel", channel, "must be one of sms, whatsapp, telegram, email, slack"))
}

/// Checks the recipient, whose format depends on the channel.
pub(crate) fn check_recipient(channel: &str, field: &str, to: &str) -> Result<(), ApiError> {
    match channel {
        "email" => check_email(field, to),
        "slack" if to.is_empty() || to.contains(char::is_whitespace) => {
            Err(invalid(field, to, "must be a Slack channel or user id"))
        }
        "slack" => Ok(()),
        _ => check_phone(field, to),
    }
}

/// E.164: `+`, then 7 to 15 digits, the first of which is not 0.
pub(crate) fn check_phone(field: &str, phone: &str) -> Result<(), ApiError> {
    let digits = phone.strip_prefix('+').unwrap_or_default();
    let is_valid = (7..=15).contains(&digits.len())
        && digits.bytes().all(|digit| digit.is_ascii_digit())
        && !digits.starts_with('0');
    if is_valid { Ok(()) } else { Err(invalid(field, phone, "must be a phone number in E.164 format")) }
}

pub(crate) fn check_email(field: &str, email: &str) -> Result<(), ApiError> {
    let is_valid = email.split_once('@').is_some_and(|(name, domain)| {
        !name.is_empty()
            && !email.contains(|character: char| character.is_whitespace() || character.is_control())
            && !domain.contains('@')
            && domain.split('.').count() >= 2
            && domain.split('.').all(|label| !label.is_empty())
    });
    if is_valid { Ok(()) } else { Err(invalid(field, email, "must be an email address")) }
}

pub(crate) fn check_time(field: &str, text: Option<String>) -> Result<Option<Timestamp>, ApiError> {
    let Some(text) = text else {
        return Ok(None);
    };
    match text.parse() {
        Ok(time) => Ok(Some(time)),
        Err(_) => Err(invalid(field, &text, "must be a time such as 2026-07-01T09:00:00Z")),
    }
}

pub(crate) fn invalid(field: &str, value: &str, reason: &str) -> ApiError {
    ApiError::invalid(field, &Value::from(value), reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones() {
        for good in ["+244912345678", "+1234567", "+123456789012345"] {
            assert!(check_phone("to", good).is_ok(), "{good}");
        }
        for bad in ["", "+", "244912345678", "+0912345678", "+123456", "+1234567890123456", "+2449 12345"] {
            assert!(check_phone("to", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn emails() {
        for good in ["a@b.example", "a.b+c@d.e.example"] {
            assert!(check_email("to", good).is_ok(), "{good}");
        }
        for bad in ["", "a", "a@b", "@b.example", "a@@b.example", "a b@c.example", "a@b..example"] {
            assert!(check_email("to", bad).is_err(), "{bad}");
        }
    }
}

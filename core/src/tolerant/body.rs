//! Reads a model from the body of a response. Errors name the field that is missing or invalid.

use serde_json::error::Category;
use serde_json::{Map, Value};

use crate::json;
use crate::model::Model;

/// The reason why a body cannot be decoded, with the path of the field. Contains no value, because values may be phone numbers or texts, and errors
/// are logged.
#[derive(Debug)]
pub(crate) struct Unreadable(pub(crate) String);

impl From<serde_json::Error> for Unreadable {
    fn from(error: serde_json::Error) -> Unreadable {
        let what = match error.classify() {
            Category::Data => "a value has the wrong type",
            Category::Eof => "the JSON is truncated",
            Category::Syntax => "not JSON",
            Category::Io => "it cannot be read",
        };
        Unreadable(match error.line() {
            0 => what.into(),
            line => format!("{what}, at line {line} column {}", error.column()),
        })
    }
}

/// Reads a model.
pub(crate) fn read<T: Model>(body: &[u8]) -> Result<T, Unreadable> {
    if body.trim_ascii().is_empty() {
        return Err(Unreadable("the body is empty".into()));
    }
    // The slower parser, which repairs the text, is only used if necessary.
    json::parse_strict(body).map_or_else(|| read_value(json::parse_tolerant(body)?, &Path::ROOT), Ok)
}

/// Reads a model from JSON that is already parsed.
pub(crate) fn read_value<T: Model>(value: Value, path: &Path<'_>) -> Result<T, Unreadable> {
    let Value::Object(mut object) = value else { return Err(path.error("is not an object")) };
    let lacks = |object: &Map<String, Value>, name: &&str| object.get(*name).is_none_or(Value::is_null);
    if T::REQUIRED.iter().any(|name| lacks(&object, name))
        && let Some(Value::Object(inner)) = object.get_mut("data")
    {
        let inner = std::mem::take(inner);
        return read_members(inner, &path.member("data"));
    }
    read_members(std::mem::take(&mut object), path)
}

fn read_members<T: Model>(object: Map<String, Value>, path: &Path<'_>) -> Result<T, Unreadable> {
    let missing = T::REQUIRED.iter().find(|name| object.get(**name).is_none_or(Value::is_null));
    if let Some(name) = missing {
        return Err(path.member(name).error("is missing"));
    }
    // All required fields are present, so one of them has an unexpected form.
    let name = T::REQUIRED.first().copied().unwrap_or_default();
    T::deserialize(Value::Object(object)).map_err(|_| path.member(name).error("has an unexpected form"))
}

/// Whether the object in a body has a value for this field.
pub(crate) fn has_field(body: &[u8], name: &str) -> bool {
    let object = json::parse_tolerant(body).unwrap_or_default();
    let has = |object: &Value| object.get(name).is_some_and(|value| !value.is_null());
    has(&object) || object.get("data").is_some_and(has)
}

/// The path of a value in a body, such as `data[3].id`.
pub(crate) struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    step: Step<'a>,
}

enum Step<'a> {
    Root,
    Member(&'a str),
    Index(usize),
}

impl<'a> Path<'a> {
    pub(crate) const ROOT: Path<'static> = Path { parent: None, step: Step::Root };

    pub(crate) fn member(&'a self, name: &'a str) -> Path<'a> {
        Path { parent: Some(self), step: Step::Member(name) }
    }

    pub(crate) fn index(&'a self, index: usize) -> Path<'a> {
        Path { parent: Some(self), step: Step::Index(index) }
    }

    /// Creates the error about this value.
    pub(crate) fn error(&self, what: &str) -> Unreadable {
        let mut path = String::new();
        self.write(&mut path);
        Unreadable(if path.is_empty() { format!("the body {what}") } else { format!("`{path}` {what}") })
    }

    fn write(&self, path: &mut String) {
        if let Some(parent) = self.parent {
            parent.write(path);
        }
        match self.step {
            Step::Root => {}
            Step::Member(name) if path.is_empty() => path.push_str(name),
            Step::Member(name) => path.extend([".", name]),
            Step::Index(index) => path.push_str(&format!("[{index}]")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Credits, Message};

    fn error<T: Model + std::fmt::Debug>(body: &str) -> String {
        read::<T>(body.as_bytes()).expect_err(body).0
    }

    #[test]
    fn errors_name_the_field_and_no_value() {
        assert_eq!(error::<Credits>(r#"{"credits": "+244912345678 or so"}"#), "`credits` has an unexpected form");
        assert_eq!(error::<Credits>(r#"{"currency": "USD"}"#), "`credits` is missing");
        assert_eq!(error::<Message>(r#"{"id": null}"#), "`id` is missing");
        assert_eq!(error::<Message>(r#"{"id": {"value": "msg_1"}}"#), "`id` has an unexpected form");
        assert_eq!(error::<Message>(r#"{"data": {"status": "queued"}}"#), "`data.id` is missing");
        assert_eq!(error::<Message>(r#"{"data": "msg_1"}"#), "`id` is missing");
        assert_eq!(error::<Message>(""), "the body is empty");
        assert_eq!(error::<Message>(" \n"), "the body is empty");
        assert_eq!(error::<Message>("[]"), "the body is not an object");
        assert_eq!(error::<Message>("\"msg_1\""), "the body is not an object");
        assert_eq!(error::<Message>(r#"{"id": "msg_1""#), "the JSON is truncated, at line 1 column 14");
        assert!(error::<Message>("<html>").starts_with("not JSON"));
    }

    #[test]
    fn the_envelope_of_an_object_is_ignored() {
        for body in [
            "\u{feff}{\"id\": \"msg_1\", \"body\": \"Ana\"}",
            r#"{"data": {"id": "msg_1", "body": "Ana"}}"#,
            r#"{"id": null, "data": {"id": "msg_1", "body": "Ana"}}"#,
            r#"{"success": true, "data": {"id": "msg_1", "body": "Ana"}, "meta": {}}"#,
        ] {
            let message: Message = read(body.as_bytes()).expect(body);
            assert_eq!((&*message.id, message.body.as_deref()), ("msg_1", Some("Ana")), "{body}");
            assert!(message.extra.is_empty(), "{body}");
        }
        let message: Message = read(br#"{"id": "msg_1", "body": "Beto \ud83d"}"#).expect("half an emoji");
        assert_eq!(message.body.as_deref(), Some("Beto \u{fffd}"));
    }

    #[test]
    fn a_fraction_survives() {
        let credits: Credits = read(br#"{"credits": 4250.5, "currency": "USD"}"#).expect("credits");
        assert_eq!(credits.credits, 4250.5);
    }
}

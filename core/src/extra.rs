//! Extra fields of a call, in the body or in the query, for fields that this version does not know.
//!
//! They are sent unchanged. A name that the call itself sets is rejected, because one of the two values would be lost.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::binding::Empty;
use crate::{Error, Result};

/// Parameters that are sent as a body.
pub trait BodyParams: Empty + Serialize + DeserializeOwned + Clone + Send + 'static {
    fn extra(&self) -> &Map<String, Value>;

    fn extra_mut(&mut self) -> &mut Map<String, Value>;

    /// Checks the parameters before anything is sent.
    fn check(&self) -> Result<()>;

    /// The key with which the request is sent at most once.
    fn idempotency_key(&self) -> Option<&str> {
        None
    }
}

/// Returns the body with the parameters and their extra fields, and the parameters with the extra fields that are known to this version.
///
/// An empty required field counts as absent, so an extra field can replace it.
pub(crate) fn body<P: BodyParams>(params: P) -> Result<(Map<String, Value>, P)> {
    let mut body = typed(&params);
    for (name, value) in params.extra() {
        let typed = body.insert(name.clone(), value.clone());
        if typed.is_some_and(|typed| !P::REQUIRED.contains(&name.as_str()) || !is_empty(&typed)) {
            return Err(Error::config(name, "is set twice: as a parameter and as an extra body field"));
        }
    }
    let params = P::deserialize(&body).unwrap_or_else(|_| understood(params));
    Ok((body, params))
}

/// Returns the parameters as an object, without their extra fields.
fn typed<P: BodyParams>(params: &P) -> Map<String, Value> {
    match serde_json::to_value(params) {
        Ok(Value::Object(body)) => body,
        _ => unreachable!("parameters are an object of texts, numbers and JSON"),
    }
}

/// Returns the parameters with those extra fields that are known and have the expected form.
fn understood<P: BodyParams>(params: P) -> P {
    let mut known = typed(&params);
    for (name, value) in params.extra() {
        let replaced = known.insert(name.clone(), value.clone());
        if P::deserialize(&known).is_err() {
            match replaced {
                Some(replaced) => known.insert(name.clone(), replaced),
                None => known.remove(name),
            };
        }
    }
    P::deserialize(&known).unwrap_or(params)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// Returns the query parameters. An array is a repeated parameter.
pub(crate) fn query(members: Map<String, Value>) -> Result<Vec<(String, String)>> {
    let mut query = Vec::new();
    for (name, value) in members {
        let values = if let Value::Array(values) = value { values } else { vec![value] };
        for value in values {
            let text = match value {
                Value::String(text) => text,
                Value::Number(_) | Value::Bool(_) => value.to_string(),
                Value::Null => return Err(not_plain(&name, "null")),
                Value::Array(_) => return Err(not_plain(&name, "an array in an array")),
                Value::Object(_) => return Err(not_plain(&name, "an object")),
            };
            query.push((name.clone(), text));
        }
    }
    Ok(query)
}

fn not_plain(name: &str, value: &str) -> Error {
    let reason = format!("must contain strings, numbers, booleans or arrays of these, got {value} for {name:?}");
    Error::config("extra_query", reason)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Kind, SendMessage};

    #[test]
    fn an_extra_field_replaces_only_an_absent_one() {
        let params = SendMessage::new("sms", "", "ZEXA").extra("to", "+244912345678").extra("body", "Hello");
        let (body, understood) = body(params).expect("a body");
        assert_eq!(
            Value::from(body),
            json!({"channel": "sms", "to": "+244912345678", "from": "ZEXA", "body": "Hello"})
        );
        assert_eq!((&*understood.to, understood.body.as_deref()), ("+244912345678", Some("Hello")));
        for (params, field) in [
            (SendMessage::sms("+244912345678", "ZEXA", "Hello").extra("to", "+244912345678"), "to"),
            (SendMessage::sms("+244912345678", "ZEXA", "").extra("body", "Hello"), "body"),
        ] {
            let error = super::body(params).expect_err(field);
            assert_eq!((error.kind(), &error.details().expect("details")["field"]), (Kind::Config, &json!(field)));
            assert_eq!(error.message(), format!("`{field}` is set twice: as a parameter and as an extra body field"));
        }
    }

    #[test]
    fn an_extra_field_in_an_unexpected_form_is_ignored() {
        let params = SendMessage::new("sms", "+244912345678", "ZEXA").extra("body", json!({"text": "Hello"}));
        let (body, kept) = body(params).expect("a body");
        assert!(body["body"] == json!({"text": "Hello"}) && kept.body.is_none() && kept.to == "+244912345678");
        let params = SendMessage::new("sms", "", "ZEXA").extra("to", "+244912345678").extra("scheduled_at", "tomorrow");
        let (body, kept) = super::body(params).expect("a body");
        assert!(body["scheduled_at"] == "tomorrow" && kept.scheduled_at.is_none() && kept.to == "+244912345678");
    }

    #[test]
    fn query_parameters_are_plain_values() {
        let members = json!({"a": "x", "b": [1, 2.5, true], "c": []});
        let Value::Object(members) = members else { unreachable!() };
        let pairs: Vec<String> =
            query(members).expect("a query").into_iter().map(|(name, value)| name + "=" + &value).collect();
        assert_eq!(pairs, ["a=x", "b=1", "b=2.5", "b=true"]);
        for value in [json!(null), json!({}), json!([[1]]), json!([null])] {
            let error = query(Map::from_iter([("tag".to_owned(), value)])).expect_err("refused");
            assert!(error.kind() == Kind::Config && error.message().ends_with(" for \"tag\""), "{error}");
        }
    }
}

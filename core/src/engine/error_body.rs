//! [`ErrorBody`]: the code, message and details in the body of an error response, in any form.

use serde_json::{Map, Value};

use super::response_head::{beginning, first_characters};
use super::secrets::Secrets;
use crate::json;

/// The maximum number of characters of a body without a message that become part of the error's message.
const IN_MESSAGE: usize = 200;

/// The body of an error response.
#[derive(Default)]
pub(super) struct ErrorBody {
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
    pub(super) details: Value,
    pub(super) request_id: Option<String>,
    /// The beginning of a body without a message.
    pub(super) text: Option<String>,
}

impl ErrorBody {
    /// Reads the documented form, and the forms of other APIs: an object in `error`, `detail` and `title`, or the first error in `errors`. The
    /// beginning of any other body becomes the text. A body that is not in the documented form becomes the details.
    pub(super) fn read(body: &[u8], secrets: Secrets<'_>) -> ErrorBody {
        let mut error = match json::parse_tolerant(body) {
            Ok(Value::Object(object)) => ErrorBody::read_object(object),
            Ok(json) => ErrorBody { details: json, ..ErrorBody::default() },
            Err(_) => ErrorBody::read_unparsable(body, secrets),
        };
        if error.message.is_none() {
            error.text = match &error.details {
                Value::Null if body.trim_ascii() == b"null" => None,
                Value::String(text) => first_characters(text.as_bytes(), IN_MESSAGE, secrets),
                _ => first_characters(body, IN_MESSAGE, secrets),
            };
        }
        error
    }

    fn read_object(mut object: Map<String, Value>) -> ErrorBody {
        // Members of the object itself take precedence over those of an object within it.
        let within = object.get("error").and_then(Value::as_object);
        let first = object.get("errors").and_then(|errors| errors.get(0)).and_then(Value::as_object);
        let find = |name: &str, read: fn(&Value) -> Option<String>| {
            let objects = [Some(&object), within, first].into_iter().flatten();
            objects.filter_map(|object| read(object.get(name)?)).next()
        };
        let code = object.get("error").and_then(code_of).or_else(|| find("code", code_of));
        let message = ["message", "detail", "title"].into_iter().find_map(|name| find(name, text_of));
        let request_id = find("request_id", code_of);
        let details = within.and_then(|error| error.get("details")).cloned();
        let is_documented =
            object.get("error").and_then(code_of).is_some() && object.get("message").and_then(text_of).is_some();
        let details = match object.remove("details").or(details) {
            Some(details) => details,
            None if is_documented => Value::Null,
            None => Value::Object(object),
        };
        ErrorBody { code, message, details, request_id, text: None }
    }

    /// Reads a body that is not JSON, or JSON that is nested too deeply.
    fn read_unparsable(body: &[u8], secrets: Secrets<'_>) -> ErrorBody {
        let text = json::repair(body);
        let member = |name| json::text_member(&text, name).filter(|text| !text.is_empty());
        ErrorBody {
            code: member("error"),
            message: member("message"),
            request_id: member("request_id"),
            details: beginning(body, secrets),
            text: None,
        }
    }
}

fn text_of(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A code may also be a number.
fn code_of(value: &Value) -> Option<String> {
    text_of(value).or_else(|| value.as_number().filter(|number| !number.is_f64()).map(ToString::to_string))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(body: &str) -> ErrorBody {
        ErrorBody::read(body.as_bytes(), Secrets::none())
    }

    #[test]
    fn the_documented_form() {
        let body =
            r#"{"error": "validation_error", "message": "no", "details": {"field": "to"}, "request_id": "req_1"}"#;
        let error = read(body);
        assert_eq!((error.code.as_deref(), error.message.as_deref()), (Some("validation_error"), Some("no")));
        assert_eq!((error.details, error.request_id.as_deref()), (json!({"field": "to"}), Some("req_1")));
    }

    #[test]
    fn codes_and_messages_in_other_forms() {
        for (body, code, message) in [
            (json!({"error": {"code": "conflict", "message": "no"}}), Some("conflict"), "no"),
            (json!({"error": {"code": 1001, "message": "no"}}), Some("1001"), "no"),
            (json!({"code": "conflict", "message": "no"}), Some("conflict"), "no"),
            (json!({"error": "conflict", "detail": "no"}), Some("conflict"), "no"),
            (json!({"type": "about:blank", "title": "Conflict", "detail": "no", "status": 409}), None, "no"),
            (json!({"title": "Conflict", "detail": ""}), None, "Conflict"),
            (json!({"errors": [{"message": "no", "code": "conflict"}, {"message": "other"}]}), Some("conflict"), "no"),
            (json!({"errors": [{"detail": "no"}]}), None, "no"),
            (json!({"error": {"title": "no"}, "message": {"text": "x"}}), None, "no"),
        ] {
            let error = read(&body.to_string());
            assert_eq!((error.code.as_deref(), error.message.as_deref()), (code, Some(message)), "{body}");
            assert_eq!((error.details, error.text), (body.clone(), None), "{body}");
        }
        let error = read(r#"{"error": 1001, "message": "no"}"#);
        assert_eq!((error.code.as_deref(), error.details), (Some("1001"), Value::Null));
        let error = read(r#"{"error": {"code": "a", "message": "b", "details": [1], "request_id": 7}}"#);
        assert_eq!((error.details, error.request_id.as_deref()), (json!([1]), Some("7")));
    }

    #[test]
    fn a_body_without_a_message_is_shown() {
        let long = "x".repeat(1000);
        for (body, text, details) in [
            ("", None, Value::Null),
            ("null", None, Value::Null),
            (" <html>Bad Gateway</html>\n", Some("<html>Bad Gateway</html>"), json!("<html>Bad Gateway</html>")),
            ("\"Bad Gateway\"", Some("Bad Gateway"), json!("Bad Gateway")),
            ("[1]", Some("[1]"), json!([1])),
            (r#"{"error": "conflict"}"#, Some(r#"{"error": "conflict"}"#), json!({"error": "conflict"})),
            (
                r#"{"error": "a", "message": "#,
                Some(r#"{"error": "a", "message":"#),
                json!(r#"{"error": "a", "message":"#),
            ),
            (&long, Some(&long[..200]), json!(long[..500])),
        ] {
            let error = read(body);
            assert_eq!((error.message, error.text.as_deref()), (None, text), "{body}");
            assert_eq!(error.details, details, "{body}");
        }
    }

    #[test]
    fn a_body_that_cannot_be_parsed_still_has_its_code() {
        let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
        for details in [r#""half \ud83d""#, "1e400", deep.as_str()] {
            let body =
                format!(r#"{{"error": "conflict", "message": "no", "request_id": "req_1", "details": {details}}}"#);
            let error = read(&body);
            let read = [error.code, error.message, error.request_id].map(Option::unwrap_or_default);
            assert_eq!(read, ["conflict", "no", "req_1"]);
            assert!(!error.details.is_null());
        }
    }
}

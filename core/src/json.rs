//! Parses JSON from servers that do not fully follow RFC 8259.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// The form of a body, as determined by [`form`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// JSON, possibly followed by other text.
    Json,
    /// The beginning of JSON, or nothing: the body may be truncated.
    CutOff,
    /// Not JSON, such as an HTML page.
    Other,
}

/// Determines whether a body is JSON, whatever its nesting depth and the content of its strings and numbers.
pub(crate) fn form(body: &[u8]) -> Form {
    let text = String::from_utf8_lossy(body);
    let text = without_mark(&text).trim_start();
    let is_container = text.starts_with(['{', '[']);
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    match values.next() {
        // "404 page not found" begins with a number.
        Some(Ok(_)) if is_container || values.next().is_none() => Form::Json,
        Some(Err(error)) if error.is_eof() && (is_container || text.starts_with('"')) => Form::CutOff,
        None => Form::CutOff,
        _ => Form::Other,
    }
}

/// Parses JSON. `None` if the body is not valid UTF-8, not JSON, or not such a value.
///
/// The encoding of the whole body is checked at once. `serde_json::from_slice` checks each string, which takes longer.
pub(crate) fn parse_strict<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Option<T> {
    serde_json::from_str(str::from_utf8(body).ok()?).ok()
}

/// Parses JSON. Accepts lone surrogates, control characters and invalid UTF-8 in strings, numbers beyond the range of a double, and a byte-order
/// mark.
pub(crate) fn parse_tolerant(body: &[u8]) -> serde_json::Result<Value> {
    serde_json::from_slice(body).or_else(|_| serde_json::from_str(&repair(body)))
}

/// Converts a body to JSON that `serde_json` accepts, if possible: a lone surrogate becomes U+FFFD, and a number that is out of range becomes a
/// string.
pub(crate) fn repair(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let text = without_mark(&text);
    let mut repaired = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(quote) = rest.find('"') {
        let (before, string) = rest.split_at(quote);
        repair_numbers(before, &mut repaired);
        rest = repair_string(string, &mut repaired);
    }
    repair_numbers(rest, &mut repaired);
    repaired
}

/// Removes a byte-order mark.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// Repairs the string at the start of the text, and returns the text after it.
fn repair_string<'a>(text: &'a str, repaired: &mut String) -> &'a str {
    repaired.push('"');
    let mut rest = &text[1..];
    loop {
        let Some(end) = rest.find(|c: char| matches!(c, '"' | '\\') || c < ' ') else {
            repaired.push_str(rest);
            return "";
        };
        let (plain, special) = rest.split_at(end);
        repaired.push_str(plain);
        match special.as_bytes()[0] {
            b'"' => {
                repaired.push('"');
                return &special[1..];
            }
            b'\\' => rest = repair_escape(special, repaired),
            control => {
                repaired.push_str(&format!("\\u{control:04x}"));
                rest = &special[1..];
            }
        }
    }
}

/// Repairs the escape at the start of the text, and returns the text after it.
fn repair_escape<'a>(text: &'a str, repaired: &mut String) -> &'a str {
    let length = match code_unit(text) {
        Some(0xd800..=0xdbff) if matches!(code_unit(&text[6..]), Some(0xdc00..=0xdfff)) => 12,
        Some(0xd800..=0xdfff) => {
            repaired.push('\u{fffd}');
            return &text[6..];
        }
        Some(_) => 6,
        // An escape such as `\n`, an invalid one, or a backslash at the end of the text.
        None => 1 + text[1..].chars().next().map_or(0, char::len_utf8),
    };
    repaired.push_str(&text[..length]);
    &text[length..]
}

/// Parses the code unit of a `\uXXXX` at the start of the text.
fn code_unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    let are_digits = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    u16::from_str_radix(digits, 16).ok().filter(|_| are_digits)
}

/// Writes the text between two strings, with numbers that are out of range in quotes.
fn repair_numbers(text: &str, repaired: &mut String) {
    let is_separator = |c: char| c.is_ascii_whitespace() || matches!(c, ',' | ':' | '[' | ']' | '{' | '}');
    for part in text.split_inclusive(is_separator) {
        let word = part.trim_end_matches(is_separator);
        let is_number = word.starts_with(|c: char| c == '-' || c.is_ascii_digit());
        let is_out_of_range = is_number && word.parse::<f64>().is_ok_and(f64::is_infinite);
        match is_out_of_range || matches!(word, "NaN" | "Infinity" | "-Infinity") {
            true => repaired.extend(["\"", word, "\"", &part[word.len()..]]),
            false => repaired.push_str(part),
        }
    }
}

/// Returns the text of a member of an object, even if other members are invalid.
pub(crate) fn text_member(object: &str, name: &str) -> Option<String> {
    let members: std::collections::HashMap<Cow<'_, str>, &RawValue> = serde_json::from_str(object).ok()?;
    serde_json::from_str(members.get(name)?.get()).ok()
}

/// Replaces strings in a JSON value, including the names of members.
pub(crate) fn map_strings(value: &mut Value, replace: &dyn Fn(&str) -> Option<String>) {
    match value {
        Value::String(text) => {
            if let Some(other) = replace(text) {
                *text = other;
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| map_strings(value, replace)),
        Value::Object(members) => {
            for (name, mut value) in std::mem::take(members) {
                map_strings(&mut value, replace);
                members.insert(replace(&name).unwrap_or(name), value);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn invalid_strings_and_numbers_are_repaired() {
        for (body, expected) in [
            (r#"{"a": "half \ud83d"}"#, json!({"a": "half \u{fffd}"})),
            (r#"{"a": "\ud83d\ud83d\ude00\ude00"}"#, json!({"a": "\u{fffd}😀\u{fffd}"})),
            (r#"{"a": "\ud83dx", "b\udc00": "\\ud83d"}"#, json!({"a": "\u{fffd}x", "b\u{fffd}": "\\ud83d"})),
            (r#"[1e400, -1e400, 1.5, {"a": 1e400}]"#, json!(["1e400", "-1e400", 1.5, {"a": "1e400"}])),
            (r#"[NaN, Infinity, "NaN, 1e400"]"#, json!(["NaN", "Infinity", "NaN, 1e400"])),
            ("{\"a\": \"line\nbreak\t\"}", json!({"a": "line\nbreak\t"})),
            ("\u{feff}{\"a\": 1}", json!({"a": 1})),
        ] {
            assert_eq!(parse_tolerant(body.as_bytes()).expect(body), expected, "{body}");
        }
        assert_eq!(parse_tolerant(b"\"Jo\xe3o\"").expect("repaired"), json!("Jo\u{fffd}o"));
    }

    #[test]
    fn other_text_is_not_json() {
        for body in ["", "<html>", r#"{"a": "#, r#"{"a": "\u12"}"#, "\"\\", "\"a\\u", r#"{"a": 1e400x}"#] {
            assert!(parse_tolerant(body.as_bytes()).is_err(), "{body}");
        }
    }

    #[test]
    fn forms() {
        let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
        for body in ["{}", " [1]\n", "null", "\"\\ud83d\"", "{\"a\": 1e400}", "\u{feff}{}", "{}<!-- proxy -->", &deep] {
            assert_eq!(form(body.as_bytes()), Form::Json, "{body}");
        }
        for body in ["", " ", "{", "[1, ", "{\"id\": \"msg_1\", \"sta", "\"cut"] {
            assert_eq!(form(body.as_bytes()), Form::CutOff, "{body}");
        }
        for body in ["<html></html>", "404 page not found", "OK", "{bad}", "nul"] {
            assert_eq!(form(body.as_bytes()), Form::Other, "{body}");
        }
    }

    #[test]
    fn a_member_of_an_object_that_cannot_be_parsed() {
        let object = format!(r#"{{"error": "bad\u0020thing", "details": {}{}}}"#, "[".repeat(1000), "]".repeat(1000));
        assert!(parse_tolerant(object.as_bytes()).is_err());
        assert_eq!(text_member(&object, "error").as_deref(), Some("bad thing"));
        assert_eq!(text_member(&object, "details"), None);
        assert_eq!(text_member("[]", "error"), None);
    }
}

//! The core's errors as JSON; `lib/errors.js` makes instances of its classes of them.

use serde::Serialize;
use serde_json::Value;
use zexa::{Error, binding};

use crate::json::{self, Plain};

/// For a function that throws: the message is the JSON.
pub(crate) fn thrown(error: Error) -> napi::Error {
    napi::Error::from_reason(json::text(&error))
}

impl Plain for Error {
    fn write(&self, json: &mut Vec<u8>) {
        serde_json::to_writer(json, &Told::of(self)).expect("an error is text, numbers and JSON");
    }
}

/// What `lib/errors.js` takes. Durations are in milliseconds.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told<'a> {
    kind: &'static str,
    outcome: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<f64>,
    attempts: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<Cause>,
}

/// The innermost reason, its number if it is the system's, and the code that Node has for it.
#[derive(Serialize)]
struct Cause {
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    errno: Option<i32>,
}

impl<'a> Told<'a> {
    fn of(error: &'a Error) -> Told<'a> {
        // Arguments and options have camel-case names in JavaScript.
        let (message, details) = binding::renamed(error, name, with_names);
        Told {
            kind: error.kind().as_str(),
            outcome: error.outcome().as_str(),
            message,
            status: error.status(),
            code: error.code(),
            details,
            request_id: error.request_id(),
            retry_after: error.retry_after().map(|wait| wait.as_secs_f64() * 1e3),
            attempts: error.attempts(),
            cause: binding::cause(error).map(|cause| Cause {
                message: cause.message,
                code: binding::reason_code(error).map(str::to_owned),
                errno: cause.number,
            }),
        }
    }
}

/// The options that reasons speak of.
const OPTIONS: [&str; 4] = ["allow_http", "api_key", "base_url", "ca_file"];

/// The rest of a reason may hold what the caller gave.
fn with_names(reason: &str) -> String {
    let renamed = reason.split_inclusive(' ').map(|word| {
        let name = word.trim_matches([' ', ',', ';', '`']);
        if OPTIONS.contains(&name) { word.replacen(name, &camel_case(name), 1) } else { word.to_owned() }
    });
    renamed.collect()
}

/// The name of an argument or option in JavaScript.
fn name(field: &str) -> String {
    match field {
        "extra_body" => "body".to_owned(),
        "extra_query" => "query".to_owned(),
        _ => camel_case(field),
    }
}

fn camel_case(name: &str) -> String {
    let mut parts = name.split('_');
    let first = parts.next().unwrap_or_default();
    parts.fold(first.to_owned(), |name, part| match part.chars().next() {
        Some(initial) if initial.is_ascii_lowercase() => name + &initial.to_uppercase().to_string() + &part[1..],
        _ => name + "_" + part,
    })
}

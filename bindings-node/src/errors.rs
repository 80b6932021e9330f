//! The core's errors as JSON, from which `lib/errors.js` creates instances of its classes.

use serde::Serialize;
use serde_json::Value;
use zexa::{Error, binding};

use crate::generated::OPTIONS;
use crate::json::{self, WriteJson};

/// The error for a function that throws. Its message is the JSON of the core's error.
pub(crate) fn to_napi_error(error: Error) -> napi::Error {
    napi::Error::from_reason(json::text(&error))
}

impl WriteJson for Error {
    fn write(&self, json: &mut Vec<u8>) {
        serde_json::to_writer(json, &ErrorRecord::of(self)).expect("an error is text, numbers and JSON");
    }
}

/// An error as `lib/errors.js` expects it. Durations are in milliseconds.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ErrorRecord<'a> {
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

/// The innermost cause: its Node code, and the number of a system error.
#[derive(Serialize)]
struct Cause {
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    errno: Option<i32>,
}

impl<'a> ErrorRecord<'a> {
    fn of(error: &'a Error) -> ErrorRecord<'a> {
        // Arguments and options have camelCase names in JavaScript.
        let (message, details) = binding::renamed(error, name, with_names);
        ErrorRecord {
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

/// Names of parameters that reasons mention, in the core and in JavaScript.
const PARAMETERS: &[(&str, &str)] = &[("idempotency_key", "idempotencyKey")];

/// Converts only these names and those of options, because the rest of a reason may contain input of the caller.
fn with_names(reason: &str) -> String {
    let renamed = reason.split_inclusive(' ').map(|word| {
        let name = word.trim_matches([' ', ',', ';', '`', '(', ')']);
        let known = OPTIONS.iter().chain(PARAMETERS).find(|(of_core, _)| *of_core == name);
        known.map_or_else(|| word.to_owned(), |(_, renamed)| word.replacen(name, renamed, 1))
    });
    renamed.collect()
}

/// The name of an argument or option in JavaScript.
fn name(field: &str) -> String {
    let option = OPTIONS.iter().find(|(of_core, _)| *of_core == field);
    option.map_or_else(|| camel_case(field), |(_, renamed)| (*renamed).to_owned())
}

fn camel_case(name: &str) -> String {
    let mut parts = name.split('_');
    let first = parts.next().unwrap_or_default();
    parts.fold(first.to_owned(), |name, part| match part.chars().next() {
        Some(initial) if initial.is_ascii_lowercase() => name + &initial.to_uppercase().to_string() + &part[1..],
        _ => name + "_" + part,
    })
}

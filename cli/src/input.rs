//! What arguments stand for: recipients, and texts from stdin.

use std::io::Read;

use serde_json::{Map, Value};
use zexa::Channel;

use crate::bulk::problems;
use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::numbers::{self, Country};
use crate::texts::text;

/// Most bytes of a text that is read from stdin.
const LONGEST_TEXT: u64 = 1024 * 1024;

/// Return the recipient of a channel, with a phone number in E.164 format.
pub(crate) fn recipient(context: &Context, channel: &Channel, to: &str, country: Country) -> Result<String> {
    match channel {
        Channel::Sms | Channel::Whatsapp | Channel::Telegram => number(context, to, country),
        _ => Ok(to.to_owned()),
    }
}

/// Return a phone number in E.164 format. Says on stderr if it was changed.
pub(crate) fn number(context: &Context, text: &str, country: Country) -> Result<String> {
    let number = numbers::normalise(text, country)
        .map_err(|problem| Failure::Usage(text!("number-refused", reason = problems::reason(&problem))))?;
    if number != text {
        context.note(&text!("number-normalised", text = text, number = number.as_str()));
    }
    Ok(number)
}

/// Return the text of a message: the argument, or all of stdin if it is `-`. It must not be empty, which would be the output of a program that has failed.
pub(crate) fn body(context: &Context, argument: String) -> Result<String> {
    let body = text_or_stdin(context, argument)?;
    if body.trim().is_empty() { Err(Failure::Usage(text!("body-empty"))) } else { Ok(body) }
}

/// Return the argument, or all of stdin if it is `-`.
pub(crate) fn text_or_stdin(context: &Context, argument: String) -> Result<String> {
    if argument != "-" {
        return Ok(argument);
    }
    if context.reads_key_from_stdin() {
        return Err(Failure::Usage(text!("stdin-twice")));
    }
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().take(LONGEST_TEXT + 1).read_to_end(&mut bytes);
    read.map_err(|error| Failure::stdin(&error))?;
    if bytes.len() as u64 > LONGEST_TEXT {
        return Err(Failure::Usage(text!("stdin-too-long")));
    }
    let text = String::from_utf8(bytes).map_err(|_| Failure::Usage(text!("stdin-not-utf8")))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// Return additional fields of a request. A value that is not JSON is text.
pub(crate) fn extra(pairs: Vec<(String, String)>) -> Map<String, Value> {
    let value = |text: String| serde_json::from_str(&text).unwrap_or(Value::String(text));
    pairs.into_iter().map(|(name, text)| (name, value(text))).collect()
}

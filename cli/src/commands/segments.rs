//! `zexa segments`.

use clap::Args;
use serde_json::json;
use zexa::SmsEncoding;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::input::text_or_stdin;
use crate::texts::text;

/// Show how an SMS text is split into segments, each of which is paid
///
/// Nothing is sent, and no API key is needed.
#[derive(Args)]
#[command(after_help = "\
Examples:
  zexa segments \"Olá Ana\"
  zexa segments - < body.txt")]
pub(crate) struct Arguments {
    /// Text of the message. `-` reads it from stdin
    body: String,
}

pub(crate) fn run(context: &Context, arguments: Arguments) -> Result {
    let body = text_or_stdin(context, arguments.body)?;
    let segments = zexa::segments(&body);
    let per_segment = if segments.encoding == SmsEncoding::Gsm7 { 160 } else { 70 };
    let result = json!({
        "count": segments.count,
        "encoding": segments.encoding.as_str(),
        "first_non_gsm7": segments.first_non_gsm7,
        "characters_per_segment": per_segment,
    });
    context.output().result(&result, || match &segments.first_non_gsm7 {
        None => text!("segments-gsm7", count = segments.count, size = per_segment),
        Some(character) => {
            text!("segments-ucs2", count = segments.count, size = per_segment, character = character.as_str())
        }
    })?;
    Ok(Exit::Done)
}

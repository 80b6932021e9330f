//! `zexa send`.

use std::io::Read;

use clap::Args;
use jiff::Timestamp;
use serde_json::{Map, Value};
use zexa::{Channel, Message, SendMessage, Template};

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::numbers::{self, Country};
use crate::output::{fields, status};
use crate::texts::text;
use crate::values;

/// Most bytes of a text that is read from stdin.
const LONGEST_BODY: u64 = 1024 * 1024;

/// Send one message
///
/// The message is sent at once, without a question. It is never sent twice: if it is not known whether the API has received it, the exit code is 3.
#[derive(Args)]
#[command(after_help = "\
Examples:
  zexa send --to 912345678 --from ZEXA \"Your code is 4711\"
  zexa send --to +244912345678 --from ZEXA --schedule 2030-07-01T09:00:00+01:00 Hello
  zexa send --channel email --to ana@example.com --from hello@zexa.example --subject Invoice - < invoice.txt")]
pub(crate) struct Arguments {
    /// Text of the message. `-` reads it from stdin
    #[arg(required_unless_present_any = ["template", "template_id"])]
    body: Option<String>,
    /// Recipient: phone number, email address, or Slack channel or user id
    #[arg(long, value_name = "RECIPIENT")]
    to: String,
    /// Sender: registered Sender ID, or verified email address
    #[arg(long, value_name = "SENDER")]
    from: String,
    /// Delivery channel: sms, whatsapp, telegram, email or slack
    #[arg(long, default_value = "sms", value_parser = values::channel)]
    channel: Channel,
    /// Country of phone numbers without a country code, such as AO. `none` requires numbers like +244912345678
    #[arg(long, default_value = "AO")]
    country: Country,
    /// Subject of an email
    #[arg(long)]
    subject: Option<String>,
    /// HTML of an email, in addition to the text
    #[arg(long)]
    html: Option<String>,
    /// Approved WhatsApp template as a JSON object, instead of a text
    #[arg(long, value_name = "JSON", value_parser = values::object, conflicts_with = "body")]
    template: Option<Map<String, Value>>,
    /// Id of an approved WhatsApp template, instead of a text
    #[arg(long, value_name = "ID", conflicts_with = "body")]
    template_id: Option<String>,
    /// Time at which to send the message, with a UTC offset, such as 2026-07-01T09:00:00+01:00
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    schedule: Option<Timestamp>,
    /// Additional field of the request, which this version does not know. The value is JSON or text
    #[arg(long, value_name = "NAME=VALUE", value_parser = values::pair)]
    extra: Vec<(String, String)>,
}

pub(crate) fn run(context: &Context, arguments: Arguments) -> Result {
    let message = message(context, arguments)?;
    let sent = context.client()?.messages().send(&message).map_err(Failure::Write)?;
    context.output().result(&sent, || summary(&sent))?;
    Ok(Exit::Done)
}

/// The message that the arguments describe.
fn message(context: &Context, arguments: Arguments) -> Result<SendMessage> {
    let to = recipient(context, &arguments.channel, &arguments.to, arguments.country)?;
    let mut message = SendMessage::new(arguments.channel, to, arguments.from);
    message.body = arguments.body.map(text_or_stdin).transpose()?;
    message.subject = arguments.subject;
    message.html = arguments.html;
    message.template = arguments.template.map(Template::from);
    message.template_id = arguments.template_id;
    message.scheduled_at = arguments.schedule;
    for (name, value) in arguments.extra {
        let value = serde_json::from_str(&value).unwrap_or(Value::String(value));
        message = message.extra(name, value);
    }
    Ok(message)
}

/// The recipient, with a phone number in E.164 format. Says on stderr if the number was changed.
fn recipient(context: &Context, channel: &Channel, to: &str, country: Country) -> Result<String> {
    if !matches!(channel, Channel::Sms | Channel::Whatsapp | Channel::Telegram) {
        return Ok(to.to_owned());
    }
    let number = numbers::normalise(to, country)
        .map_err(|invalid| Failure::Usage(text!("recipient-invalid", to = to, reason = invalid.reason())))?;
    if number != to {
        context.note(&text!("recipient-normalised", to = to, number = number.as_str()));
    }
    Ok(number)
}

/// The argument, or all of stdin if it is `-`.
pub(super) fn text_or_stdin(argument: String) -> Result<String> {
    if argument != "-" {
        return Ok(argument);
    }
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().take(LONGEST_BODY + 1).read_to_end(&mut bytes);
    read.map_err(|error| Failure::Local(text!("stdin-failed", reason = error.to_string())))?;
    if bytes.len() as u64 > LONGEST_BODY {
        return Err(Failure::Usage(text!("stdin-too-long")));
    }
    let text = String::from_utf8(bytes).map_err(|_| Failure::Usage(text!("stdin-not-utf8")))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// A message as text.
pub(crate) fn summary(message: &Message) -> String {
    let optional = |name: String, value: Option<String>| value.map(|value| (name, value));
    let time = |time: Option<Timestamp>| time.map(|time| time.to_string());
    let lines = [
        optional(text!("field-id"), Some(message.id.clone())),
        optional(text!("field-to"), message.to.clone()),
        optional(text!("field-from"), message.from.clone()),
        optional(text!("field-channel"), message.channel.as_ref().map(|channel| channel.as_str().to_owned())),
        optional(text!("field-body"), message.body.clone()),
        optional(text!("field-created"), time(message.created_at)),
        optional(text!("field-scheduled"), time(message.scheduled_at)),
        optional(text!("field-sent"), time(message.sent_at)),
        optional(text!("field-delivered"), time(message.delivered_at)),
        optional(text!("field-error"), message.error.clone()),
    ];
    let lines: Vec<_> = lines.into_iter().flatten().collect();
    format!("{}\n{}", text!("message-status", status = status(message.status.as_str())), fields(&lines))
}

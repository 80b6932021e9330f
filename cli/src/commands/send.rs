//! `zexa send`.

use clap::Args;
use jiff::Timestamp;
use serde_json::{Map, Value};
use zexa::{Channel, Message, SendMessage, Template};

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::numbers::Country;
use crate::output::{fields, local_time, status};
use crate::texts::text;
use crate::{input, values};

/// Send one message
///
/// The message is sent immediately, without a question. It is never sent twice: if it is not known whether the API has received it, the exit code is 3.
#[derive(Args)]
#[command(after_help = "\
Examples:
  zexa send --to 912345678 --from ZEXA \"Your code is 4711\"
  zexa send --to +244912345678 --from ZEXA --schedule 2030-07-01T09:00:00+01:00 Hello
  zexa send --channel email --to ana@example.com --from hello@zexa.example --subject Hi - < hi.txt")]
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
    #[arg(long, default_value = "sms", value_parser = values::suggested_channel(), hide_possible_values = true)]
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
    values::check_schedule(arguments.schedule)?;
    let message = message(context, arguments)?;
    let sent = context.client()?.messages().send(&message).map_err(Failure::Write)?;
    context.output().result(&sent, || summary(&sent)).map_err(|failure| failure.after_sending(&sent.id))?;
    Ok(Exit::Done)
}

/// The message that the arguments describe.
fn message(context: &Context, arguments: Arguments) -> Result<SendMessage> {
    let to = input::recipient(context, &arguments.channel, &arguments.to, arguments.country)?;
    let mut message = SendMessage::new(arguments.channel, to, arguments.from);
    message.body = arguments.body.map(|text| input::body(context, text)).transpose()?;
    message.subject = arguments.subject;
    message.html = arguments.html;
    message.template = arguments.template.map(Template::from);
    message.template_id = arguments.template_id;
    message.scheduled_at = arguments.schedule;
    message.extra.extend(input::extra(arguments.extra));
    Ok(message)
}

/// A message as text.
pub(crate) fn summary(message: &Message) -> String {
    let time = |time: Option<Timestamp>| time.map(local_time);
    let lines = fields([
        (text!("field-id"), Some(message.id.clone())),
        (text!("field-to"), message.to.clone()),
        (text!("field-from"), message.from.clone()),
        (text!("field-channel"), message.channel.as_ref().map(|channel| channel.as_str().to_owned())),
        (text!("field-body"), message.body.clone()),
        (text!("field-created"), time(message.created_at)),
        (text!("field-scheduled"), time(message.scheduled_at)),
        (text!("field-sent"), time(message.sent_at)),
        (text!("field-delivered"), time(message.delivered_at)),
        (text!("field-error"), message.error.clone()),
    ]);
    format!("{}\n{lines}", text!("message-status", status = status(message.status.as_str())))
}

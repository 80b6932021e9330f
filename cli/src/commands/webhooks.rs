//! `zexa webhooks`.

use clap::{Args, Subcommand};
use zexa::CreateWebhook;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output::fields;
use crate::texts::text;
use crate::values;

/// Register addresses for delivery events
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Register an https address that Zexa posts events to
    #[command(after_help = "\
Examples:
  zexa webhooks create https://shop.example/zexa
  zexa webhooks create https://shop.example/zexa --event message.delivered --event message.failed")]
    Create {
        /// Address, which must start with https://
        url: String,
        /// Event to post, such as message.delivered. Can be repeated. `*` means all
        #[arg(long = "event", value_name = "EVENT", default_value = "*", value_parser = values::suggested_event(), hide_possible_values = true)]
        events: Vec<String>,
    },
}

pub(crate) fn run(context: &Context, arguments: Arguments) -> Result {
    let Command::Create { url, events } = arguments.command;
    let webhook = context.client()?.webhooks().create(&CreateWebhook::new(url, events)).map_err(Failure::Change)?;
    context.output().result(&webhook, || {
        let events: Vec<_> = webhook.events.iter().map(|event| event.as_str()).collect();
        fields([
            (text!("field-id"), Some(webhook.id.clone())),
            (text!("field-url"), webhook.url.clone()),
            (text!("field-events"), Some(events.join(", "))),
            (text!("field-secret"), webhook.secret.clone()),
        ])
    })?;
    Ok(Exit::Done)
}

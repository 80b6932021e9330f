//! `zexa messages`.

use std::time::Duration;

use clap::{Args, Subcommand};
use zexa::{CallOptions, Kind, Message, MessageStatus};

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::texts::text;
use crate::values;

use super::send::summary;

/// Get a message, or wait for its delivery
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Show a message with its delivery status
    #[command(after_help = "\
Examples:
  zexa messages get msg_0123")]
    Get {
        /// Id of the message
        id: String,
    },
    /// Wait until a message has its final status
    ///
    /// The exit code is 0 if the message was delivered or has the status of --until, and 1 if it failed.
    #[command(after_help = "\
Examples:
  zexa messages wait msg_0123
  zexa messages wait msg_0123 --until sent --timeout 5m")]
    Wait {
        /// Id of the message
        id: String,
        /// Wait only until the message has this status, such as sent
        #[arg(long, value_name = "STATUS", default_value = "final", value_parser = values::suggested_status(), hide_possible_values = true)]
        until: String,
        /// Stop waiting after this time
        #[arg(long, value_name = "DURATION", default_value = "30m", value_parser = values::duration)]
        timeout: Duration,
    },
}

pub(crate) fn run(context: &Context, arguments: Arguments) -> Result {
    let client = context.client()?;
    match arguments.command {
        Command::Get { id } => {
            let message = client.messages().get(&id)?;
            context.output().result(&message, || summary(&message))?;
            Ok(Exit::Done)
        }
        Command::Wait { id, until, timeout } => {
            let client = client.with_options(CallOptions::new().deadline(timeout));
            context.progress_note(&text!("message-waiting", id = id.as_str()));
            let message = client.messages().wait(&id, &until).map_err(|error| match error.kind() {
                Kind::Timeout => Failure::Waiting(error),
                _ => Failure::Read(error),
            })?;
            context.output().result(&message, || summary(&message))?;
            Ok(if is_success(&message, &until) { Exit::Done } else { Exit::Failed })
        }
    }
}

/// Whether the message has the status that was waited for.
fn is_success(message: &Message, until: &str) -> bool {
    match until {
        "final" | "" => message.status == MessageStatus::Delivered,
        // Delivered messages were sent before.
        until => message.status.as_str() == until || message.status == MessageStatus::Delivered,
    }
}

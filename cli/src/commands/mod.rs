//! The commands, one module each.

mod campaigns;
mod completion;
mod contacts;
mod credits;
mod doctor;
mod listen;
mod login;
mod man;
mod messages;
mod request;
mod sandbox;
mod segments;
mod send;
mod sender_ids;
mod webhooks;

use clap::Subcommand;

use crate::bulk;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::{arguments, usage};

/// The commands.
#[derive(Subcommand)]
pub(crate) enum Command {
    Login(login::Arguments),
    Send(send::Arguments),
    Messages(messages::Arguments),
    Contacts(contacts::Arguments),
    Campaigns(campaigns::Arguments),
    Bulk(bulk::Arguments),
    SenderIds(sender_ids::Arguments),
    Credits(credits::Arguments),
    Segments(segments::Arguments),
    Webhooks(webhooks::Arguments),
    Listen(listen::Arguments),
    Request(request::Arguments),
    Sandbox(sandbox::Arguments),
    Doctor(doctor::Arguments),
    Completion(completion::Arguments),
    Man(man::Arguments),
    /// Print the help of a command
    Help {
        /// Names of the command, such as messages wait
        #[arg(value_name = "COMMAND")]
        path: Vec<String>,
    },
}

/// Runs a command.
pub(crate) fn run(context: &Context, command: Command) -> Result {
    match command {
        Command::Login(arguments) => login::run(context, arguments),
        Command::Send(arguments) => send::run(context, arguments),
        Command::Messages(arguments) => messages::run(context, arguments),
        Command::Contacts(arguments) => contacts::run(context, arguments),
        Command::Campaigns(arguments) => campaigns::run(context, arguments),
        Command::Bulk(arguments) => bulk::run(context, arguments),
        Command::SenderIds(arguments) => sender_ids::run(context, arguments),
        Command::Credits(arguments) => credits::run(context, arguments),
        Command::Segments(arguments) => segments::run(context, arguments),
        Command::Webhooks(arguments) => webhooks::run(context, arguments),
        Command::Listen(arguments) => listen::run(context, arguments),
        Command::Request(arguments) => request::run(context, arguments),
        Command::Sandbox(arguments) => sandbox::run(context, arguments),
        Command::Doctor(arguments) => doctor::run(context, arguments),
        Command::Completion(arguments) => completion::run(context, arguments),
        Command::Man(arguments) => man::run(&arguments),
        Command::Help { path } => Ok(arguments::help_of(&path).map_or(Exit::Done, |help| usage::report(&help))),
    }
}

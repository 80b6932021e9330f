//! `zexa bulk`: messages to the rows of a CSV file.
//
// - `job` is what is sent, and `plan` is a job with its columns; `messages` makes the message of a row;
// - `blocks` reads the rows in blocks with digests, `check` reads a file once, and `preview` shows the result;
// - `problems` has the texts about files and rows;
// - `run` sends a plan, and `import` adds contacts, with `drive`: `source` makes the rows, `recorder` takes the results, `report` writes them, `progress` shows them, `signals` handles Ctrl-C;
// - `job_files` finds the ledger of a job;
// - `check_command`, `send`, `resume` and `status` are the commands.

mod arguments;
mod blocks;
mod check;
mod check_command;
mod drive;
pub(crate) mod import;
mod job;
mod job_files;
mod messages;
mod plan;
mod preview;
mod problems;
mod progress;
mod recorder;
mod report;
mod resume;
mod run;
mod send;
mod signals;
mod source;
mod status;

use clap::{Args, Subcommand};

use crate::context::Context;
use crate::failure::Result;

/// Send a message to each row of a CSV file, once
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Check(check_command::Arguments),
    Send(send::Arguments),
    Resume(resume::Arguments),
    Status(status::StatusArguments),
    Export(status::ExportArguments),
    Settle(status::SettleArguments),
}

/// Runs a command.
pub(crate) fn run(context: &Context, arguments: Arguments) -> Result {
    match arguments.command {
        Command::Check(arguments) => check_command::run(context, &arguments),
        Command::Send(arguments) => send::run(context, &arguments),
        Command::Resume(arguments) => resume::run(context, &arguments),
        Command::Status(arguments) => status::status(context, &arguments),
        Command::Export(arguments) => status::export(context, &arguments),
        Command::Settle(arguments) => status::settle(context, &arguments),
    }
}

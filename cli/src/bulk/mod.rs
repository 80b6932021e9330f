//! `zexa bulk`: messages to the rows of a CSV file.
//
// - `job` is what is sent, and `plan` is a job with its columns; `messages` makes the message of a row;
// - `confirmed` reads a file once, with the digests of its rows, `check` does so, and `preview` shows the result;
// - `problems` has the texts about files and rows, and `words` those about errors of the client;
// - `run` sends a plan, and `import` adds contacts, with `drive`: `source` makes the rows, `recorder` takes the results, `report` writes them and `report_order` sorts them, `progress` shows them, `signals` handles Ctrl-C;
// - `paths` has the names of ledgers and reports, `job_files` opens the ledger of a job, and `shell` quotes the arguments of commands that are advised;
// - `changed` compares a file with its job, and `doubts` finds the rows in doubt in the file;
// - `check_command`, `send`, `resume`, `status`, `settle` and `prune` are the commands.
//
// Ledgers, and with them everything that sends, need a Unix system.

mod arguments;
#[cfg(unix)]
mod changed;
mod check;
mod check_command;
mod confirmed;
#[cfg(unix)]
mod doubts;
mod drive;
pub(crate) mod import;
mod job;
#[cfg(unix)]
mod job_files;
mod messages;
mod paths;
mod plan;
mod preview;
pub(crate) mod problems;
mod progress;
#[cfg(unix)]
mod prune;
mod recorder;
mod report;
mod report_order;
#[cfg(unix)]
mod resume;
#[cfg(unix)]
mod run;
#[cfg(unix)]
mod send;
#[cfg(unix)]
mod settle;
mod shell;
mod signals;
mod source;
#[cfg(unix)]
mod status;
mod words;

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
    #[cfg(unix)]
    Send(send::Arguments),
    #[cfg(unix)]
    Resume(resume::Arguments),
    #[cfg(unix)]
    Status(status::StatusArguments),
    #[cfg(unix)]
    Export(status::ExportArguments),
    #[cfg(unix)]
    Settle(settle::SettleArguments),
    #[cfg(unix)]
    Prune(prune::PruneArguments),
}

/// Runs a command.
pub(crate) fn run(context: &Context, arguments: Arguments) -> Result {
    match arguments.command {
        Command::Check(arguments) => check_command::run(context, &arguments),
        #[cfg(unix)]
        Command::Send(arguments) => send::run(context, &arguments),
        #[cfg(unix)]
        Command::Resume(arguments) => resume::run(context, &arguments),
        #[cfg(unix)]
        Command::Status(arguments) => status::status(context, &arguments),
        #[cfg(unix)]
        Command::Export(arguments) => status::export(context, &arguments),
        #[cfg(unix)]
        Command::Settle(arguments) => settle::settle(context, &arguments),
        #[cfg(unix)]
        Command::Prune(arguments) => prune::prune(context, &arguments),
    }
}

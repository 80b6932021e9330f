//! `zexa`: the command line of the Zexa messaging API.
#![cfg_attr(
    not(unix),
    allow(dead_code, unused_imports, reason = "only commands that use a ledger need some functions")
)]

mod arguments;
mod bulk;
mod commands;
mod context;
mod exit;
mod failure;
mod help;
mod input;
mod interrupt;
mod io_reason;
mod log_records;
mod numbers;
mod output;
mod portuguese;
mod profile;
mod prompt;
mod secret;
mod sender;
mod stderr;
mod table;
mod texts;
mod usage;
mod values;

use std::process::ExitCode;

/// Overwrites all freed memory. The HTTP and TLS libraries have copies of keys and messages, too.
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> = zeroizing_alloc::ZeroAlloc(std::alloc::System);

fn main() -> ExitCode {
    arguments::choose_colours();
    let arguments = match arguments::parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage::report(&error).into(),
    };
    let context = context::Context::new(arguments.global);
    let exit = match commands::run(&context, arguments.command) {
        Ok(exit) => exit,
        Err(failure) => context.report(&failure),
    };
    exit.into()
}

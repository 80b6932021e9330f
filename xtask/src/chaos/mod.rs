//! `cargo xtask chaos kill`: kills bulk runs and the sandbox at random moments, and checks that no message is sent twice.
//!
//! For each language, a program in `tests/chaos` sends the rows in a bulk run with a ledger. It is killed with SIGKILL and started again, and
//! so is the sandbox, whose record of messages survives. At the end, the record and the ledger are compared.

mod checks;
mod kill;
mod options;
mod plan;
mod programs;
pub(crate) mod stale;
pub(crate) mod wire;

use std::process::ExitCode;

use self::options::Options;
use crate::command::{self, Result};
use crate::{end, show, usage};

/// Runs `cargo xtask chaos kill` with these arguments.
pub(crate) fn run(arguments: &[&str]) -> ExitCode {
    let options = match Options::parse(arguments) {
        Ok(options) => options,
        Err(reason) => return usage(&reason),
    };
    end("chaos kill", run_all(&options))
}

/// Runs all languages, even if one fails.
fn run_all(options: &Options) -> Result {
    programs::build(&options.languages)?;
    command::all(options.languages.iter().map(|language| {
        show::heading(language.name, &format!("source: {}; seed {}", language.source, options.seed));
        kill::run(language, options)
            .map_err(|reason| format!("{}: {reason}\nRepeat it with: {}", language.name, options.command_for(language)))
    }))
}

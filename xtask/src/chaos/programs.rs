//! The programs that are killed.

use std::path::Path;
use std::process::Command;

use crate::command::{self, Result, cargo_workspace};
use crate::{paths, sandbox};

/// The program in one language. Its arguments are `LEDGER ROWS CONCURRENCY`.
///
/// It prints the number of results and exits with 0, or exits with 3 if the run has stopped by itself.
pub(super) struct Language {
    pub(super) name: &'static str,
    /// Path of the source file.
    pub(super) source: &'static str,
    /// Prepares the program after the build.
    pub(super) assemble: fn() -> Result,
    /// The program without its arguments.
    pub(super) program: fn() -> Command,
}

pub(super) const LANGUAGES: &[Language] = &[Language {
    name: "rust",
    source: "tests/chaos/src/main.rs",
    assemble: || Ok(()),
    program: || {
        let mut program = rust();
        program.arg("send");
        program
    },
}];

/// The program in Rust, which also reads ledgers.
const PROGRAM: &str = "zexa-chaos";

fn rust() -> Command {
    Command::new(paths::program(PROGRAM))
}

/// Builds the sandbox and the programs of these languages.
pub(super) fn build(languages: &[&Language]) -> Result {
    let targets = ["--bin", PROGRAM, "--bin", sandbox::PROGRAM];
    command::run(&mut cargo_workspace("build", &targets))?;
    languages.iter().try_for_each(|language| (language.assemble)())
}

/// The counts of a ledger, as JSON.
pub(super) fn counts(ledger: &Path) -> Result<String> {
    command::output(rust().arg("counts").arg(ledger))
}

/// The rows of a ledger, as CSV.
pub(super) fn export(ledger: &Path) -> Result<String> {
    command::output(rust().arg("export").arg(ledger))
}

//! The programs of the chaos commands, and those that `chaos kill` kills.

use std::path::Path;
use std::process::Command;

use crate::command::{self, Result, cargo_workspace};
use crate::demo::packages;
use crate::python::{self, Venv};
use crate::{paths, sandbox};

/// The program of a command in one language.
pub(super) struct Language {
    pub(super) name: &'static str,
    /// Path of the source file.
    pub(super) source: &'static str,
    /// Prepares the program after the build.
    pub(super) assemble: fn() -> Result,
    /// The program without the arguments that the command adds.
    pub(super) program: fn() -> Command,
}

impl Language {
    /// Whether the program is the one in Rust, which needs no library.
    fn is_rust(&self) -> bool {
        self.name == RUST || self.name == RUST_ASYNC
    }
}

/// The programs that are killed. Their arguments are `LEDGER ROWS CONCURRENCY`.
///
/// They print the number of results and exit with 0, or exit with 3 if the run has stopped by itself.
pub(super) const LANGUAGES: &[Language] = &[
    Language { name: RUST, source: "tests/chaos/src/main.rs", assemble: || Ok(()), program: || rust("send") },
    Language {
        name: "python",
        source: PYTHON,
        assemble: assemble_python,
        program: || packages::python(&Venv::existing(VENV), PYTHON),
    },
    Language { name: "node", source: NODE, assemble: || assemble_node(NODE), program: || packages::node("send.mjs") },
];

pub(super) const RUST: &str = "rust";
pub(super) const RUST_ASYNC: &str = "rust-async";
const PYTHON: &str = "tests/chaos/send.py";
const NODE: &str = "tests/chaos/send.mjs";

/// Name of the virtual environment of the Python program.
pub(super) const VENV: &str = "chaos";

/// The program in Rust, which also reads ledgers and contains the fault proxy.
const PROGRAM: &str = "zexa-chaos";

/// Assembles the Python package and its environment.
pub(super) fn assemble_python() -> Result {
    Venv::empty(VENV, python::PYTHON)?;
    packages::assemble_python()
}

/// Assembles the Node package with a program.
pub(super) fn assemble_node(source: &str) -> Result {
    packages::assemble_node()?;
    packages::add_to_node(source)
}

/// The program in Rust with its first argument, which selects what it does.
pub(super) fn rust(what: &str) -> Command {
    let mut program = Command::new(paths::program(PROGRAM));
    program.arg(what);
    program
}

/// Builds the sandbox and the programs of these languages.
pub(super) fn build(languages: &[&Language]) -> Result {
    let mut targets = vec!["--bin", PROGRAM, "--bin", sandbox::PROGRAM];
    if languages.iter().any(|language| !language.is_rust()) {
        targets.push("--lib");
    }
    command::run(&mut cargo_workspace("build", &targets))?;
    languages.iter().try_for_each(|language| (language.assemble)())
}

/// The counts of a ledger, as JSON.
pub(super) fn counts(ledger: &Path) -> Result<String> {
    command::output(rust("counts").arg(ledger))
}

/// The rows of a ledger, as CSV.
pub(super) fn export(ledger: &Path) -> Result<String> {
    command::output(rust("export").arg(ledger))
}

#[cfg(test)]
mod tests {
    use super::super::wire;
    use super::*;

    #[test]
    fn every_program_has_a_source() {
        for language in LANGUAGES.iter().chain(wire::LANGUAGES) {
            assert!(paths::root().join(language.source).is_file(), "{}", language.source);
        }
    }
}

//! The programs that are killed.

use std::path::Path;
use std::process::Command;

use crate::command::{self, Result, cargo_workspace};
use crate::demo::packages;
use crate::python::{self, Venv};
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

pub(super) const LANGUAGES: &[Language] = &[
    Language {
        name: RUST,
        source: "tests/chaos/src/main.rs",
        assemble: || Ok(()),
        program: || {
            let mut program = rust();
            program.arg("send");
            program
        },
    },
    Language {
        name: "python",
        source: PYTHON,
        assemble: assemble_python,
        program: || packages::python(&Venv::existing(VENV), PYTHON),
    },
    Language { name: "node", source: NODE, assemble: || assemble_node(NODE), program: || packages::node("send.mjs") },
];

const RUST: &str = "rust";
const PYTHON: &str = "tests/chaos/send.py";
const NODE: &str = "tests/chaos/send.mjs";

/// Name of the virtual environment of the Python program.
pub(super) const VENV: &str = "chaos";

/// The program in Rust, which also reads ledgers and contains the fault proxy.
pub(super) const PROGRAM: &str = "zexa-chaos";

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

fn rust() -> Command {
    Command::new(paths::program(PROGRAM))
}

/// Builds the sandbox and the programs of these languages.
pub(super) fn build(languages: &[&Language]) -> Result {
    let mut targets = vec!["--bin", PROGRAM, "--bin", sandbox::PROGRAM];
    if languages.iter().any(|language| language.name != RUST) {
        targets.push("--lib");
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_program_has_a_source() {
        for language in LANGUAGES {
            assert!(paths::root().join(language.source).is_file(), "{}", language.source);
        }
    }
}

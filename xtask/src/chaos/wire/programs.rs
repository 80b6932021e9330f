//! The programs that make the calls.

use std::path::PathBuf;
use std::process::Command;

use super::super::programs::{self as others, PROGRAM, VENV};
use crate::command::{self, Result, cargo_workspace};
use crate::compiler::{self, COMPILERS, Library};
use crate::demo::packages;
use crate::python::Venv;
use crate::{paths, sandbox};

/// The program in one language, which `tests/chaos/src/calls/mod.rs` specifies.
pub(super) struct Language {
    pub(super) name: &'static str,
    /// Path of the source file.
    pub(super) source: &'static str,
    /// Prepares the program after the build.
    assemble: fn() -> Result,
    /// The program without its last argument, the number of calls that are in progress at the same time.
    pub(super) program: fn() -> Command,
}

const PYTHON: &str = "tests/chaos/calls.py";
const PYTHON_ASYNC: &str = "tests/chaos/calls_async.py";
const NODE: &str = "tests/chaos/calls.mjs";
const C: &str = "tests/chaos/calls.c";

pub(super) const LANGUAGES: &[Language] = &[
    Language {
        name: "rust",
        source: "tests/chaos/src/calls/blocking.rs",
        assemble: || Ok(()),
        program: || rust("calls"),
    },
    Language {
        name: "rust-async",
        source: "tests/chaos/src/calls/asynchronous.rs",
        assemble: || Ok(()),
        program: || rust("calls-async"),
    },
    Language { name: "c", source: C, assemble: compile, program: || Command::new(compiled()) },
    Language {
        name: "python",
        source: PYTHON,
        assemble: others::assemble_python,
        program: || packages::python(&Venv::existing(VENV), PYTHON),
    },
    Language {
        name: "python-async",
        source: PYTHON_ASYNC,
        assemble: others::assemble_python,
        program: || packages::python(&Venv::existing(VENV), PYTHON_ASYNC),
    },
    Language {
        name: "node",
        source: NODE,
        assemble: || others::assemble_node(NODE),
        program: || packages::node("calls.mjs"),
    },
];

fn rust(command: &str) -> Command {
    let mut program = proxy();
    program.arg(command);
    program
}

/// The program that contains the proxy.
pub(super) fn proxy() -> Command {
    Command::new(paths::program(PROGRAM))
}

/// Compiles the program in C with the library that cargo has built.
fn compile() -> Result {
    command::require(&COMPILERS)?;
    Library::built().compile(&paths::root().join(C), &compiled(), &[])
}

fn compiled() -> PathBuf {
    compiler::folder().join("chaos").join("calls")
}

/// Builds the sandbox and the programs of these languages.
pub(super) fn build(languages: &[&Language]) -> Result {
    let mut targets = vec!["--bin", PROGRAM, "--bin", sandbox::PROGRAM];
    if languages.iter().any(|language| !language.name.starts_with("rust")) {
        targets.push("--lib");
    }
    command::run(&mut cargo_workspace("build", &targets))?;
    languages.iter().try_for_each(|language| (language.assemble)())
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

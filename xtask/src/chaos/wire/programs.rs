//! The programs that make the calls.

use std::path::PathBuf;
use std::process::Command;

use super::super::programs::{Language, RUST, RUST_ASYNC, VENV, assemble_node, assemble_python, rust};
use crate::command::{self, Result};
use crate::compiler::{self, COMPILERS, Library};
use crate::demo::packages;
use crate::paths;
use crate::python::Venv;

const PYTHON: &str = "tests/chaos/calls.py";
const PYTHON_ASYNC: &str = "tests/chaos/calls_async.py";
const NODE: &str = "tests/chaos/calls.mjs";
const C: &str = "tests/chaos/calls.c";

/// The programs, which `tests/chaos/src/calls/mod.rs` specifies. Their last argument is the number of calls that are in progress at the same time.
pub(in crate::chaos) const LANGUAGES: &[Language] = &[
    Language {
        name: RUST,
        source: "tests/chaos/src/calls/blocking.rs",
        assemble: || Ok(()),
        program: || rust("calls"),
    },
    Language {
        name: RUST_ASYNC,
        source: "tests/chaos/src/calls/asynchronous.rs",
        assemble: || Ok(()),
        program: || rust("calls-async"),
    },
    Language { name: "c", source: C, assemble: compile, program: || Command::new(compiled()) },
    Language {
        name: "python",
        source: PYTHON,
        assemble: assemble_python,
        program: || packages::python(&Venv::existing(VENV), PYTHON),
    },
    Language {
        name: "python-async",
        source: PYTHON_ASYNC,
        assemble: assemble_python,
        program: || packages::python(&Venv::existing(VENV), PYTHON_ASYNC),
    },
    Language { name: "node", source: NODE, assemble: || assemble_node(NODE), program: || packages::node("calls.mjs") },
];

/// Compiles the program in C with the library that cargo has built.
fn compile() -> Result {
    command::require(&COMPILERS)?;
    Library::built().compile(&paths::root().join(C), &compiled(), &[])
}

fn compiled() -> PathBuf {
    compiler::folder().join("chaos").join("calls")
}

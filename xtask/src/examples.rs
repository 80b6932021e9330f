//! The C and C++ examples, which are compiled against the installed library and run by the demo and a test.

use std::path::PathBuf;
use std::process::Command;

use crate::command::{self, Result};
use crate::compiler::{self, COMPILERS, Library};
use crate::paths;

/// Folder of the examples.
pub(crate) fn folder() -> PathBuf {
    paths::root().join("ffi-c").join("examples")
}

/// Compiles an example, by the name of its source file.
pub(crate) fn prepare(name: &str) -> Result {
    command::require(&COMPILERS)?;
    Library::installed()?.compile(&folder().join(name), &program(name), &[])
}

/// Command that runs a compiled example.
pub(crate) fn example(name: &str) -> Command {
    Command::new(program(name))
}

fn program(name: &str) -> PathBuf {
    compiler::folder().join("examples").join(name.replace('.', "-"))
}

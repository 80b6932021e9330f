//! The examples in C and C++: compiled against what is installed, and run by the demo and by a test.

use std::path::PathBuf;
use std::process::Command;

use crate::command::{self, Result};
use crate::compiler::{self, COMPILERS, Library};
use crate::paths;

/// Where they are.
pub(crate) fn folder() -> PathBuf {
    paths::root().join("ffi-c").join("examples")
}

/// Compiles one, by the name of its source.
pub(crate) fn prepare(name: &str) -> Result {
    command::require(&COMPILERS)?;
    Library::installed()?.compile(&folder().join(name), &program(name), &[])
}

/// One that has been compiled.
pub(crate) fn example(name: &str) -> Command {
    Command::new(program(name))
}

fn program(name: &str) -> PathBuf {
    compiler::folder().join("examples").join(name.replace('.', "-"))
}

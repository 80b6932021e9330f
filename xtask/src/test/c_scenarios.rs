//! The step `c-scenarios`: runs the scenarios through the installed shared library and its header.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};

use crate::command::{self, Result};
use crate::install::Prefix;
use crate::paths;
use crate::python::Venv;
use crate::sandbox::PROGRAM;

/// Runs the scenarios, and those of `ZEXA_SCENARIOS`.
pub(crate) fn check() -> Result {
    check_prefix(&Prefix::install()?)
}

/// Runs the scenarios with the library in a prefix.
pub(super) fn check_prefix(prefix: &Prefix) -> Result {
    command::require(&[("cc", "gcc libc6-dev")])?;
    let venv = Venv::prepare()?;
    command::build()?;
    let mut runner = venv.program("python");
    // Without -B, Python would write bytecode next to the sources.
    runner.current_dir(paths::root()).args(["-B", "tests/c/scenarios"]);
    runner.arg("--header").arg(prefix.include().join("zexa.h"));
    runner.arg("--library").arg(prefix.lib().join(format!("{DLL_PREFIX}zexa{DLL_SUFFIX}")));
    runner.arg("--sandbox").arg(paths::program(PROGRAM));
    command::run(&mut runner)
}

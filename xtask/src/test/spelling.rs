//! The step `spelling`: typos in all files. `typos.toml` contains the project's dictionary.

use crate::command::{self, Result};
use crate::paths;
use crate::python::Venv;

/// Checks all files that git does not ignore.
pub(crate) fn check() -> Result {
    let venv = Venv::prepare()?;
    command::run(venv.program("typos").current_dir(paths::root()).args(["--format", "brief"]))
}

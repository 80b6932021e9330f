//! The step `python-lint`: checks all hand-written Python with ruff.

use crate::command::{self, Result};
use crate::paths;
use crate::python::Venv;

/// Runs the linter, and checks the formatting.
pub(crate) fn check() -> Result {
    let venv = Venv::prepare()?;
    for arguments in [&["check", "--quiet"][..], &["format", "--check", "--quiet"]] {
        command::run(venv.program("ruff").current_dir(paths::root()).args(arguments))?;
    }
    Ok(())
}

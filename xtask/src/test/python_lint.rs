//! The step `python-lint`: ruff over all Python that is written here.

use crate::command::{self, Result};
use crate::paths;
use crate::python::Venv;

/// Lints it, and looks whether it is formatted.
pub(crate) fn check() -> Result {
    let venv = Venv::prepare()?;
    for arguments in [&["check", "--quiet"][..], &["format", "--check", "--quiet"]] {
        command::run(venv.program("ruff").current_dir(paths::root()).args(arguments))?;
    }
    Ok(())
}

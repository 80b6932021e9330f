//! The steps of Python, all with the wheel as it would be published.

mod consumer;
mod types;
mod wheel;

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

pub(crate) use self::consumer::check as consumer;
pub(crate) use self::types::check as types;
pub(crate) use self::wheel::check as wheel;
use crate::command::{self, Result};
use crate::paths;
use crate::python::Venv;
use crate::sandbox::PROGRAM;
use crate::wheel::Wheel;

/// How many processes run the tests of `tests/python`.
const WORKERS: u32 = 3;

/// The tests of `tests/python`.
pub(crate) fn check() -> Result {
    let venv = venv()?;
    command::build()?;
    let mut pytest = python(&venv);
    pytest.current_dir(paths::root()).args(["-m", "pytest", "tests/python"]);
    // Most tests wait for something. The workers share the files of tests, as one process plays all scenarios at the same time.
    let worker = format!("{WORKERS}*popen//python={} -X dev -W error", quoted(&venv.path("python"))?);
    pytest.args(["-p", "xdist", "--dist", "loadfile", "--tx", &worker]);
    // Other packages bring plugins that these tests do not want.
    pytest.env("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1").env("ZEXA_SANDBOX", paths::program(PROGRAM));
    command::run(&mut pytest)
}

/// A path as an argument of a command for a shell, which pytest-xdist takes apart.
fn quoted(path: &Path) -> Result<String> {
    let path = path.to_str().ok_or_else(|| format!("{} is not UTF-8", path.display()))?;
    Ok(format!("'{path}'"))
}

/// The environment of the tests, with the wheel in it.
fn venv() -> Result<Venv> {
    static INSTALLED: OnceLock<Result<Venv>> = OnceLock::new();
    let install = || {
        let venv = Venv::prepare()?;
        Wheel::build()?.install(&venv)?;
        Ok(venv)
    };
    INSTALLED.get_or_init(install).clone()
}

/// Python in its development mode, which keeps no warning to itself, and fails for one.
fn python(venv: &Venv) -> Command {
    let mut python = venv.program("python");
    python.args(["-X", "dev", "-W", "error"]);
    // What it compiles would lie among the sources.
    python.env("PYTHONDONTWRITEBYTECODE", "1");
    python
}

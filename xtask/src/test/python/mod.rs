//! The steps for Python. All of them use the release wheel, except that for the program `zexa`.

mod consumer;
mod program;
mod types;
mod wheel;

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

pub(crate) use self::consumer::check as consumer;
pub(crate) use self::program::check as program;
pub(crate) use self::types::check as types;
pub(crate) use self::wheel::{check as wheel, check_extension};
use crate::command::{self, Result};
use crate::paths;
use crate::python::Venv;
use crate::sandbox::PROGRAM;
use crate::wheel::Wheel;

/// Number of processes that run the tests of `tests/python`.
const WORKERS: u32 = 3;

/// The step `python`: runs the tests of `tests/python`.
pub(crate) fn check() -> Result {
    let venv = venv()?;
    command::build()?;
    let mut pytest = python(&venv);
    pytest.current_dir(paths::root()).args(["-m", "pytest", "tests/python"]);
    // Most tests wait for I/O. The unit of distribution is a file, because one process plays all scenarios concurrently.
    let worker = format!("{WORKERS}*popen//python={} -X dev -W error", quoted(&venv.path("python"))?);
    pytest.args(["-p", "xdist", "--dist", "loadfile", "--tx", &worker]);
    // The debug allocator, which detects misuse of memory, also for the programs that the tests start. They run without the development mode.
    pytest.env("PYTHONMALLOC", "debug");
    // Installed packages contain plugins that these tests do not use.
    pytest.env("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1").env("ZEXA_SANDBOX", paths::program(PROGRAM));
    command::run(&mut pytest)
}

/// A path, quoted for the command line that pytest-xdist splits.
pub(super) fn quoted(path: &Path) -> Result<String> {
    let path = path.to_str().ok_or_else(|| format!("{} is not UTF-8", path.display()))?;
    Ok(format!("'{path}'"))
}

/// The environment of the tests, with the wheel installed.
pub(super) fn venv() -> Result<Venv> {
    static INSTALLED: OnceLock<Result<Venv>> = OnceLock::new();
    let install = || {
        let venv = Venv::prepare()?;
        Wheel::build()?.install(&venv)?;
        Ok(venv)
    };
    INSTALLED.get_or_init(install).clone()
}

/// Python in development mode, in which warnings are errors.
pub(super) fn python(venv: &Venv) -> Command {
    let mut python = venv.program("python");
    python.args(["-X", "dev", "-W", "error"]);
    // Bytecode would be written next to the sources.
    python.env("PYTHONDONTWRITEBYTECODE", "1");
    python
}

//! The step `services`: real services send messages while their workers are recycled and killed, and while they are stopped.

use std::fs;
use std::path::PathBuf;

use super::python;
use crate::command::{self, Result};
use crate::compiler::{self, COMPILERS, Library};
use crate::sandbox::PROGRAM;
use crate::{npm, paths};

/// Number of processes that run the tests. Most of them wait.
const WORKERS: u32 = 2;

/// The programs in C.
const SOURCES: &str = "tests/services/c";

/// Runs the tests of `tests/services`. Those whose programs are not installed are skipped, and named.
pub(crate) fn check() -> Result {
    command::require(&COMPILERS)?;
    let venv = python::venv()?;
    let packages = npm::packages()?;
    command::build()?;
    let programs = compile()?;
    let mut pytest = python::python(&venv);
    pytest.current_dir(paths::root()).args(["-m", "pytest", "-rs", "tests/services"]);
    let worker = format!("{WORKERS}*popen//python={} -X dev -W error", python::quoted(&venv.path("python"))?);
    pytest.args(["-p", "xdist", "--dist", "load", "--tx", &worker]);
    // Installed packages contain plugins that these tests do not use.
    pytest.env("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1").env("ZEXA_SANDBOX", paths::program(PROGRAM));
    pytest.env("ZEXA_TEST_NODE", packages.command().get_program()).env("ZEXA_TEST_PROGRAMS", programs);
    command::run(&mut pytest)
}

/// Compiles the programs in C, and returns their folder.
fn compile() -> Result<PathBuf> {
    let library = Library::installed()?;
    let (sources, programs) = (paths::root().join(SOURCES), compiler::folder().join("services"));
    let entries = fs::read_dir(&sources).map_err(|error| format!("{SOURCES}: {error}"))?;
    for source in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        if source.extension().is_some_and(|extension| extension == "c") {
            let name = source.file_stem().expect("it is a file").to_string_lossy();
            library.compile(&source, &programs.join(format!("{name}-c")), &[])?;
        }
    }
    Ok(programs)
}

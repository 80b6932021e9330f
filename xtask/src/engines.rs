//! What programs that run the recipes of `tests/engines` need: the packages of both languages and their environments.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::command::{self, PROGRAMS, Result, cargo_workspace};
use crate::demo::packages;
use crate::files::{copy_file, empty};
use crate::node::Packages;
use crate::paths;
use crate::python::Venv;
use crate::sandbox::PROGRAM;

/// Folder of the tests.
pub(crate) const TESTS: &str = "tests/engines";

/// The npm packages that the recipe for Node imports.
const MODULES: [&str; 2] = ["bullmq", "ioredis"];

/// The environment with the engines for Python.
pub(crate) fn venv() -> Result<Venv> {
    Venv::of_file("engines", &format!("{TESTS}/requirements.txt"))
}

/// Builds the packages, and returns Python with the engines.
pub(crate) fn python() -> Result<Command> {
    let venv = venv()?;
    command::run_quietly(cargo_workspace("build", &PROGRAMS).args(["--lib", "--examples", "--quiet"]))?;
    packages::assemble_python()?;
    let mut python = venv.program("python");
    // Bytecode would be written next to the sources.
    python.current_dir(paths::root()).env("PYTHONDONTWRITEBYTECODE", "1");
    python.env("PYTHONPATH", packages::python_path()).env("ZEXA_SANDBOX", paths::program(PROGRAM));
    Ok(python)
}

/// The `PYTHONPATH` of programs in the folder of the tests, which import modules of other tests.
pub(crate) fn path_of_tests() -> Result<OsString> {
    let tests = ["tests/python", "tests/services", TESTS].map(|folder| paths::root().join(folder));
    let folders = std::iter::once(packages::python_path()).chain(tests);
    std::env::join_paths(folders).map_err(|error| format!("PYTHONPATH: {error}"))
}

/// Assembles a project with the package, BullMQ and the programs for Node. Returns its folder.
pub(crate) fn assemble_node() -> Result<PathBuf> {
    let installed = Packages::prepare()?;
    packages::assemble_node()?;
    let project = paths::target().join("engines");
    let modules = project.join("node_modules");
    empty(&project)?;
    for folder in [TESTS.to_owned(), format!("{TESTS}/recipes")] {
        let entries = fs::read_dir(paths::root().join(&folder)).map_err(|error| format!("{folder}: {error}"))?;
        for file in entries.filter_map(|entry| Some(entry.ok()?.path())) {
            if file.extension().is_some_and(|extension| extension == "mjs") {
                copy_file(&file, &project.join(file.file_name().expect("a file has a name")))?;
            }
        }
    }
    installed.node().link(&modules.join("zexa"), &packages::node_package())?;
    for name in MODULES {
        installed.node().link(&modules.join(name), &installed.folder().join("node_modules").join(name))?;
    }
    Ok(project)
}

/// The reason why the engines cannot run.
pub(crate) fn unavailable() -> Option<String> {
    let installed = command::is_installed("redis-server", []);
    (!installed).then(|| "redis-server is not installed: apt-get install redis-server".to_owned())
}

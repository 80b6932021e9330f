//! The step `python-types`: runs type checkers on the package, its tests, its examples, and programs that use it.

use std::process::Command;

use super::venv;
use crate::background;
use crate::command::{self, Result};
use crate::paths;
use crate::python::{Venv, folder};

/// Code that type checkers must accept, and code that they must reject.
const TYPED: &str = "tests/python/typed";
/// The oldest Python that the package supports.
const OLDEST: &str = "3.10";

/// Runs all checkers, even if one fails, because they find different errors.
pub(crate) fn check() -> Result {
    let venv = venv()?;
    // The package from its sources. Everything else with the installed package, which checkers find as in a user's project.
    let mut package = mypy(&venv);
    package.args(["--python-version", OLDEST, "bindings-python/python/zexa"]);
    let [mut tests, mut services, mut engines, mut examples, mut chaos] = [(); 5].map(|()| mypy(&venv));
    tests.arg("tests/python");
    services.arg("tests/services");
    engines.arg("tests/engines");
    examples.arg("bindings-python/examples");
    chaos.env("MYPYPATH", "tests/chaos").arg("tests/chaos");
    // The stub agrees with the module.
    let mut stubtest = tool(&venv, "stubtest");
    stubtest.args(["--concise", "--allowlist", "tests/python/stubtest.txt", "zexa"]);
    // The public API contains no unknown types. Pyright finds the package with the first `python` on the PATH.
    let mut complete = tool(&venv, "pyright");
    complete.env("PATH", venv.on_path()?).args(["--verifytypes", "zexa"]);
    let mut typed = tool(&venv, "pyright");
    typed.arg("--pythonpath").arg(venv.path("python")).args(["--project", TYPED]);

    // The mypy runs share a cache, so they form one job.
    let jobs = [vec![package, tests, services, engines, examples, chaos, stubtest], vec![complete, typed]];
    let run_all = |checkers: Vec<Command>| command::all(checkers.into_iter().map(|mut one| command::run(&mut one)));
    command::all(background::run_together(jobs.map(|checkers| || run_all(checkers))))
}

fn mypy(venv: &Venv) -> Command {
    let mut mypy = tool(venv, "mypy");
    mypy.args(["--config-file", "tests/python/mypy.ini", "--cache-dir"]).arg(folder().join("mypy"));
    mypy
}

fn tool(venv: &Venv, name: &str) -> Command {
    let mut tool = venv.program(name);
    tool.current_dir(paths::root());
    tool
}

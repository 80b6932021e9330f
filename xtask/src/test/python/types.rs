//! The step `python-types`: what type checkers say of the package, of its tests and examples, and of those who use it.

use std::process::Command;

use super::venv;
use crate::background;
use crate::command::{self, Result};
use crate::paths;
use crate::python::{Venv, folder};

/// Where the code is that type checkers are to accept, and where they are to object.
const TYPED: &str = "tests/python/typed";
/// The oldest Python that the package is for.
const OLDEST: &str = "3.10";

/// All look, even where one finds something: what they find is not the same.
pub(crate) fn check() -> Result {
    let venv = venv()?;
    // The package by its sources; all else with what is installed, which is found as users' checkers find it.
    let mut package = mypy(&venv);
    package.args(["--python-version", OLDEST, "bindings-python/python/zexa"]);
    let (mut tests, mut examples) = (mypy(&venv), mypy(&venv));
    tests.arg("tests/python");
    examples.arg("bindings-python/examples");
    // The stub has what the module has, and says of it what is so.
    let mut stubtest = tool(&venv, "stubtest");
    stubtest.args(["--concise", "--allowlist", "tests/python/stubtest.txt", "zexa"]);
    // Whoever uses the package meets nothing whose type is unknown. Pyright asks the `python` that it finds where that is.
    let mut complete = tool(&venv, "pyright");
    complete.env("PATH", venv.on_path()?).args(["--verifytypes", "zexa"]);
    let mut typed = tool(&venv, "pyright");
    typed.arg("--pythonpath").arg(venv.path("python")).args(["--project", TYPED]);

    // The three runs of mypy share a cache, so they are one job.
    let run_all = |checkers: Vec<Command>| -> Result {
        let failed = checkers.into_iter().filter_map(|mut checker| command::run(&mut checker).err());
        let failures: Vec<String> = failed.collect();
        if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
    };
    let jobs = [vec![package, tests, examples, stubtest], vec![complete, typed]];
    let results = background::run_together(jobs.map(|checkers| || run_all(checkers)));
    let failures: Vec<String> = results.into_iter().filter_map(Result::err).collect();
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
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

//! The step `schemathesis`: generated requests to the sandbox, judged by the OpenAPI document.

use std::fs;
use std::io::IsTerminal;

use crate::command::{self, Result};
use crate::paths;
use crate::python::Venv;
use crate::sandbox::Sandbox;

/// So that a failure comes again.
const SEED: &str = "1";
/// For each operation: the whole step takes a quarter of a minute.
const EXAMPLES: &str = "100";

/// Runs all checks in all phases.
pub(crate) fn check() -> Result {
    command::build()?;
    let venv = Venv::prepare()?;
    let sandbox = Sandbox::start(&["--credits", "1000000000"])?;
    // It leaves files where it runs.
    let folder = paths::target().join("schemathesis");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let tests = paths::root().join("tests");
    let mut program = venv.program("st");
    program.current_dir(folder).arg("--config-file").arg(tests.join("sandbox").join("schemathesis.toml"));
    program.arg("run").arg(tests.join("openapi.yaml")).args(["--url", &sandbox.url]);
    program.args(["--header", &format!("Authorization: Bearer {}", sandbox.api_key)]);
    program.args(["--checks", "all", "--seed", SEED, "--max-examples", EXAMPLES, "--generation-database", "none"]);
    if !std::io::stdout().is_terminal() {
        program.arg("--no-color");
    }
    command::run(&mut program)
}

//! The step `schemathesis`: sends generated requests to the sandbox, and checks the responses against the OpenAPI document.

use std::fs;
use std::io::IsTerminal;

use crate::command::{self, Result};
use crate::paths;
use crate::python::Venv;
use crate::sandbox::Sandbox;

/// Fixed seed, which makes failures reproducible.
const SEED: &str = "1";
/// Number of generated examples per operation.
const EXAMPLES: &str = "50";

/// Runs all checks in all phases.
pub(crate) fn check() -> Result {
    command::build()?;
    let venv = Venv::prepare()?;
    let sandbox = Sandbox::start(&["--credits", "1000000000"])?;
    // Schemathesis writes files into its working directory.
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

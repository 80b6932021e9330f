//! The step `node-types`: what TypeScript says of the package, of the examples, and of code that uses it rightly and wrongly.

use crate::command::{self, Result};
use crate::npm;

/// Projects of TypeScript's: code that it is to accept or to object to, and the examples.
const PROJECTS: [&str; 2] = ["tests/node/typed/tsconfig.json", "tests/node/typed/tsconfig.examples.json"];

/// All are looked at, even where one has a fault.
pub(crate) fn check() -> Result {
    let packages = npm::packages()?;
    let mut failures = Vec::new();
    for project in PROJECTS {
        let mut compiler = packages.tool("typescript/bin/tsc");
        failures.extend(command::run(compiler.args(["--project", project])).err());
    }
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}

//! The step `node-types`: what TypeScript says of the package, of the examples, and of code that uses it rightly and wrongly.

use crate::command::{self, Result};
use crate::npm;

/// Code that TypeScript is to accept, or to object to.
const TYPED: &str = "tests/node/typed/tsconfig.json";
/// The examples, which say what they need in the words of today's.
const EXAMPLES: &str = "tests/node/typed/tsconfig.examples.json";

/// All are looked at, even where one has a fault.
pub(crate) fn check() -> Result {
    let packages = npm::packages()?;
    let mut failures = Vec::new();
    for (version, project) in [("typescript", TYPED), ("typescript", EXAMPLES), ("typescript-oldest", TYPED)] {
        let mut compiler = packages.tool(&format!("{version}/bin/tsc"));
        failures.extend(command::run(compiler.args(["--project", project])).err());
    }
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}

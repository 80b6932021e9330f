//! The step `node-types`: compiles correct and incorrect uses of the package, and the examples, with TypeScript.

use crate::command::{self, Result};
use crate::npm;

/// Code that TypeScript must accept, or reject where a comment says so.
const TYPED: &str = "tests/node/typed/tsconfig.json";
/// The examples, which need the newest version of TypeScript.
const EXAMPLES: &str = "tests/node/typed/tsconfig.examples.json";

/// Checks all projects, even if one fails.
pub(crate) fn check() -> Result {
    let packages = npm::packages()?;
    let projects = [("typescript", TYPED), ("typescript", EXAMPLES), ("typescript-oldest", TYPED)];
    command::all(projects.map(|(version, project)| {
        let mut compiler = packages.tool(&format!("{version}/bin/tsc"));
        command::run(compiler.args(["--project", project]))
    }))
}

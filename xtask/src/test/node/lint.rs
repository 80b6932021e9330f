//! The step `node-lint`: Biome over all JavaScript, TypeScript and JSON.

use crate::command::{self, Result};
use crate::node::Packages;

/// Runs the linter, and checks the formatting.
pub(crate) fn check() -> Result {
    let mut biome = Packages::prepare()?.tool("@biomejs/biome/bin/biome");
    command::run(biome.args(["check", "--error-on-warnings", "--no-errors-on-unmatched"]))
}

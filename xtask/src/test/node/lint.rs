//! The step `node-lint`: Biome over all JavaScript and TypeScript, and the files of JSON beside it.

use crate::command::{self, Result};
use crate::node::Packages;

/// Lints it, and looks whether it is formatted.
pub(crate) fn check() -> Result {
    let mut biome = Packages::prepare()?.tool("@biomejs/biome/bin/biome");
    command::run(biome.args(["check", "--error-on-warnings", "--no-errors-on-unmatched"]))
}

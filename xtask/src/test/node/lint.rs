//! The step `node-lint`: Biome over all JavaScript, TypeScript and JSON, and publint and attw over the main package as it would be published.

use std::path::Path;

use crate::command::{self, Result};
use crate::files::empty;
use crate::node::{self, Packages};
use crate::npm;

/// Runs the linters, and checks the formatting.
pub(crate) fn check() -> Result {
    let packages = Packages::prepare()?;
    let mut biome = packages.tool("@biomejs/biome/bin/biome");
    command::run(biome.args(["check", "--error-on-warnings", "--no-errors-on-unmatched"]))?;

    let folder = node::folder().join("lint");
    empty(&folder)?;
    let archive = npm::pack(packages.node(), &npm::stage_main()?, &folder)?;
    check_manifest(&packages, &archive)?;
    check_types(&packages, &archive)
}

/// publint: Node, bundlers and TypeScript find the files that the manifest names.
fn check_manifest(packages: &Packages, archive: &Path) -> Result {
    command::run(packages.tool("publint/src/cli.js").args(["run", "--strict"]).arg(archive))
}

/// attw: the types are those of the code, with each way in which TypeScript resolves modules.
fn check_types(packages: &Packages, archive: &Path) -> Result {
    let mut attw = packages.tool("@arethetypeswrong/cli/dist/index.js");
    command::run(attw.args(["--no-color", "--format", "ascii"]).arg(archive))
}

//! The packages that are the same for all systems: the sdists, the main npm package, and the crates.

use std::path::PathBuf;

use super::{archive, build};
use crate::command::{self, Result, cargo};
use crate::files::{copy_into, empty};
use crate::node::Node;
use crate::npm;
use crate::wheel::{self, build_environment};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The crates to publish, in this order.
const CRATES: [&str; 3] = ["zexa", "zexa-sandbox", "zexa-cli"];

/// Builds all of them, and returns their folder.
pub(super) fn make() -> Result<PathBuf> {
    let folder = build::folder().join("sources");
    empty(&folder)?;
    let venv = build_environment()?;
    for package in [&wheel::LIBRARY, &wheel::PROGRAM] {
        copy_into(&package.sdist(&venv)?.file, &folder)?;
    }
    npm::pack(&Node::find()?, &npm::stage_main()?, &folder)?;
    for file in crates()? {
        copy_into(&file, &folder)?;
    }
    archive::write_sums(&folder)?;
    Ok(folder)
}

/// Packs the crates, and compiles each from its package. Fails if files are not committed.
fn crates() -> Result<[PathBuf; 3]> {
    let outputs = build::folder().join("package");
    let mut package = cargo(["package", "--locked", "--target-dir"]);
    command::run(package.arg(&outputs).args(CRATES.iter().flat_map(|name| ["--package", name])))?;
    Ok(CRATES.map(|name| outputs.join("package").join(format!("{name}-{VERSION}.crate"))))
}

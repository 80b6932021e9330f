//! Release builds of the libraries for C and for Node.

use std::path::PathBuf;

use crate::background::Once;
use crate::command::{self, Result, cargo};
use crate::paths;

/// Builds both with one command, once per process. Two commands would build the dependencies twice: cargo chooses their features by the packages that
/// are selected.
pub(crate) fn build() -> Result {
    static BUILT: Once<()> = Once::new();
    BUILT.get(|| command::run(&mut cargo(["build", "--release", "--package", "zexa-ffi", "--package", "zexa-node"])))
}

/// A library that was built, by the name of its file.
pub(crate) fn library(file: &str) -> PathBuf {
    paths::target().join("release").join(file)
}

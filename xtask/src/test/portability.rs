//! The step `portability`: the libraries and programs compile for macOS and Windows without warnings. Nothing is linked.

use crate::command::{self, Result};
use crate::dist::toolchain::Toolchain;

/// The systems, with their names in Rust. For MSVC, the C code of dependencies needs headers that only Windows has.
const TARGETS: [&str; 2] = ["aarch64-apple-darwin", "x86_64-pc-windows-gnu"];

pub(crate) fn check() -> Result {
    let toolchain = Toolchain::prepare()?;
    // All failures are reported, because a change is often wrong for several systems.
    command::all(TARGETS.iter().map(|target| command::run(&mut toolchain.check(target)?)))
}

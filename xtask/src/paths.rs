//! Where things are.

use std::path::{Path, PathBuf};

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the repository")
}

/// Where cargo puts the programs of this profile: beside this one. The tests of this program lie one folder deeper.
pub(crate) fn programs() -> PathBuf {
    let this = std::env::current_exe().expect("the system knows where this program is");
    let folder = this.parent().expect("a program lies in a folder");
    let folder = if folder.ends_with("deps") { folder.parent().expect("that of the profile") } else { folder };
    folder.to_owned()
}

/// Where everything goes that is made, not written.
pub(crate) fn target() -> PathBuf {
    programs().parent().expect("programs lie in a folder of their profile").to_owned()
}

/// A program that cargo has built.
pub(crate) fn program(name: &str) -> PathBuf {
    programs().join(executable(name))
}

/// An example that cargo has built.
pub(crate) fn example(name: &str) -> PathBuf {
    programs().join("examples").join(executable(name))
}

fn executable(name: &str) -> String {
    format!("{name}{}", std::env::consts::EXE_SUFFIX)
}

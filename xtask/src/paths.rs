//! Paths of the repository and of build outputs.

use std::path::{Path, PathBuf};

/// Root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the repository")
}

/// Folder in which cargo puts the programs of the current profile. The unit tests of this program are one folder deeper.
pub(crate) fn programs() -> PathBuf {
    let this = std::env::current_exe().expect("the path of the running program is known");
    let folder = this.parent().expect("a program is in a folder");
    let folder =
        if folder.ends_with("deps") { folder.parent().expect("deps is in the profile's folder") } else { folder };
    folder.to_owned()
}

/// Folder of all build outputs.
pub(crate) fn target() -> PathBuf {
    programs().parent().expect("the profile's folder is in the target folder").to_owned()
}

/// Path of a program that cargo has built.
pub(crate) fn program(name: &str) -> PathBuf {
    programs().join(executable(name))
}

/// Path of an example that cargo has built.
pub(crate) fn example(name: &str) -> PathBuf {
    programs().join("examples").join(executable(name))
}

fn executable(name: &str) -> String {
    format!("{name}{}", std::env::consts::EXE_SUFFIX)
}

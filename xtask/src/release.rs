//! Release builds of the libraries: without paths of the machine that builds them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::background::Once;
use crate::command::{self, Result, cargo};
use crate::paths;

/// Builds the libraries for C and for Node with one command, once per process. Two commands would build the dependencies twice: cargo chooses their features
/// by the packages that are selected.
pub(crate) fn build() -> Result {
    static BUILT: Once<()> = Once::new();
    BUILT.get(|| {
        let mut build = cargo(["build", "--release", "--package", "zexa-ffi", "--package", "zexa-node"]);
        hide_paths(&mut build, paths::root());
        command::run(&mut build)
    })
}

/// A library that was built, by the name of its file.
pub(crate) fn library(file: &str) -> PathBuf {
    paths::target().join("release").join(file)
}

/// Lets a command that calls cargo build libraries that name their sources by paths within the repository and within the registry. Panics have those
/// paths in their messages.
pub(crate) fn hide_paths(command: &mut Command, sources: &Path) {
    let mut flags = vec![format!("--remap-path-prefix={}=libzexa", sources.display())];
    // One folder for each registry.
    let registries = fs::read_dir(cargo_home().join("registry").join("src")).into_iter().flatten().flatten();
    flags.extend(registries.map(|registry| format!("--remap-path-prefix={}=crates", registry.path().display())));
    flags.push(format!("--remap-path-prefix={}=cargo", cargo_home().display()));
    command.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
}

/// A library that is shipped contains no path of the machine that built it.
pub(crate) fn check_paths(library: &Path) -> Result {
    let content = fs::read(library).map_err(|error| format!("{}: {error}", library.display()))?;
    for folder in [paths::root().to_owned(), cargo_home()] {
        let folder = folder.to_string_lossy().into_owned();
        if content.windows(folder.len()).any(|window| window == folder.as_bytes()) {
            return Err(format!("{} contains the path {folder}", library.display()));
        }
    }
    Ok(())
}

fn cargo_home() -> PathBuf {
    let home = || std::env::home_dir().unwrap_or_default().join(".cargo");
    std::env::var_os("CARGO_HOME").map_or_else(home, PathBuf::from)
}

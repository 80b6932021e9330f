//! Release builds of the libraries: without paths of the machine that builds them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::background::Once;
use crate::command::{self, Result, cargo};
use crate::paths;
use crate::wheel::unpacked_sdist;

/// Builds the libraries for C and for Node with one command, once per process. Two commands would build the dependencies twice: cargo chooses their features
/// by the packages that are selected.
pub(crate) fn build() -> Result {
    static BUILT: Once<()> = Once::new();
    BUILT.get(|| {
        let mut build = cargo(["build", "--release", "--package", "zexa-ffi", "--package", "zexa-node"]);
        configure(&mut build);
        command::run(&mut build)
    })
}

/// Builds the libraries for C with debug symbols, and returns their folder. Nothing of another build is reused: this takes some six minutes on two
/// processors.
pub(crate) fn build_with_symbols() -> Result<PathBuf> {
    const PROFILE: &str = "release-with-symbols";
    let mut build = cargo(["build", "--profile", PROFILE, "--package", "zexa-ffi"]);
    configure(&mut build);
    // Parts of the TLS library are in C and in assembler.
    let flags: Vec<_> = prefixes().map(|(from, to)| format!("-ffile-prefix-map={}={to}", from.display())).collect();
    command::run(build.env("CFLAGS", flags.join(" ")))?;
    Ok(paths::target().join(PROFILE))
}

/// A library that was built, by the name of its file.
pub(crate) fn library(file: &str) -> PathBuf {
    folder().join(file)
}

/// The folder of what cargo builds for a release.
pub(crate) fn folder() -> PathBuf {
    paths::target().join("release")
}

/// Whether release builds are without link-time optimisation.
static WITHOUT_LTO: AtomicBool = AtomicBool::new(false);

/// The environment variable by which cargo takes the profile's `lto`.
const LTO: &str = "CARGO_PROFILE_RELEASE_LTO";

/// Makes this process build without link-time optimisation, unless the environment says what to do. It takes a minute and a half for each of three
/// libraries, and makes a call some 6 % faster.
pub(crate) fn skip_lto() {
    WITHOUT_LTO.store(std::env::var_os(LTO).is_none(), Ordering::Relaxed);
}

/// Sets what release builds have in common, for a command that calls cargo.
///
/// Libraries name their sources by paths within the repository and within the registry: panics have those paths in their messages. The flags are the
/// same for the repository and for the sdist, so that dependencies compiled for the one can be used for the other.
pub(crate) fn configure(command: &mut Command) {
    if WITHOUT_LTO.load(Ordering::Relaxed) {
        command.env(LTO, "off");
    }
    let flags: Vec<_> = prefixes().map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display())).collect();
    command.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
}

/// The folders of this machine that sources are in, and what stands for them. Of those that match a path, the last counts: the sdist is unpacked within
/// the repository.
fn prefixes() -> impl Iterator<Item = (PathBuf, &'static str)> {
    // One folder for each registry.
    let registries = fs::read_dir(cargo_home().join("registry").join("src")).into_iter().flatten().flatten();
    [(paths::root().to_owned(), "libzexa"), (unpacked_sdist(), "libzexa")]
        .into_iter()
        .chain(registries.map(|registry| (registry.path(), "crates")))
        .chain([(cargo_home(), "cargo")])
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

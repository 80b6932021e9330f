//! Release builds of the libraries, which contain no paths of the build machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::background::Once;
use crate::command::{self, Result, cargo};
use crate::paths;
use crate::wheel::unpacked_sdist;

/// Builds the libraries for C and Node with one command, once per process.
///
/// With two commands, cargo would build the dependencies twice, because the selected packages determine their features.
pub(crate) fn build() -> Result {
    static BUILT: Once<()> = Once::new();
    BUILT.get(|| {
        let mut build = cargo(["build", "--release", "--package", "zexa-ffi", "--package", "zexa-node"]);
        configure(&mut build);
        command::run(&mut build)
    })
}

/// Builds the libraries for C with debug symbols, and returns their folder.
///
/// The build reuses nothing from other builds, and takes about six minutes on two processors.
pub(crate) fn build_with_symbols() -> Result<PathBuf> {
    const PROFILE: &str = "release-with-symbols";
    let mut build = cargo(["build", "--profile", PROFILE, "--package", "zexa-ffi"]);
    configure(&mut build);
    // The TLS library contains C and assembly.
    let flags: Vec<_> = prefixes().map(|(from, to)| format!("-ffile-prefix-map={}={to}", from.display())).collect();
    command::run(build.env("CFLAGS", flags.join(" ")))?;
    Ok(paths::target().join(PROFILE))
}

/// Path of a release library.
pub(crate) fn library(file: &str) -> PathBuf {
    folder().join(file)
}

/// Folder of cargo's release builds.
pub(crate) fn folder() -> PathBuf {
    paths::target().join("release")
}

/// Whether release builds skip link-time optimisation.
static WITHOUT_LTO: AtomicBool = AtomicBool::new(false);

/// Environment variable that overrides the profile's `lto`.
const LTO: &str = "CARGO_PROFILE_RELEASE_LTO";

/// Disables link-time optimisation for the builds of this process, unless the environment sets it.
///
/// The optimisation takes 1.5 minutes for each of three libraries, and makes a call about 6 % faster.
pub(crate) fn skip_lto() {
    WITHOUT_LTO.store(std::env::var_os(LTO).is_none(), Ordering::Relaxed);
}

/// Sets the common options of release builds, for a command that calls cargo.
///
/// Panic messages contain the paths of source files. These options make the paths relative to the repository or the
/// registry. They are the same for the repository and the sdist, so that both share compiled dependencies.
pub(crate) fn configure(command: &mut Command) {
    if WITHOUT_LTO.load(Ordering::Relaxed) {
        command.env(LTO, "off");
    }
    let flags: Vec<_> = prefixes().map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display())).collect();
    command.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
}

/// Folders of sources on this machine, with their replacements. The last match applies, because the sdist is unpacked inside
/// the repository.
fn prefixes() -> impl Iterator<Item = (PathBuf, &'static str)> {
    // One folder per registry.
    let registries = fs::read_dir(cargo_home().join("registry").join("src")).into_iter().flatten().flatten();
    [(paths::root().to_owned(), "libzexa"), (unpacked_sdist(), "libzexa")]
        .into_iter()
        .chain(registries.map(|registry| (registry.path(), "crates")))
        .chain([(cargo_home(), "cargo")])
}

/// Checks that a library contains no path of the build machine.
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

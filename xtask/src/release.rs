//! Release builds of the libraries, which contain no paths of the build machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::background::Once;
use crate::command::{self, Result, cargo};
use crate::paths;
use crate::wheel;

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

/// Builds a program with the dependencies of the libraries.
///
/// With the same packages, so that cargo does not build their dependencies twice. The program must not enable other features of them.
pub(crate) fn build_program(package: &str, program: &str) -> Result {
    let mut build = cargo(["build", "--release", "--package", "zexa-ffi", "--package", "zexa-node"]);
    configure(&mut build);
    command::run(build.args(["--package", package, "--bin", program]))
}

/// Builds the libraries for C with debug symbols, and returns their folder.
///
/// The build reuses nothing from other builds, and takes about six minutes on two processors.
pub(crate) fn build_with_symbols() -> Result<PathBuf> {
    const PROFILE: &str = "release-with-symbols";
    let mut build = cargo(["build", "--profile", PROFILE, "--package", "zexa-ffi"]);
    configure(&mut build);
    // The TLS library contains C and assembly.
    command::run(build.env("CFLAGS", c_flags(prefixes())))?;
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

/// Whether release builds are optimised less, to be built faster.
static FAST: AtomicBool = AtomicBool::new(false);

/// Settings of the release profile for builds that are tested and not published: environment variable and value.
///
/// Link-time optimisation takes 1.5 minutes for each of three libraries, full optimisation a third of the remaining time, and optimisation across a
/// whole crate a fifth of that. With the optimisation level 0, the tests would lose more time than the build saves.
const FAST_PROFILE: [(&str, &str); 3] = [
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
];

/// Makes the builds of this process faster and their code slower, except for settings that are set in the environment.
pub(crate) fn optimise_less() {
    FAST.store(true, Ordering::Relaxed);
}

/// Sets the common options of release builds, for a command that calls cargo.
///
/// Panic messages contain the paths of source files. These options make the paths relative to the repository or the
/// registry. They are the same for the repository and the sdist, so that both share compiled dependencies.
pub(crate) fn configure(command: &mut Command) {
    if FAST.load(Ordering::Relaxed) {
        command.envs(FAST_PROFILE.into_iter().filter(|(name, _)| std::env::var_os(name).is_none()));
    }
    command.env("CARGO_ENCODED_RUSTFLAGS", rust_flags(prefixes()).join(FLAG_SEPARATOR));
}

/// The separator in `CARGO_ENCODED_RUSTFLAGS`.
const FLAG_SEPARATOR: &str = "\u{1f}";

/// Protects the stack in C code, which parses input in SQLite. It costs no time in a call, which runs almost no C code. Rust checks the bounds instead.
const STACK_PROTECTOR: &str = "-fstack-protector-strong";

/// Sets the flags of the compilers for a build for another target: without paths of this machine, and with these flags of rustc.
pub(crate) fn configure_cross(command: &mut Command, flags: &[&str]) {
    let mut all = rust_flags(machine());
    all.extend(flags.iter().map(|flag| (*flag).to_owned()));
    command
        .env("CARGO_ENCODED_RUSTFLAGS", all.join(FLAG_SEPARATOR))
        .env("CFLAGS", format!("{} {STACK_PROTECTOR}", c_flags(machine())));
}

fn rust_flags(prefixes: impl Iterator<Item = (PathBuf, &'static str)>) -> Vec<String> {
    prefixes.map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display())).collect()
}

fn c_flags(prefixes: impl Iterator<Item = (PathBuf, &'static str)>) -> String {
    let flags: Vec<_> = prefixes.map(|(from, to)| format!("-ffile-prefix-map={}={to}", from.display())).collect();
    flags.join(" ")
}

/// Folders of sources on this machine, with their replacements, including those of unpacked sdists. The last match applies: sdists are unpacked inside the
/// repository.
fn prefixes() -> impl Iterator<Item = (PathBuf, &'static str)> {
    let sdists = [wheel::LIBRARY.unpacked_sdist(), wheel::PROGRAM.unpacked_sdist()];
    machine().chain(sdists.map(|sources| (sources, "libzexa")))
}

/// Folders of sources on this machine, with their replacements. The last match applies: registries are inside cargo's folder, and have names that depend
/// on their addresses.
fn machine() -> impl Iterator<Item = (PathBuf, &'static str)> {
    // One folder per registry.
    let registries = fs::read_dir(cargo_home().join("registry").join("src")).into_iter().flatten().flatten();
    let registries = registries.map(|registry| (registry.path(), "crates"));
    [(paths::root().to_owned(), "libzexa"), (cargo_home(), "cargo")].into_iter().chain(registries)
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

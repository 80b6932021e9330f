//! cargo-c: the commands of cargo that build and install a library for C.

use std::path::PathBuf;
use std::process::Command;

use crate::command::{self, Result, cargo};
use crate::paths;

/// Pinned, for what it installs is looked at closely.
pub(crate) const VERSION: &str = "0.10.24+cargo-0.98.0";

/// Return cargo with a `cinstall` of this version. If cargo-c is missing or has another version, install it below `target/`.
pub(crate) fn cargo_c<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Result<Command> {
    if is_there(&mut cargo(["cinstall", "--version"])) {
        return Ok(cargo(arguments));
    }
    let path = path_to_tools()?;
    let ask = || is_there(cargo(["cinstall", "--version"]).env("PATH", &path));
    if !ask() {
        install()?;
        if !ask() {
            return Err(format!("cargo-c {VERSION} was installed, but cargo takes another"));
        }
    }
    let mut command = cargo(arguments);
    command.env("PATH", path);
    Ok(command)
}

fn is_there(ask: &mut Command) -> bool {
    command::output(ask).is_ok_and(|answer| answer.trim() == format!("cargo-c {VERSION}"))
}

fn install() -> Result {
    let root = tools();
    let mut install =
        cargo(["install", "cargo-c", "--version", VERSION, "--locked", "--root", &root.to_string_lossy()]);
    // Quick to build rather than quick: two minutes instead of seven. Of its four programs, only this one is used.
    install.args(["--bin", "cargo-cinstall", "--profile", "dev"]);
    for setting in ["DEBUG", "DEBUG_ASSERTIONS", "OVERFLOW_CHECKS", "INCREMENTAL"] {
        install.env(format!("CARGO_PROFILE_DEV_{setting}"), "false");
    }
    command::run(&mut install)
        .map_err(|error| format!("{error}\nIf it is OpenSSL that is lacking: apt-get install libssl-dev pkg-config"))
}

/// Where this puts programs that cargo installs.
fn tools() -> PathBuf {
    paths::target().join("tools")
}

/// The `PATH`, on which those programs come before all others.
fn path_to_tools() -> Result<std::ffi::OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(tools().join("bin")).chain(std::env::split_paths(&path));
    std::env::join_paths(folders).map_err(|error| format!("PATH: {error}"))
}

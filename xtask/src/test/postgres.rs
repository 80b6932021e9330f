//! The step `postgres`: ledgers in a PostgreSQL server that the tests start, if it is installed.

use std::fs;

use crate::command::{self, Result, cargo_workspace};

/// Where Debian installs the programs of the server, in a folder per version. They are not in the `PATH`.
const VERSIONS: &str = "/usr/lib/postgresql";

/// Runs the Rust tests that need a server. The tests of other languages are part of the steps `c`, `node` and `python`.
pub(crate) fn check() -> Result {
    for test in [
        &["--lib", "--", "--ignored", "store_tests::postgres"][..],
        // The tests of `children` are the programs that others start.
        &["--test", "postgres", "--", "--ignored", "--skip", "children::"],
        &["--test", "all", "--", "--ignored", "database::"],
    ] {
        command::run(&mut cargo_workspace("test", test))?;
    }
    Ok(())
}

/// The reason why ledgers in PostgreSQL cannot be tested.
pub(crate) fn unavailable() -> Option<String> {
    let missing = ["initdb", "postgres"].into_iter().find(|program| !is_installed(program))?;
    Some(format!("{missing} is not installed: apt-get install postgresql"))
}

fn is_installed(program: &str) -> bool {
    let versions = fs::read_dir(VERSIONS).into_iter().flatten().flatten().map(|version| version.path().join("bin"));
    command::is_installed(program, versions)
}

//! The steps for Node. All use the package as it would be published.

mod consumer;
mod lint;
mod package;
mod types;

pub(crate) use self::consumer::check as consumer;
pub(crate) use self::lint::check as lint;
pub(crate) use self::package::{check as package, check_addon};
pub(crate) use self::types::check as types;
use crate::command::{self, Result};
use crate::sandbox::PROGRAM;
use crate::{npm, paths, show};

/// Runs the tests in `tests/node`.
pub(crate) fn check() -> Result {
    let packages = npm::packages()?;
    command::build()?;
    let mut node = packages.command();
    // Warnings of Node are failures, except those that this file expects.
    node.args(["--import", "./tests/node/warnings.mjs", "--test", "--test-reporter=spec"]);
    // The timeout ends tests that hang. It applies to a whole file, too; a quarter of an hour is far more than any file needs on a busy machine.
    // The first versions of Node 20 support neither option.
    for option in ["--test-concurrency=2", "--test-timeout=900000"] {
        if command::output(packages.command().args([option, "--version"])).is_ok() {
            node.arg(option);
        }
    }
    node.args(files()?);
    node.env("ZEXA_SANDBOX", paths::program(PROGRAM));
    show::command("node --test tests/node/*.test.mjs");
    command::run_quietly(&mut node).map_err(|_| "a test in tests/node failed".to_owned())
}

/// The files with tests. Node 20 does not support patterns, and succeeds if it finds no file.
fn files() -> Result<Vec<String>> {
    let folder = paths::root().join("tests").join("node");
    let entries = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut files: Vec<String> =
        names.filter(|name| name.ends_with(".test.mjs")).map(|name| format!("tests/node/{name}")).collect();
    files.sort();
    if files.is_empty() { Err(format!("no *.test.mjs in {}", folder.display())) } else { Ok(files) }
}

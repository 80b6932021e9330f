//! The steps of Node, all with the package as it would be published.

mod consumer;
mod lint;
mod package;
mod types;

pub(crate) use self::consumer::check as consumer;
pub(crate) use self::lint::check as lint;
pub(crate) use self::package::check as package;
pub(crate) use self::types::check as types;
use crate::command::{self, Result};
use crate::sandbox::PROGRAM;
use crate::{npm, paths, show};

/// The tests of `tests/node`.
pub(crate) fn check() -> Result {
    let packages = npm::packages()?;
    command::build()?;
    let mut node = packages.command();
    // What Node warns of is a failure, but for what is in this file.
    node.args(["--import", "./tests/node/warnings.mjs", "--test", "--test-reporter=spec"]);
    // A test waits for what is to come, and would wait for ever where that does not. The limit holds for a whole file, too, and a quarter of an hour
    // is far more than any needs on a busy machine. The first versions of Node 20 know neither option.
    for option in ["--test-concurrency=2", "--test-timeout=900000"] {
        if command::output(packages.command().args([option, "--version"])).is_ok() {
            node.arg(option);
        }
    }
    node.args(files()?);
    node.env("ZEXA_SANDBOX", paths::program(PROGRAM));
    show::command("node --test tests/node/*.test.mjs");
    command::run_quietly(&mut node).map_err(|_| "a test of tests/node has failed".to_owned())
}

/// The files with tests. Node 20 does not know patterns, and passes where it finds none.
fn files() -> Result<Vec<String>> {
    let folder = paths::root().join("tests").join("node");
    let entries = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut files: Vec<String> =
        names.filter(|name| name.ends_with(".test.mjs")).map(|name| format!("tests/node/{name}")).collect();
    files.sort();
    if files.is_empty() { Err(format!("there is no *.test.mjs in {}", folder.display())) } else { Ok(files) }
}

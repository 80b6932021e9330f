//! The Python packages as they are published: an sdist, and a wheel that is built from that sdist.
//!
//! Building the wheel from the sdist, and not from the repository, proves that the sdist is complete.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::background::Once;
use crate::command::{self, Result};
use crate::files::{empty, only_file};
use crate::python::{self, Venv};
use crate::{paths, release};

/// A Python package of this repository.
pub(crate) struct Package {
    /// Folder of its `pyproject.toml`.
    sources: &'static str,
    /// Name of its files.
    name: &'static str,
    /// Folder of what is built for it, below the target folder.
    outputs: &'static str,
}

/// The package `zexa`.
pub(crate) const LIBRARY: Package = Package { sources: "bindings-python", name: "zexa", outputs: "python" };
/// The package `zexa-cli`, whose wheel contains the program `zexa`.
pub(crate) const PROGRAM: Package = Package { sources: "cli", name: "zexa_cli", outputs: "cli" };

/// The sdist of a package.
#[derive(Clone)]
pub(crate) struct Sdist {
    pub(crate) file: PathBuf,
    /// The folder with its unpacked content.
    pub(crate) sources: PathBuf,
}

/// The sdist and the wheel of the current sources.
#[derive(Clone)]
pub(crate) struct Wheel {
    venv: Venv,
    /// The wheel.
    pub(crate) file: PathBuf,
    pub(crate) sdist: Sdist,
}

impl Wheel {
    /// Builds the sdist and the wheel of the library, once per process.
    pub(crate) fn build() -> Result<Wheel> {
        static BUILT: Once<Wheel> = Once::new();
        BUILT.get(|| LIBRARY.build())
    }

    /// The folder that contains the two files and nothing else.
    pub(crate) fn dist(&self) -> &Path {
        self.file.parent().expect("a file has a parent")
    }

    /// Installs the wheel, replacing another one.
    pub(crate) fn install(&self, venv: &Venv) -> Result {
        let mut install = venv.pip("install")?;
        command::run_quietly(install.args(["--no-index", "--no-deps", "--force-reinstall"]).arg(&self.file))
    }

    /// Builds a wheel from the sdist with pip, as on a system without a published wheel.
    pub(crate) fn as_pip_builds_it(&self) -> Result<PathBuf> {
        let folder = python::folder().join("pip-wheel");
        empty(&folder)?;
        let mut pip = self.venv.pip("wheel")?;
        // With the installed maturin, and from the unpacked sources, where the compiled crates can be reused.
        pip.args(["--no-build-isolation", "--no-index", "--no-deps", "--no-cache-dir", "--wheel-dir"]).arg(&folder);
        command::run_quietly(LIBRARY.for_cargo(&self.venv, &mut pip)?.arg(&self.sdist.sources))?;
        only_file(&folder, ".whl")
    }
}

/// The environment with maturin.
pub(crate) fn build_environment() -> Result<Venv> {
    static PREPARED: Once<Venv> = Once::new();
    PREPARED.get(|| Venv::of("build", &["maturin"]))
}

impl Package {
    /// Builds the sdist and the wheel.
    pub(crate) fn build(&self) -> Result<Wheel> {
        let venv = build_environment()?;
        let sdist = self.sdist(&venv)?;
        reuse_dependencies(&self.cargo_folder().join("release"))?;
        let mut maturin = venv.program("maturin");
        maturin.current_dir(&sdist.sources).args(["build", "--release", "--interpreter"]).arg(venv.path("python"));
        command::run(self.for_cargo(&venv, maturin.arg("--out").arg(self.dist()))?)?;
        let file = only_file(&self.dist(), ".whl")?;
        Ok(Wheel { venv, file, sdist })
    }

    /// Builds and unpacks the sdist, and removes everything else from the folder of the built files.
    pub(crate) fn sdist(&self, venv: &Venv) -> Result<Sdist> {
        let dist = self.dist();
        empty(&dist)?;
        let mut maturin = venv.program("maturin");
        maturin.args(["sdist", "--manifest-path"]).arg(self.sources().join("Cargo.toml")).arg("--out").arg(&dist);
        // Output is shown only on failure: for each crate, cargo warns about missing metadata.
        command::output(self.for_cargo(venv, &mut maturin)?)?;
        let file = only_file(&dist, ".tar.gz")?;
        let sources = self.unpack(venv, &file)?;
        Ok(Sdist { file, sources })
    }

    /// The start of the names of its files.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// The folder of its `pyproject.toml`.
    pub(crate) fn sources(&self) -> PathBuf {
        paths::root().join(self.sources)
    }

    /// The folder of everything that is built for it.
    pub(crate) fn outputs(&self) -> PathBuf {
        paths::target().join(self.outputs)
    }

    fn dist(&self) -> PathBuf {
        self.outputs().join("dist")
    }

    /// Set the `PATH` by which pip finds maturin, and the target folder.
    ///
    /// It is not the repository's target folder: cargo derives the names of its outputs from a package's path within the workspace, so it would confuse
    /// a crate of the sdist with the same crate of the repository.
    fn for_cargo<'a>(&self, venv: &Venv, command: &'a mut Command) -> Result<&'a mut Command> {
        command::without_this_package(command);
        release::configure(command);
        Ok(command.env("PATH", venv.on_path()?).env("CARGO_TARGET_DIR", self.cargo_folder()))
    }

    /// The target folder of the sdist.
    fn cargo_folder(&self) -> PathBuf {
        self.outputs().join("cargo")
    }

    /// The folder of the unpacked sdist.
    pub(crate) fn unpacked_sdist(&self) -> PathBuf {
        self.outputs().join("sdist").join(format!("{}-{}", self.name, env!("CARGO_PKG_VERSION")))
    }

    /// Unpacks the sdist. Unchanged files are not rewritten, because cargo would compile them again.
    fn unpack(&self, venv: &Venv, sdist: &Path) -> Result<PathBuf> {
        let fresh = self.outputs().join("unpacked");
        empty(&fresh)?;
        command::output(venv.program("python").args(["-m", "tarfile", "-e"]).arg(sdist).arg(&fresh))?;
        let to = self.unpacked_sdist();
        let from = fresh.join(to.file_name().expect("the path has a last component"));
        synchronize(&from, &to).map_err(|error| format!("{}: {error}", to.display()))?;
        Ok(to)
    }
}

/// Links the dependencies of the repository's release build into the empty target folder of the sdist. Cargo reuses those with the same version,
/// features and flags, and compiles the others.
fn reuse_dependencies(to: &Path) -> Result {
    let from = release::folder();
    if to.exists() || !from.exists() {
        return Ok(());
    }
    for folder in [".fingerprint", "build", "deps"] {
        link_dependencies(&from.join(folder), &to.join(folder))
            .map_err(|error| format!("{}: {error}", from.join(folder).display()))?;
    }
    Ok(())
}

/// Links all files except those of this workspace, whose names would collide with the crates of the sdist.
fn link_dependencies(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name()))?;
        let to = to.join(&name);
        match name.to_string_lossy() {
            name if name.contains("zexa") => {}
            _ if path.is_dir() => link_dependencies(&path, &to)?,
            // Hard links keep the modification times, by which cargo recognises what is up to date.
            _ => fs::hard_link(&path, &to)?,
        }
    }
    Ok(())
}

/// Makes a folder equal to another one, and writes only what differs.
fn synchronize(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    let names = |folder: &Path| -> std::io::Result<BTreeSet<_>> {
        fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name())).collect()
    };
    let wanted = names(from)?;
    for obsolete in names(to)?.difference(&wanted) {
        let path = to.join(obsolete);
        if path.is_dir() { fs::remove_dir_all(path)? } else { fs::remove_file(path)? }
    }
    for name in wanted {
        let (from, to) = (from.join(&name), to.join(&name));
        if from.is_dir() {
            synchronize(&from, &to)?;
        } else if fs::read(&to).ok() != Some(fs::read(&from)?) {
            fs::write(&to, fs::read(&from)?)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unchanged_files_are_not_rewritten() {
        let folder = tempfile::tempdir().expect("a folder");
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        for file in ["from/same", "from/a/other", "to/same", "to/a/other", "to/gone/away"] {
            let file = folder.path().join(file);
            fs::create_dir_all(file.parent().expect("a folder")).expect("is made");
            fs::write(&file, "1").expect("is written");
        }
        fs::write(from.join("a/other"), "2").expect("is written");
        let time = |name: &str| fs::metadata(to.join(name)).and_then(|data| data.modified()).expect("a time");
        let (same, other) = (time("same"), time("a/other"));
        std::thread::sleep(std::time::Duration::from_millis(20));

        synchronize(&from, &to).expect("works");
        assert_eq!(time("same"), same);
        assert_ne!(time("a/other"), other);
        assert_eq!(fs::read_to_string(to.join("a/other")).expect("is there"), "2");
        assert!(!to.join("gone").exists());
    }
}

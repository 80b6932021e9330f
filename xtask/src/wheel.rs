//! The Python package as it is published: an sdist, and a wheel that is built from that sdist.
//!
//! Building the wheel from the sdist, and not from the repository, proves that the sdist is complete.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::background::Once;
use crate::command::{self, Result};
use crate::python::{self, Venv};
use crate::{paths, release};

/// The sdist and the wheel of the current sources.
#[derive(Clone)]
pub(crate) struct Wheel {
    venv: Venv,
    /// The wheel.
    pub(crate) file: PathBuf,
    /// The sdist.
    pub(crate) sdist: PathBuf,
    /// The folder with the unpacked sdist.
    pub(crate) sources: PathBuf,
}

impl Wheel {
    /// Builds the sdist and the wheel, once per process.
    pub(crate) fn build() -> Result<Wheel> {
        static BUILT: Once<Wheel> = Once::new();
        BUILT.get(build)
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
        command::run_quietly(for_cargo(&self.venv, &mut pip)?.arg(&self.sources))?;
        only_file(&folder, ".whl")
    }
}

fn build() -> Result<Wheel> {
    let venv = Venv::of("build", &["maturin"])?;
    let dist = python::folder().join("dist");
    empty(&dist)?;
    let manifest = paths::root().join("bindings-python").join("Cargo.toml");
    let mut maturin = venv.program("maturin");
    maturin.args(["sdist", "--manifest-path"]).arg(manifest).arg("--out").arg(&dist);
    // Output is shown only on failure: for each crate, cargo warns about missing metadata.
    command::output(for_cargo(&venv, &mut maturin)?)?;
    let sdist = only_file(&dist, ".tar.gz")?;
    let sources = unpack(&venv, &sdist)?;
    reuse_dependencies(&cargo_folder().join("release"))?;

    let mut maturin = venv.program("maturin");
    maturin.current_dir(&sources).args(["build", "--release", "--interpreter"]).arg(venv.path("python"));
    command::run(for_cargo(&venv, maturin.arg("--out").arg(&dist))?)?;
    let file = only_file(&dist, ".whl")?;
    Ok(Wheel { venv, file, sdist, sources })
}

/// Set the `PATH` by which pip finds maturin, and the target folder.
///
/// It is not the repository's target folder: cargo derives the names of its outputs from a package's path within the workspace, so it would confuse
/// a crate of the sdist with the same crate of the repository.
fn for_cargo<'a>(venv: &Venv, command: &'a mut Command) -> Result<&'a mut Command> {
    command::without_this_package(command);
    release::configure(command);
    Ok(command.env("PATH", venv.on_path()?).env("CARGO_TARGET_DIR", cargo_folder()))
}

/// The target folder of the sdist.
fn cargo_folder() -> PathBuf {
    python::folder().join("cargo")
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

/// Unpacks the sdist. Unchanged files are not rewritten, because cargo would compile them again.
fn unpack(venv: &Venv, sdist: &Path) -> Result<PathBuf> {
    let fresh = python::folder().join("unpacked");
    empty(&fresh)?;
    command::output(venv.program("python").args(["-m", "tarfile", "-e"]).arg(sdist).arg(&fresh))?;
    let to = unpacked_sdist();
    let from = fresh.join(to.file_name().expect("the path has a last component"));
    synchronize(&from, &to).map_err(|error| format!("{}: {error}", to.display()))?;
    Ok(to)
}

/// The folder of the unpacked sdist.
pub(crate) fn unpacked_sdist() -> PathBuf {
    python::folder().join("sdist").join(concat!("zexa-", env!("CARGO_PKG_VERSION")))
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

/// Creates the folder, or empties it.
pub(crate) fn empty(folder: &Path) -> Result {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))
}

/// The only file in the folder with this ending.
fn only_file(folder: &Path, ending: &str) -> Result<PathBuf> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let files = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let files: Vec<_> = files.filter(|file| file.to_string_lossy().ends_with(ending)).collect();
    match <[PathBuf; 1]>::try_from(files) {
        Ok([file]) => Ok(file),
        Err(files) => Err(format!("expected one *{ending} in {}, found {}", folder.display(), files.len())),
    }
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

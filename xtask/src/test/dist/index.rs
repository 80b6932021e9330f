//! Package indexes on this machine, from which pip and npm install as from the public ones.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::command::Result;
use crate::dist::build;
use crate::files::copy_file;
use crate::node::Node;
use crate::npm;
use crate::paths;
use crate::python::PYTHON;
use crate::wheel;

/// A running index. It stops when this is dropped, and when this process exits.
pub(super) struct Index {
    child: Child,
    pub(super) url: String,
}

impl Index {
    /// An index for pip with these wheels, all wheels that were built for other targets, and the sdist of the library. Its files are copied to a folder.
    pub(super) fn for_pip(packages: &Path, folder: &Path) -> Result<Index> {
        add_to_index(&wheel::LIBRARY.sdist(&wheel::build_environment()?)?.file, folder)?;
        let others = folders(&build::folder())?.into_iter().filter(|other| other != packages);
        for packages in std::iter::once(packages.to_owned()).chain(others) {
            for file in files(&packages, &[".whl", ".tar.gz"])? {
                add_to_index(&file, folder)?;
            }
        }
        let mut server = Command::new(PYTHON);
        Index::start(server.arg(paths::root().join("xtask/dist/index.py")).arg(folder))
    }

    /// An index for npm with these archives. It lists the packages of all systems, but npm cannot download those that are not among the archives.
    pub(super) fn for_npm(node: &Node, archives: &[&Path]) -> Result<Index> {
        let mut server = node.command();
        server.arg(paths::root().join("xtask/dist/registry.mjs")).args(archives);
        let manifests = folders(&npm::sources().join("npm"))?;
        Index::start(server.args(manifests.iter().map(|folder| folder.join("package.json"))))
    }

    /// Starts a program that prints its URL, and stops when its stdin closes.
    fn start(server: &mut Command) -> Result<Index> {
        let server = server.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = server.spawn().map_err(|error| format!("the package index cannot be started: {error}"))?;
        let stdout = child.stdout.take().expect("stdio is piped");
        let mut index = Index { child, url: String::new() };
        BufReader::new(stdout).read_line(&mut index.url).map_err(|error| format!("the package index: {error}"))?;
        index.url.truncate(index.url.trim_end().len());
        match index.url.starts_with("http://127.0.0.1:") {
            true => Ok(index),
            false => Err(format!("the package index printed an invalid URL: {:?}", index.url)),
        }
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // This fails only if the program was never started.
        let _ = self.child.wait();
    }
}

/// Copies a wheel or sdist to the folder of its package, unless there is one with the same name.
fn add_to_index(file: &Path, index: &Path) -> Result {
    let name = file.file_name().expect("it is a file").to_string_lossy().into_owned();
    let Some(package) = package(&name) else { return Ok(()) };
    let folder = index.join(package);
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    match folder.join(&name) {
        existing if existing.exists() => Ok(()),
        new => copy_file(file, &new),
    }
}

/// The name of the Python package of a file, as in the URLs of indexes. An archive with the programs or for C is no Python package.
fn package(file: &str) -> Option<String> {
    let (name, rest) = file.split_once('-')?;
    let is_python = file.ends_with(".whl") || rest.strip_suffix(".tar.gz") == Some(super::VERSION);
    (is_python && ["zexa", "zexa_cli"].contains(&name)).then(|| name.replace('_', "-"))
}

/// The folders in a folder, sorted.
fn folders(folder: &Path) -> Result<Vec<PathBuf>> {
    Ok(entries(folder)?.into_iter().filter(|path| path.is_dir()).collect())
}

/// The files in a folder whose names have one of these endings, sorted.
fn files(folder: &Path, endings: &[&str]) -> Result<Vec<PathBuf>> {
    let is_wanted = |path: &PathBuf| path.is_file() && endings.iter().any(|end| path.to_string_lossy().ends_with(end));
    Ok(entries(folder)?.into_iter().filter(is_wanted).collect())
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wheels_and_sdists_belong_to_a_package() {
        let version = super::super::VERSION;
        for (file, expected) in [
            (format!("zexa-{version}-cp310-abi3-musllinux_1_2_x86_64.whl"), Some("zexa")),
            (format!("zexa_cli-{version}-py3-none-musllinux_1_2_x86_64.whl"), Some("zexa-cli")),
            (format!("zexa-{version}.tar.gz"), Some("zexa")),
            (format!("zexa-{version}-x86_64-linux-gnu.tar.gz"), None),
            (format!("libzexa-{version}-x86_64-linux-gnu.tar.gz"), None),
            ("SHA256SUMS".to_owned(), None),
        ] {
            assert_eq!(package(&file).as_deref(), expected, "{file}");
        }
    }

    #[test]
    fn pip_finds_the_files_of_a_package() {
        let [packages, index] = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
        let name = format!("zexa-{}.tar.gz", super::super::VERSION);
        fs::write(packages.path().join(&name), "1").expect("is written");
        add_to_index(&packages.path().join(&name), index.path()).expect("is added");
        fs::write(packages.path().join(&name), "2").expect("is written");
        add_to_index(&packages.path().join(&name), index.path()).expect("is skipped");
        assert_eq!(fs::read_to_string(index.path().join("zexa").join(name)).expect("is there"), "1");
    }
}

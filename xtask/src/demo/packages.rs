//! The Python and Node packages for the demo: copies of the sources, with the library from `cargo build`.
//!
//! The real package builds compile a release of the library, which takes minutes. The tests cover them.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::PathBuf;
use std::process::Command;

use crate::command::Result;
use crate::files::{copy, copy_file, empty};
use crate::node::Node;
use crate::npm;
use crate::paths;
use crate::python::Venv;

/// File name of the extension module `zexa._zexa`.
#[cfg(windows)]
const EXTENSION: &str = "_zexa.pyd";
#[cfg(not(windows))]
const EXTENSION: &str = "_zexa.abi3.so";

fn folder(language: &str) -> PathBuf {
    paths::target().join("demo").join(language)
}

/// Path of a library of this workspace, by crate name.
fn library(name: &str) -> PathBuf {
    paths::programs().join(format!("{DLL_PREFIX}{name}{DLL_SUFFIX}"))
}

/// Assembles the Python package in a folder for `PYTHONPATH`.
pub(crate) fn assemble_python() -> Result {
    let package = folder("python").join("zexa");
    empty(&package)?;
    copy(&paths::root().join("bindings-python").join("python").join("zexa"), &package)?;
    copy_file(&library("_zexa"), &package.join(EXTENSION))
}

/// The folder with the Python package.
pub(crate) fn python_path() -> PathBuf {
    folder("python")
}

/// The folder of the Node package.
pub(crate) fn node_package() -> PathBuf {
    folder("node").join("node_modules").join("zexa")
}

/// Command that runs a Python program with the package.
pub(crate) fn python(venv: &Venv, source: &str) -> Command {
    let mut python = venv.program("python");
    python.env("PYTHONPATH", python_path());
    python.arg("-B").arg(paths::root().join(source));
    python
}

/// Assembles the Node package in a project with copies of the examples, because Node resolves packages relative to the program.
pub(crate) fn assemble_node() -> Result {
    let project = folder("node");
    empty(&project)?;
    copy(&npm::sources().join("examples"), &project)?;
    let package = node_package();
    copy(&npm::sources().join("lib"), &package.join("lib"))?;
    copy_file(&npm::sources().join("package.json"), &package.join("package.json"))?;
    copy_file(&library("zexa_node"), &package.join(npm::addon_file(npm::system()?)))
}

/// Adds a program to that project.
pub(crate) fn add_to_node(source: &str) -> Result {
    let source = paths::root().join(source);
    copy_file(&source, &folder("node").join(source.file_name().expect("a file has a name")))
}

/// Command that runs a Node program in that project.
pub(crate) fn node(example: &str) -> Command {
    // If Node is missing, the installation has already failed.
    let mut node = Node::find().map_or_else(|_| Command::new("node"), |node| node.command());
    node.arg(folder("node").join(example));
    node
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_addon_is_where_the_loader_looks_for_it() {
        let loader = fs::read_to_string(npm::sources().join("lib").join("native.js")).expect("it can be read");
        let beside_sources = "join(__dirname, '..', `zexa.${build}.node`)";
        assert!(loader.contains(beside_sources), "{loader}");
        assert_eq!(npm::addon_file("linux-x64-gnu"), "zexa.linux-x64-gnu.node");
    }
}

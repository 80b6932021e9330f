//! `cargo xtask docs`: the API reference of each language and the guides as HTML, in `target/docs`. Warnings are errors.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use crate::command::{self, Result, cargo};
use crate::files::read;
use crate::node::Node;
use crate::python::Venv;
use crate::{paths, select, show, usage};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A part of the pages.
struct Part {
    name: &'static str,
    about: &'static str,
    build: fn() -> Result,
}

const PARTS: &[Part] = &[
    Part { name: "rust", about: "rustdoc of the crate zexa", build: rust },
    Part { name: "c", about: "Doxygen of zexa.h and zexa.hpp", build: c },
    Part { name: "python", about: "pdoc of the Python package", build: python },
    Part { name: "node", about: "TypeDoc of the Node package", build: node },
    Part { name: "guides", about: "the guides and the index page", build: guides },
];

/// Prints the names and descriptions of the parts.
pub(crate) fn list() -> ExitCode {
    for part in PARTS {
        println!("{:<8} {}", part.name, part.about);
    }
    ExitCode::SUCCESS
}

/// Builds the named parts, or all of them.
pub(crate) fn run(names: &[&str]) -> ExitCode {
    let parts = match select(PARTS, names, |part| part.name) {
        Ok(parts) => parts,
        Err(reason) => return usage(&reason),
    };
    let mut result = ExitCode::SUCCESS;
    for part in parts {
        show::heading(part.name, part.about);
        if let Err(reason) = (part.build)() {
            eprintln!("cargo xtask docs: {reason}");
            result = ExitCode::FAILURE;
        }
    }
    println!("\n{}", folder().join("index.html").display());
    result
}

/// Builds the parts that take about a second each and need no other tools than the tests: a test step.
pub(crate) fn check() -> Result {
    python()?;
    guides()
}

fn rust() -> Result {
    let output = empty("rust")?;
    let target = paths::target().join("rustdoc");
    let mut doc = cargo(["doc", "--package", "zexa", "--lib", "--no-deps"]);
    // With a target folder of its own, the pages list no other crates. The build folder is shared with other builds.
    doc.env("CARGO_TARGET_DIR", &target).env("CARGO_BUILD_BUILD_DIR", paths::target());
    command::run(doc.env("RUSTDOCFLAGS", "-D warnings"))?;
    move_to(&target.join("doc"), &output)
}

fn c() -> Result {
    command::require(&[("doxygen", "doxygen")])?;
    let output = empty("c")?;
    let python = Venv::prepare()?.path("python");
    let file = sources().join("Doxyfile");
    let settings = read(&file)?;
    let filter = format!("{} {}", python.display(), sources().join("header_filter.py").display());
    let output = output.display();
    let settings = format!(
        "{settings}\nPROJECT_NUMBER = {VERSION}\nOUTPUT_DIRECTORY = \"{output}\"\nFILTER_PATTERNS = \"*.h={filter}\" \"*.hpp={filter}\"\n"
    );
    show::command("doxygen xtask/docs/Doxyfile");
    let failed = |error: std::io::Error| format!("doxygen: {error}");
    let mut doxygen = Command::new("doxygen");
    let mut child = doxygen.arg("-").current_dir(paths::root()).stdin(Stdio::piped()).spawn().map_err(failed)?;
    // Dropped at the end of the statement, which closes the pipe.
    child.stdin.take().expect("stdin is piped").write_all(settings.as_bytes()).map_err(failed)?;
    let status = child.wait().map_err(failed)?;
    if status.success() { Ok(()) } else { Err("doxygen reported warnings".to_owned()) }
}

fn python() -> Result {
    let mut script = script("python_reference.py")?;
    command::run(script.args(["bindings-python/python/zexa", VERSION]).arg(empty("python")?))
}

fn node() -> Result {
    let node = Node::find()?;
    let tools = install_typedoc(&node)?;
    let mut typedoc = node.command();
    typedoc.current_dir(&tools).arg("node_modules/typedoc/bin/typedoc").args(["--options", "typedoc.json"]);
    typedoc.arg("--entryPoints").arg(paths::root().join("bindings-node").join("lib").join("index.d.ts"));
    command::run(typedoc.arg("--out").arg(empty("node")?))
}

/// Installs TypeDoc with its own TypeScript, if the lock file has changed since the last time. Returns the folder.
fn install_typedoc(node: &Node) -> Result<PathBuf> {
    const FILES: [&str; 5] = [".npmrc", "package.json", "package-lock.json", "tsconfig.json", "typedoc.json"];
    let folder = paths::target().join("node").join("typedoc");
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    fs::create_dir_all(&folder).map_err(failed)?;
    for name in FILES {
        fs::copy(sources().join(name), folder.join(name)).map_err(failed)?;
    }
    // Declarations of other packages are looked up in the folders above the declarations that use them.
    let settings = fs::read_to_string(folder.join("tsconfig.json")).map_err(failed)?;
    let index = paths::root().join("bindings-node").join("lib").join("index.d.ts");
    let settings = settings.replace("{index}", &index.display().to_string());
    fs::write(folder.join("tsconfig.json"), settings).map_err(failed)?;
    let lock = fs::read_to_string(folder.join("package-lock.json")).map_err(failed)?;
    let installed = folder.join("installed.txt");
    if fs::read_to_string(&installed).ok().as_ref() != Some(&lock) {
        command::run(node.npm("ci").current_dir(&folder))?;
        fs::write(&installed, lock).map_err(failed)?;
    }
    Ok(folder)
}

fn guides() -> Result {
    empty("guides")?;
    let mut script = script("guides.py")?;
    command::run(script.args([".", VERSION]).arg(folder()))
}

/// Folder of all pages.
fn folder() -> PathBuf {
    paths::target().join("docs")
}

/// Folder of the settings and scripts that build the pages.
fn sources() -> PathBuf {
    paths::root().join("xtask").join("docs")
}

fn script(name: &str) -> Result<Command> {
    let mut python = Venv::prepare()?.program("python");
    python.current_dir(paths::root()).arg("-B").arg(Path::new("xtask/docs").join(name));
    Ok(python)
}

/// Creates the empty folder of a part.
fn empty(part: &str) -> Result<PathBuf> {
    let folder = folder().join(part);
    crate::files::empty(&folder)?;
    Ok(folder)
}

fn move_to(from: &Path, to: &Path) -> Result {
    fs::remove_dir(to).and_then(|()| fs::rename(from, to)).map_err(|error| format!("{}: {error}", from.display()))
}

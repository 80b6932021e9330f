//! The client programs of each language, and what they need.

use std::path::PathBuf;
use std::process::Command;

use super::workloads::{Client, Language};
use crate::background::Once;
use crate::command::{self, Result};
use crate::compiler::{self, Library};
use crate::node::Packages;
use crate::python::{PYTHON, Venv};
use crate::wheel::Wheel;
use crate::{node, npm, paths, release};

/// Name of the program with the Rust clients.
const RUST_CLIENT: &str = "zexa-bench-client";
/// Peers of the C client, with their pkg-config packages and their Debian packages.
const LIBCURL: [&str; 2] = ["libcurl", "libcjson"];
const LIBCURL_PACKAGES: &str = "libcurl4-openssl-dev libcjson-dev";

/// The programs of this run.
#[derive(Clone, Copy)]
pub(super) struct Programs {
    /// Whether the peers are available that need additional packages.
    pub(super) with_extra: bool,
}

impl Programs {
    /// Builds everything that these clients need, before any measurement. Returns the reason why a client cannot run.
    pub(super) fn prepare(self, client: &Client) -> Result<Option<String>> {
        if client.is_extra && !self.with_extra {
            return Ok(Some("--quick".to_owned()));
        }
        match (client.language, client.name) {
            (Language::Rust, _) if client.is_extra => rust_peers().map(drop)?,
            (Language::Rust, _) => rust_client().map(drop)?,
            (Language::C, "libcurl") if !has_libcurl() => {
                return Ok(Some(format!("it is not installed: apt-get install {LIBCURL_PACKAGES}")));
            }
            (Language::C, name) => c_program(name).map(drop)?,
            (Language::Python, _) => self.python().map(drop)?,
            (Language::Node, _) => self.node().map(drop)?,
        }
        Ok(None)
    }

    /// The command of a client that is prepared, for some work with a server.
    pub(super) fn command(self, client: &Client, work: &str, url: &str) -> Result<Command> {
        let mut command = match client.language {
            Language::Rust => Command::new(if client.is_extra { rust_peers()? } else { rust_client()? }),
            Language::C => Command::new(c_program(client.name)?),
            Language::Python => {
                let mut python = self.python()?.program("python");
                // Bytecode would be written next to the sources.
                python.arg(paths::root().join("tests/benchmarks/python")).env("PYTHONDONTWRITEBYTECODE", "1");
                python
            }
            Language::Node => {
                let mut node = self.node()?.command();
                node.arg("tests/benchmarks/node/main.mjs").env("ZEXA_BENCH_PACKAGES", node_packages());
                node
            }
        };
        command.args([work, client.name, url]);
        Ok(command)
    }

    /// The environment with the Python clients.
    pub(super) fn python(self) -> Result<Venv> {
        static FULL: Once<Venv> = Once::new();
        static QUICK: Once<Venv> = Once::new();
        let install = |venv: Venv| Wheel::build()?.install(&venv).map(|()| venv);
        match self.with_extra {
            true => FULL.get(|| install(Venv::of_file("benchmarks", "tests/benchmarks/requirements.txt")?)),
            false => QUICK.get(|| install(Venv::empty("benchmarks-quick", PYTHON)?)),
        }
    }

    /// Node with the packages of the clients.
    pub(super) fn node(self) -> Result<Packages> {
        static INSTALLED: Once<()> = Once::new();
        let packages = npm::packages()?;
        if self.with_extra {
            INSTALLED.get(|| node::install(packages.node(), "tests/benchmarks/node", &node_packages()))?;
        }
        Ok(packages)
    }
}

/// The folder of the npm packages that only a full run installs.
fn node_packages() -> PathBuf {
    node::folder().join("benchmarks")
}

/// Builds the Rust client together with the release libraries, so that they share their dependencies.
pub(super) fn rust_client() -> Result<PathBuf> {
    static BUILT: Once<PathBuf> = Once::new();
    BUILT.get(|| {
        release::build_program("zexa-benchmarks", RUST_CLIENT)?;
        Ok(release::folder().join(RUST_CLIENT))
    })
}

/// Builds the clients of other crates, which are a workspace of their own, so that normal builds do not compile these crates.
fn rust_peers() -> Result<PathBuf> {
    static BUILT: Once<PathBuf> = Once::new();
    BUILT.get(|| {
        let folder = paths::target().join("benchmarks");
        let mut build = command::cargo(["build", "--release", "--locked", "--target-dir"]);
        build.arg(&folder).args(["--manifest-path", "tests/benchmarks/peers/Cargo.toml"]);
        command::run(&mut build)?;
        Ok(folder.join("release").join("zexa-bench-peers"))
    })
}

/// Whether libcurl and cJSON can be compiled with.
fn has_libcurl() -> bool {
    command::output(Command::new("pkg-config").arg("--exists").args(LIBCURL)).is_ok()
}

/// Compiles the program with a C client.
pub(super) fn c_program(client: &str) -> Result<PathBuf> {
    static ZEXA: Once<PathBuf> = Once::new();
    static CURL: Once<PathBuf> = Once::new();
    let sources = paths::root().join("tests/benchmarks/c");
    let (main, source) = (sources.join("main.c"), sources.join(format!("{client}.c")));
    let program = compiler::folder().join("benchmarks").join(client);
    match client {
        "zexa" => ZEXA.get(|| {
            Library::installed()?.compile(&source, &program, &["-O2", &main.to_string_lossy()])?;
            Ok(program)
        }),
        _ => CURL.get(|| {
            let libraries = command::output(Command::new("pkg-config").args(["--cflags", "--libs"]).args(LIBCURL))?;
            let folder = program.parent().expect("it has a name");
            std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
            let mut compiler = Command::new("gcc");
            compiler.args(["-std=c11", "-O2", "-pthread", "-D_POSIX_C_SOURCE=200809L"]).args([&main, &source]);
            command::run_quietly(compiler.args(libraries.split_whitespace()).arg("-o").arg(&program))?;
            Ok(program)
        }),
    }
}

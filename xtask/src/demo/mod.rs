//! `cargo xtask demo`: sends a first message and a small campaign to a sandbox, in each language.
//!
//! The Rust part starts as soon as the sandbox is built. The libraries for the other languages are built at the same time,
//! in the profile of the sandbox, so that they share its dependencies.

pub(crate) mod packages;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::thread;

use crate::background;
use crate::command::{self, Result, cargo_workspace};
use crate::compiler::{self, COMPILERS, Library};
use crate::node::Node;
use crate::python::Venv;
use crate::sandbox::{PROGRAM, Sandbox};
use crate::{examples, paths, select, show, usage};

/// The demo in one language: a program that reads `ZEXA_BASE_URL` and `ZEXA_API_KEY`.
struct Part {
    name: &'static str,
    /// Path of the source file.
    source: &'static str,
    /// Installs external dependencies. Runs while the libraries are being built.
    install: fn() -> Result,
    /// Combines the program with the libraries.
    assemble: fn() -> Result,
    /// The program.
    program: fn() -> Command,
}

const RUST: &str = "rust";

const PARTS: &[Part] = &[
    Part {
        name: RUST,
        source: "core/examples/demo.rs",
        install: || Ok(()),
        assemble: || Ok(()),
        program: || Command::new(paths::example("demo")),
    },
    Part {
        name: "c",
        source: "ffi-c/examples/demo.c",
        install: || command::require(&COMPILERS),
        assemble: || compile("demo.c"),
        program: || Command::new(compiled("demo.c")),
    },
    Part {
        name: "cpp",
        source: "ffi-c/examples/demo.cpp",
        install: || command::require(&COMPILERS),
        assemble: || compile("demo.cpp"),
        program: || Command::new(compiled("demo.cpp")),
    },
    Part {
        name: "python",
        source: "bindings-python/examples/demo.py",
        // The program displays its output with rich.
        install: || Venv::of(VENV, &["rich"]).map(drop),
        assemble: packages::assemble_python,
        program: || packages::python(&Venv::existing(VENV), "bindings-python/examples/demo.py"),
    },
    Part {
        name: "node",
        source: "bindings-node/examples/demo.mjs",
        install: || Node::find().map(drop),
        assemble: packages::assemble_node,
        program: || packages::node("demo.mjs"),
    },
];

/// Name of the Python program's virtual environment.
const VENV: &str = "demo";

fn compile(name: &str) -> Result {
    Library::built().compile(&examples::folder().join(name), &compiled(name), &[])
}

fn compiled(name: &str) -> PathBuf {
    compiler::folder().join("demo").join(name.replace('.', "-"))
}

/// Prints the names and sources of the parts.
pub(crate) fn list() -> ExitCode {
    for part in PARTS {
        println!("{:<8} {}", part.name, part.source);
    }
    ExitCode::SUCCESS
}

/// Runs the named parts, or all of them.
pub(crate) fn run(names: &[&str]) -> ExitCode {
    let parts = match select(PARTS, names, |part| part.name) {
        Ok(parts) => parts,
        Err(reason) => return usage(&reason),
    };
    match play(&parts, Output::Terminal) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("\ncargo xtask demo: {reason}");
            ExitCode::FAILURE
        }
    }
}

/// Runs all parts with output for a log, as a test step.
pub(crate) fn run_all_for_log() -> Result {
    play(&PARTS.iter().collect::<Vec<_>>(), Output::Log)
}

/// Destination of the output.
#[derive(Clone, Copy)]
enum Output {
    /// A terminal: parts run one after the other, with progress bars.
    Terminal,
    /// A log: all parts run at the same time, as they mostly wait for the sandbox.
    Log,
}

/// Runs all parts, even if one fails.
fn play(parts: &[&Part], output: Output) -> Result {
    let (rust, others): (Vec<&Part>, Vec<&Part>) = parts.iter().partition(|part| part.name == RUST);
    show::heading("build", "the sandbox and the demo in Rust; the first build takes about a minute on two cores");
    command::run_quietly(&mut build(&["--bin", PROGRAM, "--example", "demo"], std::io::stderr().is_terminal()))?;
    let mut results = Vec::new();
    thread::scope(|scope| {
        let preparing = (!others.is_empty()).then(|| {
            background::print_line!(
                "Building the libraries for the other languages ({}) in the background.",
                names(&others)
            );
            scope.spawn(|| background::keep_output(|| prepare(&others)))
        });
        results.extend(rust.iter().map(|part| play_part(part, output)));
        let Some(preparing) = preparing else { return };
        if !preparing.is_finished() {
            show::heading("build", "the libraries for the other languages; about another minute");
        }
        let (prepared, printed) = preparing.join().expect("no part panics");
        if prepared.iter().any(Result::is_err) {
            background::print(&printed);
        }
        let jobs = others.iter().zip(prepared).map(|(part, prepared)| {
            move || {
                let played = prepared.and_then(|()| play_part(part, output));
                played.map_err(|reason| format!("{}: {reason}", part.name))
            }
        });
        match output {
            Output::Terminal => results.extend(jobs.map(|job| job())),
            Output::Log => results.extend(background::run_together(jobs)),
        }
    });
    command::all(results)
}

/// Names of parts, separated by commas.
fn names(parts: &[&Part]) -> String {
    parts.iter().map(|part| part.name).collect::<Vec<_>>().join(", ")
}

fn play_part(part: &Part, output: Output) -> Result {
    show::heading(part.name, &format!("source: {}", part.source));
    (part.assemble)()?;
    let sandbox = Sandbox::start(&[])?;
    let mut program = (part.program)();
    sandbox.tell(&mut program);
    match output {
        Output::Terminal => command::run_quietly(&mut program),
        Output::Log => command::run_piped(&mut program),
    }
}

/// Builds the libraries, and installs the dependencies of the parts at the same time. Returns one result per part.
fn prepare(parts: &[&Part]) -> Vec<Result> {
    thread::scope(|scope| {
        let installing = scope.spawn(|| {
            // Their output is discarded; errors are in the results.
            background::keep_output(|| parts.iter().map(|part| (part.install)()).collect::<Vec<Result>>()).0
        });
        let built = command::run_quietly(&mut build(&["--lib", "--bin", PROGRAM, "--example", "demo"], false));
        let installed = installing.join().expect("no part panics");
        installed.into_iter().map(|result| result.and_then(|()| built.clone())).collect()
    })
}

/// `cargo build` of these targets, with or without cargo's progress output.
fn build(targets: &[&'static str], shows_progress: bool) -> Command {
    let mut build = cargo_workspace("build", targets);
    if !shows_progress {
        build.arg("--quiet");
    }
    build
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_has_a_source() {
        for part in PARTS {
            assert!(paths::root().join(part.source).is_file(), "{}", part.source);
        }
    }
}

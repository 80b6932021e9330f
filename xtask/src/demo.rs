//! `cargo xtask demo`: a first message and a small campaign, in each language, against a sandbox of its own.

use std::process::{Command, ExitCode};

use crate::command::{self, Result};
use crate::sandbox::Sandbox;
use crate::{chosen, examples, npm, paths, show, usage, wheel};

/// The demo in one language: a program that needs `ZEXA_BASE_URL` and `ZEXA_API_KEY`, and nothing else.
struct Part {
    name: &'static str,
    /// Where it is written, for whoever wants to read it.
    source: &'static str,
    /// Builds or installs what the program needs.
    prepare: fn() -> Result,
    /// The program.
    program: fn() -> Command,
}

const PARTS: &[Part] = &[
    Part {
        name: "rust",
        source: "core/examples/demo.rs",
        prepare: || Ok(()),
        program: || Command::new(paths::example("demo")),
    },
    Part {
        name: "c",
        source: "ffi-c/examples/demo.c",
        prepare: || examples::prepare("demo.c"),
        program: || examples::example("demo.c"),
    },
    Part {
        name: "cpp",
        source: "ffi-c/examples/demo.cpp",
        prepare: || examples::prepare("demo.cpp"),
        program: || examples::example("demo.cpp"),
    },
    Part {
        name: "python",
        source: "bindings-python/examples/demo.py",
        prepare: wheel::prepare_examples,
        program: || wheel::example("demo.py"),
    },
    Part {
        name: "node",
        source: "bindings-node/examples/demo.mjs",
        prepare: npm::prepare_examples,
        program: || npm::example("demo.mjs"),
    },
];

/// Prints the names of the parts.
pub(crate) fn list() -> ExitCode {
    for part in PARTS {
        println!("{:<8} {}", part.name, part.source);
    }
    ExitCode::SUCCESS
}

/// Runs the named parts, or all of them.
pub(crate) fn run(names: &[&str]) -> ExitCode {
    let parts = match chosen(PARTS, names, |part| part.name) {
        Ok(parts) => parts,
        Err(reason) => return usage(&reason),
    };
    match play(&parts, command::run_quietly) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("cargo xtask demo: {reason}");
            ExitCode::FAILURE
        }
    }
}

/// Runs all parts, with output as for a log: a step of the tests.
pub(crate) fn run_all_for_a_log() -> Result {
    play(&PARTS.iter().collect::<Vec<_>>(), command::run_as_for_a_log)
}

/// Prepares all before it runs the first, so that nothing stands between them. All run, even where one fails.
fn play(parts: &[&Part], run: fn(&mut Command) -> Result) -> Result {
    command::build()?;
    for part in parts {
        (part.prepare)()?;
    }
    let mut failures = Vec::new();
    for part in parts {
        show::heading(part.name, &format!("the program is {}", part.source));
        let sandbox = Sandbox::start(&[])?;
        let mut program = (part.program)();
        sandbox.tell(&mut program);
        failures.extend(run(&mut program).err());
    }
    if failures.is_empty() { Ok(()) } else { Err(failures.join("; ")) }
}

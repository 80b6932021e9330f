//! `cargo xtask test`: every test there is, as steps that run one after the other.

mod ahead;
mod c;
mod c_scenarios;
mod consumers;
mod dependencies;
mod exports;
mod guards;
mod house;
mod licences;
mod node;
mod python;
mod python_lint;
mod readme;
mod schemathesis;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::command::{self, PROGRAMS, Result, cargo, cargo_workspace};
use crate::node::Packages;
use crate::python::Venv;
use crate::sandbox::PROGRAM;
use crate::{chosen, codegen, demo, paths, release, show, usage};

/// One of the tests.
struct Step {
    name: &'static str,
    about: &'static str,
    /// Whether it can be of no use where the step `build` has failed.
    needs_build: bool,
    run: fn() -> Result,
}

/// In this order: what is quick first, and what others stand on before them.
const STEPS: &[Step] = &[
    Step {
        name: "fmt",
        about: "the code is formatted",
        needs_build: false,
        run: || command::run(&mut cargo(["fmt", "--all", "--check"])),
    },
    Step { name: "layout", about: "the files keep to the habits of the house", needs_build: false, run: house::check },
    Step {
        name: "codegen",
        about: "what is generated is what would be generated now",
        needs_build: false,
        run: codegen::check,
    },
    Step { name: "guards", about: "no panic can reach C or Node", needs_build: false, run: guards::check },
    Step {
        name: "deps",
        about: "no crate twice that must be there once, no second TLS, licences that can be shipped and are",
        needs_build: false,
        run: dependencies::check,
    },
    Step {
        name: "python-lint",
        about: "the Python is formatted, and the lints are silent",
        needs_build: false,
        run: python_lint::check,
    },
    Step {
        name: "node-lint",
        about: "the JavaScript is formatted, and the lints are silent",
        needs_build: false,
        run: node::lint,
    },
    Step {
        name: "build",
        about: "libraries, programs, examples and tests build",
        needs_build: false,
        run: || command::run(cargo_workspace("build", &PROGRAMS).args(["--lib", "--examples", "--tests"])),
    },
    Step {
        name: "clippy",
        about: "the lints are silent",
        needs_build: true,
        run: || {
            command::run(&mut cargo_workspace(
                "clippy",
                &["--lib", "--bins", "--examples", "--tests", "--", "-D", "warnings"],
            ))
        },
    },
    Step {
        name: "docs",
        about: "the documentation builds, with links that lead somewhere",
        needs_build: true,
        run: || {
            // With the examples, for the features of their dependencies: clippy has checked the crates with these.
            let mut doc = cargo_workspace("doc", &["--no-deps", "--lib", "--examples"]);
            command::run(doc.env("RUSTDOCFLAGS", "-D warnings"))
        },
    },
    Step {
        name: "unit",
        about: "unit tests",
        needs_build: true,
        run: || {
            // The tests of xtask format code. They would install these too, and at the same time if the tests have just begun.
            Venv::prepare()?;
            Packages::prepare()?;
            cargo_test(&["--lib", "--bins", "--no-fail-fast"])
        },
    },
    Step {
        name: "doc-examples",
        about: "the examples in the documentation run",
        needs_build: true,
        run: || cargo_test(&["--doc", "--no-fail-fast"]),
    },
    Step { name: "readme", about: "the Rust in README.md runs", needs_build: true, run: readme::check },
    Step {
        name: "rust",
        about: "the client and the sandbox over real sockets, the scenarios among it",
        needs_build: true,
        run: || cargo_test(&["--test", "*", "--no-fail-fast"]),
    },
    Step {
        name: "schemathesis",
        about: "the sandbox is what tests/openapi.yaml says",
        needs_build: true,
        run: schemathesis::check,
    },
    Step {
        name: "exports",
        about: "libzexa.so has what its header declares and no more, and needs nothing but the system",
        needs_build: true,
        run: exports::check,
    },
    Step {
        name: "consumers",
        about: "libzexa installs, and projects find it with pkg-config and CMake",
        needs_build: true,
        run: consumers::check,
    },
    Step {
        name: "c-scenarios",
        about: "the scenarios, through the C ABI of the installed library",
        needs_build: true,
        run: c_scenarios::check,
    },
    Step {
        name: "c",
        about: "the programs of tests/c run, and the C and C++ in README.md, the headers and the examples",
        needs_build: true,
        run: c::check,
    },
    Step {
        name: "valgrind",
        about: "no error and no leak in the programs of tests/c, says Valgrind",
        needs_build: true,
        run: c::valgrind,
    },
    Step {
        name: "asan",
        about: "no error and no leak in the programs of tests/c, says AddressSanitizer",
        needs_build: true,
        run: c::asan,
    },
    Step {
        name: "tsan",
        about: "no data race in a program of tests/c with many threads, says ThreadSanitizer",
        needs_build: true,
        run: c::tsan,
    },
    Step {
        name: "node-package",
        about: "the packages of npm have what they should, and the addon needs nothing but the system",
        needs_build: true,
        run: node::package,
    },
    Step {
        name: "node-consumer",
        about: "the packages install without a network, and programs, compilers and bundlers find them",
        needs_build: true,
        run: node::consumer,
    },
    Step {
        name: "node-types",
        about: "the types are what users need, says TypeScript, and the examples have no fault",
        needs_build: true,
        run: node::types,
    },
    Step {
        name: "node",
        about: "the tests of tests/node: the scenarios among them, the READMEs and the examples",
        needs_build: true,
        run: node::check,
    },
    Step {
        name: "python-wheel",
        about: "the sdist builds, and its wheel has what it should, for all Pythons that it is for",
        needs_build: true,
        run: python::wheel,
    },
    Step {
        name: "python-consumer",
        about: "the wheel installs where nothing else is, and programs and type checkers find it",
        needs_build: true,
        run: python::consumer,
    },
    Step {
        name: "python-types",
        about: "the types are complete, true, and what users need, say mypy and pyright",
        needs_build: true,
        run: python::types,
    },
    Step {
        name: "python",
        about: "the tests of tests/python: the scenarios among them, the READMEs and the examples",
        needs_build: true,
        run: python::check,
    },
    Step { name: "demo", about: "the demo in every language", needs_build: true, run: demo::run_all_for_a_log },
];

/// How a step ended.
enum Verdict {
    Passed,
    Failed(String),
    Skipped,
}

/// Prints the names of the steps.
pub(crate) fn list() -> ExitCode {
    for step in STEPS {
        println!("{:<15} {}", step.name, step.about);
    }
    ExitCode::SUCCESS
}

/// Runs the named steps, or all of them, and sums up.
pub(crate) fn run(names: &[&str]) -> ExitCode {
    let steps = match chosen(STEPS, names, |step| step.name) {
        Ok(steps) => steps,
        Err(reason) => return usage(&reason),
    };
    let start = Instant::now();
    release::skip_lto();
    let ahead = ahead::begin(&steps.iter().map(|step| step.name).collect::<Vec<_>>());
    let mut results = Vec::new();
    let mut built = true;
    for step in steps {
        let (verdict, time) = run_step(step, built);
        built &= !(step.name == "build" && matches!(verdict, Verdict::Failed(_)));
        results.push((step, verdict, time));
    }
    // They have ended, unless steps were skipped.
    for thread in ahead {
        thread.join().expect("it only runs programs");
    }
    sum_up(&results, start.elapsed())
}

fn run_step(step: &Step, built: bool) -> (Verdict, Duration) {
    show::heading(step.name, step.about);
    if step.needs_build && !built {
        println!("skipped, because the build failed");
        return (Verdict::Skipped, Duration::ZERO);
    }
    let start = Instant::now();
    let result = (step.run)();
    let time = start.elapsed();
    if let Err(reason) = &result {
        println!("{reason}");
    }
    (result.map_or_else(Verdict::Failed, |()| Verdict::Passed), time)
}

fn sum_up(results: &[(&Step, Verdict, Duration)], time: Duration) -> ExitCode {
    show::heading("summary", &format!("all in {}", show::time(time)));
    for (step, verdict, time) in results {
        let (word, reason) = match verdict {
            Verdict::Passed => ("passed", ""),
            Verdict::Failed(reason) => ("failed", reason.lines().next().unwrap_or_default()),
            Verdict::Skipped => ("skipped", "the build failed"),
        };
        let word = show::verdict(word, matches!(verdict, Verdict::Passed));
        println!("{}", format!("{word} {:<15} {:>12}  {reason}", step.name, show::time(*time)).trim_end());
    }
    let count = |wanted: fn(&Verdict) -> bool| results.iter().filter(|(_, verdict, _)| wanted(verdict)).count();
    let passed = count(|verdict| matches!(verdict, Verdict::Passed));
    let failed = count(|verdict| matches!(verdict, Verdict::Failed(_)));
    let skipped = results.len() - passed - failed;
    // In the form that tools which count test results look for.
    let skipped = if skipped == 0 { String::new() } else { format!(", {skipped} skipped") };
    println!("\n{passed} passed, {failed} failed{skipped}");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Run tests.
fn cargo_test(arguments: &[&str]) -> Result {
    // For the tests that need the program, and not just the library.
    let program = paths::program(PROGRAM);
    // Most tests wait for sockets: more of them run at the same time than there are processors, unless the user says how many.
    let threads = std::env::var("RUST_TEST_THREADS").unwrap_or_else(|_| "8".to_owned());
    command::run(cargo_workspace("test", arguments).env("ZEXA_SANDBOX", program).env("RUST_TEST_THREADS", threads))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_have_names_of_their_own() {
        let mut names: Vec<_> = STEPS.iter().map(|step| step.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), STEPS.len());
    }

    #[test]
    fn after_a_failed_build_what_needs_it_is_skipped() {
        let step = Step { name: "x", about: "", needs_build: true, run: || Ok(()) };
        assert!(matches!(run_step(&step, false).0, Verdict::Skipped));
        assert!(matches!(run_step(&step, true).0, Verdict::Passed));
    }
}

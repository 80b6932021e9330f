//! The steps of `cargo xtask test`.

use super::*;
use crate::command::{self, PROGRAMS, Result, cargo, cargo_workspace};
use crate::node::Packages;
use crate::python::Venv;
use crate::sandbox::PROGRAM;
use crate::{bench, chaos, codegen, demo, docs, models, paths};

/// A test step.
pub(super) struct Step {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    /// Whether to skip the step if the step `build` failed.
    pub(super) needs_build: bool,
    pub(super) run: fn() -> Result,
}

/// The steps, in the order in which they run: fast ones first, and prerequisites before the steps that depend on them.
pub(super) const STEPS: &[Step] = &[
    Step {
        name: "fmt",
        about: "rustfmt",
        needs_build: false,
        run: || {
            command::run(&mut cargo(["fmt", "--all", "--check"]))?;
            // Workspaces of their own.
            command::run(&mut cargo(["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"]))?;
            command::run(&mut cargo(["fmt", "--manifest-path", "tests/benchmarks/peers/Cargo.toml", "--check"]))
        },
    },
    Step { name: "layout", about: "file conventions and wording", needs_build: false, run: conventions::check },
    Step { name: "codegen", about: "generated files are up to date", needs_build: false, run: codegen::check },
    Step { name: "spelling", about: "typos and terms in all files", needs_build: false, run: spelling::check },
    Step {
        name: "doc-pages",
        about: "the Python reference, and links and anchors in the guides",
        needs_build: false,
        run: docs::check,
    },
    Step {
        name: "guards",
        about: "all functions exported to C and Node catch panics",
        needs_build: false,
        run: guards::check,
    },
    Step {
        name: "deps",
        about: "duplicate or forbidden crates, and licences of third-party crates",
        needs_build: false,
        run: dependencies::check,
    },
    Step { name: "python-lint", about: "ruff check and ruff format", needs_build: false, run: python_lint::check },
    Step {
        name: "node-lint",
        about: "biome check of JavaScript and TypeScript, and publint and attw of the npm package",
        needs_build: false,
        run: node::lint,
    },
    Step {
        name: "workflows",
        about: "zizmor check of the workflows of GitHub",
        needs_build: false,
        run: workflows::check,
    },
    Step {
        name: "build",
        about: "build the libraries, programs, examples and tests",
        needs_build: false,
        run: || command::run(cargo_workspace("build", &PROGRAMS).args(["--lib", "--examples", "--tests"])),
    },
    Step {
        name: "clippy",
        about: "clippy without warnings",
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
        about: "rustdoc without warnings or broken links",
        needs_build: true,
        run: || {
            // Including the examples, so that dependencies have the same features as for clippy and are not checked again.
            let mut doc = cargo_workspace("doc", &["--no-deps", "--lib", "--examples"]);
            command::run(doc.env("RUSTDOCFLAGS", "-D warnings"))
        },
    },
    Step {
        name: "doc-examples",
        about: "examples in the Rust documentation",
        needs_build: true,
        run: || cargo_test(&["--doc", "--no-fail-fast"]),
    },
    Step { name: "readme", about: "Rust snippets in the guides", needs_build: true, run: readme::check },
    Step {
        name: "models",
        about: "models of concurrent parts of the core, with many interleavings of threads",
        needs_build: true,
        run: models::check,
    },
    Step {
        name: "rust",
        about: "unit and integration tests in Rust, including the scenarios",
        needs_build: true,
        run: || {
            // The tests of xtask run formatters from both. Installed here once, instead of by several tests at the same time.
            Venv::prepare()?;
            Packages::prepare()?;
            // Unlike `--lib`, this leaves out libraries without tests.
            cargo_test(&["--tests", "--no-fail-fast"])
        },
    },
    Step {
        name: "peers",
        about: "the Rust client with nginx, OpenSSL, tinyproxy and microsocks, if they are installed",
        needs_build: true,
        run: peers::check,
    },
    Step {
        name: "postgres",
        about: "ledgers in PostgreSQL, which is killed and restarted, if it is installed",
        needs_build: true,
        run: postgres::check,
    },
    Step {
        name: "redis",
        about: "limiters in Redis, which is killed and restarted, if it is installed",
        needs_build: true,
        run: redis::check,
    },
    Step {
        name: "schemathesis",
        about: "the sandbox conforms to tests/openapi.yaml",
        needs_build: true,
        run: schemathesis::check,
    },
    Step {
        name: "exports",
        about: "libzexa.so exports what zexa.h declares, and depends only on system libraries",
        needs_build: true,
        run: exports::check,
    },
    Step {
        name: "consumers",
        about: "projects that use the installed libzexa with pkg-config and CMake",
        needs_build: true,
        run: consumers::check,
    },
    Step {
        name: "c-scenarios",
        about: "the scenarios through the C ABI of the installed library",
        needs_build: true,
        run: c_scenarios::check,
    },
    Step {
        name: "c",
        about: "the C and C++ tests, the examples, and the snippets in README.md and the headers",
        needs_build: true,
        run: c::check,
    },
    Step {
        name: "valgrind",
        about: "the C and C++ tests under Valgrind: no errors, no leaks",
        needs_build: true,
        run: c::valgrind,
    },
    Step {
        name: "asan",
        about: "the C and C++ tests with AddressSanitizer: no errors, no leaks",
        needs_build: true,
        run: c::asan,
    },
    Step {
        name: "tsan",
        about: "the C and C++ tests that use threads, with ThreadSanitizer of clang: no data races",
        needs_build: true,
        run: c::tsan,
    },
    Step {
        name: "counts",
        about: "instructions, system calls and allocations of one call have not grown",
        needs_build: true,
        run: bench::check_counts,
    },
    Step {
        name: "node-package",
        about: "contents of the npm packages, and dependencies of the addon",
        needs_build: true,
        run: node::package,
    },
    Step {
        name: "node-consumer",
        about: "projects that use the npm packages: runtimes, compilers and bundlers",
        needs_build: true,
        run: node::consumer,
    },
    Step {
        name: "node-types",
        about: "TypeScript checks of the declarations and the examples",
        needs_build: true,
        run: node::types,
    },
    Step {
        name: "python-wheel",
        about: "contents and compatibility tags of the wheel that is built from the sdist",
        needs_build: true,
        run: python::wheel,
    },
    Step {
        name: "python-consumer",
        about: "projects that use the wheel in an empty environment: programs and type checkers",
        needs_build: true,
        run: python::consumer,
    },
    Step {
        name: "python-types",
        about: "mypy and pyright checks of the stubs and the examples",
        needs_build: true,
        run: python::types,
    },
    Step {
        name: "cli-wheel",
        about: "contents of the wheel with the program zexa, which is installed in an empty environment and run",
        needs_build: true,
        run: python::program,
    },
    Step { name: "demo", about: "the demo in all languages", needs_build: true, run: demo::run_all_for_log },
    Step {
        name: "chaos",
        about: "broken connections: the record of the sandbox agrees with what the callers in all languages were told",
        needs_build: true,
        run: chaos::wire::check,
    },
    Step {
        name: "node",
        about: "the Node tests: scenarios, behaviour, snippets in the READMEs, examples",
        needs_build: true,
        run: node::check,
    },
    Step {
        name: "python",
        about: "the Python tests: scenarios, behaviour, snippets in the READMEs, examples",
        needs_build: true,
        run: python::check,
    },
    Step {
        name: "bench",
        about: "the benchmarks run, too briefly to measure",
        needs_build: true,
        run: bench::check_quick,
    },
    Step {
        name: "services",
        about: "web servers, task queues and other services whose workers are recycled, killed and stopped under load",
        needs_build: true,
        run: services::check,
    },
    Step {
        name: "valkey",
        about: "limiters in Valkey from PyPI, which is killed and restarted",
        needs_build: true,
        run: redis::check_valkey,
    },
    Step {
        name: "engines",
        about: "task queues and outboxes that share a ledger in PostgreSQL, and whose processes are killed",
        needs_build: true,
        run: engines::check,
    },
    Step {
        name: "portability",
        about: "the libraries and programs compile for macOS and Windows",
        needs_build: false,
        run: portability::check,
    },
    Step {
        name: "dist",
        about: "the packages for all targets, which are built, installed and run in an empty folder",
        needs_build: true,
        run: dist::check,
    },
];

/// Steps that run only if they are named. Many processes at once would disturb other steps, and take minutes. So do builds for other systems.
pub(super) const ON_DEMAND: [&str; 5] = ["services", "valkey", "engines", "portability", "dist"];

/// Groups of consecutive steps that run at the same time, because each of them waits often or uses one processor at a time.
pub(super) const TOGETHER: [&[&str]; 4] = [
    &["rust", "peers", "postgres", "redis", "schemathesis", "exports", "consumers", "c-scenarios"],
    &["c", "valgrind", "asan", "tsan"],
    &[
        "node-package",
        "node-consumer",
        "node-types",
        "python-wheel",
        "python-consumer",
        "python-types",
        "cli-wheel",
        "demo",
    ],
    &["chaos", "node", "python"],
];

/// Runs `cargo test`.
fn cargo_test(arguments: &[&str]) -> Result {
    // Some tests need the sandbox program.
    let program = paths::program(PROGRAM);
    // Most tests wait for sockets, so more of them run concurrently than there are processors, unless the user sets the number.
    let threads = std::env::var("RUST_TEST_THREADS").unwrap_or_else(|_| "8".to_owned());
    command::run(cargo_workspace("test", arguments).env("ZEXA_SANDBOX", program).env("RUST_TEST_THREADS", threads))
}

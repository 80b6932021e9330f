//! The benchmarks and the clients that they compare.

use std::cell::OnceCell;
use std::process::Command;

use crate::command::Result;
use crate::node::Packages;
use crate::python::Venv;
use crate::wheel::Wheel;
use crate::{npm, paths};

/// A benchmark.
pub(super) struct Benchmark {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    language: Language,
    /// Clients to compare. Ratios are relative to the first one.
    pub(super) clients: &'static [&'static str],
}

/// Language of the clients.
#[derive(Clone, Copy)]
enum Language {
    Python,
    Node,
}

pub(super) const ALL: &[Benchmark] = &[
    Benchmark {
        name: "one-call",
        about: "send one message",
        language: Language::Python,
        clients: &["zexa", "raw socket", "primp", "pycurl", "httpx", "requests"],
    },
    Benchmark {
        name: "threads",
        about: "send messages from eight threads that share a client",
        language: Language::Python,
        clients: &["zexa", "primp", "httpx", "requests"],
    },
    Benchmark {
        name: "contacts",
        about: "list 10,000 contacts as typed objects",
        language: Language::Python,
        clients: &["zexa", "pycurl", "requests"],
    },
    Benchmark {
        name: "bulk",
        about: "send 1,000 messages, 64 at a time, to a server that answers after 20 ms (ideal: 312 µs per message)",
        language: Language::Python,
        clients: &["zexa", "with ledger", "plain loop", "requests"],
    },
    Benchmark {
        name: "import",
        about: "start Python and import the client",
        language: Language::Python,
        clients: &["nothing", "zexa", "primp", "httpx", "requests"],
    },
    Benchmark {
        name: "node-one-call",
        about: "send one message: the first 5,000 messages of a process",
        language: Language::Node,
        clients: &["zexa", "raw socket", "undici", "node:http", "fetch"],
    },
    Benchmark {
        name: "node-warm",
        about: "send one message: after 20,000 messages",
        language: Language::Node,
        clients: &["zexa", "raw socket", "undici", "node:http", "fetch"],
    },
    Benchmark {
        name: "node-64-at-once",
        about: "send messages, 64 concurrently",
        language: Language::Node,
        clients: &["zexa", "undici", "node:http", "fetch"],
    },
    Benchmark {
        name: "node-contacts",
        about: "list 10,000 contacts as objects with Date values",
        language: Language::Node,
        clients: &["zexa", "undici", "node:http", "fetch"],
    },
    Benchmark {
        name: "node-import",
        about: "start Node, load the package and create a client",
        language: Language::Node,
        clients: &["nothing", "zexa", "node:http", "undici"],
    },
];

/// The runtimes of the clients. Each is prepared before its first benchmark.
#[derive(Default)]
pub(super) struct Languages {
    python: OnceCell<Venv>,
    node: OnceCell<Packages>,
}

impl Languages {
    /// Prepares the runtime of a benchmark, before any measurement.
    pub(super) fn prepare(&self, benchmark: &Benchmark) -> Result {
        match benchmark.language {
            Language::Python if self.python.get().is_none() => {
                let venv = Venv::of_file("benchmarks", "tests/benchmarks/requirements.txt")?;
                Wheel::build()?.install(&venv)?;
                self.python.get_or_init(|| venv);
            }
            Language::Node if self.node.get().is_none() => {
                let packages = npm::packages()?;
                self.node.get_or_init(|| packages);
            }
            Language::Python | Language::Node => {}
        }
        Ok(())
    }

    /// Command that starts a client process of a benchmark.
    pub(super) fn client(&self, benchmark: &Benchmark, client: &str, url: &str) -> Command {
        let ready = "prepare() was called for the benchmark";
        let (mut program, script, work) = match benchmark.language {
            Language::Python => (self.python.get().expect(ready).program("python"), "python", benchmark.name),
            Language::Node => {
                let work = benchmark.name.trim_start_matches("node-");
                (self.node.get().expect(ready).command(), "node/main.mjs", work)
            }
        };
        program.arg(paths::root().join("tests/benchmarks").join(script)).args([work, client, url]);
        program
    }
}

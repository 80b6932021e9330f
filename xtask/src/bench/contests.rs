//! The contests: what is measured, and who takes part.

use std::cell::OnceCell;
use std::process::Command;

use crate::command::Result;
use crate::node::Packages;
use crate::python::Venv;
use crate::wheel::Wheel;
use crate::{npm, paths};

/// A work that clients are measured at.
pub(super) struct Contest {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    language: Language,
    /// The first is what the others are compared with.
    pub(super) clients: &'static [&'static str],
}

/// Whose clients they are.
#[derive(Clone, Copy)]
enum Language {
    Python,
    Node,
}

pub(super) const ALL: &[Contest] = &[
    Contest {
        name: "one-call",
        about: "a message is sent, and the answer read",
        language: Language::Python,
        clients: &["zexa", "raw socket", "primp", "pycurl", "httpx", "requests"],
    },
    Contest {
        name: "threads",
        about: "eight threads share a client, and send at once",
        language: Language::Python,
        clients: &["zexa", "primp", "httpx", "requests"],
    },
    Contest {
        name: "contacts",
        about: "10,000 contacts are read, page after page, as objects with types",
        language: Language::Python,
        clients: &["zexa", "pycurl", "requests"],
    },
    Contest {
        name: "import",
        about: "Python starts and imports it",
        language: Language::Python,
        clients: &["nothing", "zexa", "primp", "httpx", "requests"],
    },
    Contest {
        name: "node-one-call",
        about: "a message is sent, and the answer read: the first 5,000 of a process",
        language: Language::Node,
        clients: &["zexa", "raw socket", "undici", "node:http", "fetch"],
    },
    Contest {
        name: "node-warm",
        about: "a message is sent, and the answer read: after 20,000 others",
        language: Language::Node,
        clients: &["zexa", "raw socket", "undici", "node:http", "fetch"],
    },
    Contest {
        name: "node-64-at-once",
        about: "messages are sent, 64 at once",
        language: Language::Node,
        clients: &["zexa", "undici", "node:http", "fetch"],
    },
    Contest {
        name: "node-contacts",
        about: "10,000 contacts are read, page after page, as objects with dates",
        language: Language::Node,
        clients: &["zexa", "undici", "node:http", "fetch"],
    },
    Contest {
        name: "node-import",
        about: "Node starts, loads it, and makes a client",
        language: Language::Node,
        clients: &["nothing", "zexa", "node:http", "undici"],
    },
];

/// What clients run with. Each language is got ready when the first of its contests is.
#[derive(Default)]
pub(super) struct Languages {
    python: OnceCell<Venv>,
    node: OnceCell<Packages>,
}

impl Languages {
    /// Gets ready what the contest needs: not while others are measured.
    pub(super) fn prepare(&self, contest: &Contest) -> Result {
        match contest.language {
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

    /// The process of a client that takes part in the contest.
    pub(super) fn contestant(&self, contest: &Contest, client: &str, url: &str) -> Command {
        let ready = "it was prepared for the contest";
        let (mut program, script, work) = match contest.language {
            Language::Python => (self.python.get().expect(ready).program("python"), "python", contest.name),
            Language::Node => {
                let work = contest.name.trim_start_matches("node-");
                (self.node.get().expect(ready).command(), "node/main.mjs", work)
            }
        };
        program.arg(paths::root().join("tests/benchmarks").join(script)).args([work, client, url]);
        program
    }
}

//! The workloads, the clients that they compare, and the goals. The runner, the report and `--list` use this table.

use self::Goal::{AtMost, More};
use self::Language::{C, Node, Python, Rust};
use self::Metric::{Cpu, Wall};

/// Work that several clients do.
pub(super) struct Workload {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    /// Name of the work in the client programs.
    pub(super) work: &'static str,
    pub(super) server: Server,
    pub(super) processes: Processes,
    /// Our client, and the clients that it is compared with.
    pub(super) clients: &'static [Client],
    pub(super) goals: &'static [Goal],
}

/// What runs the rounds of a client.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Processes {
    /// One process, which has warmed up.
    Warm,
    /// A new process for each round.
    Fresh,
}

/// How fast the server responds.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Server {
    Immediate,
    /// After 20 ms.
    Slow,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Language {
    Rust,
    C,
    Python,
    Node,
}

impl Language {
    pub(super) fn name(self) -> &'static str {
        match self {
            Rust => "Rust",
            C => "C",
            Python => "Python",
            Node => "Node",
        }
    }
}

/// A client of a workload.
pub(super) struct Client {
    pub(super) language: Language,
    pub(super) name: &'static str,
    /// Whether it needs packages that only a full run installs.
    pub(super) is_extra: bool,
}

/// What a goal compares.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Metric {
    Cpu,
    Wall,
}

impl Metric {
    pub(super) fn name(self) -> &'static str {
        match self {
            Cpu => "CPU",
            Wall => "wall",
        }
    }
}

/// A goal of our client, relative to a peer.
#[derive(Clone, Copy)]
pub(super) enum Goal {
    /// At most this multiple of the peer's time.
    AtMost(f64, Metric, &'static str),
    /// At most this many milliseconds more than the peer, for work of one thread on one core.
    More(f64, Metric, &'static str),
}

impl Goal {
    pub(super) fn peer(self) -> &'static str {
        match self {
            AtMost(_, _, peer) | More(_, _, peer) => peer,
        }
    }
}

impl Workload {
    pub(super) fn language(&self) -> Language {
        self.clients[0].language
    }
}

pub(super) const fn client(language: Language, name: &'static str) -> Client {
    Client { language, name, is_extra: false }
}

/// A client that needs packages which only a full run installs.
const fn extra(language: Language, name: &'static str) -> Client {
    Client { language, name, is_extra: true }
}

const RAW: Client = client(Rust, "raw socket");

pub(super) const ALL: &[Workload] = &[
    Workload {
        name: "rust-one-call",
        about: "send one message",
        work: "one-call",
        server: Server::Immediate,
        processes: Processes::Warm,
        clients: &[client(Rust, "zexa"), RAW, extra(Rust, "ureq"), extra(Rust, "reqwest")],
        goals: &[AtMost(2.0, Cpu, "raw socket")],
    },
    Workload {
        name: "rust-8-threads",
        about: "send messages from 8 threads",
        work: "threads-8",
        server: Server::Immediate,
        processes: Processes::Warm,
        clients: &[client(Rust, "zexa"), RAW, extra(Rust, "ureq"), extra(Rust, "reqwest")],
        goals: &[],
    },
    Workload {
        name: "rust-contacts",
        about: "list 10,000 contacts",
        work: "contacts",
        server: Server::Immediate,
        processes: Processes::Warm,
        clients: &[client(Rust, "zexa"), RAW, extra(Rust, "ureq"), extra(Rust, "reqwest")],
        goals: &[],
    },
    Workload {
        name: "rust-latency",
        about: "send messages from 64 threads, 20 ms latency",
        work: "latency-64",
        server: Server::Slow,
        processes: Processes::Warm,
        clients: &[client(Rust, "zexa"), RAW, extra(Rust, "reqwest")],
        goals: &[AtMost(1.05, Wall, "raw socket")],
    },
    Workload {
        name: "rust-contacts-latency",
        about: "list 10,000 contacts, 20 ms latency",
        work: "contacts-latency",
        server: Server::Slow,
        processes: Processes::Warm,
        clients: &[client(Rust, "zexa"), RAW],
        goals: &[AtMost(1.0 / 12.0, Wall, "raw socket")],
    },
    Workload {
        name: "c-one-call",
        about: "send one message",
        work: "one-call",
        server: Server::Immediate,
        processes: Processes::Warm,
        clients: &[client(C, "zexa"), client(C, "libcurl"), RAW],
        goals: &[AtMost(0.85, Cpu, "libcurl")],
    },
    Workload {
        name: "c-8-threads",
        about: "send messages from 8 threads",
        work: "threads-8",
        server: Server::Immediate,
        processes: Processes::Warm,
        clients: &[client(C, "zexa"), client(C, "libcurl")],
        goals: &[AtMost(0.9, Cpu, "libcurl")],
    },
    Workload {
        name: "c-64-threads",
        about: "send messages from 64 threads",
        work: "threads-64",
        server: Server::Immediate,
        processes: Processes::Warm,
        clients: &[client(C, "zexa"), client(C, "libcurl")],
        goals: &[AtMost(0.95, Cpu, "libcurl")],
    },
    Workload {
        name: "c-contacts",
        about: "list 10,000 contacts",
        work: "contacts",
        server: Server::Immediate,
        processes: Processes::Warm,
        clients: &[client(C, "zexa"), client(C, "libcurl")],
        goals: &[AtMost(0.75, Cpu, "libcurl")],
    },
    Workload {
        name: "c-latency",
        about: "send messages from 64 threads, 20 ms latency",
        work: "latency-64",
        server: Server::Slow,
        processes: Processes::Warm,
        clients: &[client(C, "zexa"), RAW, client(C, "libcurl")],
        goals: &[AtMost(1.05, Wall, "raw socket")],
    },
    Workload {
        name: "c-contacts-latency",
        about: "list 10,000 contacts, 20 ms latency",
        work: "contacts-latency",
        server: Server::Slow,
        processes: Processes::Warm,
        clients: &[client(C, "zexa"), client(C, "libcurl")],
        goals: &[AtMost(1.0 / 12.0, Wall, "libcurl")],
    },
    Workload {
        name: "python-one-call",
        about: "send one message",
        work: "one-call",
        server: Server::Immediate,
        processes: Processes::Warm,
        clients: &[
            client(Python, "zexa"),
            client(Python, "raw socket"),
            extra(Python, "primp"),
            extra(Python, "pyreqwest"),
            extra(Python, "pycurl"),
            extra(Python, "httpx"),
            extra(Python, "requests"),
            extra(Python, "openai"),
            extra(Python, "twilio"),
        ],
        goals: &[AtMost(1.5, Cpu, "raw socket"), AtMost(0.45, Cpu, "primp"), AtMost(1.0 / 30.0, Cpu, "requests")],
    },
    Workload {
        name: "python-threads",
        about: "send messages from 8 threads that share a client",
        work: "threads",
        server: Server::Immediate,
        processes: Processes::Warm,
        clients: &[
            client(Python, "zexa"),
            extra(Python, "primp"),
            extra(Python, "pyreqwest"),
            extra(Python, "httpx"),
            extra(Python, "requests"),
        ],
        goals: &[AtMost(0.45, Wall, "primp")],
    },
    Workload {
        name: "python-async",
        about: "send messages, 64 concurrent async calls",
        work: "async",
        server: Server::Immediate,
        processes: Processes::Warm,
        clients: &[
            client(Python, "zexa"),
            extra(Python, "aiohttp"),
            extra(Python, "primp"),
            extra(Python, "pyreqwest"),
            extra(Python, "httpx"),
        ],
        goals: &[AtMost(0.25, Cpu, "aiohttp")],
    },
    Workload {
        name: "python-contacts",
        about: "list 10,000 contacts as typed objects",
        work: "contacts",
        server: Server::Immediate,
        processes: Processes::Warm,
        clients: &[client(Python, "zexa"), extra(Python, "pycurl"), extra(Python, "requests")],
        goals: &[AtMost(0.5, Wall, "pycurl")],
    },
    Workload {
        name: "python-latency",
        about: "send messages, 64 concurrent async calls, 20 ms latency",
        work: "latency-64",
        server: Server::Slow,
        processes: Processes::Warm,
        clients: &[client(Python, "zexa"), client(Rust, "raw socket"), extra(Python, "aiohttp")],
        goals: &[AtMost(1.05, Wall, "raw socket")],
    },
    Workload {
        name: "python-contacts-latency",
        about: "list 10,000 contacts, 20 ms latency",
        work: "contacts",
        server: Server::Slow,
        processes: Processes::Warm,
        clients: &[client(Python, "zexa"), extra(Python, "pycurl")],
        goals: &[AtMost(1.0 / 12.0, Wall, "pycurl")],
    },
    Workload {
        name: "python-bulk",
        about: "send 1,000 messages in a bulk run, 64 at a time, 20 ms latency",
        work: "bulk",
        server: Server::Slow,
        processes: Processes::Warm,
        clients: &[client(Python, "zexa"), client(Python, "with ledger"), extra(Python, "requests")],
        goals: &[],
    },
    Workload {
        name: "python-import",
        about: "start Python and import the client",
        work: "import",
        server: Server::Immediate,
        processes: Processes::Warm,
        clients: &[
            client(Python, "zexa"),
            client(Python, "nothing"),
            extra(Python, "primp"),
            extra(Python, "pyreqwest"),
            extra(Python, "httpx"),
            extra(Python, "requests"),
            extra(Python, "twilio"),
            extra(Python, "openai"),
        ],
        goals: &[More(5.0, Cpu, "nothing")],
    },
    Workload {
        name: "node-one-call",
        about: "send one message: the first 5,000 messages of a process",
        work: "first-calls",
        server: Server::Immediate,
        processes: Processes::Fresh,
        clients: &[
            client(Node, "zexa"),
            client(Node, "raw socket"),
            client(Node, "undici"),
            client(Node, "node:http"),
            client(Node, "fetch"),
            extra(Node, "axios"),
            extra(Node, "twilio"),
        ],
        goals: &[AtMost(0.5, Wall, "undici")],
    },
    Workload {
        name: "node-warm",
        about: "send one message: after 20,000 messages",
        work: "warm",
        server: Server::Immediate,
        processes: Processes::Warm,
        clients: &[
            client(Node, "zexa"),
            client(Node, "raw socket"),
            client(Node, "undici"),
            client(Node, "node:http"),
            client(Node, "fetch"),
            extra(Node, "axios"),
            extra(Node, "twilio"),
        ],
        goals: &[AtMost(0.5, Wall, "undici")],
    },
    Workload {
        name: "node-64",
        about: "send messages, 64 concurrently",
        work: "64-at-once",
        server: Server::Immediate,
        processes: Processes::Warm,
        clients: &[
            client(Node, "zexa"),
            client(Node, "undici"),
            client(Node, "node:http"),
            client(Node, "fetch"),
            extra(Node, "axios"),
        ],
        goals: &[AtMost(0.7, Wall, "undici")],
    },
    Workload {
        name: "node-contacts",
        about: "list 10,000 contacts as objects with Date values",
        work: "contacts",
        server: Server::Immediate,
        processes: Processes::Warm,
        clients: &[
            client(Node, "zexa"),
            client(Node, "node:http"),
            client(Node, "undici"),
            client(Node, "fetch"),
            extra(Node, "axios"),
        ],
        goals: &[AtMost(0.75, Wall, "node:http")],
    },
    Workload {
        name: "node-latency",
        about: "send messages, 64 concurrently, 20 ms latency",
        work: "latency-64",
        server: Server::Slow,
        processes: Processes::Warm,
        clients: &[client(Node, "zexa"), RAW, client(Node, "undici")],
        goals: &[AtMost(1.05, Wall, "raw socket")],
    },
    Workload {
        name: "node-contacts-latency",
        about: "list 10,000 contacts, 20 ms latency",
        work: "contacts",
        server: Server::Slow,
        processes: Processes::Warm,
        clients: &[client(Node, "zexa"), client(Node, "node:http")],
        goals: &[AtMost(1.0 / 12.0, Wall, "node:http")],
    },
    Workload {
        name: "node-import",
        about: "start Node, load the package and create a client",
        work: "import",
        server: Server::Immediate,
        processes: Processes::Warm,
        clients: &[
            client(Node, "zexa"),
            client(Node, "nothing"),
            client(Node, "node:http"),
            client(Node, "undici"),
            extra(Node, "axios"),
            extra(Node, "twilio"),
        ],
        goals: &[More(15.0, Cpu, "nothing")],
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique() {
        let names: BTreeSet<_> = ALL.iter().map(|workload| workload.name).collect();
        assert_eq!(names.len(), ALL.len());
    }

    #[test]
    fn our_client_is_the_first_and_needs_no_other_packages() {
        for workload in ALL {
            let [ours, peers @ ..] = workload.clients else { panic!("{} has no clients", workload.name) };
            assert!(ours.name == "zexa" && !ours.is_extra, "{}", workload.name);
            assert!(!peers.is_empty(), "{}", workload.name);
        }
    }

    #[test]
    fn goals_name_clients_of_their_workload() {
        for workload in ALL {
            for goal in workload.goals {
                let names: Vec<_> = workload.clients.iter().map(|client| client.name).collect();
                assert!(names.contains(&goal.peer()), "{}: {}", workload.name, goal.peer());
            }
        }
    }
}

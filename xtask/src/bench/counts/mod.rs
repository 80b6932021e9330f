//! Instructions, system calls and allocations of one call, which are the same on any machine.
//!
//! Each is the difference between a process that makes many calls and one that makes few, divided by the difference of the calls. What a process does once
//! is therefore not counted. The server responds a few milliseconds late, so that every call waits for its response.

mod guard;
mod tools;

use std::collections::BTreeMap;
use std::process::Command;

use serde::{Deserialize, Serialize};

pub(crate) use self::guard::check;
pub(super) use self::guard::record;
use super::client::{Core, Server};
use super::programs::Programs;
use super::workloads::{Client, Language, client};
use crate::background::print_line;
use crate::command::Result;
use crate::show;

/// Numbers of calls of the two processes.
const CALLS: [u32; 2] = [50, 250];

/// The clients whose calls are counted. The first two are ours.
const CLIENTS: [Client; 4] = [
    client(Language::C, "zexa"),
    client(Language::Rust, "zexa"),
    client(Language::C, "libcurl"),
    client(Language::Rust, "raw socket"),
];
/// Number of our clients.
const OURS: usize = 2;

/// Counts per call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::bench) struct Counts {
    /// User-space instructions.
    pub(in crate::bench) instructions: f64,
    /// The part outside of the system's libraries, which differ between systems.
    pub(in crate::bench) own_instructions: f64,
    pub(in crate::bench) allocations: f64,
    pub(in crate::bench) system_calls: f64,
    /// System calls by name.
    pub(in crate::bench) by_name: BTreeMap<String, f64>,
}

/// Measures and prints the counts of all clients that are available. The keys are language and client, such as `C zexa`.
pub(super) fn measure_and_show() -> Result<BTreeMap<String, Counts>> {
    show::heading("counts", "instructions, system calls and allocations of one call");
    let counts = measure(&CLIENTS)?;
    show_table(&counts);
    Ok(counts)
}

/// The reason why nothing can be counted. `None` if one of the tools works.
pub(crate) fn unavailable() -> Option<String> {
    let (valgrind, strace) = (tools::valgrind_problem()?, tools::strace_problem()?);
    Some(format!("{valgrind}; {strace}"))
}

/// Measures these clients. Tools that are missing are named, and their counts are 0.
fn measure(clients: &[Client]) -> Result<BTreeMap<String, Counts>> {
    let programs = Programs { with_extra: false };
    let server = Server::start(&Core::any())?;
    let url = format!("{}/delayed", server.url);
    let has_valgrind = is_available("instructions and allocations", tools::valgrind_problem());
    let has_strace = is_available("system calls", tools::strace_problem());
    let mut all = BTreeMap::new();
    for client in clients {
        let name = format!("{} {}", client.language.name(), client.name);
        if let Some(reason) = programs.prepare(client)? {
            print_line!("skipped: {name}, because {reason}");
            continue;
        }
        let program = |calls: u32| -> Result<Command> {
            let mut command = programs.command(client, "count", &url)?;
            command.arg(calls.to_string());
            Ok(command)
        };
        let mut counts = Counts::default();
        if has_valgrind {
            counts.count_with_valgrind(program)?;
        }
        if has_strace {
            counts.count_with_strace(program)?;
        }
        all.insert(name, counts);
    }
    Ok(all)
}

fn is_available(counts: &str, problem: Option<&str>) -> bool {
    if let Some(problem) = problem {
        print_line!("skipped: {counts}, because {problem}");
    }
    problem.is_none()
}

impl Counts {
    /// Runs a program, which makes this many calls.
    fn count_with_valgrind(&mut self, program: impl Fn(u32) -> Result<Command>) -> Result {
        let [few, many] = CALLS;
        let (before, after) = (tools::instructions(program(few)?)?, tools::instructions(program(many)?)?);
        self.instructions = per_call(before.all, after.all);
        self.own_instructions = per_call(before.own, after.own);
        self.allocations = per_call(tools::allocations(program(few)?)?, tools::allocations(program(many)?)?);
        Ok(())
    }

    fn count_with_strace(&mut self, program: impl Fn(u32) -> Result<Command>) -> Result {
        let [few, many] = CALLS;
        let (before, after) = (tools::system_calls(program(few)?)?, tools::system_calls(program(many)?)?);
        for (name, after) in after {
            let count = per_call(before.get(&name).copied().unwrap_or_default(), after);
            self.system_calls += count;
            // Others vary by one or two in a whole process.
            if count >= 0.01 {
                self.by_name.insert(name, count);
            }
        }
        Ok(())
    }
}

/// Divides the difference of the two processes by the difference of their calls.
fn per_call(before: u64, after: u64) -> f64 {
    let [few, many] = CALLS;
    (after as f64 - before as f64) / f64::from(many - few)
}

fn show_table(counts: &BTreeMap<String, Counts>) {
    print_line!("{:<16} {:>12} {:>12} {:>12} {:>12}", "client", "instructions", "own", "allocations", "system calls");
    for (name, counts) in counts {
        let by_name: Vec<_> = counts.by_name.iter().map(|(name, count)| format!("{name} {count:.2}")).collect();
        print_line!(
            "{name:<16} {:>12.0} {:>12.0} {:>12.1} {:>12.2}  {}",
            counts.instructions,
            counts.own_instructions,
            counts.allocations,
            counts.system_calls,
            by_name.join(", ")
        );
    }
}

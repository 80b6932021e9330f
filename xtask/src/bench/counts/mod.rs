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
    let (valgrind_problem, strace_problem) = (tools::valgrind_problem(), tools::strace_problem());
    if let Some(problem) = valgrind_problem {
        print_line!("skipped: instructions and allocations, because {problem}");
    }
    if let Some(problem) = strace_problem {
        print_line!("skipped: system calls, because {problem}");
    }
    let mut all = BTreeMap::new();
    for client in clients {
        let name = format!("{} {}", client.language.name(), client.name);
        if let Some(reason) = programs.prepare(client)? {
            print_line!("skipped: {name}, because {reason}");
            continue;
        }
        let run = |calls: u32| -> Result<Command> {
            let mut command = programs.command(client, "count", &url)?;
            command.arg(calls.to_string());
            Ok(command)
        };
        let [few, many] = CALLS;
        let per_call = |count: fn(Command) -> Result<u64>| -> Result<f64> {
            Ok((count(run(many)?)? as f64 - count(run(few)?)? as f64) / f64::from(many - few))
        };
        let mut counts = Counts::default();
        if valgrind_problem.is_none() {
            let (before, after) = (tools::instructions(run(few)?)?, tools::instructions(run(many)?)?);
            let divided = |after: u64, before: u64| (after as f64 - before as f64) / f64::from(many - few);
            counts.instructions = divided(after.all, before.all);
            counts.own_instructions = divided(after.own, before.own);
            counts.allocations = per_call(tools::allocations)?;
        }
        if strace_problem.is_none() {
            let (before, after) = (tools::system_calls(run(few)?)?, tools::system_calls(run(many)?)?);
            for (name, after) in &after {
                let difference = *after as f64 - before.get(name).copied().unwrap_or_default() as f64;
                let count = difference / f64::from(many - few);
                counts.system_calls += count;
                if count >= 0.01 {
                    counts.by_name.insert(name.clone(), count);
                }
            }
        }
        all.insert(name, counts);
    }
    Ok(all)
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

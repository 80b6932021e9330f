//! Memory: whether a process grows over many calls.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::client::{Core, Server};
use super::programs::Programs;
use super::workloads::{Client, Language, client};
use crate::background::print_line;
use crate::command::{self, Result};
use crate::show;

/// Number of calls. The first tenth fills caches and pools.
const CALLS: u32 = 1_000_000;
const QUICK_CALLS: u32 = 100;

const CLIENTS: [Client; 4] = [
    client(Language::Rust, "zexa"),
    client(Language::C, "zexa"),
    client(Language::Python, "zexa"),
    client(Language::Node, "zexa"),
];

/// Resident memory of a process.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Memory {
    pub(super) calls: u32,
    /// In KB, after a tenth of the calls.
    pub(super) before: i64,
    /// In KB, after all calls.
    pub(super) after: i64,
}

/// Measures all languages, by name.
pub(super) fn measure(programs: Programs, core: &Core) -> Result<BTreeMap<String, Memory>> {
    show::heading("memory", "growth of a process over many calls");
    let calls = if programs.with_extra { CALLS } else { QUICK_CALLS };
    let server = Server::start(core)?;
    let mut all = BTreeMap::new();
    for client in &CLIENTS {
        programs.prepare(client)?;
        let mut command = programs.command(client, "memory", &server.url)?;
        command.arg(calls.to_string());
        let output = command::output(&mut core.pin(command))?;
        let numbers: Vec<i64> = output.split_whitespace().filter_map(|number| number.parse().ok()).collect();
        let [before, after] = numbers[..] else { return Err(format!("the client printed {output:?}")) };
        let name = client.language.name();
        print_line!("{name:<8} {before:>8} KB after {} calls, {after:>8} KB after {calls}", calls / 10);
        all.insert(name.to_owned(), Memory { calls, before, after });
    }
    Ok(all)
}

//! The step `counts` of the tests: no count may grow unnoticed.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde::{Deserialize, Serialize};

use super::{CLIENTS, Counts, OURS};
use crate::background::print_line;
use crate::command::{self, Result};
use crate::paths;

/// How much higher than recorded a count may be.
const TOLERANCE: f64 = 1.03;

/// The recorded counts.
const FILE: &str = "tests/benchmarks/counts.json";

/// The file with the recorded counts.
#[derive(Serialize, Deserialize)]
struct Recorded {
    about: String,
    /// Another compiler generates other instructions.
    compiler: String,
    /// By language.
    clients: BTreeMap<String, Record>,
}

/// What is recorded of a client.
#[derive(Serialize, Deserialize)]
struct Record {
    instructions: f64,
    allocations: f64,
    system_calls: f64,
}

impl Record {
    /// The C library is not part of this project, and differs between systems.
    fn of(counts: &Counts) -> Record {
        let rounded = |count: f64, steps: f64| (count * steps).round() / steps;
        Record {
            instructions: counts.own_instructions.round(),
            allocations: rounded(counts.allocations, 10.0),
            system_calls: rounded(counts.system_calls, 10.0),
        }
    }
}

/// Measures the build of the tests, and compares it with the recorded counts.
pub(crate) fn check() -> Result {
    super::super::build_server()?;
    let recorded = read()?;
    let counts = super::measure(&CLIENTS[..OURS])?;
    super::show_table(&counts);
    let compiler = compiler()?;
    let is_same_compiler = recorded.compiler == compiler;
    if !is_same_compiler {
        print_line!(
            "skipped: instructions, because they are recorded for {}, and this is {compiler}",
            recorded.compiler
        );
    }
    let problems: Vec<_> = counts
        .iter()
        .flat_map(|(name, counts)| match recorded.clients.get(name) {
            Some(record) => problems(name, &Record::of(counts), record, is_same_compiler),
            None => vec![format!("{name}: nothing is recorded")],
        })
        .collect();
    if problems.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{}\nIf this is intended, run `cargo xtask bench counts --record`, and say why in the commit.",
        problems.join("\n")
    ))
}

fn problems(name: &str, now: &Record, recorded: &Record, is_same_compiler: bool) -> Vec<String> {
    let compared = [
        ("instructions", now.instructions, recorded.instructions, is_same_compiler),
        ("allocations", now.allocations, recorded.allocations, true),
        ("system calls", now.system_calls, recorded.system_calls, true),
    ];
    let has_grown =
        |(_, now, recorded, is_compared): &(&str, f64, f64, bool)| *is_compared && *now > recorded * TOLERANCE;
    let problem = |(what, now, recorded, _)| format!("{name}: {now} {what} per call, recorded are {recorded}");
    compared.into_iter().filter(has_grown).map(problem).collect()
}

/// Records the counts of the build of the tests.
pub(in crate::bench) fn record() -> Result {
    let counts = super::measure(&CLIENTS[..OURS])?;
    super::show_table(&counts);
    if counts.values().any(|counts| counts.instructions == 0.0 || counts.system_calls == 0.0) {
        return Err("all counts must be measured to record them".to_owned());
    }
    let clients = counts.iter().map(|(name, counts)| (name.clone(), Record::of(counts))).collect();
    let about =
        "Counts per call, which the step `counts` compares. Written by `cargo xtask bench counts --record`.".to_owned();
    let text = serde_json::to_string_pretty(&Recorded { about, compiler: compiler()?, clients }).expect("text keys");
    fs::write(file(), text + "\n").map_err(|error| format!("{FILE}: {error}"))
}

fn read() -> Result<Recorded> {
    let text = fs::read_to_string(file()).map_err(|error| format!("{FILE}: {error}"))?;
    serde_json::from_str(&text).map_err(|error| format!("{FILE}: {error}"))
}

fn file() -> PathBuf {
    paths::root().join(FILE)
}

/// The compiler, such as `rustc 1.95.0 (hash date)`.
fn compiler() -> Result<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    Ok(command::output(Command::new(rustc).arg("--version"))?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(instructions: f64, allocations: f64, system_calls: f64) -> Record {
        Record { instructions, allocations, system_calls }
    }

    #[test]
    fn counts_may_grow_by_three_percent() {
        let recorded = record(1000.0, 40.0, 8.0);
        assert!(problems("C zexa", &record(1029.0, 41.0, 8.1), &recorded, true).is_empty());
        assert_eq!(problems("C zexa", &record(1031.0, 42.0, 9.0), &recorded, true).len(), 3);
        assert_eq!(
            problems("C zexa", &record(900.0, 39.0, 9.0), &recorded, true),
            ["C zexa: 9 system calls per call, recorded are 8"]
        );
    }

    #[test]
    fn instructions_of_another_compiler_are_not_compared() {
        assert!(problems("C zexa", &record(9000.0, 40.0, 8.0), &record(1000.0, 40.0, 8.0), false).is_empty());
    }
}

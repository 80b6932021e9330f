//! The report: `docs/performance.md` and its plot.

use std::fs;
use std::path::Path;
use std::process::Command;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;

use super::counts::Counts;
use super::goals::{self, Assessment, multiple};
use super::plot;
use super::results::{ClientResult, Results, Spread};
use super::workloads;
use crate::command::{self, Result};
use crate::node::Node;
use crate::python::PYTHON;

const TEMPLATE: &str = include_str!("../../templates/bench/performance.md.jinja");

/// Parts of the library that the report lists.
const PARTS: usize = 12;

/// What the template shows.
#[derive(Serialize)]
struct Report {
    date: String,
    machine: String,
    /// The largest part of the processors that other programs used, in percent.
    others: f64,
    met: usize,
    goals: Vec<Goal>,
    counts: Vec<CountRow>,
    sizes: Vec<Size>,
    parts: Vec<Part>,
    memory: Vec<MemoryRow>,
    workloads: Vec<WorkloadRow>,
}

#[derive(Serialize)]
struct Goal {
    language: String,
    work: String,
    goal: String,
    measured: String,
    is_met: bool,
}

#[derive(Serialize)]
struct CountRow {
    client: String,
    instructions: String,
    own: String,
    allocations: String,
    system_calls: String,
    by_name: String,
}

#[derive(Serialize)]
struct Size {
    name: String,
    size: String,
}

#[derive(Serialize)]
struct Part {
    name: String,
    size: u64,
    percent: u64,
}

#[derive(Serialize)]
struct MemoryRow {
    language: String,
    calls: u32,
    before: i64,
    after: i64,
}

#[derive(Serialize)]
struct WorkloadRow {
    name: &'static str,
    language: &'static str,
    about: &'static str,
    clients: Vec<ClientRow>,
}

#[derive(Serialize)]
struct ClientRow {
    name: String,
    cpu: String,
    wall: String,
    cpu_ratio: String,
    wall_ratio: String,
}

/// Writes the page and the plot into a folder.
pub(super) fn write(results: &Results, folder: &Path) -> Result {
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for (name, text) in [("performance.md", page(results)?), ("performance.svg", plot::draw(results))] {
        let file = folder.join(name);
        fs::write(&file, text).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(())
}

fn page(results: &Results) -> Result<String> {
    let goals = goals(results);
    let report = Report {
        date: results.date.clone(),
        machine: results.machine.clone(),
        others: (results.others.values().copied().fold(0.0, f64::max) * 100.0).round(),
        met: goals.iter().filter(|goal| goal.is_met).count(),
        goals,
        counts: results.counts.iter().map(count_row).collect(),
        sizes: results.sizes.iter().map(|(name, size)| Size { name: name.clone(), size: megabytes(*size) }).collect(),
        parts: parts(results),
        memory: results
            .memory
            .iter()
            .map(|(language, memory)| MemoryRow {
                language: language.clone(),
                calls: memory.calls,
                before: memory.before,
                after: memory.after,
            })
            .collect(),
        workloads: workloads::ALL
            .iter()
            .filter_map(|workload| {
                let clients = results.workloads.get(workload.name)?.iter().map(client_row).collect();
                let (name, about) = (workload.name, workload.about);
                Some(WorkloadRow { name, language: workload.language().name(), about, clients })
            })
            .collect(),
    };
    let mut environment = Environment::new();
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    environment.set_syntax(syntax.build().expect("the delimiters are the usual ones"));
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.render_str(TEMPLATE, Value::from(Serde(&report))).map_err(|error| format!("{error:#}"))
}

/// All goals whose peers were measured, with the results.
fn goals(results: &Results) -> Vec<Goal> {
    let of_workloads = workloads::ALL.iter().flat_map(|workload| {
        let measured = results.workloads.get(workload.name).map(Vec::as_slice).unwrap_or_default();
        let language = workload.language().name();
        let assessed = workload.goals.iter().filter_map(|goal| goals::assess(*goal, measured));
        assessed.map(move |assessment| goal(language, workload.about, assessment))
    });
    let of_counts =
        goals::of_counts(&results.counts).map(|(language, assessment)| goal(language, "one call", assessment));
    let of_sizes = goals::of_sizes(&results.sizes).map(|(name, assessment)| goal("all", name, assessment));
    let of_memory = goals::of_memory(&results.memory).map(|(name, assessment)| goal(name, "memory", assessment));
    of_workloads.chain(of_counts).chain(of_sizes).chain(of_memory).collect()
}

fn goal(language: &str, work: &str, Assessment { goal, measured, is_met }: Assessment) -> Goal {
    Goal { language: language.to_owned(), work: work.to_owned(), goal, measured, is_met }
}

fn count_row((client, counts): (&String, &Counts)) -> CountRow {
    let by_name = counts.by_name.iter().map(|(name, count)| format!("{name} {count:.1}")).collect::<Vec<_>>();
    CountRow {
        client: client.clone(),
        instructions: thousands(counts.instructions),
        own: thousands(counts.own_instructions),
        allocations: format!("{:.0}", counts.allocations),
        system_calls: format!("{:.1}", counts.system_calls),
        by_name: by_name.join(", "),
    }
}

/// The largest parts, and the rest.
fn parts(results: &Results) -> Vec<Part> {
    let all: u64 = results.parts.iter().map(|(_, size)| size).sum();
    let part = |name: &str, size: u64| Part {
        name: name.to_owned(),
        size: size / 1000,
        percent: (size * 100).checked_div(all).unwrap_or_default(),
    };
    let (largest, rest) = results.parts.split_at(results.parts.len().min(PARTS));
    let mut parts: Vec<_> = largest.iter().map(|(name, size)| part(name, *size)).collect();
    if !rest.is_empty() {
        parts.push(part(&format!("{} others", rest.len()), rest.iter().map(|(_, size)| size).sum()));
    }
    parts
}

fn client_row(result: &ClientResult) -> ClientRow {
    let time = |spread: &Spread| {
        let number = |value: f64| if value < 1000.0 { format!("{value:.1}") } else { thousands(value) };
        format!("{} ({} to {})", number(spread.median), number(spread.low), number(spread.high))
    };
    ClientRow {
        name: result.name.clone(),
        cpu: time(&result.cpu),
        wall: time(&result.wall),
        cpu_ratio: multiple(result.cpu_ratio.median),
        wall_ratio: multiple(result.wall_ratio.median),
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{:.2}", bytes as f64 / 1e6)
}

/// `1,234,567`.
pub(super) fn thousands(number: f64) -> String {
    let digits = format!("{number:.0}");
    let groups: Vec<&str> = digits.as_bytes().rchunks(3).rev().filter_map(|group| str::from_utf8(group).ok()).collect();
    groups.join(",")
}

/// The machine and the programs that results depend on.
pub(super) fn machine() -> String {
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    // All cores, and not only those that this process may use.
    let cores = cpuinfo.lines().filter(|line| line.starts_with("processor")).count();
    let version = |mut program: Command| command::output(&mut program).unwrap_or_default().trim().to_owned();
    let option = |name: &str, option: &str| {
        let mut program = Command::new(name);
        program.arg(option);
        program
    };
    let node = Node::find().map(|node| {
        let mut program = node.command();
        program.arg("--version");
        version(program)
    });
    format!(
        "a machine with {cores} cores ({}), {}, {}, {}, Node {}",
        model.trim_start_matches([':', ' ', '\t']),
        version(option("uname", "-sr")),
        version(option("rustc", "--version")).split(" (").next().unwrap_or_default(),
        version(option(PYTHON, "--version")),
        node.unwrap_or_default().trim_start_matches('v'),
    )
}

/// The date, such as `2026-07-01`.
pub(super) fn date() -> String {
    command::output(Command::new("date").arg("+%F")).unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::bench::client::Round;

    #[test]
    fn digits_are_grouped() {
        assert_eq!(thousands(65_000.4), "65,000");
        assert_eq!(thousands(999.0), "999");
        assert_eq!(thousands(1_234_567.0), "1,234,567");
    }

    #[test]
    fn the_page_contains_what_was_measured() {
        let mut results = Results::default();
        let rounds = |time: f64| [Round { wall: time, cpu: time }];
        let clients = [("zexa", 9.0), ("libcurl", 10.0)];
        let clients = clients.map(|(name, time)| ClientResult::new(name, &rounds(9.0), &rounds(time)));
        results.workloads.insert("c-one-call".to_owned(), clients.into());
        results.sizes = BTreeMap::from([("libzexa.so".to_owned(), 4_400_000)]);
        results.parts = vec![("hyper".to_owned(), 300_000), ("h2".to_owned(), 100_000)];
        let page = page(&results).expect("the template is valid");
        for expected in [
            "0 of 1 goals are met",
            "| C | send one message | at most 0.85 × the CPU time of libcurl | 0.90 × (0.90 to 0.90) | **no** |",
            "| libcurl | 10.0 (10.0 to 10.0) |",
            "| libzexa.so | 4.40 MB |",
            "| hyper | 300 KB | 75 % |",
        ] {
            assert!(page.contains(expected), "{expected} is not in\n{page}");
        }
    }
}

//! `cargo xtask bench`: compares clients on the same work, as ratios within one run.
//!
//! Times from different runs are not comparable. Therefore all clients take turns, round by round, against a server whose
//! response time is negligible, and their times in the same round are compared. If the system permits it, everything runs on one core: wall
//! time then measures the work of client and server, without the latency of waking up idle cores.

mod client;
mod counts;
mod goals;
mod memory;
mod options;
mod plot;
mod programs;
mod report;
mod results;
mod rounds;
mod sizes;
mod workloads;

use std::process::ExitCode;
use std::time::Duration;

use self::client::{Core, Server};
use self::options::Options;
use self::programs::Programs;
use self::results::Results;
use crate::command::{self, Result, cargo_workspace};
use crate::{paths, release, usage};

/// Prints the names and descriptions of everything that can be measured.
pub(crate) fn list() -> ExitCode {
    for (name, about) in options::all() {
        println!("{name:<24} {about}");
    }
    ExitCode::SUCCESS
}

/// Runs `cargo xtask bench` with these arguments.
pub(crate) fn run(arguments: &[&str]) -> ExitCode {
    let options = match Options::parse(arguments) {
        Ok(options) => options,
        Err(reason) => return usage(&reason),
    };
    match measure(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("cargo xtask bench: {reason}");
            ExitCode::FAILURE
        }
    }
}

/// The step `counts` of the tests: fails if a recorded count has grown.
pub(crate) use self::counts::{check as check_counts, unavailable as counts_unavailable};

fn measure(options: &Options<'_>) -> Result {
    if options.record {
        // The build that the tests use.
        release::optimise_less();
        build_server()?;
        return counts::record();
    }
    build_server()?;
    let programs = Programs { with_extra: !options.quick };
    let core = if options.quick { Core::any() } else { Core::choose() };
    let mut results = Results::new(options.quick);
    measure_workloads(options, programs, &core, &mut results)?;
    if options.includes("memory") {
        let memory = memory::measure(programs, &core)?;
        results.update(|results| results.memory = memory)?;
    }
    if options.includes("sizes") {
        let (sizes, parts) = (sizes::measure(programs)?, sizes::parts()?);
        results.update(|results| (results.sizes, results.parts) = (sizes, parts))?;
    }
    if options.quick {
        // The step `counts` measures the counts.
        return report::write(&results, &paths::target().join("bench").join("quick"));
    }
    if options.includes("counts") {
        let counts = counts::measure_and_show()?;
        results.update(|results| results.counts = counts)?;
    }
    if options.write { report::write(&results, &paths::root().join("docs")) } else { Ok(()) }
}

/// The step `bench` of the tests: runs our clients and those that need no other packages so briefly that the results mean nothing.
pub(crate) fn check_quick() -> Result {
    measure(&Options::parse(&["--quick"])?)
}

fn measure_workloads(options: &Options<'_>, programs: Programs, core: &Core, results: &mut Results) -> Result {
    let workloads = options.workloads();
    // Builds and downloads would disturb measurements.
    for client in workloads.iter().flat_map(|workload| workload.clients) {
        programs.prepare(client)?;
    }
    let server = Server::start(core)?;
    for workload in workloads {
        let others = if options.quick { 0.0 } else { others() };
        let result = rounds::run(workload, programs, &server, core, options.rounds)?;
        results.update(|results| {
            results.workloads.insert(workload.name.to_owned(), result);
            results.others.insert(workload.name.to_owned(), others);
        })?;
    }
    Ok(())
}

/// The part of the processors that other programs use, from 0 to 1, measured for half a second in which no client runs.
fn others() -> f64 {
    let before = ProcessorTime::now();
    std::thread::sleep(Duration::from_millis(500));
    ProcessorTime::now().busy_since(&before)
}

/// The time of all processors since the system was started, in ticks.
struct ProcessorTime {
    total: u64,
    idle: u64,
}

impl ProcessorTime {
    fn now() -> ProcessorTime {
        ProcessorTime::read(&std::fs::read_to_string("/proc/stat").unwrap_or_default())
    }

    /// Parses the first line: user, nice, system, idle, waiting for disks, interrupts.
    fn read(stat: &str) -> ProcessorTime {
        let line = stat.lines().next().unwrap_or_default();
        let ticks: Vec<u64> = line.split_whitespace().skip(1).filter_map(|number| number.parse().ok()).collect();
        ProcessorTime { total: ticks.iter().take(8).sum(), idle: ticks.iter().skip(3).take(2).sum() }
    }

    fn busy_since(&self, before: &ProcessorTime) -> f64 {
        let [total, idle] = [self.total - before.total, self.idle - before.idle];
        if total == 0 { 0.0 } else { 1.0 - idle as f64 / total as f64 }
    }
}

fn build_server() -> Result {
    command::run_quietly(cargo_workspace("build", &["--bin", "zexa-bench-server"]).arg("--quiet"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_other_programs_excludes_idle_processors() {
        let before = ProcessorTime::read("cpu  100 0 50 800 50 0 0 0 7 0\ncpu0 1 2 3");
        let after = ProcessorTime::read("cpu  120 0 60 860 60 0 0 0 9 0\n");
        assert!((before.total, before.idle) == (1000, 850));
        assert!((after.busy_since(&before) - 0.3).abs() < 1e-9);
        assert!(ProcessorTime::read("").busy_since(&ProcessorTime::read("")) < 1e-9);
        assert!((0.0..=1.0).contains(&others()));
    }
}

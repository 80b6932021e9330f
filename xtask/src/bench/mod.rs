//! `cargo xtask bench`: compares clients on the same work, as ratios within one run.
//!
//! Times from different runs are not comparable. Therefore all clients take turns, round by round, against a server whose
//! response time is negligible, and their medians are compared. If the system permits it, everything runs on one core: wall
//! time then measures the work of client and server, without the latency of waking up idle cores.

mod benchmarks;
mod client;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitCode, Stdio};

use self::benchmarks::{Benchmark, Languages};
use self::client::{ClientProcess, Round};
use crate::command::{self, Result, cargo};
use crate::{paths, select, show, usage};

/// Number of rounds. It is odd, so that the median is one of them.
const ROUNDS: usize = 9;

/// Prints the names and descriptions of the benchmarks.
pub(crate) fn list() -> ExitCode {
    for benchmark in benchmarks::ALL {
        println!("{:<16} {}", benchmark.name, benchmark.about);
    }
    ExitCode::SUCCESS
}

/// Runs the named benchmarks, or all of them.
pub(crate) fn run(names: &[&str]) -> ExitCode {
    let benchmarks = match select(benchmarks::ALL, names, |benchmark| benchmark.name) {
        Ok(benchmarks) => benchmarks,
        Err(reason) => return usage(&reason),
    };
    match run_all(&benchmarks) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("cargo xtask bench: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn run_all(benchmarks: &[&Benchmark]) -> Result {
    command::run(&mut cargo(["build", "--package", "zexa-benchmarks"]))?;
    let languages = Languages::default();
    benchmarks.iter().try_for_each(|benchmark| languages.prepare(benchmark))?;
    stay_on_one_core();
    let server = Server::start()?;
    benchmarks.iter().try_for_each(|benchmark| run_benchmark(benchmark, &languages, &server))
}

/// Pins this process, and the processes that it starts, to one core. Without `taskset`, results vary more.
fn stay_on_one_core() {
    let this = std::process::id().to_string();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let cores = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).unwrap_or_default();
    // A list such as `0-2,5`. The last core usually has the least system load.
    let last = cores.rsplit([',', '-']).next().unwrap_or_default().trim();
    if command::output(Command::new("taskset").args(["--pid", "--cpu-list", last, &this])).is_err() {
        println!("taskset failed: clients and server are not pinned to one core.");
    }
}

fn run_benchmark(benchmark: &Benchmark, languages: &Languages, server: &Server) -> Result {
    show::heading(benchmark.name, benchmark.about);
    let begin = |client: &&str| ClientProcess::start(languages.client(benchmark, client, &server.url));
    let mut processes = benchmark.clients.iter().map(begin).collect::<Result<Vec<_>>>()?;
    let mut rounds: Vec<Vec<Round>> = vec![Vec::new(); processes.len()];
    for _ in 0..ROUNDS {
        for (process, rounds) in processes.iter_mut().zip(&mut rounds) {
            rounds.push(process.run_round()?);
        }
    }
    let results: Vec<Round> = rounds.into_iter().map(median).collect();
    println!("{:<12} {:>12} {:>8} {:>12} {:>8}", "client", "wall µs", "ratio", "CPU µs", "ratio");
    let first = results[0];
    for (client, Round { wall, cpu }) in benchmark.clients.iter().zip(results) {
        let (wall_ratio, cpu_ratio) = (wall / first.wall, cpu / first.cpu);
        println!("{client:<12} {wall:>12.1} {wall_ratio:>7.2}x {cpu:>12.1} {cpu_ratio:>7.2}x");
    }
    Ok(())
}

/// Medians of wall time and CPU time, computed separately.
fn median(rounds: Vec<Round>) -> Round {
    let of = |time: fn(&Round) -> f64| {
        let mut times: Vec<f64> = rounds.iter().map(time).collect();
        times.sort_unstable_by(f64::total_cmp);
        times[times.len() / 2]
    };
    Round { wall: of(|round| round.wall), cpu: of(|round| round.cpu) }
}

/// A running benchmark server.
struct Server {
    /// The server exits when its stdin closes.
    child: Child,
    url: String,
}

impl Server {
    fn start() -> Result<Server> {
        let program = paths::program("zexa-bench-server");
        let failed = |error| format!("{}: {error}", program.display());
        let mut server = Command::new(&program);
        let mut child = server.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(failed)?;
        let mut address = String::new();
        let stdout = child.stdout.take().expect("stdio is piped");
        BufReader::new(stdout).read_line(&mut address).map_err(failed)?;
        Ok(Server { child, url: format!("http://{}", address.trim()) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // Fails only if the server has already exited.
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_are_computed_separately() {
        let rounds = [(1.0, 9.0), (3.0, 8.0), (2.0, 1.0)].map(|(wall, cpu)| Round { wall, cpu });
        let Round { wall, cpu } = median(rounds.to_vec());
        assert_eq!((wall, cpu), (2.0, 8.0));
    }
}

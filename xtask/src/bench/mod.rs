//! `cargo xtask bench`: clients against their peers at the same work, as ratios within one run.
//!
//! A machine is never the same twice, so times of different runs say nothing. Here all clients play in turns, round by round, against a server that takes
//! next to no time, and their medians are compared. All run on one core, where the system can see to that: then wall time is the work of client and server,
//! and not how long a machine takes to wake up.

mod contestant;
mod contests;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitCode, Stdio};

use self::contestant::{Contestant, Round};
use self::contests::{Contest, Languages};
use crate::command::{self, Result, cargo};
use crate::{chosen, paths, show, usage};

/// An odd number, so that one of them is the median.
const ROUNDS: usize = 9;

/// Prints the names of the contests.
pub(crate) fn list() -> ExitCode {
    for contest in contests::ALL {
        println!("{:<16} {}", contest.name, contest.about);
    }
    ExitCode::SUCCESS
}

/// Runs the named contests, or all of them.
pub(crate) fn run(names: &[&str]) -> ExitCode {
    let contests = match chosen(contests::ALL, names, |contest| contest.name) {
        Ok(contests) => contests,
        Err(reason) => return usage(&reason),
    };
    match play_all(&contests) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("cargo xtask bench: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn play_all(contests: &[&Contest]) -> Result {
    command::run(&mut cargo(["build", "--package", "zexa-benchmarks"]))?;
    let languages = Languages::default();
    contests.iter().try_for_each(|contest| languages.prepare(contest))?;
    stay_on_one_core();
    let server = Server::start()?;
    contests.iter().try_for_each(|contest| play(contest, &languages, &server))
}

/// This process from here on, and all that it starts. Where the system has no such command, the measure is rougher, and no less right.
fn stay_on_one_core() {
    let this = std::process::id().to_string();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let cores = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).unwrap_or_default();
    // `0-2,5`, say: the last has the least to do with what the system does itself.
    let last = cores.rsplit([',', '-']).next().unwrap_or_default().trim();
    if command::output(Command::new("taskset").args(["--pid", "--cpu-list", last, &this])).is_err() {
        println!("taskset cannot be run: the clients and the server are on any core.");
    }
}

fn play(contest: &Contest, languages: &Languages, server: &Server) -> Result {
    show::heading(contest.name, contest.about);
    let begin = |client: &&str| Contestant::start(languages.contestant(contest, client, &server.url));
    let mut contestants = contest.clients.iter().map(begin).collect::<Result<Vec<_>>>()?;
    let mut rounds: Vec<Vec<Round>> = vec![Vec::new(); contestants.len()];
    for _ in 0..ROUNDS {
        for (contestant, rounds) in contestants.iter_mut().zip(&mut rounds) {
            rounds.push(contestant.play()?);
        }
    }
    let results: Vec<Round> = rounds.into_iter().map(median).collect();
    println!("{:<12} {:>12} {:>8} {:>12} {:>8}", "client", "wall µs", "ratio", "CPU µs", "ratio");
    let first = results[0];
    for (client, Round { wall, cpu }) in contest.clients.iter().zip(results) {
        let (walls, cpus) = (wall / first.wall, cpu / first.cpu);
        println!("{client:<12} {wall:>12.1} {walls:>7.2}x {cpu:>12.1} {cpus:>7.2}x");
    }
    Ok(())
}

/// Of both times, each for itself.
fn median(rounds: Vec<Round>) -> Round {
    let of = |time: fn(&Round) -> f64| {
        let mut times: Vec<f64> = rounds.iter().map(time).collect();
        times.sort_unstable_by(f64::total_cmp);
        times[times.len() / 2]
    };
    Round { wall: of(|round| round.wall), cpu: of(|round| round.cpu) }
}

/// The server, for as long as this is held.
struct Server {
    /// It ends when its standard input does, which is held here.
    child: Child,
    url: String,
}

impl Server {
    fn start() -> Result<Server> {
        let program = paths::program("zexa-bench-server");
        let told = |error| format!("{}: {error}", program.display());
        let mut server = Command::new(&program);
        let mut child = server.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(told)?;
        let mut address = String::new();
        let stdout = child.stdout.take().expect("it was asked for");
        BufReader::new(stdout).read_line(&mut address).map_err(told)?;
        Ok(Server { child, url: format!("http://{}", address.trim()) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // Nothing can be done where this fails: it is gone already.
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_that_of_each_time() {
        let rounds = [(1.0, 9.0), (3.0, 8.0), (2.0, 1.0)].map(|(wall, cpu)| Round { wall, cpu });
        let Round { wall, cpu } = median(rounds.to_vec());
        assert_eq!((wall, cpu), (2.0, 8.0));
    }
}

//! `cargo xtask bench`: clients against their peers at the same work, as ratios within one run.
//!
//! A machine is never the same twice, so times of different runs say nothing. Here all clients play in turns, round by round, against a server that takes
//! next to no time, and their medians are compared.

mod contestant;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitCode, Stdio};

use self::contestant::{Contestant, Round};
use crate::command::{self, Result, cargo};
use crate::python::Venv;
use crate::wheel::Wheel;
use crate::{chosen, paths, show, usage};

/// A work that clients are measured at.
struct Contest {
    name: &'static str,
    about: &'static str,
    /// The first is what the others are compared with.
    clients: &'static [&'static str],
}

const CONTESTS: &[Contest] = &[
    Contest {
        name: "one-call",
        about: "a message is sent, and the answer read",
        clients: &["zexa", "raw socket", "primp", "pycurl", "httpx", "requests"],
    },
    Contest {
        name: "threads",
        about: "eight threads share a client, and send at once",
        clients: &["zexa", "primp", "httpx", "requests"],
    },
    Contest {
        name: "contacts",
        about: "10,000 contacts are read, page after page, as objects with types",
        clients: &["zexa", "pycurl", "requests"],
    },
    Contest {
        name: "import",
        about: "Python starts and imports it",
        clients: &["nothing", "zexa", "primp", "httpx", "requests"],
    },
];

/// An odd number, so that one of them is the median.
const ROUNDS: usize = 9;

/// Prints the names of the contests.
pub(crate) fn list() -> ExitCode {
    for contest in CONTESTS {
        println!("{:<10} {}", contest.name, contest.about);
    }
    ExitCode::SUCCESS
}

/// Runs the named contests, or all of them.
pub(crate) fn run(names: &[&str]) -> ExitCode {
    let contests = match chosen(CONTESTS, names, |contest| contest.name) {
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
    let venv = Venv::of_file("benchmarks", "tests/benchmarks/requirements.txt")?;
    Wheel::build()?.install(&venv)?;
    let server = Server::start()?;
    contests.iter().try_for_each(|contest| play(contest, &venv, &server))
}

fn play(contest: &Contest, venv: &Venv, server: &Server) -> Result {
    show::heading(contest.name, contest.about);
    let begin = |client: &&str| {
        let mut python = venv.program("python");
        python.arg(paths::root().join("tests/benchmarks/python")).args([contest.name, client, &server.url]);
        Contestant::start(python)
    };
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

//! The protocol of the benchmarks: one round for each line on stdin, whose wall and CPU time per operation are printed in microseconds.

use std::env;
use std::io;
use std::thread;
use std::time::{Duration, Instant};

use super::cpu;

/// Number of contacts that the server has.
pub(crate) const CONTACTS: usize = 10_000;
/// Number of pages of contacts.
pub(crate) const PAGES: usize = 100;

/// The client of one thread.
pub(crate) trait Sender: Send {
    /// Sends one message, and returns its id.
    fn send(&mut self) -> String;
    /// Reads all contacts as typed objects, and returns their number.
    fn read_contacts(&mut self) -> usize;
}

/// Returns clients for this number of threads. `url` is that of the server, without `/v1`. `None` if the name is unknown.
pub(crate) type NewSenders = fn(name: &str, url: &str, count: usize) -> Option<Vec<Box<dyn Sender>>>;

/// What a benchmark does in a round.
#[derive(Clone, Copy)]
struct Benchmark {
    threads: usize,
    /// `None` to read contacts.
    calls_per_thread: Option<usize>,
}

/// Enough calls to measure, and few enough that the rounds of different clients follow each other closely.
fn benchmark(name: &str) -> Option<Benchmark> {
    let (threads, calls_per_thread) = match name {
        "one-call" => (1, Some(500)),
        "threads-8" => (8, Some(250)),
        "threads-64" => (64, Some(40)),
        "latency-64" => (64, Some(10)),
        "contacts" | "contacts-latency" => (1, None),
        _ => return None,
    };
    Some(Benchmark { threads, calls_per_thread })
}

/// Runs the benchmark that the command line names: `BENCHMARK CLIENT URL [--short]`, or `count CLIENT URL CALLS` and `memory CLIENT URL CALLS`.
///
/// With `--short`, rounds are too short to measure, but show that a benchmark works. `count` makes calls without a protocol, for tools that count. `memory`
/// prints the resident memory in KB after a tenth of the calls and after all of them.
pub(crate) fn run(new_senders: NewSenders) -> Result<(), String> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [name, client, url, option @ ..] = &*arguments else {
        return Err("usage: BENCHMARK CLIENT URL [--short]".to_owned());
    };
    let senders = |count| new_senders(client, url, count).ok_or_else(|| format!("unknown client {client}"));
    if let "count" | "memory" = name.as_str() {
        let calls: usize =
            option.first().and_then(|calls| calls.parse().ok()).ok_or("the number of calls is missing")?;
        let sender = &mut senders(1)?[0];
        repeat(&mut **sender, calls / 10);
        let before = memory();
        repeat(&mut **sender, calls - calls / 10);
        if name == "memory" {
            println!("{before} {}", memory());
        }
        return Ok(());
    }
    let mut benchmark = benchmark(name).ok_or_else(|| format!("unknown benchmark {name}"))?;
    if option == ["--short"] {
        benchmark.calls_per_thread = benchmark.calls_per_thread.map(|_| 2);
    }
    run_rounds(benchmark, senders(benchmark.threads)?)
}

fn run_rounds(benchmark: Benchmark, mut senders: Vec<Box<dyn Sender>>) -> Result<(), String> {
    let operations = benchmark.calls_per_thread.map_or(1, |calls| calls * benchmark.threads);
    // Warm up: the first round is not measured.
    run_round(benchmark, &mut senders);
    println!("ready");
    for line in io::stdin().lines() {
        line.map_err(|error| error.to_string())?;
        let (started, used) = (Instant::now(), cpu::time());
        run_round(benchmark, &mut senders);
        let per_operation = |time: Duration| time.as_secs_f64() * 1e6 / operations as f64;
        println!("{} {}", per_operation(started.elapsed()), per_operation(cpu::time() - used));
    }
    Ok(())
}

fn run_round(benchmark: Benchmark, senders: &mut [Box<dyn Sender>]) {
    let Some(calls) = benchmark.calls_per_thread else {
        assert_eq!(senders[0].read_contacts(), CONTACTS);
        return;
    };
    if let [only] = senders {
        return repeat(&mut **only, calls);
    }
    thread::scope(|scope| {
        for sender in senders {
            scope.spawn(move || repeat(&mut **sender, calls));
        }
    });
}

fn repeat(sender: &mut dyn Sender, calls: usize) {
    for _ in 0..calls {
        assert!(sender.send().starts_with("msg_"));
    }
}

/// The resident memory of this process in KB.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").trim().parse().unwrap_or_default()
}

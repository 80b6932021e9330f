//! `zexa-chaos`: the programs in Rust that `cargo xtask chaos` runs.
//!
//! - `zexa-chaos send LEDGER ROWS CONCURRENCY` sends the rows of a bulk run. Prints the number of results, and exits with 3 if the run has stopped by
//!   itself.
//! - `zexa-chaos counts LEDGER` prints the counts by state as JSON.
//! - `zexa-chaos export LEDGER` prints all rows as CSV.
//! - `zexa-chaos calls WORKERS` makes the calls that it reads, with the blocking client; `calls-async` with the async client.
//! - `zexa-chaos proxy SEED [SABOTAGE]` is the fault proxy between a client and the sandbox.
//! - `zexa-chaos stale SECONDS` makes calls to a server that closes idle connections at the same time.

mod calls;
mod kill;
mod proxy;
mod stale;

use std::env;
use std::process::ExitCode;

type Done = Result<ExitCode, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match *arguments {
        ["send", ledger, rows, concurrency] => kill::send(ledger, rows, concurrency),
        ["counts", ledger] => kill::print_counts(ledger),
        ["export", ledger] => kill::export(ledger),
        ["calls", workers] => calls::run_blocking(workers),
        ["calls-async", _] => calls::run_async(),
        ["proxy", seed] => proxy::run(seed, ""),
        ["proxy", seed, sabotage] => proxy::run(seed, sabotage),
        ["stale", seconds] => stale::run(seconds),
        _ => Err("unknown arguments: see tests/chaos/src/main.rs".into()),
    };
    done.unwrap_or_else(|error| {
        eprintln!("zexa-chaos: {error}");
        ExitCode::FAILURE
    })
}

//! `cargo xtask scale`: workers on one machine share a ledger and a limiter, while they and their servers are killed.
//!
//! `tests/engines/scale.py` starts everything, and reports what the sandbox has received.

use std::process::ExitCode;

use crate::command::{self, Result};
use crate::{engines, show, test, usage};

/// The options of the command.
struct Options {
    messages: u64,
    /// Seed of the moments at which processes are killed.
    seed: u64,
    /// Flags of the program that leave out what holds the workers back.
    off: Vec<&'static str>,
}

/// Without the limiter; without the rate of each worker.
const FLAGS: [&str; 2] = ["--no-limiter", "--no-pace"];

impl Options {
    fn parse(arguments: &[&str]) -> Result<Options> {
        let mut options = Options { messages: 20_000, seed: fastrand::u64(..1_000_000), off: Vec::new() };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let number = match *argument {
                "--messages" => &mut options.messages,
                "--seed" => &mut options.seed,
                option => match FLAGS.into_iter().find(|flag| *flag == option) {
                    Some(flag) => {
                        options.off.push(flag);
                        continue;
                    }
                    None => return Err(format!("unknown option {option}")),
                },
            };
            let value = arguments.next().copied().unwrap_or_default();
            *number = value.parse().map_err(|_| format!("{argument}: expected a whole number, got {value:?}"))?;
        }
        if !(100..=1_000_000).contains(&options.messages) {
            return Err(format!("--messages: expected 100 to 1000000, got {}", options.messages));
        }
        Ok(options)
    }
}

/// Runs `cargo xtask scale` with these arguments.
pub(crate) fn run(arguments: &[&str]) -> ExitCode {
    let options = match Options::parse(arguments) {
        Ok(options) => options,
        Err(reason) => return usage(&reason),
    };
    match run_workers(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("\ncargo xtask scale: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn run_workers(options: &Options) -> Result {
    if let Some(reason) = test::engines::unavailable() {
        return Err(reason);
    }
    show::heading("scale", &format!("{} messages; seed {}", options.messages, options.seed));
    let mut python = engines::python()?;
    python.arg(format!("{}/scale.py", engines::TESTS));
    python.args(["--messages", &options.messages.to_string(), "--seed", &options.seed.to_string()]);
    python.args(&options.off).env("PYTHONPATH", engines::path_of_tests()?);
    command::run_quietly(&mut python)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_parsed() {
        let options = Options::parse(&["--messages", "500", "--no-limiter", "--seed", "7"]).expect("valid");
        assert_eq!((options.messages, options.seed, options.off), (500, 7, vec!["--no-limiter"]));
        assert!(Options::parse(&[]).expect("valid").off.is_empty());
        for wrong in [&["--messages"][..], &["--messages", "5"], &["--messages", "x"], &["--kills", "5"], &["500"]] {
            assert!(Options::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}

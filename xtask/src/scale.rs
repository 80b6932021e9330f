//! `cargo xtask scale`: workers on one machine share a ledger and a limiter, while they and their servers are killed.
//!
//! `tests/engines/scale.py` starts everything, and reports what the sandbox has received.

use std::process::ExitCode;

use crate::command::{self, Result};
use crate::{end, engines, show, test, usage};

/// The options of the command.
struct Options {
    messages: u64,
    /// Seed of the moments at which processes are killed.
    seed: u64,
    limiter: bool,
}

impl Options {
    fn parse(arguments: &[&str]) -> Result<Options> {
        let mut options = Options { messages: 20_000, seed: fastrand::u64(..1_000_000), limiter: true };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let number = match *argument {
                "--messages" => &mut options.messages,
                "--seed" => &mut options.seed,
                "--no-limiter" => {
                    options.limiter = false;
                    continue;
                }
                option => return Err(format!("unknown option {option}")),
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
    end("scale", run_workers(&options))
}

fn run_workers(options: &Options) -> Result {
    if let Some(reason) = test::engines::unavailable() {
        return Err(reason);
    }
    show::heading("scale", &format!("{} messages; seed {}", options.messages, options.seed));
    let mut python = engines::python()?;
    python.arg(format!("{}/scale.py", engines::TESTS));
    python.args(["--messages", &options.messages.to_string(), "--seed", &options.seed.to_string()]);
    if !options.limiter {
        python.arg("--no-limiter");
    }
    python.env("PYTHONPATH", engines::path_of_tests()?);
    command::run_quietly(&mut python)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_parsed() {
        let options = Options::parse(&["--messages", "500", "--no-limiter", "--seed", "7"]).expect("valid");
        assert_eq!((options.messages, options.seed, options.limiter), (500, 7, false));
        assert!(Options::parse(&[]).expect("valid").limiter);
        for wrong in [&["--messages"][..], &["--messages", "5"], &["--messages", "x"], &["--kills", "5"], &["500"]] {
            assert!(Options::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}

//! `cargo xtask chaos stale`: measures how many calls are lost because the server closes an idle connection at the same time.

use std::process::ExitCode;

use super::programs::{build, rust};
use super::wire::LANGUAGES;
use crate::command::{self, Result};
use crate::{end, usage};

/// Runs `cargo xtask chaos stale` with these arguments.
pub(crate) fn run(arguments: &[&str]) -> ExitCode {
    let minutes = match minutes(arguments) {
        Ok(minutes) => minutes,
        Err(reason) => return usage(&reason),
    };
    // The first language is Rust, and its program also measures the async client.
    let measured = build(&[&LANGUAGES[0]]).and_then(|()| command::run(rust("stale").arg((minutes * 60.0).to_string())));
    end("chaos stale", measured)
}

fn minutes(arguments: &[&str]) -> Result<f64> {
    match arguments {
        [] => Ok(1.0),
        ["--minutes", value] => value
            .parse()
            .ok()
            .filter(|minutes| (0.01..100_000.0).contains(minutes))
            .ok_or_else(|| format!("--minutes: expected a number above 0.01, got {value:?}")),
        _ => Err("expected --minutes N, or nothing".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_parsed() {
        assert_eq!((minutes(&[]), minutes(&["--minutes", "0.5"])), (Ok(1.0), Ok(0.5)));
        for arguments in [&["--minutes"][..], &["--minutes", "0"], &["rust"]] {
            minutes(arguments).expect_err("invalid");
        }
    }
}

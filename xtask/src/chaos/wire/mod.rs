//! `cargo xtask chaos wire`: breaks the connections between clients and the sandbox in all ways, and compares what the sandbox has received with
//! what the callers were told.
//!
//! A program in each language makes calls through the fault proxy of `tests/chaos`. Each message is unique, so that it can be counted in the record
//! of the sandbox, which is killed and restarted from time to time.

mod calls;
mod compare;
mod ledgers;
mod options;
mod programs;
mod proxy;
mod report;
mod run;
mod server;

use std::process::ExitCode;

use self::options::Options;
pub(super) use self::programs::LANGUAGES;
use super::programs::{Language, build};
use crate::background::print_line;
use crate::command::{self, Result};
use crate::{end, show, usage};

/// Runs `cargo xtask chaos wire` with these arguments.
pub(crate) fn run(arguments: &[&str]) -> ExitCode {
    let options = match Options::parse(arguments) {
        Ok(options) => options,
        Err(reason) => return usage(&reason),
    };
    let done = build(&options.languages).and_then(|()| run_all(&options));
    end("chaos wire", done)
}

/// Runs all languages, even if one fails.
fn run_all(options: &Options) -> Result {
    command::all(options.languages.iter().map(|language| run_language(language, options)))
}

fn run_language(language: &'static Language, options: &Options) -> Result {
    show::heading(language.name, &format!("source: {}; seed {}", language.source, options.seed));
    let summary = run::run(language, options)
        .map_err(|reason| format!("{}: {reason}\nRepeat it with: {}", language.name, options.command_for(language)))?;
    print_line!("{summary}");
    Ok(())
}

/// The step `chaos` of the tests: a minute in all languages, and the proof that a proxy that breaks the promises is found.
pub(crate) fn check() -> Result {
    let options = Options::for_test();
    build(&options.languages)?;
    let sabotage = SABOTAGE.iter().map(|(name, violation)| {
        let options = Options { sabotage: (*name).to_owned(), minutes: 0.0, ..options.clone() };
        check_sabotage(&options, violation)
    });
    command::all(sabotage.chain([run_all(&options)]))
}

/// What the proxy can do wrong, and the violation that must be found.
const SABOTAGE: [(&str, &str); 3] = [
    ("duplicate", "was received 2 times"),
    ("lose", "was sent with an id, and was not received with it"),
    ("deny", "was not sent or rejected, and was received"),
];

/// Checks that a proxy that breaks a promise is found.
fn check_sabotage(options: &Options, violation: &str) -> Result {
    match run::run(&LANGUAGES[0], options) {
        Err(found) if found.contains(violation) => Ok(()),
        Err(found) => Err(format!("sabotage `{}` has led to another violation: {found}", options.sabotage)),
        Ok(summary) => Err(format!("sabotage `{}` was not found: {summary}", options.sabotage)),
    }
}

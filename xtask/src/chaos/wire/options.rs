//! The command line of `cargo xtask chaos wire`.

use std::time::Duration;

use super::super::programs::Language;
use super::programs::LANGUAGES;
use crate::command::Result;
use crate::select;

#[derive(Clone)]
pub(super) struct Options {
    pub(super) languages: Vec<&'static Language>,
    /// Seed of the calls and of the faults.
    pub(super) seed: u64,
    /// Duration of all languages together.
    pub(super) minutes: f64,
    /// What the proxy does wrong on purpose; empty: nothing.
    pub(super) sabotage: String,
}

impl Options {
    pub(super) fn parse(arguments: &[&str]) -> Result<Options> {
        let mut options =
            Options { languages: Vec::new(), seed: fastrand::u64(..1_000_000), minutes: 1.0, sabotage: String::new() };
        let mut names = Vec::new();
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().copied().unwrap_or_default();
            match *argument {
                "--seed" => {
                    let value = value();
                    options.seed =
                        value.parse().map_err(|_| format!("--seed: expected a whole number, got {value:?}"))?;
                }
                "--minutes" => {
                    let value = value();
                    let minutes = value.parse().ok().filter(|minutes| (0.01..100_000.0).contains(minutes));
                    options.minutes =
                        minutes.ok_or_else(|| format!("--minutes: expected a number above 0.01, got {value:?}"))?;
                }
                option if option.starts_with('-') => return Err(format!("unknown option {option}")),
                name => names.push(name),
            }
        }
        options.languages = select(LANGUAGES, &names, |language| language.name)?;
        Ok(options)
    }

    /// The options of the step of the tests.
    pub(super) fn for_test() -> Options {
        // A part of a minute, because the calls that are in progress at the end take longer.
        Options::parse(&["--minutes", "0.3"]).expect("valid options")
    }

    /// How long each language makes calls.
    pub(super) fn time(&self) -> Duration {
        Duration::from_secs_f64(self.minutes * 60.0 / self.languages.len() as f64)
    }

    /// The command that repeats the run of a language.
    pub(super) fn command_for(&self, language: &Language) -> String {
        let minutes = self.minutes / self.languages.len() as f64;
        // Rounded up: it must not be shorter.
        let minutes = (minutes * 100.0).ceil() / 100.0;
        format!("cargo xtask chaos wire {} --seed {} --minutes {minutes}", language.name, self.seed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_parsed_and_can_be_repeated() {
        let all = Options::parse(&["--minutes", "3"]).expect("valid");
        assert_eq!(all.time() * LANGUAGES.len() as u32, Duration::from_secs(180));
        let one = Options::parse(&["rust", "--seed", "7", "--minutes", "0.5"]).expect("valid");
        let command = one.command_for(one.languages[0]);
        assert_eq!(command, "cargo xtask chaos wire rust --seed 7 --minutes 0.5");
        let again: Vec<&str> = command.split(' ').skip(4).collect();
        let again = Options::parse(&again).expect("valid");
        assert_eq!((again.seed, again.time()), (7, one.time()));
        for (arguments, reason) in [
            (&["--seed", "x"][..], "--seed: expected a whole number, got \"x\""),
            (&["--minutes", "0"], "--minutes: expected a number above 0.01, got \"0\""),
            (&["--minutes"], "--minutes: expected a number above 0.01, got \"\""),
            (&["--second", "4"], "unknown option --second"),
            (&["cobol"], "unknown name `cobol`; expected rust"),
        ] {
            let error = Options::parse(arguments).err().expect("invalid");
            assert!(error.starts_with(reason), "{error}");
        }
    }
}

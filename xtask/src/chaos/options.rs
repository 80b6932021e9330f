//! The command line of `cargo xtask chaos kill`.

use super::programs::{LANGUAGES, Language};
use crate::command::Result;
use crate::select;

pub(super) struct Options {
    pub(super) languages: Vec<&'static Language>,
    pub(super) rows: u64,
    pub(super) kills: u64,
    pub(super) restarts: u64,
    pub(super) concurrency: u64,
    /// Seed of the moments at which processes are killed.
    pub(super) seed: u64,
}

impl Options {
    pub(super) fn parse(arguments: &[&str]) -> Result<Options> {
        let mut options = Options {
            languages: Vec::new(),
            rows: 2000,
            kills: 20,
            restarts: 3,
            concurrency: 16,
            seed: fastrand::u64(..1_000_000),
        };
        let mut names = Vec::new();
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let number = match *argument {
                "--rows" => &mut options.rows,
                "--kills" => &mut options.kills,
                "--restarts" => &mut options.restarts,
                "--concurrency" => &mut options.concurrency,
                "--seed" => &mut options.seed,
                option if option.starts_with('-') => return Err(format!("unknown option {option}")),
                name => {
                    names.push(name);
                    continue;
                }
            };
            let value = arguments.next().copied().unwrap_or_default();
            *number = value.parse().map_err(|_| format!("{argument}: expected a whole number, got {value:?}"))?;
        }
        if options.concurrency == 0 {
            return Err("--concurrency: expected 1 or more, got 0".to_owned());
        }
        if options.last_moment() == 0 {
            return Err(format!("--rows: {} rows are too few for this many kills and restarts", options.rows));
        }
        options.languages = select(LANGUAGES, &names, |language| language.name)?;
        Ok(options)
    }

    /// The number of messages that are certainly accepted, even if each kill and restart leaves the maximum number of rows in doubt. The last kill
    /// is before it.
    pub(super) fn last_moment(&self) -> u64 {
        // A row in forty is rejected, and a margin remains for the last process.
        let accepted = (self.rows - self.rows / 40).saturating_sub(100);
        accepted.saturating_sub((self.kills + self.restarts) * self.concurrency)
    }

    /// The command that repeats the run of a language.
    pub(super) fn command_for(&self, language: &Language) -> String {
        let Options { rows, kills, restarts, concurrency, seed, .. } = self;
        let name = language.name;
        format!(
            "cargo xtask chaos kill {name} --rows {rows} --kills {kills} --restarts {restarts} --concurrency {concurrency} --seed {seed}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_parsed_and_can_be_repeated() {
        let all = Options::parse(&[]).expect("defaults are valid");
        assert_eq!(all.languages.len(), LANGUAGES.len());
        let one = Options::parse(&["--kills", "3", "rust", "--seed", "7"]).expect("valid");
        let command = one.command_for(one.languages[0]);
        assert_eq!(command, "cargo xtask chaos kill rust --rows 2000 --kills 3 --restarts 3 --concurrency 16 --seed 7");
        let again: Vec<&str> = command.split(' ').skip(4).collect();
        assert_eq!(Options::parse(&again).expect("valid").command_for(one.languages[0]), command);
        for (arguments, reason) in [
            (&["--rows", "x"][..], "--rows: expected a whole number, got \"x\""),
            (&["--seed"], "--seed: expected a whole number, got \"\""),
            (&["--concurrency", "0"], "--concurrency: expected 1 or more, got 0"),
            (&["--rows", "400"], "--rows: 400 rows are too few for this many kills and restarts"),
            (&["--row", "4"], "unknown option --row"),
            (&["cobol"], "unknown name `cobol`; expected "),
        ] {
            let error = Options::parse(arguments).err().expect("invalid");
            assert!(error.starts_with(reason), "{error}");
        }
    }
}

//! The command line of `cargo xtask bench`.

use super::workloads::{self, Workload};
use crate::command::Result;
use crate::select;

/// Number of rounds. It is odd, so that the median is one of them.
const ROUNDS: usize = 15;

/// What is measured apart from the workloads.
const OTHERS: [(&str, &str); 4] = [
    ("counts", "instructions, system calls and allocations of one call, with Valgrind and strace"),
    ("memory", "growth of a process over a million calls"),
    ("sizes", "sizes of the shipped libraries, and code of libzexa.so by crate"),
    ("report", "nothing: write docs/performance.md with the results of earlier runs"),
];

/// Names and descriptions of everything that can be measured.
pub(super) fn all() -> impl Iterator<Item = (&'static str, String)> {
    let workloads = workloads::ALL.iter();
    let workloads =
        workloads.map(|workload| (workload.name, format!("{}: {}", workload.language().name(), workload.about)));
    workloads.chain(OTHERS.map(|(name, about)| (name, about.to_owned())))
}

/// The parsed command line.
#[derive(Debug, PartialEq)]
pub(super) struct Options<'a> {
    /// Empty for all.
    names: Vec<&'a str>,
    /// Whether to run so briefly that the results mean nothing, without the peers that need additional packages.
    pub(super) quick: bool,
    pub(super) rounds: usize,
    /// Whether to write `docs/performance.md`.
    pub(super) write: bool,
    /// Whether to record the counts that the tests compare with.
    pub(super) record: bool,
}

impl<'a> Options<'a> {
    pub(super) fn parse(arguments: &[&'a str]) -> Result<Options<'a>> {
        let mut options = Options { names: Vec::new(), quick: false, rounds: ROUNDS, write: false, record: false };
        let mut arguments = arguments.iter().copied();
        while let Some(argument) = arguments.next() {
            match argument {
                "--quick" => (options.quick, options.rounds) = (true, 1),
                "--write" => options.write = true,
                "--record" => options.record = true,
                "--rounds" => {
                    let rounds = arguments.next().and_then(|value| value.parse().ok());
                    let is_odd = |rounds: &usize| rounds % 2 == 1;
                    options.rounds = rounds.filter(is_odd).ok_or("bench: --rounds must be an odd number")?;
                }
                option if option.starts_with('-') => return Err(format!("bench: unknown option {option}")),
                name => options.names.push(name),
            }
        }
        let known: Vec<_> = all().collect();
        select(&known, &options.names, |(name, _)| name)?;
        if options.record && options.names != ["counts"] {
            return Err("bench: --record is an option of `bench counts`".to_owned());
        }
        if options.quick && options.write {
            return Err("bench: the results of --quick mean nothing, so --write does not apply".to_owned());
        }
        let is_full = options.names.is_empty() && !options.quick;
        options.write |= is_full || options.names.contains(&"report");
        Ok(options)
    }

    /// Whether this was named, or nothing was.
    pub(super) fn includes(&self, name: &str) -> bool {
        self.names.is_empty() || self.names.contains(&name)
    }

    /// The selected workloads.
    pub(super) fn workloads(&self) -> Vec<&'static Workload> {
        workloads::ALL.iter().filter(|workload| self.includes(workload.name)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_run_writes_the_report() {
        let write = |arguments: &[&str]| Options::parse(arguments).map(|options| options.write);
        assert_eq!(write(&[]), Ok(true));
        assert_eq!(write(&["--rounds", "5"]), Ok(true));
        assert_eq!(write(&["c-one-call"]), Ok(false));
        assert_eq!(write(&["c-one-call", "--write"]), Ok(true));
        assert_eq!(write(&["report"]), Ok(true));
        assert_eq!(write(&["--quick"]), Ok(false));
    }

    #[test]
    fn names_select_workloads() {
        let options = Options::parse(&["counts", "c-one-call"]).expect("valid");
        assert_eq!(options.workloads().iter().map(|workload| workload.name).collect::<Vec<_>>(), ["c-one-call"]);
        assert!(options.includes("counts"));
        assert_eq!(Options::parse(&[]).expect("valid").workloads().len(), workloads::ALL.len());
    }

    #[test]
    fn invalid_arguments_are_rejected() {
        for (arguments, reason) in [
            (&["c-two-calls"][..], "unknown name"),
            (&["--rounds", "4"], "odd"),
            (&["--rounds"], "odd"),
            (&["--fast"], "unknown option"),
            (&["--record"], "bench counts"),
            (&["--quick", "--write"], "mean nothing"),
        ] {
            assert!(Options::parse(arguments).expect_err("invalid").contains(reason), "{arguments:?}");
        }
    }
}

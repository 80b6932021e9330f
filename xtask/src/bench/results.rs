//! Results of measurements, which remain in `target/bench` for the report.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::client::Round;
use super::counts::Counts;
use super::memory::Memory;
use super::report;
use crate::background::print_line;
use crate::command::Result;
use crate::paths;

/// Everything that was measured last.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Results {
    /// Results of other machines are discarded.
    pub(super) machine: String,
    /// Of the last measurement.
    pub(super) date: String,
    /// Whether the results mean nothing, and are not stored.
    #[serde(skip)]
    is_quick: bool,
    /// By the name of the workload.
    pub(super) workloads: BTreeMap<String, Vec<ClientResult>>,
    /// The part of the processors that other programs used before a workload was measured, from 0 to 1.
    pub(super) others: BTreeMap<String, f64>,
    /// By language and client.
    pub(super) counts: BTreeMap<String, Counts>,
    /// Sizes of libraries in bytes.
    pub(super) sizes: BTreeMap<String, u64>,
    /// Code of libzexa.so by crate in bytes, the largest first.
    pub(super) parts: Vec<(String, u64)>,
    /// By language.
    pub(super) memory: BTreeMap<String, Memory>,
}

/// Times of a client in microseconds per operation, and the ratios of our client's times to them.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct ClientResult {
    pub(super) name: String,
    pub(super) cpu: Spread,
    pub(super) wall: Spread,
    pub(super) cpu_ratio: Spread,
    pub(super) wall_ratio: Spread,
    /// How much more time our client needs, in microseconds.
    pub(super) more_cpu: Spread,
    pub(super) more_wall: Spread,
}

/// Median and quartiles.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Spread {
    pub(super) low: f64,
    pub(super) median: f64,
    pub(super) high: f64,
}

impl ClientResult {
    /// Compares times of the same rounds.
    pub(super) fn new(name: &str, ours: &[Round], theirs: &[Round]) -> ClientResult {
        let of = |time: fn(&Round) -> f64| Spread::of(theirs.iter().map(time));
        let ratio = |time: fn(&Round) -> f64| {
            Spread::of(ours.iter().zip(theirs).map(|(ours, theirs)| time(ours) / time(theirs).max(f64::MIN_POSITIVE)))
        };
        let more = |time: fn(&Round) -> f64| {
            Spread::of(ours.iter().zip(theirs).map(|(ours, theirs)| time(ours) - time(theirs)))
        };
        ClientResult {
            name: name.to_owned(),
            cpu: of(|round| round.cpu),
            wall: of(|round| round.wall),
            cpu_ratio: ratio(|round| round.cpu),
            wall_ratio: ratio(|round| round.wall),
            more_cpu: more(|round| round.cpu),
            more_wall: more(|round| round.wall),
        }
    }
}

impl Spread {
    fn of(values: impl Iterator<Item = f64>) -> Spread {
        let mut values: Vec<f64> = values.collect();
        values.sort_unstable_by(f64::total_cmp);
        let last = values.len() - 1;
        Spread { low: values[last / 4], median: values[last / 2], high: values[last - last / 4] }
    }
}

impl Results {
    /// The results of earlier runs on this machine. None if there are none, if they have another form, or if this run is too quick to measure.
    pub(super) fn new(is_quick: bool) -> Results {
        let text = if is_quick { String::new() } else { fs::read_to_string(file()).unwrap_or_default() };
        let earlier: Results = serde_json::from_str(&text).unwrap_or_default();
        let (machine, date) = (report::machine(), report::date());
        let is_other = earlier.machine != machine && !earlier.machine.is_empty();
        if is_other {
            print_line!("The earlier results are of {}, and are discarded.", earlier.machine);
        }
        let earlier = if is_other { Results::default() } else { earlier };
        Results { machine, date, is_quick, ..earlier }
    }

    /// Adds results. They are stored immediately, so that a later failure does not lose them, and next to those of other runs at the same time.
    pub(super) fn update(&mut self, add: impl FnOnce(&mut Results)) -> Result {
        if self.is_quick {
            add(self);
            return Ok(());
        }
        *self = Results::new(false);
        add(self);
        self.write()
    }

    fn write(&self) -> Result {
        let (file, text) = (file(), serde_json::to_string_pretty(self).expect("all keys are text"));
        let folder = file.parent().expect("it has a name");
        let written = fs::create_dir_all(folder).and_then(|()| fs::write(&file, text));
        written.map_err(|error| format!("{}: {error}", file.display()))
    }
}

fn file() -> PathBuf {
    paths::target().join("bench").join("results.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_quartiles() {
        assert_eq!(Spread::of([5.0, 1.0, 3.0, 2.0, 4.0].into_iter()), Spread { low: 2.0, median: 3.0, high: 4.0 });
        assert_eq!(Spread::of([1.0, 2.0, 3.0].into_iter()), Spread { low: 1.0, median: 2.0, high: 3.0 });
        assert_eq!(Spread::of([7.0].into_iter()), Spread { low: 7.0, median: 7.0, high: 7.0 });
    }

    #[test]
    fn ratios_compare_times_of_the_same_round() {
        let round = |(wall, cpu)| Round { wall, cpu };
        // The machine was slow in the second round.
        let ours = [(1.0, 0.5), (10.0, 5.0), (1.0, 0.5)].map(round);
        let theirs = [(2.0, 2.0), (20.0, 20.0), (2.0, 2.0)].map(round);
        let result = ClientResult::new("peer", &ours, &theirs);
        assert_eq!(result.wall_ratio, Spread { low: 0.5, median: 0.5, high: 0.5 });
        assert_eq!(result.cpu_ratio, Spread { low: 0.25, median: 0.25, high: 0.25 });
        assert_eq!((result.wall.median, result.cpu.median), (2.0, 2.0));
    }
}

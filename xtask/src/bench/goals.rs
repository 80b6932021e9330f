//! Whether a goal is met.

use std::collections::BTreeMap;

use super::counts::Counts;
use super::memory::Memory;
use super::report::thousands;
use super::results::{ClientResult, Spread};
use super::sizes;
use super::workloads::{Goal, Metric};

/// A goal and what was measured.
pub(super) struct Assessment {
    pub(super) goal: String,
    pub(super) measured: String,
    pub(super) is_met: bool,
}

/// Compares a goal with the results of its workload. `None` if its peer was not measured.
pub(super) fn assess(goal: Goal, results: &[ClientResult]) -> Option<Assessment> {
    let peer = results.iter().find(|result| result.name == goal.peer())?;
    Some(match goal {
        Goal::AtMost(limit, metric, name) => {
            let ratio = match metric {
                Metric::Cpu => peer.cpu_ratio,
                Metric::Wall => peer.wall_ratio,
            };
            Assessment {
                goal: format!("at most {} the {} time of {name}", multiple(limit), metric.name()),
                measured: spread(&ratio),
                is_met: ratio.median <= limit,
            }
        }
        Goal::More(limit, metric, name) => {
            let more = match metric {
                Metric::Cpu => peer.more_cpu,
                Metric::Wall => peer.more_wall,
            };
            let peer = if name == "nothing" { "an empty program" } else { name };
            Assessment {
                goal: format!("at most {limit} ms more {} time than {peer}", metric.name()),
                measured: format!("{:.1} ms ({:.1} to {:.1})", more.median / 1e3, more.low / 1e3, more.high / 1e3),
                is_met: more.median / 1e3 <= limit,
            }
        }
    })
}

/// Goals of one call: most user-space instructions and system calls.
const COUNTS: [(&str, &str, f64, f64); 2] = [("C", "C zexa", 65_000.0, 8.0), ("Rust", "Rust zexa", 65_000.0, 7.0)];

/// Compares the counts with their goals, by language.
pub(super) fn of_counts(counts: &BTreeMap<String, Counts>) -> impl Iterator<Item = (&'static str, Assessment)> {
    COUNTS.into_iter().flat_map(|(language, client, instructions, system_calls)| {
        let counts = counts.get(client);
        let assess = |limit: f64, what: &str, count: f64| Assessment {
            goal: format!("at most {} {what}", thousands(limit)),
            measured: thousands(count),
            is_met: count.round() <= limit,
        };
        // Zero means that the tool is missing.
        let instructions = counts
            .filter(|counts| counts.instructions > 0.0)
            .map(|counts| assess(instructions, "instructions", counts.instructions));
        let system_calls = counts
            .filter(|counts| counts.system_calls > 0.0)
            .map(|counts| assess(system_calls, "system calls", counts.system_calls));
        [instructions, system_calls].into_iter().flatten().map(move |assessment| (language, assessment))
    })
}

/// Compares the sizes of our libraries with the peer, by name.
pub(super) fn of_sizes(sizes: &BTreeMap<String, u64>) -> impl Iterator<Item = (&str, Assessment)> {
    let peer = sizes.get(sizes::PEER).copied();
    let ours = sizes.iter().filter(|(name, _)| *name != sizes::PEER);
    ours.filter_map(move |(name, size)| {
        let ratio = *size as f64 / peer? as f64;
        let goal = format!("at most half of {}", sizes::PEER);
        Some((name.as_str(), Assessment { goal, measured: multiple(ratio), is_met: ratio <= 0.5 }))
    })
}

/// How much more memory a process may use after all calls than after a tenth, in KB: less than two bytes per call.
const GROWTH: i64 = 1500;

/// Whether processes grow, by language.
pub(super) fn of_memory(memory: &BTreeMap<String, Memory>) -> impl Iterator<Item = (&str, Assessment)> {
    memory.iter().map(|(language, memory)| {
        let growth = memory.after - memory.before;
        let goal =
            format!("at most {GROWTH} KB more after {} calls than after a tenth", thousands(memory.calls.into()));
        (language.as_str(), Assessment { goal, measured: format!("{growth} KB"), is_met: growth <= GROWTH })
    })
}

/// A median and its quartiles, such as `0.85 × (0.84 to 0.87)`.
fn spread(spread: &Spread) -> String {
    let number = |value| multiple(value).trim_end_matches(" ×").to_owned();
    format!("{} ({} to {})", multiple(spread.median), number(spread.low), number(spread.high))
}

/// `0.85 ×`. With more digits for small numbers.
pub(super) fn multiple(value: f64) -> String {
    let digits = match value {
        ..0.1 => 4,
        ..0.2 => 3,
        _ => 2,
    };
    format!("{value:.digits$} ×")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::client::Round;

    fn results(ours: f64, theirs: f64) -> Vec<ClientResult> {
        let rounds = |time: f64| vec![Round { wall: time * 2.0, cpu: time }; 3];
        [("zexa", ours), ("peer", theirs)]
            .map(|(name, time)| ClientResult::new(name, &rounds(ours), &rounds(time)))
            .into()
    }

    #[test]
    fn a_ratio_is_compared_with_its_limit() {
        let is_met = |ours| assess(Goal::AtMost(0.5, Metric::Cpu, "peer"), &results(ours, 10.0)).map(|one| one.is_met);
        assert_eq!((is_met(4.9), is_met(5.1)), (Some(true), Some(false)));
        let assessment = assess(Goal::AtMost(0.5, Metric::Cpu, "peer"), &results(1.0, 10.0)).expect("measured");
        assert_eq!(assessment.goal, "at most 0.50 × the CPU time of peer");
        assert_eq!(assessment.measured, "0.100 × (0.100 to 0.100)");
    }

    #[test]
    fn a_difference_is_compared_in_milliseconds() {
        let is_met =
            |ours| assess(Goal::More(5.0, Metric::Wall, "peer"), &results(ours, 10_000.0)).map(|one| one.is_met);
        assert_eq!((is_met(12_400.0), is_met(12_600.0)), (Some(true), Some(false)));
    }

    #[test]
    fn a_goal_needs_its_peer() {
        assert!(assess(Goal::AtMost(0.5, Metric::Cpu, "other"), &results(1.0, 1.0)).is_none());
    }
}

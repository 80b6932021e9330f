//! `cargo xtask test`: all tests, as steps that run one after the other.

mod c;
mod c_scenarios;
mod consumers;
mod conventions;
mod dependencies;
pub(crate) mod dist;
pub(crate) mod engines;
pub(crate) mod exports;
mod guards;
mod guides;
mod licences;
mod node;
mod peers;
mod portability;
mod postgres;
mod prerequisites;
mod python;
mod python_lint;
mod readme;
mod redis;
mod schemathesis;
mod services;
mod spelling;
mod steps;
mod wording;
mod workflows;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use self::steps::{ON_DEMAND, STEPS, Step, TOGETHER};
use crate::background::{self, print_line};
use crate::{bench, release, select, show, usage};

/// Result of a step.
enum Verdict {
    Passed,
    Failed(String),
    /// The reason.
    Skipped(String),
}

/// Prints the names and descriptions of the steps.
pub(crate) fn list() -> ExitCode {
    for step in STEPS {
        println!("{:<15} {}", step.name, step.about);
    }
    ExitCode::SUCCESS
}

/// Runs the named steps, or all but those on demand, and prints a summary.
pub(crate) fn run(names: &[&str]) -> ExitCode {
    let mut steps = match select(STEPS, names, |step| step.name) {
        Ok(steps) => steps,
        Err(reason) => return usage(&reason),
    };
    steps.retain(|step| names.contains(&step.name) || !ON_DEMAND.contains(&step.name));
    let start = Instant::now();
    release::optimise_less();
    let background = prerequisites::start(&steps.iter().map(|step| step.name).collect::<Vec<_>>());
    let mut results = Vec::new();
    let mut built = true;
    for steps in steps.chunk_by(|one, next| are_together(one.name, next.name)) {
        for (step, (verdict, time)) in steps.iter().zip(run_steps(steps, built)) {
            built &= !(step.name == "build" && matches!(verdict, Verdict::Failed(_)));
            results.push((*step, verdict, time));
        }
    }
    // The threads have finished, unless steps were skipped.
    for thread in background {
        thread.join().expect("background work only runs programs");
    }
    sum_up(&results, start.elapsed())
}

/// Whether two steps run at the same time.
fn are_together(one: &str, other: &str) -> bool {
    TOGETHER.iter().any(|group| group.contains(&one) && group.contains(&other))
}

/// Runs one step, or several at the same time.
fn run_steps(steps: &[&Step], built: bool) -> Vec<(Verdict, Duration)> {
    if let [step] = steps {
        return vec![run_step(step, built)];
    }
    let names: Vec<_> = steps.iter().map(|step| step.name).collect();
    println!("\nRunning {} at the same time.", names.join(", "));
    background::run_together(steps.iter().map(|step| || run_step(step, built)))
}

fn run_step(step: &Step, built: bool) -> (Verdict, Duration) {
    show::heading(step.name, step.about);
    let reason = match step.name {
        _ if step.needs_build && !built => Some("the build failed".to_owned()),
        "peers" => peers::unavailable(),
        "counts" => bench::counts_unavailable(),
        "postgres" => postgres::unavailable(),
        "redis" => redis::unavailable(),
        "valkey" => redis::valkey_unavailable(),
        "engines" => engines::unavailable(),
        _ => None,
    };
    if let Some(reason) = reason {
        print_line!("skipped: {reason}");
        return (Verdict::Skipped(reason), Duration::ZERO);
    }
    let start = Instant::now();
    let result = (step.run)();
    let time = start.elapsed();
    (result.map_or_else(Verdict::Failed, |()| Verdict::Passed), time)
}

/// Prints the failures, and then one line for each step.
fn sum_up(results: &[(&Step, Verdict, Duration)], time: Duration) -> ExitCode {
    for (step, verdict, _) in results {
        if let Verdict::Failed(reason) = verdict {
            show::heading(step.name, "has failed");
            println!("{reason}");
        }
    }
    show::heading("summary", &format!("total time {}", show::time(time)));
    for (step, verdict, time) in results {
        let (word, reason) = match verdict {
            Verdict::Passed => ("passed", ""),
            Verdict::Failed(reason) => ("failed", reason.lines().next().unwrap_or_default()),
            Verdict::Skipped(reason) => ("skipped", reason.as_str()),
        };
        let word = show::verdict(word, matches!(verdict, Verdict::Passed));
        println!("{}", format!("{word} {:<15} {:>12}  {reason}", step.name, show::time(*time)).trim_end());
    }
    let count = |wanted: fn(&Verdict) -> bool| results.iter().filter(|(_, verdict, _)| wanted(verdict)).count();
    let passed = count(|verdict| matches!(verdict, Verdict::Passed));
    let failed = count(|verdict| matches!(verdict, Verdict::Failed(_)));
    let skipped = results.len() - passed - failed;
    // The format that tools which count test results recognize.
    let skipped = if skipped == 0 { String::new() } else { format!(", {skipped} skipped") };
    println!("\n{passed} passed, {failed} failed{skipped}");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn step_names_are_unique() {
        let mut names: Vec<_> = STEPS.iter().map(|step| step.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), STEPS.len());
    }

    #[test]
    fn the_steps_that_run_together_are_consecutive() {
        let names: Vec<_> = STEPS.iter().map(|step| step.name).collect();
        for group in TOGETHER {
            assert!(names.windows(group.len()).any(|some| some == group), "{group:?}");
        }
    }

    #[test]
    fn steps_that_need_a_failed_build_are_skipped() {
        let step = Step { name: "x", about: "", needs_build: true, run: || Ok(()) };
        assert!(matches!(run_step(&step, false).0, Verdict::Skipped(_)));
        assert!(matches!(run_step(&step, true).0, Verdict::Passed));
    }
}

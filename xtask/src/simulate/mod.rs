//! `cargo xtask simulate`: many workers that share the limiter of the core, on a virtual clock.

mod redis;
mod world;

use std::process::ExitCode;

use self::world::{Counts, World};
use crate::background::print_line;
use crate::command::Result;
use crate::end;

/// Microseconds of virtual time.
type Micros = u64;

const SECOND: Micros = 1_000_000;

/// What is shown separately.
struct Phase {
    name: &'static str,
    /// In seconds.
    length: u64,
    /// The limit of the API as a part of the highest one.
    limit: f64,
    /// Whether the limiter does not answer for the first five seconds.
    has_stall: bool,
    /// Whether the goals apply: the limit is known, and has not changed.
    is_steady: bool,
}

const PHASES: [Phase; 8] = [
    Phase { name: "the limit is found", length: 30, limit: 1.0, has_stall: false, is_steady: false },
    Phase { name: "steady", length: 60, limit: 1.0, has_stall: false, is_steady: true },
    Phase { name: "the limit falls by half", length: 30, limit: 0.5, has_stall: false, is_steady: false },
    Phase { name: "steady", length: 60, limit: 0.5, has_stall: false, is_steady: true },
    Phase { name: "the limit doubles", length: 120, limit: 1.0, has_stall: false, is_steady: false },
    Phase { name: "steady", length: 60, limit: 1.0, has_stall: false, is_steady: true },
    Phase { name: "the limiter stalls for 5 s", length: 30, limit: 1.0, has_stall: true, is_steady: false },
    Phase { name: "steady", length: 60, limit: 1.0, has_stall: false, is_steady: true },
];

/// The goals of a steady phase: the used part of the limit, the part of the attempts that are refused, and the fairness.
const LEAST_USED: f64 = 0.85;
const MOST_REFUSED: f64 = 0.03;
const LEAST_FAIR: f64 = 0.95;

struct Options {
    workers: usize,
    limit: usize,
    fallback: bool,
    seed: u64,
}

/// Runs the simulation.
pub(crate) fn run(arguments: &[&str]) -> ExitCode {
    end("simulate", parse(arguments).and_then(|options| simulate(&options)))
}

fn simulate(options: &Options) -> Result {
    let fallback = options.fallback.then(|| options.limit as f64 / options.workers as f64);
    let mut world = World::new(options.workers, options.limit, fallback, options.seed)?;
    print_line!("{} workers, {} requests per second, seed {}", options.workers, options.limit, options.seed);
    print_line!(
        "{:<28} {:>9} {:>7} {:>8} {:>9} {:>22} {:>12}",
        "",
        "accepted",
        "of the",
        "refused",
        "fairness",
        "per worker",
        "questions"
    );
    print_line!(
        "{:<28} {:>9} {:>7} {:>8} {:>9} {:>22} {:>12}",
        "",
        "per s",
        "limit",
        "",
        "(Jain)",
        "least, mean, most",
        "per s"
    );
    let (mut time, mut missed) = (0, 0);
    for phase in &PHASES {
        world.api_limit = (options.limit as f64 * phase.limit) as usize;
        if phase.has_stall {
            world.stall = (time, time + 5 * SECOND);
        }
        time += phase.length * SECOND;
        let counts = world.run_until(time)?;
        missed += u32::from(!show(phase, &counts, world.api_limit) && phase.is_steady);
    }
    match missed {
        0 => Ok(()),
        _ => Err(format!(
            "{missed} steady phases miss a goal: at least {LEAST_USED} of the limit, at most {MOST_REFUSED} refused, a fairness of {LEAST_FAIR}"
        )),
    }
}

/// Prints a phase. Returns whether it meets the goals.
fn show(phase: &Phase, counts: &Counts, limit: usize) -> bool {
    let (seconds, workers) = (phase.length as f64, counts.accepted.len() as f64);
    let accepted: u64 = counts.accepted.iter().sum();
    let (least, most) = (counts.accepted.iter().min().unwrap_or(&0), counts.accepted.iter().max().unwrap_or(&0));
    let used = accepted as f64 / seconds / limit as f64;
    let refused = counts.refused as f64 / (accepted + counts.refused).max(1) as f64;
    let squares: f64 = counts.accepted.iter().map(|count| (*count as f64).powi(2)).sum();
    let fairness = (accepted as f64).powi(2) / (workers * squares).max(1.0);
    print_line!(
        "{:<28} {:>9.0} {:>6.1}% {:>7.2}% {:>9.3} {:>22} {:>12.0}",
        phase.name,
        accepted as f64 / seconds,
        used * 100.0,
        refused * 100.0,
        fairness,
        format!("{least}, {:.0}, {most}", accepted as f64 / workers),
        counts.questions as f64 / seconds,
    );
    used >= LEAST_USED && refused <= MOST_REFUSED && fairness >= LEAST_FAIR
}

fn parse(arguments: &[&str]) -> Result<Options> {
    let mut options = Options { workers: 1000, limit: 5000, fallback: false, seed: 1 };
    let mut arguments = arguments.iter();
    while let Some(name) = arguments.next() {
        if *name == "--fallback" {
            options.fallback = true;
            continue;
        }
        let value = arguments.next().and_then(|value| value.parse::<u32>().ok()).filter(|value| *value > 0);
        let value = value.ok_or_else(|| format!("{name} needs a number that is more than 0"))?;
        match *name {
            "--workers" => options.workers = value as usize,
            "--limit" => options.limit = value as usize,
            "--seed" => options.seed = value.into(),
            _ => return Err(format!("unknown argument {name}; valid are --workers, --limit, --seed and --fallback")),
        }
    }
    Ok(options)
}

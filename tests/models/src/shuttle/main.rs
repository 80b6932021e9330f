//! Random models: many interleavings of threads and tasks, in sequential consistency. A failure can be replayed from its schedule.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "the modules of the core contain more than the models need, and items for users"
)]

#[path = "../../../../core/src/cancel.rs"]
mod cancel;
#[path = "../../../../core/src/classify.rs"]
mod classify;
mod connections;
mod engine;
#[path = "../../../../core/src/error.rs"]
mod error;
#[path = "../../../../core/src/json.rs"]
mod json;
mod ledger;
#[path = "../options.rs"]
mod options;
mod runtimes;
mod sync;
mod writer;

use std::path::PathBuf;
use std::process::ExitCode;

use shuttle::scheduler::{PctScheduler, RandomScheduler, ReplayScheduler};
use shuttle::{Config, FailurePersistence, Runner};

pub(crate) use self::cancel::CancelToken;
pub(crate) use self::error::{Error, Kind, Outcome, Result};
use self::options::{Model, Options};

const MODELS: &[Model] = &[
    Model { name: "runtimes: one call at a time", check: runtimes::are_used_by_one_call_at_a_time },
    Model { name: "runtimes: forked child", check: runtimes::stay_in_their_process },
    Model { name: "connections: limit", check: connections::never_exceed_the_limit },
    Model { name: "connections: cancelled waiters", check: connections::lose_no_permit },
    Model { name: "connections: bulk rows", check: connections::leave_one_for_single_calls },
    Model { name: "writer: one answer", check: writer::answers_each_change_once },
    Model { name: "writer: order", check: writer::keeps_the_order },
    Model { name: "writer: abandoned claims", check: writer::gives_up_abandoned_claims },
    Model { name: "writer: close", check: writer::loses_nothing_when_it_is_dropped },
];

fn main() -> ExitCode {
    options::run(MODELS)
}

/// The seed of a run that does not set another one, so that the tests explore the same interleavings each time.
const SEED: u64 = 17;

/// Explores this many random interleavings, or replays one. Returns their number.
fn explore(options: &Options, interleavings: usize, model: impl Fn() + Send + Sync + Clone + 'static) -> usize {
    /// Preemptions at moments that are chosen in advance, which find what needs few of them at particular places.
    const DEPTH: usize = 3;
    let mut config = Config::new();
    let schedules = PathBuf::from("target/models");
    std::fs::create_dir_all(&schedules).expect("a directory for schedules");
    config.failure_persistence = FailurePersistence::File(Some(schedules));
    config.silence_warnings = true;
    if let Some(schedule) = &options.schedule {
        let replay = ReplayScheduler::new_from_file(schedule).expect("a schedule");
        return Runner::new(replay, config).run(model);
    }
    let interleavings = if options.deep { 50 * interleavings } else { interleavings };
    let seed = options.seed.unwrap_or(SEED);
    let random = RandomScheduler::new_from_seed(seed, interleavings);
    let count = Runner::new(random, config.clone()).run(model.clone());
    count + Runner::new(PctScheduler::new_from_seed(seed, DEPTH, interleavings), config).run(model)
}

/// The parts of [`binding`](crate::binding) that the modelled modules use.
mod binding {
    /// The result of an interrupt check.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum InterruptCheck {
        Continue,
        Disable,
        Cancel,
    }
}

/// The parts of [`call_options`](crate::call_options) that the modelled modules use.
mod call_options {
    use crate::sync::Instant;

    /// The deadline of a call.
    #[derive(Clone, Copy)]
    pub(crate) struct Deadline {
        pub(crate) at: Instant,
    }
}

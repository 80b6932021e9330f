//! Exhaustive models: all interleavings of a few threads, with the memory orderings of atomics. A failure appears again when the model is run again.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "the modules of the core contain more than the models need, and items for users"
)]

mod body;
#[path = "../../../../core/src/classify.rs"]
mod classify;
mod engine;
#[path = "../../../../core/src/error.rs"]
mod error;
mod gate;
#[path = "../../../../core/src/json.rs"]
mod json;
mod ledger;
#[path = "../options.rs"]
mod options;
mod signal;
mod sync;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

pub(crate) use self::error::{Error, Kind, Outcome};
use self::options::{Model, Options};

const MODELS: &[Model] = &[
    Model { name: "body: taken or revoked", check: body::is_taken_or_revoked },
    Model { name: "body: empty, taken or revoked", check: body::is_taken_or_revoked_if_empty },
    Model { name: "body: cancelled and ended", check: body::is_cancelled_and_ended },
    Model { name: "body: written or revoked", check: body::is_written_or_revoked },
    Model { name: "body: permit to connect", check: body::returns_its_permit },
    Model { name: "gate: closed again while it opens", check: gate::is_closed_again_while_it_opens },
    Model { name: "gate: order of arrival", check: gate::keeps_the_order_of_arrival },
    Model { name: "gate: cancelled waiters", check: gate::skips_cancelled_waiters },
    Model { name: "signal: wake-ups", check: signal::loses_no_wake_up },
];

fn main() -> ExitCode {
    options::run(MODELS)
}

/// Explores all interleavings with at most this many preemptions. Returns their number.
fn explore(options: &Options, preemptions: usize, model: impl Fn() + Send + Sync + 'static) -> usize {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(if options.deep { preemptions + 2 } else { preemptions });
    builder.max_branches = 10_000;
    builder.check(move || {
        counted.fetch_add(1, Ordering::Relaxed);
        model();
    });
    count.load(Ordering::Relaxed)
}

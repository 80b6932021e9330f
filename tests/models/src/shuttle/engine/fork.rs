//! Processes of a model: threads that know their generation. A forked child is a thread with another generation, which shares the memory of its parent.
//! In reality, it has a copy of it.

use std::cell::Cell;

use crate::{Error, Kind, Outcome};

shuttle::thread_local! {
    static GENERATION: Cell<u64> = Cell::new(1);
}

pub(crate) fn generation() -> u64 {
    GENERATION.with(Cell::get)
}

/// From here on, this thread is that of a forked child.
pub(crate) fn become_child() {
    GENERATION.with(|generation| generation.set(2));
}

pub(crate) fn forked_error(outcome: Outcome) -> Error {
    Error::new(Kind::Closed, outcome, "forked")
}

//! The modules of the engine that are modelled, and a replacement for what they need.

pub(crate) mod connect;
#[path = "../../../../core/src/engine/gate.rs"]
pub(crate) mod gate;
#[path = "../../../../core/src/engine/process.rs"]
mod process;
#[path = "../../../../core/src/engine/progress.rs"]
pub(crate) mod progress;
#[path = "../../../../core/src/engine/signal.rs"]
pub(crate) mod signal;

/// A process that never forks.
mod fork {
    pub(crate) fn generation() -> u64 {
        1
    }
}

/// The rate is not modelled.
pub(crate) mod rate {
    /// Who waits at the gate.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub(crate) enum Priority {
        #[default]
        Single,
        Bulk,
    }
}

/// Responses are not modelled.
mod response_head {
    pub(crate) fn is_foreign(has_foreign_type: bool, _: &[u8]) -> bool {
        has_foreign_type
    }
}

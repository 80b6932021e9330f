//! Slow prerequisites of steps: downloads and release builds. They start in the background with the first step.
//!
//! Downloads wait for a network, and a release of a library is linked on one processor. Many steps wait as well, for sockets and
//! processes. Together they use the processors that they would leave idle one after the other.

use std::thread::{self, JoinHandle};

use crate::background::{self, keep_output};
use crate::command::Result;
use crate::install::Prefix;
use crate::node::Packages;
use crate::npm::Archives;
use crate::python::Venv;
use crate::wheel::Wheel;

/// Something that is made once per process.
struct Ahead {
    /// The steps that need it, directly or indirectly.
    steps: &'static [&'static str],
    make: fn() -> Result,
}

/// What is downloaded, in order.
const DOWNLOADS: &[Ahead] = &[
    Ahead {
        steps: &[
            "codegen",
            "python-lint",
            "unit",
            "schemathesis",
            "consumers",
            "c-scenarios",
            "c",
            "python-wheel",
            "python-consumer",
            "python-types",
            "python",
        ],
        make: || Venv::prepare().map(drop),
    },
    Ahead {
        steps: &["codegen", "node-lint", "unit", "node-package", "node-consumer", "node-types", "node"],
        make: || Packages::prepare().map(drop),
    },
];

/// What is built, in order of need. One after the other: each is linked on one processor, and the foreground uses the others.
const BUILDS: &[Ahead] = &[
    Ahead {
        steps: &["exports", "consumers", "c-scenarios", "c", "valgrind", "asan", "tsan"],
        make: || Prefix::install().map(drop),
    },
    Ahead { steps: &["python-wheel", "python-consumer", "python-types", "python"], make: || Wheel::build().map(drop) },
    Ahead { steps: &["node-package", "node-consumer", "node-types", "node"], make: || Archives::build().map(drop) },
];

/// Begin with all that these steps need. A failure shows in the step that needs what has failed.
pub(super) fn begin(steps: &[&str]) -> Vec<JoinHandle<()>> {
    let needed = |all: &'static [Ahead]| -> Vec<fn() -> Result> {
        all.iter().filter(|ahead| ahead.steps.iter().any(|step| steps.contains(step))).map(|ahead| ahead.make).collect()
    };
    let lanes = [needed(DOWNLOADS), needed(BUILDS)].into_iter().filter(|lane| !lane.is_empty());
    let work = |lane: Vec<fn() -> Result>| {
        background::lower_priority();
        for make in lane {
            // The result is kept where it is made.
            let _ = keep_output(make);
        }
    };
    lanes.map(|lane| thread::spawn(move || work(lane))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test::STEPS;

    #[test]
    fn steps_are_named_as_they_are() {
        for step in DOWNLOADS.iter().chain(BUILDS).flat_map(|ahead| ahead.steps) {
            assert!(STEPS.iter().any(|known| known.name == *step), "{step}");
        }
    }
}

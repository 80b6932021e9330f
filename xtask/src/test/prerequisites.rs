//! Slow prerequisites of steps: downloads and release builds. They start in the background with the first step.
//!
//! Downloads wait for the network, and linking a release build uses one processor. Many steps also wait, for sockets and
//! processes. Running both at the same time uses the processors better.

use std::thread::{self, JoinHandle};

use crate::background;
use crate::command::Result;
use crate::engines;
use crate::install::Prefix;
use crate::node::Packages;
use crate::npm::Archives;
use crate::python::Venv;
use crate::wheel::Wheel;

/// A prerequisite, which is built once per process.
struct Prerequisite {
    /// Steps that need it, directly or indirectly.
    steps: &'static [&'static str],
    make: fn() -> Result,
}

/// Downloads, in order.
const DOWNLOADS: &[Prerequisite] = &[
    Prerequisite {
        steps: &[
            "codegen",
            "spelling",
            "doc-pages",
            "python-lint",
            "rust",
            "schemathesis",
            "consumers",
            "c-scenarios",
            "c",
            "python-wheel",
            "python-consumer",
            "python-types",
            "services",
            "python",
        ],
        make: || Venv::prepare().map(drop),
    },
    Prerequisite {
        steps: &[
            "codegen",
            "node-lint",
            "rust",
            "node-package",
            "node-consumer",
            "node-types",
            "services",
            "engines",
            "node",
            "bench",
        ],
        make: || Packages::prepare().map(drop),
    },
    Prerequisite { steps: &["engines"], make: || engines::venv().map(drop) },
];

/// Builds, in the order in which they are needed. They run one after the other: linking uses one processor, and the foreground
/// uses the others.
const BUILDS: &[Prerequisite] = &[
    Prerequisite {
        steps: &["exports", "consumers", "c-scenarios", "c", "valgrind", "asan", "tsan", "counts", "bench", "services"],
        make: || Prefix::install().map(drop),
    },
    Prerequisite {
        steps: &["python-wheel", "python-consumer", "python-types", "services", "python", "bench"],
        make: || Wheel::build().map(drop),
    },
    Prerequisite {
        steps: &["node-package", "node-consumer", "node-types", "services", "node", "bench"],
        make: || Archives::build().map(drop),
    },
];

/// Starts all prerequisites of these steps. A failure is reported by the step that needs the prerequisite.
pub(super) fn start(steps: &[&str]) -> Vec<JoinHandle<()>> {
    let needed = |all: &'static [Prerequisite]| -> Vec<fn() -> Result> {
        all.iter()
            .filter(|prerequisite| prerequisite.steps.iter().any(|step| steps.contains(step)))
            .map(|prerequisite| prerequisite.make)
            .collect()
    };
    let queues = [needed(DOWNLOADS), needed(BUILDS)].into_iter().filter(|queue| !queue.is_empty());
    let work = |queue: Vec<fn() -> Result>| {
        background::work_ahead(|| {
            for make in queue {
                // The result is cached where it is made.
                let _ = make();
            }
        });
    };
    queues.map(|queue| thread::spawn(move || work(queue))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test::STEPS;

    #[test]
    fn all_step_names_exist() {
        for step in DOWNLOADS.iter().chain(BUILDS).flat_map(|prerequisite| prerequisite.steps) {
            assert!(STEPS.iter().any(|known| known.name == *step), "{step}");
        }
    }
}

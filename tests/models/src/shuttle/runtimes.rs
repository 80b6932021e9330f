//! The pool of runtimes: a runtime has at most one call, is returned once, and is closed with the client, in its process.

use shuttle::thread;

use crate::engine::http::number_of_open;
use crate::engine::runtime_pool::RuntimePool;
use crate::engine::{Shared, fork};
use crate::explore;
use crate::options::Options;
use crate::sync::step;

const THREADS: usize = 3;

/// Threads make calls, of which some retire their runtime or are dropped, while the client is closed.
pub(crate) fn are_used_by_one_call_at_a_time(options: &Options) -> usize {
    explore(options, 1000, || {
        let before = number_of_open();
        let shared = Shared::new();
        let calls = [0, 1, 2].map(|number| {
            let shared = shared.clone();
            thread::spawn(move || {
                for round in 0..2 {
                    let lease = RuntimePool::check_out(&shared).expect("a runtime");
                    match (number, round) {
                        (0, 0) => lease.http().retire(),
                        // A call that is dropped before it starts.
                        (1, 0) => {}
                        _ => lease.http().call(),
                    }
                }
            })
        });
        let closing = shared.clone();
        let closing = thread::spawn(move || {
            assert!(number_of_open() <= before + THREADS + 1, "runtimes are not used again");
            closing.close();
        });
        for thread in calls.into_iter().chain([closing]) {
            thread.join().expect("no panic");
        }
        assert_eq!(number_of_open(), before, "the client is closed, and a runtime is not");
    })
}

/// A process forks during a call. Both processes go on, and the child drops the call that it has inherited.
pub(crate) fn stay_in_their_process(options: &Options) -> usize {
    explore(options, 1000, || {
        let shared = Shared::new();
        drop(RuntimePool::check_out(&shared));
        let inherited = RuntimePool::check_out(&shared).expect("a runtime");
        let calls = [false, false, true].map(|is_child| {
            let shared = shared.clone();
            thread::spawn(move || {
                if is_child {
                    fork::become_child();
                }
                for _ in 0..2 {
                    RuntimePool::check_out(&shared).expect("a runtime").http().call();
                }
            })
        });
        let child = thread::spawn(move || {
            fork::become_child();
            step();
            drop(inherited);
        });
        for thread in calls.into_iter().chain([child]) {
            thread.join().expect("no panic");
        }
        // Its values of the two processes cannot be dropped by one of them.
        std::mem::forget(shared);
    })
}

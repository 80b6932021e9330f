//! The modules of the engine that are modelled, and a replacement for what they need.

#[path = "../../../../core/src/engine/admission.rs"]
pub(crate) mod admission;
pub(crate) mod fork;
#[path = "../../../../core/src/engine/process.rs"]
mod process;
#[path = "../../../../core/src/engine/runtime_pool.rs"]
pub(crate) mod runtime_pool;
#[path = "../../../../core/src/engine/thread.rs"]
pub(crate) mod thread;

use std::cell::Cell;
use std::sync::Arc;

use shuttle::sync::atomic::{AtomicBool, Ordering};
use tokio::runtime::{Builder, Runtime};

use self::process::PerProcess;
use self::runtime_pool::RuntimePool;
use crate::Result;

/// The signals of the threads of a model are those of the program.
pub(crate) fn block_signals() {}

/// A client, as far as its runtimes need it.
pub(crate) struct Shared {
    closed: AtomicBool,
    process: PerProcess<Process>,
}

/// The state of a client in one process.
pub(crate) struct Process {
    pub(crate) generation: u64,
    pub(crate) runtime_pool: RuntimePool,
}

impl Process {
    fn new() -> Process {
        Process { generation: fork::generation(), runtime_pool: RuntimePool::default() }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        match self.generation == fork::generation() {
            true => self.runtime_pool.close(),
            false => self.runtime_pool.abandon(),
        }
    }
}

impl Shared {
    pub(crate) fn new() -> Arc<Shared> {
        Arc::new(Shared { closed: AtomicBool::new(false), process: PerProcess::new(Process::new()) })
    }

    /// In the order of the real one.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.process().runtime_pool.close();
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    pub(crate) fn process(&self) -> &Process {
        self.process.get(|_| Process::new())
    }

    pub(crate) fn new_runtime(&self) -> Result<Runtime> {
        Ok(Builder::new_current_thread().build().expect("a runtime without I/O"))
    }
}

/// The HTTP client of a runtime, which counts its calls.
pub(crate) mod http {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::{Cell, Result, Shared, fork};
    use crate::sync::step;

    thread_local! {
        /// The number of HTTP clients, in all threads of the model.
        static OPEN: Cell<usize> = const { Cell::new(0) };
    }

    pub(crate) fn number_of_open() -> usize {
        OPEN.get()
    }

    pub(crate) struct Http {
        is_used: AtomicBool,
        has_retired: AtomicBool,
        generation: u64,
    }

    impl Http {
        pub(crate) fn new(_: &Shared, _: bool) -> Result<Http> {
            OPEN.set(OPEN.get() + 1);
            Ok(Http {
                is_used: AtomicBool::new(false),
                has_retired: AtomicBool::new(false),
                generation: fork::generation(),
            })
        }

        /// Makes a call.
        pub(crate) fn call(&self) {
            assert_eq!(self.generation, fork::generation(), "a runtime of another process is used");
            assert!(!self.is_used.swap(true, Ordering::Relaxed), "two calls use one runtime");
            assert!(!self.has_retired(), "a retired runtime is used");
            step();
            self.is_used.store(false, Ordering::Relaxed);
        }

        pub(crate) fn retire(&self) {
            self.has_retired.store(true, Ordering::Relaxed);
        }

        pub(crate) fn has_retired(&self) -> bool {
            self.has_retired.load(Ordering::Relaxed)
        }
    }

    impl Drop for Http {
        fn drop(&mut self) {
            if std::thread::panicking() {
                return;
            }
            assert_eq!(self.generation, fork::generation(), "a runtime of another process is closed");
            assert!(!*self.is_used.get_mut(), "a runtime in use is closed");
            OPEN.set(OPEN.get() - 1);
        }
    }
}

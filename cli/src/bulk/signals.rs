//! Ctrl-C, SIGTERM and SIGHUP during a bulk run: the first waits for the rows in flight, the second cancels them. Before the run, it ends the program.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::{self, Thread};

use crate::exit::Exit;
use crate::{interrupt, prompt};

/// The thread that runs.
static RUNNING: OnceLock<Thread> = OnceLock::new();

/// The number of interrupts during the run.
static COUNT: AtomicU32 = AtomicU32::new(0);

/// Handles Ctrl-C from now on. To be called before a client is created, whose handler would replace this one.
pub(crate) fn watch() {
    interrupt::on_interrupt(|_| match RUNNING.get() {
        None => {
            prompt::cancel();
            std::process::exit(Exit::Interrupted as i32)
        }
        Some(thread) => {
            COUNT.fetch_add(1, Ordering::SeqCst);
            thread.unpark();
        }
    });
}

/// From now on, Ctrl-C is counted, and wakes this thread.
pub(crate) fn begin_run() {
    RUNNING.get_or_init(thread::current);
}

/// The number of interrupts during the run.
pub(crate) fn count() -> u32 {
    COUNT.load(Ordering::SeqCst)
}

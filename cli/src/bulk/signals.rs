//! Ctrl-C, SIGTERM and SIGHUP during a bulk run: the first waits for the rows in flight, the second cancels them. Before the run, it ends the program, and also
//! if the run does not react to the one before, for example because it waits for a program that does not read its output.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use crate::exit::Exit;
use crate::{interrupt, prompt};

/// The thread that runs.
static RUNNING: OnceLock<Thread> = OnceLock::new();

/// The number of interrupts during the run.
static COUNT: AtomicU32 = AtomicU32::new(0);

/// The number of interrupts that the run has reacted to.
static SEEN: AtomicU32 = AtomicU32::new(0);

/// Whether the report is being completed.
static IS_COMPLETING: AtomicBool = AtomicBool::new(false);

/// The time in which a run reacts to an interrupt.
const REACTION: Duration = Duration::from_secs(2);

/// Handles Ctrl-C from now on. To be called before a client is created, whose handler would replace this one.
pub(crate) fn watch() {
    // The first interrupt that the run has not reacted to.
    let mut since: Option<Instant> = None;
    interrupt::on_interrupt(move |_| {
        let before = COUNT.load(Ordering::SeqCst);
        if SEEN.load(Ordering::SeqCst) == before || IS_COMPLETING.load(Ordering::SeqCst) {
            since = None;
        }
        let first = *since.get_or_insert_with(Instant::now);
        match RUNNING.get() {
            Some(thread) if first.elapsed() < REACTION => {
                COUNT.store(before + 1, Ordering::SeqCst);
                thread.unpark();
            }
            _ => {
                prompt::cancel();
                std::process::exit(Exit::Interrupted as i32)
            }
        }
    });
}

/// From now on, Ctrl-C is counted, and wakes this thread.
pub(crate) fn begin_run() {
    RUNNING.get_or_init(thread::current);
}

/// Completes the report, which an interrupt does not end.
pub(crate) fn complete<T>(complete: impl FnOnce() -> T) -> T {
    IS_COMPLETING.store(true, Ordering::SeqCst);
    let result = complete();
    count();
    IS_COMPLETING.store(false, Ordering::SeqCst);
    result
}

/// The number of interrupts during the run, which reacts to them now.
pub(crate) fn count() -> u32 {
    let count = COUNT.load(Ordering::SeqCst);
    SEEN.store(count, Ordering::SeqCst);
    count
}

//! Background work: results that are computed once per process, possibly before they are needed, and their captured output.

use std::cell::{Cell, RefCell};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::command::Result;
use crate::show;

thread_local! {
    /// Captured output of a background thread. `None` in a thread that prints to stdout.
    static PRINTED: RefCell<Option<String>> = const { RefCell::new(None) };
    /// Whether this thread computes results before they are needed, so that its captured output is not displayed.
    static IS_AHEAD: Cell<bool> = const { Cell::new(false) };
}

/// Prints to stdout, or captures the text in a background thread.
pub(crate) fn print(text: &str) {
    PRINTED.with_borrow_mut(|printed| match printed {
        Some(printed) => *printed += text,
        None => print!("{text}"),
    });
}

/// Prints a line like `println!`, or captures it in a background thread.
macro_rules! print_line {
    ($($text:tt)*) => { $crate::background::print(&(format!($($text)*) + "\n")) };
}
pub(crate) use print_line;

/// Whether this is a background thread, whose commands must not write to the terminal.
pub(crate) fn is_background() -> bool {
    PRINTED.with_borrow(Option::is_some)
}

/// Runs work with captured output, and returns both results.
pub(crate) fn keep_output<T>(work: impl FnOnce() -> T) -> (T, String) {
    let outer = PRINTED.replace(Some(String::new()));
    let result = work();
    (result, PRINTED.replace(outer).unwrap_or_default())
}

/// Runs the jobs at the same time, prints their captured output in order, and returns their results.
pub(crate) fn run_together<T: Send, Job: FnOnce() -> T + Send>(jobs: impl IntoIterator<Item = Job>) -> Vec<T> {
    thread::scope(|scope| {
        let running: Vec<_> = jobs.into_iter().map(|job| scope.spawn(|| keep_output(job))).collect();
        let wait = |job: thread::ScopedJoinHandle<'_, (T, String)>| {
            let (result, printed) = job.join().expect("jobs report failures as results");
            print(&printed);
            result
        };
        running.into_iter().map(wait).collect()
    })
}

/// Computes results in this thread before they are needed, with captured output and low priority.
pub(crate) fn work_ahead(work: impl FnOnce()) {
    lower_priority();
    IS_AHEAD.set(true);
    keep_output(work);
    IS_AHEAD.set(false);
}

/// Lowers the priority of the programs that this thread starts, so that they do not slow down tests in the foreground.
///
/// Linux only: `renice` accepts thread ids there. Elsewhere this has no effect.
fn lower_priority() {
    if let Ok(thread) = std::fs::read_link("/proc/thread-self")
        && let Some(id) = thread.file_name()
    {
        let mut renice = std::process::Command::new("renice");
        // A failure, such as a missing program, only affects timing.
        let _ = renice.args(["-n", "10", "-p"]).arg(id).output();
    }
}

/// A result that is computed once per process.
pub(crate) struct Once<T> {
    made: OnceLock<Made<T>>,
    shown: AtomicBool,
}

struct Made<T> {
    result: Result<T>,
    /// Duration and captured output, if it was computed before it was needed.
    ahead: Option<(Duration, String)>,
}

impl<T: Clone> Once<T> {
    pub(crate) const fn new() -> Self {
        Once { made: OnceLock::new(), shown: AtomicBool::new(false) }
    }

    /// Returns the result. The first call computes it; concurrent calls wait.
    ///
    /// If [`work_ahead`] computed it, the first other call prints the captured output. The output therefore appears where the
    /// result is needed.
    pub(crate) fn get(&self, make: impl FnOnce() -> Result<T>) -> Result<T> {
        let made = self.made.get_or_init(|| {
            if !IS_AHEAD.get() {
                return Made { result: make(), ahead: None };
            }
            let start = Instant::now();
            let (result, printed) = keep_output(make);
            Made { result, ahead: Some((start.elapsed(), printed)) }
        });
        if let Some((took, printed)) = &made.ahead
            && !printed.is_empty()
            && !IS_AHEAD.get()
            && !self.shown.swap(true, Ordering::Relaxed)
        {
            print(printed);
            print_line!("{}", show::dim(&format!("(done in the background in {})", show::time(*took))));
        }
        made.result.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::command;

    #[test]
    fn a_result_is_computed_once() {
        static ONCE: Once<u32> = Once::new();
        let calls = std::sync::atomic::AtomicU32::new(0);
        let make = || {
            calls.fetch_add(1, Ordering::Relaxed);
            Ok(7)
        };
        thread::scope(|scope| scope.spawn(|| work_ahead(|| assert_eq!(ONCE.get(make), Ok(7)))).join())
            .expect("no panic");
        assert_eq!((ONCE.get(make), ONCE.get(make)), (Ok(7), Ok(7)));
        assert_eq!(calls.into_inner(), 1);
    }

    #[test]
    fn output_is_captured_separately_for_each_result() {
        static INNER: Once<()> = Once::new();
        static OUTER: Once<()> = Once::new();
        let inner = || INNER.get(|| command::run(Command::new("echo").arg("inner")));
        let outer = || {
            inner()?;
            command::run(Command::new("echo").arg("outer"))
        };
        thread::scope(|scope| scope.spawn(|| work_ahead(|| OUTER.get(outer).expect("echo works"))).join())
            .expect("no panic");
        let printed = |once: &'static Once<()>| keep_output(|| once.get(|| Err("computed twice".to_owned())));
        let (first, text) = printed(&OUTER);
        assert!(first == Ok(()) && text.contains("outer\n") && !text.contains("inner"), "{text}");
        let (first, text) = printed(&INNER);
        assert!(first == Ok(()) && text.contains("inner\n") && !text.contains("outer"), "{text}");
        // It is displayed once.
        assert_eq!(printed(&INNER), (Ok(()), String::new()));
    }

    #[test]
    fn jobs_that_run_together_print_in_order() {
        let (started, wait) = std::sync::mpsc::channel();
        let first = move || {
            wait.recv().expect("the second job runs at the same time");
            command::run(Command::new("echo").arg("first"))
        };
        let second = move || {
            started.send(()).expect("the first job waits for this");
            command::run(Command::new("echo").arg("second"))
        };
        let jobs: [Box<dyn FnOnce() -> Result + Send>; 2] = [Box::new(first), Box::new(second)];
        let (results, printed) = keep_output(|| run_together(jobs));
        assert_eq!(results, [Ok(()), Ok(())]);
        assert!(printed.find("first\n") < printed.find("second\n"), "{printed}");
    }

    #[test]
    fn the_output_of_a_failed_command_is_captured() {
        let mut fails = Command::new("ls");
        let (result, printed) = keep_output(|| command::run_quietly(fails.arg("/no-such-folder")));
        assert!(result.is_err());
        assert!(printed.contains("no-such-folder"), "{printed}");
    }
}

//! Background work: results that are computed once per process, possibly before they are needed, and their captured output.

use std::cell::RefCell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::command::Result;
use crate::show;

thread_local! {
    /// Captured output of a background thread. `None` in a thread that prints to stdout.
    static PRINTED: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Prints to stdout, or captures the text in a background thread.
pub(crate) fn print(text: &str) {
    PRINTED.with_borrow_mut(|printed| match printed {
        Some(printed) => *printed += text,
        None => print!("{text}"),
    });
}

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
pub(crate) fn run_together<Job: FnOnce() -> Result + Send>(jobs: impl IntoIterator<Item = Job>) -> Vec<Result> {
    thread::scope(|scope| {
        let running: Vec<_> = jobs.into_iter().map(|job| scope.spawn(|| keep_output(job))).collect();
        let wait = |job: thread::ScopedJoinHandle<'_, (Result, String)>| {
            let (result, printed) = job.join().expect("jobs report failures as results");
            print(&printed);
            result
        };
        running.into_iter().map(wait).collect()
    })
}

/// Lowers the priority of the programs that this thread starts, so that they do not slow down tests in the foreground.
///
/// Linux only: `renice` accepts thread ids there. Elsewhere this has no effect.
pub(crate) fn lower_priority() {
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
    /// Duration and captured output, if it was computed in the background.
    background: Option<(Duration, String)>,
}

impl<T: Clone> Once<T> {
    pub(crate) const fn new() -> Self {
        Once { made: OnceLock::new(), shown: AtomicBool::new(false) }
    }

    /// Returns the result. The first call computes it; concurrent calls wait.
    ///
    /// If a background thread computed it, the first call in the foreground prints the captured output. The output therefore
    /// appears where the result is needed.
    pub(crate) fn get(&self, make: impl FnOnce() -> Result<T>) -> Result<T> {
        let made = self.made.get_or_init(|| {
            if !is_background() {
                return Made { result: make(), background: None };
            }
            let start = Instant::now();
            let (result, printed) = keep_output(make);
            Made { result, background: Some((start.elapsed(), printed)) }
        });
        if let Some((took, printed)) = &made.background
            && !printed.is_empty()
            && !is_background()
            && !self.shown.swap(true, Ordering::Relaxed)
        {
            print!("{printed}");
            println!("{}", show::dim(&format!("(done in the background in {})", show::time(*took))));
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
        thread::scope(|scope| scope.spawn(|| keep_output(|| assert_eq!(ONCE.get(make), Ok(7)))).join())
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
        let ((), rest) = keep_output(|| OUTER.get(outer).expect("echo works"));
        let printed =
            |once: &'static Once<()>| once.made.get().and_then(|made| made.background.as_ref()).map(|kept| &kept.1);
        assert_eq!(rest, "");
        assert!(printed(&INNER).is_some_and(|text| text.ends_with("inner\n") && !text.contains("outer")));
        assert!(printed(&OUTER).is_some_and(|text| text.ends_with("outer\n") && !text.contains("inner")));
        assert!(!is_background());
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

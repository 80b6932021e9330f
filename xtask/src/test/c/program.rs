//! The test programs in C and C++: found, compiled and run, each with a sandbox of its own, as many at once as there are processors.

use std::collections::BTreeSet;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::files_of;
use crate::command::Result;
use crate::compiler::{Library, folder, shown};
use crate::paths;
use crate::sandbox::Sandbox;

/// One that takes longer hangs.
const LONGEST: Duration = Duration::from_secs(300);

/// The programs of `tests/c` that need nothing but libzexa and a sandbox, by their sources.
pub(super) fn sources() -> Result<Vec<PathBuf>> {
    let is_source = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "c" || extension == "cpp");
    // These need more, and are run apart.
    let is_special = |path: &PathBuf| path.file_stem().is_some_and(|name| name == "panics" || name == "memory_canary");
    let files = files_of(&paths::root().join("tests").join("c"))?;
    let found: Vec<_> = files.into_iter().filter(|path| is_source(path) && !is_special(path)).collect();
    if found.is_empty() { Err("there is no program in tests/c".to_owned()) } else { Ok(found) }
}

/// One of the programs, by the name of its source.
pub(super) fn source(name: &str) -> PathBuf {
    paths::root().join("tests").join("c").join(name)
}

/// A way to compile and run them.
pub(super) struct Way<'a> {
    pub(super) library: &'a Library,
    /// Where the programs go, below `target/c`: for each library and set of flags another folder.
    pub(super) folder: &'a str,
    pub(super) flags: &'a [&'a str],
    /// How to run one: the path of the program, and its source.
    pub(super) start: fn(&Path, &Path) -> Command,
}

impl<'a> Way<'a> {
    /// As anybody would.
    pub(super) fn plain(library: &'a Library, folder: &'a str) -> Way<'a> {
        Way { library, folder, flags: &[], start: |program, _| Command::new(program) }
    }

    /// Compiles them and runs them. All run, even where one fails.
    pub(super) fn check(&self, sources: &[PathBuf]) -> Result {
        in_parallel(sources, |source| {
            let program = self.compile(source)?;
            let start = Instant::now();
            with_a_sandbox((self.start)(&program, source).stdout(Stdio::null()))
                .map_err(|reason| format!("{} {reason}", shown(source)))?;
            println!("{} in {:.1} s", shown(source), start.elapsed().as_secs_f64());
            Ok(())
        })
    }

    /// Compiles one, unless an earlier step has, and gives the path of the program.
    pub(super) fn compile(&self, source: &Path) -> Result<PathBuf> {
        static COMPILED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
        let compiled = || COMPILED.lock().expect("no worker panics");
        let program = self.program(source);
        if !compiled().contains(&program) {
            self.library.compile(source, &program, self.flags)?;
            compiled().insert(program.clone());
        }
        Ok(program)
    }

    /// The program that is made of a source.
    pub(super) fn program(&self, source: &Path) -> PathBuf {
        let name = source.file_name().expect("it is a file").to_string_lossy().replace('.', "-");
        folder().join(self.folder).join(name)
    }
}

/// Runs a program to its end. What it has to say it says on stderr.
fn with_a_sandbox(program: &mut Command) -> Result {
    let sandbox = Sandbox::start(&[])?;
    sandbox.tell(program);
    let mut child = program
        .env("ZEXA_CONTROL", &sandbox.control)
        .stdin(Stdio::null())
        .spawn()
        .map_err(|error| format!("cannot be started: {error}"))?;
    end(&mut child)
}

fn end(child: &mut Child) -> Result {
    let start = Instant::now();
    while start.elapsed() < LONGEST {
        match child.try_wait() {
            Ok(None) => thread::sleep(Duration::from_millis(5)),
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(format!("failed: {status}")),
            Err(error) => return Err(format!("cannot be waited for: {error}")),
        }
    }
    // Nothing can be done where these fail: it has ended after all.
    let _ = child.kill();
    let _ = child.wait();
    Err(format!("hangs: it has run for {} s", LONGEST.as_secs()))
}

/// Works on all items, and tells of all that failed.
pub(super) fn in_parallel<T: Sync>(items: &[T], work: impl Fn(&T) -> Result + Sync) -> Result {
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    let worker = || {
        while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Err(reason) = work(item) {
                failures.lock().expect("no worker panics").push(reason);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(worker);
        }
    });
    let failures = failures.into_inner().expect("no worker panics");
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_items_are_worked_on_and_all_failures_told() {
        let seen = AtomicUsize::new(0);
        let result = in_parallel(&[1, 2, 3, 4, 5], |number| {
            seen.fetch_add(*number, Ordering::Relaxed);
            if number % 2 == 0 { Err(format!("{number} is even")) } else { Ok(()) }
        });
        assert_eq!(seen.into_inner(), 15);
        let reasons = result.expect_err("two are even");
        assert!(reasons.contains("2 is even") && reasons.contains("4 is even"), "{reasons}");
    }

    #[test]
    fn a_program_that_fails_is_told_of() {
        let mut child = Command::new("false").spawn().expect("there is such a program");
        assert!(end(&mut child).is_err());
        let mut child = Command::new("true").spawn().expect("there is such a program");
        assert!(end(&mut child).is_ok());
    }
}

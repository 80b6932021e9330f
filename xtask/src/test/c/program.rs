//! Compiles and runs the test programs in C and C++, each with its own sandbox, in parallel.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use super::files_of;
use crate::background::print_line;
use crate::command::Result;
use crate::compiler::{Library, folder, is_cpp, shown};
use crate::paths;
use crate::sandbox::Sandbox;

/// Time limit of a program.
const TIME_LIMIT: Duration = Duration::from_secs(300);

/// Sources of the programs of `tests/c` that need only libzexa and a sandbox.
pub(super) fn sources() -> Result<Vec<PathBuf>> {
    let is_source = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "c" || extension == "cpp");
    // These need other libraries or tools, and run separately.
    let is_special = |path: &PathBuf| path.file_stem().is_some_and(|name| name == "panics" || name == "memory_canary");
    let files = files_of(&paths::root().join("tests").join("c"))?;
    let found: Vec<_> = files.into_iter().filter(|path| is_source(path) && !is_special(path)).collect();
    if found.is_empty() { Err("no program found in tests/c".to_owned()) } else { Ok(found) }
}

/// Source of a program, by its file name.
pub(super) fn source(name: &str) -> PathBuf {
    paths::root().join("tests").join("c").join(name)
}

/// How to compile and run programs.
pub(super) struct Way<'a> {
    pub(super) library: &'a Library,
    /// Output folder below `target/c`; different for each library and set of flags.
    pub(super) folder: &'a str,
    pub(super) flags: &'a [&'a str],
    /// Creates the command for a program, from its path and its source.
    pub(super) start: fn(&Path, &Path) -> Command,
}

impl<'a> Way<'a> {
    /// Without flags or tools.
    pub(super) fn plain(library: &'a Library, folder: &'a str) -> Way<'a> {
        Way { library, folder, flags: &[], start: |program, _| Command::new(program) }
    }

    /// Compiles and runs programs. All run, even if one fails.
    pub(super) fn check(&self, sources: &[PathBuf]) -> Result {
        in_parallel(sources, |source| {
            let program = self.compile(source)?;
            let start = Instant::now();
            run_with_sandbox((self.start)(&program, source).stdout(Stdio::null()))
                .map_err(|reason| format!("{} {reason}", shown(source)))?;
            print_line!("{} in {:.1} s", shown(source), start.elapsed().as_secs_f64());
            Ok(())
        })
    }

    /// Compiles a program, unless another step has compiled it or is doing so, and returns its path.
    pub(super) fn compile(&self, source: &Path) -> Result<PathBuf> {
        static COMPILED: Mutex<BTreeMap<PathBuf, Arc<OnceLock<Result>>>> = Mutex::new(BTreeMap::new());
        let program = self.program(source);
        let compiled = COMPILED.lock().expect("no worker panics").entry(program.clone()).or_default().clone();
        let compile = || match is_cpp(source) {
            true => self.library.compile_with_precompiled_header(source, &program, self.flags),
            false => self.library.compile(source, &program, self.flags),
        };
        compiled.get_or_init(compile).clone().map(|()| program)
    }

    /// Path of the program for a source.
    pub(super) fn program(&self, source: &Path) -> PathBuf {
        let name = source.file_name().expect("it is a file").to_string_lossy().replace('.', "-");
        folder().join(self.folder).join(name)
    }
}

/// Runs a program with a sandbox. The program reports failures on stderr.
fn run_with_sandbox(program: &mut Command) -> Result {
    let sandbox = Sandbox::start(&[])?;
    sandbox.tell(program);
    let mut child = program
        .env("ZEXA_CONTROL", &sandbox.control)
        .stdin(Stdio::null())
        .spawn()
        .map_err(|error| format!("cannot be started: {error}"))?;
    wait_for(&mut child)
}

fn wait_for(child: &mut Child) -> Result {
    let start = Instant::now();
    while start.elapsed() < TIME_LIMIT {
        match child.try_wait() {
            Ok(None) => thread::sleep(Duration::from_millis(5)),
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(format!("failed: {status}")),
            Err(error) => return Err(format!("cannot be waited for: {error}")),
        }
    }
    // Errors mean that it has already ended.
    let _ = child.kill();
    let _ = child.wait();
    Err(format!("hangs: it did not end within {} s", TIME_LIMIT.as_secs()))
}

/// Processes all items in parallel, and reports all failures.
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
    fn all_items_are_processed_and_all_failures_reported() {
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
    fn the_result_of_a_program_is_reported() {
        let mut child = Command::new("false").spawn().expect("the program exists");
        assert!(wait_for(&mut child).is_err());
        let mut child = Command::new("true").spawn().expect("the program exists");
        assert!(wait_for(&mut child).is_ok());
    }
}

//! The steps `valgrind`, `asan` and `tsan`: the tools report no errors in the test programs, and do report those of a canary.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::program::{Way, source, sources};
use crate::background::print_line;
use crate::command::{self, Result, require};
use crate::compiler::{self, CLANG, COMPILERS, Library, Toolchain, shown};
use crate::install;

/// Exit status of a program if Valgrind or a sanitizer reports an error.
const ERROR_STATUS: i32 = 99;

pub(crate) fn valgrind() -> Result {
    require(&[&COMPILERS[..], &[("valgrind", "valgrind")]].concat())?;
    let library = Library::installed()?;
    let way = Way { start: under_valgrind, ..Way::plain(&library, "tests") };
    prove(&way, &[("use-after-free", "Invalid read"), ("leak", "definitely lost")])?;
    way.check(&sources_for_memory_checkers()?)
}

pub(crate) fn asan() -> Result {
    require(&[&COMPILERS[..], &[("nm", "binutils")]].concat())?;
    let flags = ["-fsanitize=address", "-fno-omit-frame-pointer"];
    let way = Way { library: &Library::installed()?, folder: "asan", flags: &flags, start: with_asan };
    prove(&way, &[("use-after-free", "AddressSanitizer: heap-use-after-free"), ("leak", "LeakSanitizer: detected")])?;
    let sources = sources_for_memory_checkers()?;
    way.check(&sources)?;
    sources.iter().try_for_each(|source| is_instrumented(&way.program(source), "__asan_init"))
}

/// Checks that the tool reports the errors of the canary, which misuses memory of the library.
fn prove(way: &Way<'_>, expected: &[(&str, &str)]) -> Result {
    let source = source("memory_canary.c");
    let program = way.compile(&source)?;
    for (fault, words) in expected {
        let mut command = (way.start)(&program, &source);
        let output = command.arg(fault).output().map_err(|error| format!("{}: {error}", shown(&source)))?;
        let report = String::from_utf8_lossy(&output.stderr);
        if output.status.code() != Some(ERROR_STATUS) || !report.contains(words) {
            return Err(format!(
                "the tool did not report a {fault}; the program ended with {}\n{report}",
                output.status
            ));
        }
    }
    Ok(())
}

/// The programs, except the one that searches the memory of a process: the tools make that memory much larger, so that it takes minutes. Another one forks
/// while a thread allocates memory for the first time: then, locks of the sanitizers themselves hang in the child.
fn sources_for_memory_checkers() -> Result<Vec<PathBuf>> {
    Ok(sources()?.into_iter().filter(|source| !is(source, "secrets") && !is(source, "first_fork")).collect())
}

/// Runs all programs that use threads. Checks only the memory of the programs, because the library is not instrumented. Clang's sanitizer knows more
/// functions than that of GCC.
pub(crate) fn tsan() -> Result {
    require(&[&COMPILERS[..], &[("nm", "binutils")]].concat())?;
    let toolchain = match compiler::is_usable(Toolchain::Clang, TSAN) {
        true => Toolchain::Clang,
        false => {
            print_line!(
                "without clang, which needs the packages {}: uses gcc",
                CLANG.map(|(_, package)| package).join(" ")
            );
            Toolchain::Gcc
        }
    };
    let library = Library::installed()?.with(toolchain);
    let way = Way { library: &library, folder: "tsan", flags: &[TSAN], start: with_tsan };
    prove(&way, &[("race", "ThreadSanitizer: data race")])?;
    let sources = sources_with_threads()?;
    way.check(&sources)?;
    sources.iter().try_for_each(|source| is_instrumented(&way.program(source), "__tsan_init"))
}

const TSAN: &str = "-fsanitize=thread";

/// The programs that start threads, except the one that forks while a thread makes the first call.
fn sources_with_threads() -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for source in sources()? {
        let text = super::read(&source)?;
        if (text.contains("<pthread.h>") || text.contains("<thread>")) && !is(&source, "first_fork") {
            found.push(source);
        }
    }
    let is_in_both = [true, false].into_iter().all(|cpp| found.iter().any(|source| compiler::is_cpp(source) == cpp));
    if is_in_both { Ok(found) } else { Err("no program in C, or none in C++, uses threads".to_owned()) }
}

fn is_instrumented(program: &Path, symbol: &str) -> Result {
    match command::output(Command::new("nm").arg(program))?.contains(symbol) {
        true => Ok(()),
        false => Err(format!("{} does not contain {symbol}", shown(program))),
    }
}

/// All leaks are errors, except memory that is still reachable.
fn under_valgrind(program: &Path, source: &Path) -> Command {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--quiet", "--fair-sched=yes", "--num-callers=30", "--show-leak-kinds=definite,indirect,possible"]);
    valgrind.arg(format!("--error-exitcode={ERROR_STATUS}"));
    valgrind.arg(format!("--suppressions={}", installed_suppressions("valgrind.supp").display()));
    valgrind.arg(format!("--leak-check={}", if leaks_on_purpose(source) { "no" } else { "full" }));
    valgrind.arg(program);
    // Otherwise, a thread of the library may get the stack of an ended thread of the program. If it still runs at exit, its memory is reported as
    // possibly lost by the program.
    valgrind.env("GLIBC_TUNABLES", "glibc.pthread.stack_cache_size=0");
    // Valgrind is about thirty times slower.
    valgrind.env("ZEXA_TEST_MESSAGES", "5");
    valgrind
}

fn with_asan(program: &Path, source: &Path) -> Command {
    let mut command = Command::new(program);
    let leaks = u8::from(!leaks_on_purpose(source));
    command.env("ASAN_OPTIONS", format!("detect_leaks={leaks}:exitcode={ERROR_STATUS}"));
    command.env("LSAN_OPTIONS", format!("exitcode={ERROR_STATUS}"));
    command
}

fn with_tsan(program: &Path, _: &Path) -> Command {
    let mut command = Command::new(program);
    let suppressions = installed_suppressions("tsan.supp");
    // Forked children start threads, which the sanitizer does not fully support.
    let options = format!("die_after_fork=0:exitcode={ERROR_STATUS}:suppressions={}", suppressions.display());
    command.env("TSAN_OPTIONS", options);
    // ThreadSanitizer is about ten times slower.
    command.env("ZEXA_TEST_MESSAGES", "20");
    command
}

/// A suppressions file of the installed library.
fn installed_suppressions(name: &str) -> PathBuf {
    install::stage().join("share").join("zexa").join(name)
}

/// Whether a program leaks on purpose: a forked child leaks inherited connections instead of closing those of its parent.
fn leaks_on_purpose(source: &Path) -> bool {
    is(source, "fork")
}

fn is(source: &Path, name: &str) -> bool {
    source.file_stem().is_some_and(|stem| stem == name)
}

//! Tools that count: Valgrind and strace.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use crate::command::{self, Result};
use crate::files::read;

/// Callgrind counts each byte that `rep stosb` and `rep movsb` write as an instruction. With these settings, the C library uses other instructions.
const NO_REP: &str = "glibc.cpu.x86_rep_stosb_threshold=0x7fffffff:glibc.cpu.x86_rep_movsb_threshold=0x7fffffff";
/// Folders of libraries that belong to the system.
const SYSTEM: [&str; 3] = ["/lib", "/usr/lib", "/usr/libexec"];

/// Numbers of instructions.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Instructions {
    pub(super) all: u64,
    /// Outside of the system's libraries.
    pub(super) own: u64,
}

/// Why instructions and allocations cannot be counted.
pub(super) fn valgrind_problem() -> Option<&'static str> {
    let is_installed = command::output(Command::new("valgrind").arg("--version")).is_ok();
    (!is_installed).then_some("valgrind is not installed: apt-get install valgrind")
}

/// Why system calls cannot be counted.
pub(super) fn strace_problem() -> Option<&'static str> {
    if command::output(Command::new("strace").arg("--version")).is_err() {
        return Some("strace is not installed: apt-get install strace");
    }
    // Containers may forbid ptrace().
    system_calls(Command::new("true")).is_err().then_some("strace may not trace here")
}

/// Counts the user-space instructions of a program.
pub(super) fn instructions(program: Command) -> Result<Instructions> {
    let file = temporary_file()?;
    let mut option = OsString::from("--callgrind-out-file=");
    option.push(file.path());
    let options = ["valgrind".into(), "--tool=callgrind".into(), "--quiet".into(), option];
    command::output(under(&options, program).env("GLIBC_TUNABLES", NO_REP))?;
    let profile = read(file.path())?;
    let instructions = in_profile(&profile);
    if instructions.all == 0 { Err("callgrind counted nothing".to_owned()) } else { Ok(instructions) }
}

/// Sums up a profile of callgrind. Lines that follow `calls=` contain the inclusive cost of a callee, whose own lines are counted.
fn in_profile(profile: &str) -> Instructions {
    let mut objects: BTreeMap<&str, &str> = BTreeMap::new();
    let mut sum = Instructions::default();
    let (mut is_system, mut is_callee) = (false, false);
    for line in profile.lines() {
        if let Some(object) = line.strip_prefix("ob=").or(line.strip_prefix("cob=")) {
            // `(1) /lib/libc.so`, and `(1)` later.
            let (id, path) = object.split_once(' ').unwrap_or((object, ""));
            if !path.is_empty() {
                objects.insert(id, path);
            }
            if line.starts_with("ob=") {
                let path = objects.get(id).copied().unwrap_or_default();
                is_system = SYSTEM.iter().any(|folder| Path::new(path).starts_with(folder)) || path == "???";
            }
        } else if line.starts_with("calls=") {
            is_callee = true;
        } else if line.starts_with(|first: char| first.is_ascii_digit() || "+-*".contains(first)) {
            let cost = line.split(' ').nth(1).and_then(|cost| cost.parse().ok()).unwrap_or(0);
            if !is_callee {
                sum.all += cost;
                sum.own += if is_system { 0 } else { cost };
            }
            is_callee = false;
        }
    }
    sum
}

/// Counts the allocations of a program.
pub(super) fn allocations(program: Command) -> Result<u64> {
    let file = temporary_file()?;
    let mut option = OsString::from("--log-file=");
    option.push(file.path());
    let options = ["--tool=memcheck", "--leak-check=no", "--undef-value-errors=no"].map(OsString::from);
    command::output(&mut under(&[&["valgrind".into()][..], &options, &[option]].concat(), program))?;
    in_summary(&read(file.path())?).ok_or_else(|| "valgrind reported no heap usage".to_owned())
}

/// Parses `total heap usage: 1,234 allocs, 1,233 frees, 56,789 bytes allocated`.
fn in_summary(log: &str) -> Option<u64> {
    let (_, usage) = log.split_once("total heap usage: ")?;
    usage.split(' ').next()?.replace(',', "").parse().ok()
}

/// Counts the system calls of a program and its threads, by name.
pub(super) fn system_calls(program: Command) -> Result<BTreeMap<String, u64>> {
    let file = temporary_file()?;
    let options = ["strace", "--follow-forks", "--quiet=all", "--signal=none", "--output"].map(OsString::from);
    command::output(&mut under(&[&options[..], &[file.path().into()]].concat(), program))?;
    Ok(in_trace(&read(file.path())?))
}

/// Parses lines such as `123 write(1, "a", 1) = 1`, `123 read(3,  <unfinished ...>` and `123 <... read resumed>"a", 1) = 1`.
fn in_trace(trace: &str) -> BTreeMap<String, u64> {
    let mut calls = BTreeMap::new();
    for line in trace.lines() {
        let call = line.trim_start_matches(|id: char| id.is_ascii_digit()).trim_start();
        let Some((name, _)) = call.split_once('(') else { continue };
        if name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_') {
            *calls.entry(name.to_owned()).or_insert(0) += 1;
        }
    }
    calls
}

/// A command under a tool.
fn under(tool: &[OsString], program: Command) -> Command {
    let mut command = Command::new(&tool[0]);
    command.args(&tool[1..]).arg(program.get_program()).args(program.get_args());
    command
}

fn temporary_file() -> Result<tempfile::NamedTempFile> {
    tempfile::NamedTempFile::new().map_err(|error| format!("temporary file: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cost_of_callees_is_counted_once() {
        let profile = "events: Ir\n\nob=(1) /usr/bin/a\nfl=(1) a.c\nfn=(1) main\n10 5\ncfn=(2) f\ncob=(2) /usr/lib/libc.so\ncalls=1 0\n11 70\n+1 2\n\n\
            ob=(2)\nfn=(2) f\n0 70\n\nob=(1)\nfn=(3) g\n* 4\ntotals: 81\n";
        assert_eq!(in_profile(profile), Instructions { all: 81, own: 11 });
    }

    #[test]
    fn heap_usage_is_parsed() {
        let log = "==1== HEAP SUMMARY:\n==1==   total heap usage: 1,234 allocs, 1,233 frees, 5 bytes allocated\n";
        assert_eq!(in_summary(log), Some(1234));
        assert_eq!(in_summary(""), None);
    }

    #[test]
    fn interrupted_system_calls_are_counted_once() {
        let trace = "12 read(3,  <unfinished ...>\n13 write(1, \"(a)\", 3) = 3\n12 <... read resumed>\"a\", 1) = 1\n12 +++ exited with 0 +++\nread(3) = 0\n";
        let calls: Vec<_> = in_trace(trace).into_iter().collect();
        assert_eq!(calls, [("read".to_owned(), 2), ("write".to_owned(), 1)]);
    }
}

//! `cargo xtask fuzz`: runs the fuzz targets in `fuzz/` with libFuzzer and AddressSanitizer, and minimises their corpora.
//!
//! cargo-fuzz would run the same targets. This needs no installation, and works with a stable compiler, whose unstable options are enabled by
//! `RUSTC_BOOTSTRAP`. Sanitizers are supported on Linux and macOS.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::command::{self, Result, cargo};
use crate::{end, paths, select, show, usage};

/// A target: `fuzz/fuzz_targets/<name>.rs`, with its corpus in `fuzz/corpus/<name>/`.
struct Target {
    name: &'static str,
    about: &'static str,
    /// The maximum size of an input in bytes.
    max_length: u32,
}

const TARGETS: &[Target] = &[
    Target { name: "models", about: "decoding of all models and pages", max_length: 1024 },
    Target { name: "events", about: "events that are posted to webhooks", max_length: 1024 },
    Target { name: "errors", about: "bodies of error responses, which may contain the API key", max_length: 1024 },
    Target { name: "retry_after", about: "the header Retry-After", max_length: 96 },
    Target { name: "lists", about: "lists: any sequence of pages ends, and yields each item once", max_length: 192 },
    Target { name: "ledger", about: "ledgers whose file is damaged", max_length: 512 },
    Target { name: "csv", about: "CSV files of the command line", max_length: 1024 },
    Target { name: "c_abi", about: "calls of the C ABI in any order, with arbitrary arguments", max_length: 1024 },
];

/// The instrumentation that cargo-fuzz selects: coverage for libFuzzer, and AddressSanitizer.
const FLAGS: &[&str] = &[
    "--cfg",
    "fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Cllvm-args=-simplifycfg-branch-fold-threshold=0",
    "-Zsanitizer=address",
    "-Cdebug-assertions",
    "-Ccodegen-units=1",
];

/// The dictionary, so that libFuzzer finds the names of fields and of headers.
const DICTIONARY: &str = "fuzz/fuzzing.dict";

/// What to do with the targets.
#[derive(Debug, PartialEq)]
enum Action {
    /// Run each of them for this time.
    Run { minutes: u64 },
    /// Copy the inputs that add coverage to the corpora in the repository.
    Minimise,
}

/// Prints the names and descriptions of the targets.
pub(crate) fn list() -> ExitCode {
    for target in TARGETS {
        println!("{:<12} {}", target.name, target.about);
    }
    ExitCode::SUCCESS
}

/// Runs `cargo xtask fuzz` with these arguments.
pub(crate) fn run(arguments: &[&str]) -> ExitCode {
    let (names, action) = match parse(arguments) {
        Ok(parsed) => parsed,
        Err(reason) => return usage(&reason),
    };
    let targets = match select(TARGETS, &names, |target| target.name) {
        Ok(targets) => targets,
        Err(reason) => return usage(&reason),
    };
    end("fuzz", command::all(targets.into_iter().map(|target| target.run(&action))))
}

/// The names of targets, and what to do with them.
fn parse<'a>(arguments: &[&'a str]) -> Result<(Vec<&'a str>, Action)> {
    let mut names = Vec::new();
    let mut action = Action::Run { minutes: 1 };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match *argument {
            "--minimise" => action = Action::Minimise,
            "--minutes" => {
                let minutes = rest.next().and_then(|minutes| minutes.parse().ok()).filter(|minutes| *minutes > 0);
                action = Action::Run { minutes: minutes.ok_or("--minutes needs a number of at least 1")? };
            }
            option if option.starts_with('-') => return Err(format!("unknown option: {option}")),
            name => names.push(name),
        }
    }
    Ok((names, action))
}

impl Target {
    fn run(&self, action: &Action) -> Result {
        show::heading(self.name, self.about);
        let program = self.build()?;
        let (found, corpus, artifacts) = (self.folder("corpus")?, self.corpus(), self.folder("artifacts")?);
        match action {
            Action::Run { minutes } => {
                let mut fuzz = Command::new(program);
                fuzz.args([&found, &corpus]).current_dir(&artifacts);
                fuzz.arg(format!("-max_total_time={}", minutes * 60)).arg(format!("-max_len={}", self.max_length));
                fuzz.arg(format!("-dict={}", paths::root().join(DICTIONARY).display()));
                fuzz.args(["-timeout=60", "-rss_limit_mb=4096", "-print_final_stats=1"]);
                command::run(&mut fuzz)
                    .map_err(|reason| format!("{}: {reason}\nThe input is in {}", self.name, artifacts.display()))
            }
            Action::Minimise => {
                // Shorter inputs come first, and only those that add coverage are kept.
                let minimal = self.folder("minimal")?;
                let _ = fs::remove_dir_all(&minimal);
                fs::create_dir_all(&minimal).map_err(|error| format!("{}: {error}", minimal.display()))?;
                command::run(Command::new(program).arg("-merge=1").args([&minimal, &corpus, &found]))?;
                replace(&corpus, &minimal)
            }
        }
    }

    /// Builds the target, and returns the path of its program.
    fn build(&self) -> Result<PathBuf> {
        let triple = triple()?;
        let target = paths::root().join("target").join("fuzz");
        let mut build = cargo(["build", "--release", "--manifest-path", "fuzz/Cargo.toml", "--bin", self.name]);
        // With a target, build scripts and macros are not instrumented.
        build.args(["--target", &triple, "--target-dir"]).arg(&target);
        build.env("RUSTC_BOOTSTRAP", "1").env("CARGO_ENCODED_RUSTFLAGS", FLAGS.join("\u{1f}"));
        command::run(&mut build)?;
        Ok(target.join(triple).join("release").join(self.name))
    }

    /// The inputs in the repository.
    fn corpus(&self) -> PathBuf {
        paths::root().join("fuzz").join("corpus").join(self.name)
    }

    /// A folder for inputs outside of the repository.
    fn folder(&self, kind: &str) -> Result<PathBuf> {
        let folder = paths::root().join("target").join("fuzz").join(kind).join(self.name);
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(folder)
    }
}

/// Replaces the files in a folder by those of another one.
fn replace(folder: &Path, by: &Path) -> Result {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    fs::remove_dir_all(folder).map_err(failed)?;
    fs::create_dir_all(folder).map_err(failed)?;
    let mut bytes = 0;
    let files: Vec<_> = fs::read_dir(by).map_err(failed)?.collect::<std::io::Result<_>>().map_err(failed)?;
    for file in &files {
        bytes += fs::copy(file.path(), folder.join(file.file_name())).map_err(failed)?;
    }
    println!("{}: {} files, {bytes} bytes", folder.display(), files.len());
    Ok(())
}

/// The name of this system for the compiler.
fn triple() -> Result<String> {
    let version = command::output(Command::new("rustc").arg("-vV"))?;
    let triple = version.lines().find_map(|line| line.strip_prefix("host: "));
    triple.map(str::to_owned).ok_or_else(|| "rustc does not report its host".to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn arguments_are_parsed() {
        assert_eq!(parse(&[]), Ok((vec![], Action::Run { minutes: 1 })));
        assert_eq!(parse(&["csv", "--minutes", "60"]), Ok((vec!["csv"], Action::Run { minutes: 60 })));
        assert_eq!(parse(&["--minimise", "csv", "lists"]), Ok((vec!["csv", "lists"], Action::Minimise)));
        for invalid in [&["--minutes"][..], &["--minutes", "0"], &["--minutes", "x"], &["--fast"]] {
            assert!(parse(invalid).is_err(), "{invalid:?}");
        }
    }

    #[test]
    fn each_target_has_a_program_and_a_small_corpus() {
        let fuzz = paths::root().join("fuzz");
        let names = |folder: &str| -> BTreeSet<String> {
            let files = fs::read_dir(fuzz.join(folder)).expect("a folder").map(|file| file.expect("a file").path());
            files.map(|file| file.file_stem().expect("a name").to_string_lossy().into_owned()).collect()
        };
        let known: BTreeSet<_> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
        assert_eq!(names("fuzz_targets"), known);
        assert_eq!(names("corpus"), known);
        for target in TARGETS {
            let files: Vec<_> = fs::read_dir(target.corpus()).expect("a corpus").collect();
            let size =
                |file: &std::io::Result<fs::DirEntry>| file.as_ref().expect("a file").metadata().expect("data").len();
            let bytes: u64 = files.iter().map(size).sum();
            assert!((1..300).contains(&files.len()) && bytes < 300_000, "{}: {} files", target.name, files.len());
        }
    }
}

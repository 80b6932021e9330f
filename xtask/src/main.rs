//! `cargo xtask`: the development commands of this repository.

mod background;
mod bench;
mod bundle;
mod chaos;
mod codegen;
mod command;
mod compiler;
mod debug_symbols;
mod demo;
mod dist;
mod docs;
mod engines;
mod examples;
mod files;
mod fuzz;
mod install;
mod models;
mod node;
mod npm;
mod paths;
mod python;
mod release;
mod sandbox;
mod scale;
mod show;
mod simulate;
mod test;
mod third_party;
mod wheel;

use std::process::ExitCode;

const HELP: &str = "\
Usage: cargo xtask <command>

Commands:
  bench [NAME...] [--rounds N] [--write]
                      compare the clients of all languages with other HTTP clients; without names, write docs/performance.md
  bench --quick [NAME...]
                      run the benchmarks too briefly to measure, without the clients that need other packages
  bench counts --record
                      record the counts that the step `counts` of the tests compares
  bench --list        list the benchmarks
  chaos kill [LANGUAGE...] [--rows N] [--kills N] [--restarts N] [--concurrency N] [--seed N]
                      kill bulk runs and the sandbox at random moments, and check that no message is sent twice
  chaos stale [--minutes N]
                      measure how many calls are lost if the server closes an idle connection at the same time
  chaos wire [LANGUAGE...] [--seed N] [--minutes N]
                      break connections in all ways, and compare what the sandbox has received with what the callers were told
  codegen             generate the sources of the bindings and the C and C++ headers from the definitions in core
  codegen --check     fail if the generated files are not up to date
  demo [LANGUAGE...]  send a first message and a small campaign to a local sandbox
  demo --list         list the languages
  dist [PACKAGE...]   build the packages to publish, for this system
  dist --target TARGET [PACKAGE...]
                      build the packages for another system, in target/dist/TARGET
  dist --repack TARGET [PACKAGE...]
                      make packages again of what was built for the system
  dist --check TARGET install and run these packages in an empty folder
  dist --native       build the packages that a release publishes for this system, in target/dist/native
  dist --check native install and run them in an empty folder
  dist --sources      build the sdists, the main npm package and the crates, which are the same for all systems
  dist --list         list the packages and targets
  docs [PART...]      build the API reference of each language and the guides as HTML in target/docs
  docs --list         list the parts
  fuzz [TARGET...] [--minutes N]
                      run the fuzz targets with AddressSanitizer, each for a minute, or for this time
  fuzz [TARGET...] --minimise
                      copy the inputs that add coverage to the corpora in fuzz/corpus
  fuzz --list         list the fuzz targets
  install --prefix DIR [--libdir DIR] [--destdir DIR] [--debug-symbols]
                      install libzexa for C and C++, optionally with a separate file of debug symbols
  licences            generate the files with the licences of third-party crates, with cargo-about
  models [NAME...] [--deep] [--seed N] [--schedule FILE]
                      check models of concurrent parts of the core, with many interleavings of threads
  simulate [--workers N] [--limit N] [--seed N] [--fallback]
                      let many workers share the limiter of the core on a virtual clock, with a limit that changes and a server that stalls
  scale [--messages N] [--seed N] [--no-limiter]
                      send with several workers that share a ledger and a limiter, while they and their servers are killed
  test [STEP...]      run all test steps, or only these
  test --list         list the test steps";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["codegen"] => codegen::run(false),
        ["codegen", "--check"] => codegen::run(true),
        ["demo", "--list"] => demo::list(),
        ["demo", names @ ..] => demo::run(names),
        ["bench", "--list"] => bench::list(),
        ["bench", names @ ..] => bench::run(names),
        ["chaos", "kill", arguments @ ..] => chaos::run(arguments),
        ["chaos", "stale", arguments @ ..] => chaos::stale::run(arguments),
        ["chaos", "wire", arguments @ ..] => chaos::wire::run(arguments),
        ["simulate", arguments @ ..] => simulate::run(arguments),
        ["dist", "--list"] => dist::list(),
        ["dist", names @ ..] => dist::run(names),
        ["docs", "--list"] => docs::list(),
        ["docs", names @ ..] => docs::run(names),
        ["fuzz", "--list"] => fuzz::list(),
        ["fuzz", arguments @ ..] => fuzz::run(arguments),
        ["install", options @ ..] => install::run(options),
        ["licences"] => third_party::write(),
        ["models", arguments @ ..] => models::run(arguments),
        ["scale", arguments @ ..] => scale::run(arguments),
        ["test", "--list"] => test::list(),
        ["test", names @ ..] => test::run(names),
        ["help" | "--help" | "-h"] => {
            println!("{HELP}");
            ExitCode::SUCCESS
        }
        [command, ..] => usage(&format!("unknown command or arguments: {command}")),
        [] => usage("missing command"),
    }
}

/// Reports an invalid command line.
fn usage(reason: &str) -> ExitCode {
    eprintln!("cargo xtask: {reason}\n\n{HELP}");
    ExitCode::from(2)
}

/// Reports the reason of a failed command.
fn end(command: &str, result: Result<(), String>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("\ncargo xtask {command}: {reason}");
            ExitCode::FAILURE
        }
    }
}

/// Selects the named items, in the order of `all`. Without names, selects all of them.
///
/// # Errors
///
/// If a name is unknown. The error lists the valid names.
fn select<'a, T>(all: &'a [T], names: &[&str], name: impl Fn(&T) -> &str) -> Result<Vec<&'a T>, String> {
    let known: Vec<&str> = all.iter().map(&name).collect();
    if let Some(unknown) = names.iter().find(|wanted| !known.contains(wanted)) {
        return Err(format!("unknown name `{unknown}`; expected {}", known.join(", ")));
    }
    Ok(all.iter().filter(|one| names.is_empty() || names.contains(&name(one))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_keeps_the_order() {
        let name = |name: &&'static str| -> &'static str { name };
        let all = ["fmt", "unit", "demo"];
        assert_eq!(select(&all, &[], |one| name(one)), Ok(vec![&"fmt", &"unit", &"demo"]));
        assert_eq!(select(&all, &["demo", "fmt"], |one| name(one)), Ok(vec![&"fmt", &"demo"]));
        assert_eq!(
            select(&all, &["lint"], |one| name(one)),
            Err("unknown name `lint`; expected fmt, unit, demo".to_owned())
        );
    }
}

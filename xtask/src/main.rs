//! `cargo xtask`: the commands of this repository.

mod background;
mod bench;
mod codegen;
mod command;
mod compiler;
mod debug_symbols;
mod demo;
mod dist;
mod examples;
mod install;
mod node;
mod npm;
mod paths;
mod python;
mod release;
mod sandbox;
mod show;
mod test;
mod third_party;
mod wheel;

use std::process::ExitCode;

const HELP: &str = "\
Usage: cargo xtask <command>

  codegen             writes what other languages need from the definitions in core
  codegen --check     fails where that is not what is there
  demo [LANGUAGE...]  a first message and a small campaign, against a sandbox started for it
  demo --list         the languages that there are
  bench [CONTEST...]  the Python and the Node client against their peers, as ratios
  bench --list        the contests that there are
  dist [LANGUAGE...]  the packages that would be published, for this system
  dist --list         the languages that have one
  install --prefix DIR [--libdir DIR] [--destdir DIR] [--debug-symbols]
                      libzexa for C and C++, with a file of debug symbols if asked for
  licences            writes the files with the licences of the crates in the libraries, with cargo-about
  test [STEP...]      every test there is, or these steps
  test --list         the steps that there are";

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
        ["dist", "--list"] => dist::list(),
        ["dist", names @ ..] => dist::run(names),
        ["install", options @ ..] => install::run(options),
        ["licences"] => third_party::write(),
        ["test", "--list"] => test::list(),
        ["test", names @ ..] => test::run(names),
        ["help" | "--help" | "-h"] => {
            println!("{HELP}");
            ExitCode::SUCCESS
        }
        _ => usage("no such command"),
    }
}

/// The command line was wrong.
fn usage(reason: &str) -> ExitCode {
    eprintln!("cargo xtask: {reason}\n\n{HELP}");
    ExitCode::from(2)
}

/// Those of `all` that are named, in their own order; all of them where none is.
///
/// # Errors
///
/// The name that nothing has, and the names that there are.
fn chosen<'a, T>(all: &'a [T], names: &[&str], name: impl Fn(&T) -> &str) -> Result<Vec<&'a T>, String> {
    let known: Vec<&str> = all.iter().map(&name).collect();
    if let Some(unknown) = names.iter().find(|wanted| !known.contains(wanted)) {
        return Err(format!("there is no `{unknown}`, but {}", known.join(", ")));
    }
    Ok(all.iter().filter(|one| names.is_empty() || names.contains(&name(one))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_keeps_its_order() {
        let name = |name: &&'static str| -> &'static str { name };
        let all = ["fmt", "unit", "demo"];
        assert_eq!(chosen(&all, &[], |one| name(one)), Ok(vec![&"fmt", &"unit", &"demo"]));
        assert_eq!(chosen(&all, &["demo", "fmt"], |one| name(one)), Ok(vec![&"fmt", &"demo"]));
        assert_eq!(chosen(&all, &["lint"], |one| name(one)), Err("there is no `lint`, but fmt, unit, demo".to_owned()));
    }
}

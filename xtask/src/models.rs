//! `cargo xtask models`: model checking of the concurrent parts of the core.
//!
//! The programs of `tests/models` compile modules of the core with the primitives of a model checker: `loom` explores all interleavings of a few threads,
//! and `shuttle` many random interleavings of more threads.

use std::process::{Command, ExitCode};

use crate::command::{self, Result, cargo_workspace};
use crate::{paths, select, usage};

/// The models of a component.
struct Component {
    name: &'static str,
    program: &'static str,
}

const LOOM: &str = "zexa-models-loom";
const SHUTTLE: &str = "zexa-models-shuttle";

const COMPONENTS: [Component; 6] = [
    Component { name: "body", program: LOOM },
    Component { name: "gate", program: LOOM },
    Component { name: "signal", program: LOOM },
    Component { name: "connections", program: SHUTTLE },
    Component { name: "runtimes", program: SHUTTLE },
    Component { name: "writer", program: SHUTTLE },
];

/// Runs `cargo xtask models` with these arguments.
pub(crate) fn run(arguments: &[&str]) -> ExitCode {
    let options = match Options::parse(arguments) {
        Ok(options) => options,
        Err(reason) => return usage(&reason),
    };
    match options.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("\ncargo xtask models: {reason}");
            ExitCode::FAILURE
        }
    }
}

/// The step `models` of the tests.
pub(crate) fn check() -> Result {
    Options::default().run()
}

/// The command line.
#[derive(Default)]
struct Options<'a> {
    /// Components, or models of them, such as `gate: order of arrival`.
    names: Vec<&'a str>,
    /// Options for the programs.
    others: Vec<&'a str>,
}

impl<'a> Options<'a> {
    fn parse(arguments: &[&'a str]) -> Result<Options<'a>> {
        let mut options = Options::default();
        let mut arguments = arguments.iter().copied();
        while let Some(argument) = arguments.next() {
            match argument {
                "--deep" => options.others.push(argument),
                "--seed" | "--schedule" => {
                    let value = arguments.next().ok_or_else(|| format!("{argument} needs a value"))?;
                    options.others.extend([argument, value]);
                }
                option if option.starts_with('-') => return Err(format!("unknown option {option}")),
                name => options.names.push(name),
            }
        }
        options.components().map(|_| options)
    }

    fn components(&self) -> Result<Vec<&'static Component>> {
        let names: Vec<&str> = self.names.iter().map(|name| name.split(':').next().unwrap_or_default()).collect();
        select(&COMPONENTS, &names, |component| component.name)
    }

    fn run(&self) -> Result {
        let components = self.components()?;
        let is_needed = |program: &&&str| components.iter().any(|component| component.program == **program);
        let programs: Vec<&str> = [LOOM, SHUTTLE].iter().filter(is_needed).copied().collect();
        let targets: Vec<&str> = programs.iter().flat_map(|program| ["--bin", program]).collect();
        command::run_quietly(cargo_workspace("build", &targets).arg("--quiet"))?;
        command::all(programs.into_iter().map(|program| {
            let has_model = |name: &&&str| {
                let component = components.iter().find(|component| name.split(':').next() == Some(component.name));
                component.is_some_and(|component| component.program == program)
            };
            let mut command = Command::new(paths::program(program));
            command.args(self.names.iter().filter(has_model)).args(&self.others);
            command::run(command.current_dir(paths::root()))
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_parsed() {
        let programs = |arguments: &[&str]| {
            let components = Options::parse(arguments).and_then(|options| options.components());
            components.map(|components| components.iter().map(|component| component.name).collect::<Vec<_>>())
        };
        assert_eq!(programs(&[]).map(|names| names.len()), Ok(COMPONENTS.len()));
        assert_eq!(programs(&["writer: order", "--schedule", "a.txt"]), Ok(vec!["writer"]));
        assert_eq!(programs(&["gate", "--deep", "body", "--seed", "7"]), Ok(vec!["body", "gate"]));
        for (arguments, reason) in [
            (&["door"][..], "unknown name `door`; expected "),
            (&["--seed"], "--seed needs a value"),
            (&["--fast"], "unknown option --fast"),
        ] {
            assert!(programs(arguments).expect_err("invalid").starts_with(reason), "{arguments:?}");
        }
    }
}

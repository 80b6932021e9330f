//! The packages for the system on which the command runs: those of a language, or of the command line.

use std::path::PathBuf;
use std::process::ExitCode;

use super::{archive, build};
use crate::command::Result;
use crate::files::{copy_into, empty};
use crate::npm::Archives;
use crate::wheel::{PROGRAM, Wheel};
use crate::{select, show, usage};

/// The packages of one language, or of the command line.
struct Part {
    name: &'static str,
    about: &'static str,
    /// Builds the packages, and returns their paths.
    make: fn() -> Result<Vec<PathBuf>>,
}

const PARTS: &[Part] = &[
    Part {
        name: "python",
        about: "an sdist, and a wheel that is built from it",
        make: || Wheel::build().map(|wheel| vec![wheel.sdist.file, wheel.file]),
    },
    Part {
        name: "node",
        about: "the main package, and the package with the addon for this system",
        make: || Archives::build().map(|archives| vec![archives.main, archives.addon]),
    },
    Part {
        name: "cli",
        about: "an sdist of the program zexa, and a wheel that is built from it",
        make: || PROGRAM.build().map(|wheel| vec![wheel.sdist.file, wheel.file]),
    },
];

/// The folder of the packages that a release publishes for this system.
pub(super) fn folder() -> PathBuf {
    build::folder().join("native")
}

/// Builds the packages that a release publishes for this system, and returns their folder. Those that are the same for all systems are not among them.
pub(super) fn make_native() -> Result<PathBuf> {
    let folder = folder();
    empty(&folder)?;
    for file in [Wheel::build()?.file, PROGRAM.build()?.file, Archives::build()?.addon] {
        copy_into(&file, &folder)?;
    }
    archive::write_sums(&folder)?;
    Ok(folder)
}

/// Prints the names and descriptions of the parts.
pub(super) fn list() {
    for part in PARTS {
        println!("{:<8} {}", part.name, part.about);
    }
}

/// Builds the named parts, or all of them.
pub(super) fn run(names: &[&str]) -> ExitCode {
    let parts = match select(PARTS, names, |part| part.name) {
        Ok(parts) => parts,
        Err(reason) => return usage(&reason),
    };
    for part in parts {
        show::heading(part.name, part.about);
        match (part.make)() {
            Ok(files) => files.iter().for_each(|file| println!("{}", file.display())),
            Err(reason) => {
                eprintln!("cargo xtask dist: {reason}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

//! `cargo xtask dist`: what would be published for a language, made for this system.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::command::Result;
use crate::npm::Archives;
use crate::wheel::Wheel;
use crate::{chosen, show, usage};

/// What is made for one language.
struct Part {
    name: &'static str,
    about: &'static str,
    /// Makes it, and says where it is.
    make: fn() -> Result<Vec<PathBuf>>,
}

const PARTS: &[Part] = &[
    Part {
        name: "python",
        about: "an sdist, and a wheel built of it",
        make: || Wheel::build().map(|wheel| vec![wheel.sdist, wheel.file]),
    },
    Part {
        name: "node",
        about: "the package, and the one with the addon for this system",
        make: || Archives::build().map(|archives| vec![archives.main, archives.addon]),
    },
];

/// Prints the names of the parts.
pub(crate) fn list() -> ExitCode {
    for part in PARTS {
        println!("{:<8} {}", part.name, part.about);
    }
    ExitCode::SUCCESS
}

/// Makes the named parts, or all of them.
pub(crate) fn run(names: &[&str]) -> ExitCode {
    let parts = match chosen(PARTS, names, |part| part.name) {
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

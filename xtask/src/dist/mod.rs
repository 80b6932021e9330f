//! `cargo xtask dist`: builds the packages to publish, for the system on which it runs, or for any supported target.

pub(crate) mod archive;
pub(crate) mod audit;
pub(crate) mod build;
pub(crate) mod debian;
pub(crate) mod elf;
mod guides;
mod local;
pub(crate) mod parts;
pub(crate) mod pe;
mod rust;
mod sources;
pub(crate) mod target;
pub(crate) mod toolchain;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use self::build::Build;
use self::parts::{PARTS, Part};
use self::target::{TARGETS, Target};
use self::toolchain::Toolchain;
use crate::command::Result;
use crate::files::empty;
use crate::{select, show, test, usage};

/// Prints the names and descriptions of the packages, and the targets.
pub(crate) fn list() -> ExitCode {
    println!("For this system:");
    local::list();
    println!("\nWith --target:");
    for part in PARTS {
        println!("{:<8} {}", part.name, part.about);
    }
    println!("\nTargets:");
    TARGETS.iter().for_each(|target| println!("{}", target.name));
    ExitCode::SUCCESS
}

/// Builds the named packages, or all of them.
pub(crate) fn run(arguments: &[&str]) -> ExitCode {
    match arguments {
        ["--target", name, parts @ ..] => for_target(name, parts, make),
        ["--repack", name, parts @ ..] => for_target(name, parts, repack),
        ["--sources"] => report(sources::make()),
        ["--native"] => report(native()),
        ["--check", "native"] => report(test::dist::check_native(&local::folder()).map(|()| local::folder())),
        ["--check", name] => check(name),
        names => local::run(names),
    }
}

/// Makes packages for a target.
fn for_target(name: &str, names: &[&str], make: fn(&'static Target, &[&Part]) -> Result<PathBuf>) -> ExitCode {
    let parts = match (Target::find(name), select(PARTS, names, |part| part.name)) {
        (Ok(target), Ok(parts)) => make(target, &parts),
        (Err(reason), _) | (_, Err(reason)) => return usage(&reason),
    };
    report(parts)
}

/// Checks the packages that were built for a target.
fn check(name: &str) -> ExitCode {
    match Target::find(name) {
        Ok(target) => {
            let folder = build::folder().join(target.name);
            report(test::dist::check_packages(target, &folder).map(|()| folder))
        }
        Err(reason) => usage(&reason),
    }
}

/// Prints the folder of the packages, or the error.
fn report(result: Result<PathBuf>) -> ExitCode {
    match result {
        Ok(folder) => {
            println!("{}", folder.display());
            ExitCode::SUCCESS
        }
        Err(reason) => {
            eprintln!("cargo xtask dist: {reason}");
            ExitCode::FAILURE
        }
    }
}

/// Builds the packages that a release publishes for this system, and returns their folder.
pub(crate) fn native() -> Result<PathBuf> {
    local::make_native()
}

/// Builds all packages for a target, and returns their folder.
pub(crate) fn all(target: &'static Target) -> Result<PathBuf> {
    make(target, &PARTS.iter().collect::<Vec<_>>())
}

/// Checks a library or program to publish, in the format of its system.
pub(crate) fn check_file(file: &Path, target: &Target) -> Result {
    if target.is_windows() { pe::check(file, target) } else { elf::check(file, target) }
}

fn make(target: &'static Target, parts: &[&Part]) -> Result<PathBuf> {
    show::heading(target.name, "the libraries and programs");
    let toolchain = Toolchain::prepare()?;
    let build = Build::run(target, &toolchain)?;
    empty(&build::folder().join(target.name))?;
    pack(&build, &toolchain, parts)
}

/// Makes packages of what was built before, and replaces those that exist.
fn repack(target: &'static Target, parts: &[&Part]) -> Result<PathBuf> {
    pack(&Build::existing(target)?, &Toolchain::prepare()?, parts)
}

fn pack(build: &Build, toolchain: &Toolchain, parts: &[&Part]) -> Result<PathBuf> {
    let folder = build::folder().join(build.target.name);
    for part in parts {
        show::heading(part.name, part.about);
        (part.make)(build, toolchain, &folder)?;
    }
    archive::write_sums(&folder)?;
    Ok(folder)
}

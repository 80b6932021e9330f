//! `cargo xtask licences`: the licences of the crates that each library contains, in the file that is shipped with it.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::command::{self, Result, cargo};
use crate::paths;

/// The name of each file.
pub(crate) const FILE: &str = "THIRD-PARTY-LICENSES.txt";

/// The folders of the packages that become libraries.
const PACKAGES: [&str; 3] = ["ffi-c", "bindings-python", "bindings-node"];

/// Writes the files with cargo-about.
pub(crate) fn write() -> ExitCode {
    match PACKAGES.iter().try_for_each(|folder| generate(folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("cargo xtask licences: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn generate(folder: &str) -> Result {
    let settings = paths::root().join("xtask").join("licences");
    let mut about = cargo(["about", "generate", "--frozen", "--fail", "--config"]);
    about.arg(settings.join("about.toml")).arg("--manifest-path").arg(paths::root().join(folder).join("Cargo.toml"));
    about.arg("--output-file").arg(file(folder)).arg(settings.join("about.hbs"));
    command::run(&mut about)
        .map_err(|reason| format!("{reason}\nIs cargo-about installed? cargo install cargo-about --locked"))
}

/// Compares the crates that the files list with those that the libraries contain.
pub(crate) fn check() -> Result {
    let complaints: Vec<_> = PACKAGES.iter().map(|folder| check_package(folder)).filter_map(Result::err).collect();
    if complaints.is_empty() { Ok(()) } else { Err(complaints.join("\n")) }
}

fn check_package(folder: &str) -> Result {
    let manifest = paths::root().join(folder).join("Cargo.toml");
    let mut tree =
        cargo(["tree", "--locked", "--edges", "normal", "--prefix", "none", "--format", "{p}", "--manifest-path"]);
    let tree = command::output(tree.arg(manifest))?;
    let file = file(folder);
    let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    compare(&linked(&tree), &listed(&text))
        .map_err(|reason| format!("{}: {reason}; run cargo xtask licences", file.display()))
}

fn file(folder: &str) -> PathBuf {
    paths::root().join(folder).join(FILE)
}

/// The crates of a tree, but for those of this repository: `hyper v1.12.0`, `zexa v0.1.0 (/path)`.
fn linked(tree: &str) -> BTreeSet<String> {
    let crates = tree.lines().filter_map(|line| line.split_once(" v"));
    let crates = crates.filter(|(name, _)| is_foreign(name));
    crates.map(|(name, rest)| format!("{name} {}", rest.split(' ').next().unwrap_or_default())).collect()
}

/// The crates that a file lists, but for those of this repository: `  hyper 1.12.0, MIT`.
fn listed(text: &str) -> BTreeSet<String> {
    let list = text.split("\nCrates:\n").nth(1).unwrap_or_default().trim_start();
    let lines = list.lines().take_while(|line| !line.is_empty());
    let crates = lines.filter_map(|line| Some(line.trim().split_once(',')?.0));
    crates.filter(|name| is_foreign(name)).map(str::to_owned).collect()
}

fn is_foreign(name: &str) -> bool {
    !name.starts_with("zexa")
}

fn compare(linked: &BTreeSet<String>, listed: &BTreeSet<String>) -> Result {
    if let Some(missing) = linked.difference(listed).next() {
        return Err(format!("the licence of {missing} is missing"));
    }
    match listed.difference(linked).next() {
        Some(extra) => Err(format!("{extra} is listed, but not part of the library")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_lists_what_is_linked() {
        let tree = "zexa-ffi v0.1.0 (/x/ffi-c)\nhyper v1.12.0\nserde_derive v1.0.229 (proc-macro)\nhyper v1.12.0 (*)\n";
        let crates = linked(tree);
        assert_eq!(crates.iter().collect::<Vec<_>>(), ["hyper 1.12.0", "serde_derive 1.0.229"]);
        let text =
            |list: &str| format!("Licences\n\nCrates:\n\n{list}  zexa 0.1.0, MIT\n\nMIT, for\n  other 1.0.0, MIT\n");
        let complete = "  hyper 1.12.0, MIT\n  serde_derive 1.0.229, MIT OR Apache-2.0\n";
        assert_eq!(compare(&crates, &listed(&text(complete))), Ok(()));
        let error = compare(&crates, &listed(&text("  hyper 1.12.0, MIT\n"))).expect_err("one is missing");
        assert!(error.contains("serde_derive 1.0.229"), "{error}");
        let older = complete.replace("1.12.0", "1.11.0") + "  hyper 1.12.0, MIT\n";
        let error = compare(&crates, &listed(&text(&older))).expect_err("one is too much");
        assert!(error.contains("hyper 1.11.0"), "{error}");
    }
}

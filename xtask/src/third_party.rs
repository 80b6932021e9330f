//! `cargo xtask licences`: generates the file that lists the licences of the third-party crates in each library and in the program `zexa`.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::command::{self, Result, cargo};
use crate::files::read;
use crate::paths;

/// Name of the files.
pub(crate) const FILE: &str = "THIRD-PARTY-LICENSES.txt";

/// Systems whose packages contain different crates, as in `xtask/licences/about.toml`.
const TARGETS: [&str; 2] = ["x86_64-unknown-linux-gnu", "x86_64-pc-windows-gnu"];

/// Folders of the packages that are published as machine code.
const PACKAGES: [&str; 4] = ["ffi-c", "bindings-python", "bindings-node", "cli"];

/// Generates the files with cargo-about.
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
    let config = paths::root().join("xtask").join("licences");
    let mut about = cargo(["about", "generate", "--frozen", "--fail", "--config"]);
    about.arg(config.join("about.toml")).arg("--manifest-path").arg(paths::root().join(folder).join("Cargo.toml"));
    about.arg("--output-file").arg(file(folder)).arg(config.join("about.hbs"));
    command::run(&mut about)
        .map_err(|reason| format!("{reason}\ncargo-about must be installed: cargo install cargo-about --locked"))
}

/// Checks that the files list the crates in the libraries, and nothing that is not a dependency.
pub(crate) fn check() -> Result {
    let problems: Vec<_> = PACKAGES.iter().map(|folder| check_package(folder)).filter_map(Result::err).collect();
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
}

fn check_package(folder: &str) -> Result {
    let file = file(folder);
    let text = read(&file)?;
    let mut linked = BTreeSet::new();
    for target in TARGETS {
        linked.append(&mut linked_in(folder, target)?);
    }
    // cargo-about also lists what a dependency on one system would need on another.
    let known = linked_in(folder, "all")?;
    compare(&linked, &known, &listed(&text))
        .map_err(|reason| format!("{}: {reason}; run cargo xtask licences", file.display()))
}

/// The third-party crates in the library or program of a folder, for a target or for all of them.
pub(crate) fn linked_in(folder: &str, target: &str) -> Result<BTreeSet<String>> {
    let mut tree = cargo(["tree", "--locked", "--edges", "normal", "--prefix", "none", "--format", "{p}"]);
    tree.args(["--target", target]);
    let manifest = paths::root().join(folder).join("Cargo.toml");
    Ok(linked(&command::output(tree.arg("--manifest-path").arg(manifest))?))
}

fn file(folder: &str) -> PathBuf {
    paths::root().join(folder).join(FILE)
}

/// Third-party crates in a dependency tree with lines such as `hyper v1.12.0` and `zexa v0.1.0 (/path)`.
fn linked(tree: &str) -> BTreeSet<String> {
    let crates = tree.lines().filter_map(|line| line.split_once(" v"));
    let crates = crates.filter(|(name, _)| is_third_party(name));
    crates.map(|(name, rest)| format!("{name} {}", rest.split(' ').next().unwrap_or_default())).collect()
}

/// Third-party crates that a file lists, in lines such as `  hyper 1.12.0, MIT`.
pub(crate) fn listed(text: &str) -> BTreeSet<String> {
    let list = text.split("\nCrates:\n").nth(1).unwrap_or_default().trim_start();
    let lines = list.lines().take_while(|line| !line.is_empty());
    let crates = lines.filter_map(|line| Some(line.trim().split_once(',')?.0));
    crates.filter(|name| is_third_party(name)).map(str::to_owned).collect()
}

/// Whether a crate is not part of this project.
pub(crate) fn is_third_party(name: &str) -> bool {
    !name.starts_with("zexa")
}

/// Checks that all linked crates are listed, and that all listed ones are known.
fn compare(linked: &BTreeSet<String>, known: &BTreeSet<String>, listed: &BTreeSet<String>) -> Result {
    if let Some(missing) = linked.difference(listed).next() {
        return Err(format!("{missing} is not listed"));
    }
    match listed.difference(known).next() {
        Some(extra) => Err(format!("{extra} is listed, but is not part of the package")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_lists_the_linked_crates() {
        let tree = "zexa-ffi v0.1.0 (/x/ffi-c)\nhyper v1.12.0\nserde_derive v1.0.229 (proc-macro)\nhyper v1.12.0 (*)\n";
        let crates = linked(tree);
        assert_eq!(crates.iter().collect::<Vec<_>>(), ["hyper 1.12.0", "serde_derive 1.0.229"]);
        let text =
            |list: &str| format!("Licences\n\nCrates:\n\n{list}  zexa 0.1.0, MIT\n\nMIT, for\n  other 1.0.0, MIT\n");
        let complete = "  hyper 1.12.0, MIT\n  serde_derive 1.0.229, MIT OR Apache-2.0\n";
        assert_eq!(compare(&crates, &crates, &listed(&text(complete))), Ok(()));
        let error = compare(&crates, &crates, &listed(&text("  hyper 1.12.0, MIT\n"))).expect_err("one is missing");
        assert!(error.contains("serde_derive 1.0.229"), "{error}");
        let older = complete.replace("1.12.0", "1.11.0") + "  hyper 1.12.0, MIT\n";
        let error = compare(&crates, &crates, &listed(&text(&older))).expect_err("one is too much");
        assert!(error.contains("hyper 1.11.0"), "{error}");
    }
}

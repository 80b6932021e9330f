//! The step `deps`: checks the dependency tree.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::licences;
use crate::background::print_line;
use crate::command::{self, Result, cargo};
use crate::{paths, third_party};

/// Crates that compile the sources of `ffi-c`. Fuzz targets are not compiled by the tests.
const SAME_SOURCES: [&str; 2] = ["fuzz", "tests/c/test-exports"];

/// Crates that may occur in one version only, because they are large or have global state.
const SINGLE_VERSION: [&str; 6] = ["hyper", "hyper-util", "rustls", "serde", "serde_json", "tokio"];
/// Crates that must not occur. The client's TLS is rustls with ring. The Unicode tables of ICU take a tenth of the build time: after
/// a `cargo update`, run `cargo update -p idna_adapter --precise 1.1.0` to select smaller ones.
const FORBIDDEN: [&str; 7] =
    ["aws-lc-rs", "aws-lc-sys", "icu_properties", "native-tls", "openssl", "openssl-sys", "schannel"];

/// A crate in the dependency tree.
struct Crate<'a> {
    name: &'a str,
    version: &'a str,
    licence: &'a str,
}

/// Checks the dependencies of the workspace, including those of tests and build scripts. Excludes xtask, which is not shipped.
pub(crate) fn check() -> Result {
    let tree =
        cargo(["tree", "--workspace", "--exclude", "xtask", "--locked", "--prefix", "none", "--format", "{p}|{l}"]);
    let tree = command::output(&mut { tree })?;
    let problems = problems_in(&tree);
    print_line!("{} crates checked", tree.lines().filter_map(read).map(|one| one.name).collect::<BTreeSet<_>>().len());
    let others = [same_dependencies(), third_party::check(), deny()];
    let problems: Vec<_> = problems.into_iter().chain(others.into_iter().filter_map(Result::err)).collect();
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
}

/// The crates that compile the sources of `ffi-c` have its dependencies.
fn same_dependencies() -> Result {
    let wanted = dependencies("ffi-c")?;
    for name in SAME_SOURCES {
        let found = dependencies(name)?;
        let missing: Vec<_> = wanted.difference(&found).map(String::as_str).collect();
        if !missing.is_empty() {
            return Err(format!("{name}/Cargo.toml needs the dependencies of ffi-c, but lacks {}", missing.join(", ")));
        }
    }
    Ok(())
}

/// The names of the dependencies of a crate of this repository, without those of its tests.
fn dependencies(folder: &str) -> Result<BTreeSet<String>> {
    let manifest = paths::root().join(folder).join("Cargo.toml");
    let mut metadata = cargo(["metadata", "--no-deps", "--format-version", "1", "--manifest-path"]);
    let metadata = command::output(metadata.arg(&manifest))?;
    dependencies_in(&metadata, &manifest.to_string_lossy())
        .ok_or_else(|| format!("cargo metadata does not list {}", manifest.display()))
}

fn dependencies_in(metadata: &str, manifest: &str) -> Option<BTreeSet<String>> {
    let metadata: Value = serde_json::from_str(metadata).ok()?;
    let package = metadata["packages"].as_array()?.iter().find(|package| package["manifest_path"] == manifest)?;
    let dependencies = package["dependencies"].as_array()?.iter().filter(|dependency| dependency["kind"].is_null());
    dependencies.map(|dependency| dependency["name"].as_str().map(str::to_owned)).collect()
}

/// Runs cargo-deny, if it is installed, because compiling it takes minutes. It also checks where crates come from. Advisories need the network, so
/// `cargo deny check advisories` is not part of the tests.
fn deny() -> Result {
    if command::output(&mut cargo(["deny", "--version"])).is_err() {
        print_line!("skipped: cargo-deny, because it is not installed: cargo install cargo-deny --locked");
        return Ok(());
    }
    command::run(&mut cargo(["deny", "--locked", "--offline", "check", "bans", "licenses", "sources"]))
}

fn problems_in(tree: &str) -> BTreeSet<String> {
    let mut problems = BTreeSet::new();
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for one in tree.lines().filter_map(read) {
        versions.entry(one.name).or_default().insert(one.version);
        if FORBIDDEN.contains(&one.name) {
            problems.insert(format!("{} is forbidden; run cargo tree --invert {0}", one.name));
        }
        if !licences::allow(one.licence) {
            problems.insert(format!(
                "{} has the licence {:?}, which is not in the list of allowed licences",
                one.name, one.licence
            ));
        }
    }
    for name in SINGLE_VERSION {
        let versions = versions.remove(name).unwrap_or_default();
        if versions.len() > 1 {
            let versions: Vec<_> = versions.into_iter().collect();
            problems.insert(format!("{name} occurs in several versions: {}", versions.join(", ")));
        }
    }
    problems
}

/// Parses `hyper v1.12.0 (proc-macro)|MIT (*)`. Both parts in parentheses are optional.
fn read(line: &str) -> Option<Crate<'_>> {
    let (package, licence) = line.split_once('|')?;
    let mut words = package.split(' ');
    Some(Crate { name: words.next()?, version: words.next()?, licence: licence.trim_end_matches(" (*)") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_valid_tree_has_no_problems() {
        let tree = "zexa v0.1.0 (/x)|MIT OR Apache-2.0\nhyper v1.12.0|MIT\n\nhyper v1.12.0|MIT (*)\n";
        assert!(problems_in(tree).is_empty());
    }

    #[test]
    fn dependencies_are_those_of_the_crate_without_its_tests() {
        let metadata = r#"{"packages": [
            {"manifest_path": "/x/Cargo.toml", "dependencies": [{"name": "other", "kind": null}]},
            {"manifest_path": "/y/Cargo.toml", "dependencies": [{"name": "serde", "kind": null}, {"name": "tempfile", "kind": "dev"}]}
        ]}"#;
        assert_eq!(dependencies_in(metadata, "/y/Cargo.toml"), Some(BTreeSet::from(["serde".to_owned()])));
        assert_eq!(dependencies_in(metadata, "/z/Cargo.toml"), None);
        assert_eq!(same_dependencies(), Ok(()));
    }

    /// `deny.toml` has the same lists.
    #[test]
    fn cargo_deny_has_the_same_policy() {
        let config = std::fs::read_to_string(paths::root().join("deny.toml")).expect("the file");
        let section = |name: &str| {
            let (_, section) = config.split_once(&format!("[{name}]\n")).expect("a section");
            section.split("\n[").next().unwrap_or_default().to_owned()
        };
        let quoted = |line: &str| Some(line.split('"').nth(1)?.to_owned());
        let licences: Vec<_> =
            section("licenses").lines().filter(|line| line.starts_with("    ")).filter_map(quoted).collect();
        assert_eq!(licences, licences::ALLOWED);
        let bans = section("bans");
        let (single, forbidden): (Vec<_>, Vec<_>) = bans
            .lines()
            .filter(|line| line.contains("crate ="))
            .partition(|line| line.contains("deny-multiple-versions"));
        let names = |lines: Vec<&str>| lines.into_iter().filter_map(quoted).collect::<BTreeSet<_>>();
        assert_eq!(names(single), SINGLE_VERSION.map(str::to_owned).into());
        assert_eq!(names(forbidden), FORBIDDEN.map(str::to_owned).into());
    }

    #[test]
    fn each_problem_is_reported() {
        let tree = "hyper v1.12.0|MIT\nhyper v0.14.0|MIT (*)\nopenssl-sys v0.9.1|MIT\nfoo v1.0.0|GPL-3.0-only\n";
        assert_eq!(problems_in(tree).len(), 3);
    }
}

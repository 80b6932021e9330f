//! The step `deps`: checks the dependency tree.

use std::collections::{BTreeMap, BTreeSet};

use super::licences;
use crate::background::print_line;
use crate::command::{self, Result, cargo};
use crate::third_party;

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
    let problems: Vec<_> = problems.into_iter().chain(third_party::check().err()).chain(deny().err()).collect();
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
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
    use crate::paths;

    #[test]
    fn a_valid_tree_has_no_problems() {
        let tree = "zexa v0.1.0 (/x)|MIT OR Apache-2.0\nhyper v1.12.0|MIT\n\nhyper v1.12.0|MIT (*)\n";
        assert!(problems_in(tree).is_empty());
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

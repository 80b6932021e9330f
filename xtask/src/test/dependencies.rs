//! The step `deps`: what stands in the tree of dependencies.

use std::collections::{BTreeMap, BTreeSet};

use super::licences;
use crate::command::{self, Result, cargo};
use crate::third_party;

/// Each is large, or holds what must be one thing in a process.
const ONCE: [&str; 6] = ["hyper", "hyper-util", "rustls", "serde", "serde_json", "tokio"];
/// The client's TLS is rustls with ring, and nothing else. The Unicode tables of ICU take a tenth of the time of a build; after a
/// `cargo update`, run `cargo update -p idna_adapter --precise 1.1.0` for the small ones.
const NEVER: [&str; 7] =
    ["aws-lc-rs", "aws-lc-sys", "icu_properties", "native-tls", "openssl", "openssl-sys", "schannel"];

/// A crate in the tree.
struct Crate<'a> {
    name: &'a str,
    version: &'a str,
    licence: &'a str,
}

/// Looks at the dependencies of the workspace, tests and build scripts among them; not at those of this program, which nobody is given.
pub(crate) fn check() -> Result {
    let tree =
        cargo(["tree", "--workspace", "--exclude", "xtask", "--locked", "--prefix", "none", "--format", "{p}|{l}"]);
    let tree = command::output(&mut { tree })?;
    let complaints = complaints_about(&tree);
    println!("{} crates looked at", tree.lines().filter_map(read).map(|one| one.name).collect::<BTreeSet<_>>().len());
    let complaints: Vec<_> = complaints.into_iter().chain(third_party::check().err()).collect();
    if complaints.is_empty() { Ok(()) } else { Err(complaints.join("\n")) }
}

fn complaints_about(tree: &str) -> BTreeSet<String> {
    let mut complaints = BTreeSet::new();
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for one in tree.lines().filter_map(read) {
        versions.entry(one.name).or_default().insert(one.version);
        if NEVER.contains(&one.name) {
            complaints.insert(format!("{} is in the tree: cargo tree --invert {0}", one.name));
        }
        if !licences::allow(one.licence) {
            complaints.insert(format!("{} has the licence {:?}, which is not known to be fine", one.name, one.licence));
        }
    }
    for name in ONCE {
        let versions = versions.remove(name).unwrap_or_default();
        if versions.len() > 1 {
            let versions: Vec<_> = versions.into_iter().collect();
            complaints.insert(format!("{name} is in the tree as {}", versions.join(" and ")));
        }
    }
    complaints
}

/// `hyper v1.12.0 (proc-macro)|MIT (*)`, where both brackets may be absent.
fn read(line: &str) -> Option<Crate<'_>> {
    let (package, licence) = line.split_once('|')?;
    let mut words = package.split(' ');
    Some(Crate { name: words.next()?, version: words.next()?, licence: licence.trim_end_matches(" (*)") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_good_tree_is_not_complained_about() {
        let tree = "zexa v0.1.0 (/x)|MIT OR Apache-2.0\nhyper v1.12.0|MIT\n\nhyper v1.12.0|MIT (*)\n";
        assert!(complaints_about(tree).is_empty());
    }

    #[test]
    fn each_complaint_is_made() {
        let tree = "hyper v1.12.0|MIT\nhyper v0.14.0|MIT (*)\nopenssl-sys v0.9.1|MIT\nfoo v1.0.0|GPL-3.0-only\n";
        assert_eq!(complaints_about(tree).len(), 3);
    }
}

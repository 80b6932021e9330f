//! The step `python-wheel`: checks the contents of wheel and sdist, and the compatibility of the wheel.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::background::print_line;
use crate::command::{self, Result};
use crate::files::{empty, read};
use crate::python::{self, Venv};
use crate::test::exports;
use crate::wheel::{Sdist, Wheel};
use crate::{paths, release, third_party};

pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The extension module, with the suffix of the stable ABI.
const EXTENSION: &str = "zexa/_zexa.abi3.so";
/// Files that the wheel must contain, whatever the sources contain.
const REQUIRED_FILES: [&str; 3] = ["zexa/__init__.py", "zexa/_zexa.pyi", "zexa/py.typed"];

pub(crate) fn check() -> Result {
    if !cfg!(target_os = "linux") {
        print_line!("skipped: this step supports only Linux");
        return Ok(());
    }
    command::require(&[("nm", "binutils"), ("readelf", "binutils")])?;
    let venv = Venv::prepare()?;
    let wheel = Wheel::build()?;
    check_sdist(&wheel.sdist)?;
    check_tag(&name(&wheel.file))?;
    let contents = python::folder().join("wheel");
    empty(&contents)?;
    command::output(venv.program("python").args(["-m", "zipfile", "-e"]).arg(&wheel.file).arg(&contents))?;
    check_files(&wheel, &contents)?;
    check_metadata("zexa", &read(&contents.join(info("METADATA")))?)?;
    check_extension(&contents.join(EXTENSION))?;
    let mut abi3audit = venv.program("abi3audit");
    // Reports symbols outside of the stable ABI, or newer than the tag promises.
    command::output(abi3audit.args(["--strict", "--summary"]).arg(&wheel.file))?;
    print_line!(
        "{}: {} (extension module {}); {}: {}",
        name(&wheel.file),
        size(&wheel.file),
        size(&contents.join(EXTENSION)),
        name(&wheel.sdist.file),
        size(&wheel.sdist.file)
    );
    Ok(())
}

/// The tag must allow CPython 3.10 and later, and name a glibc version: package indexes accept no other Linux wheels.
fn check_tag(name: &str) -> Result {
    let tag = name.strip_prefix(&format!("zexa-{VERSION}-cp310-abi3-manylinux_")).unwrap_or_default();
    if tag.ends_with(&format!("_{}.whl", std::env::consts::ARCH)) {
        return Ok(());
    }
    Err(format!("{name} must be named zexa-{VERSION}-cp310-abi3-manylinux_…_{}.whl", std::env::consts::ARCH))
}

/// The wheel contains the package, the extension module, the licences and the metadata, and nothing else.
fn check_files(wheel: &Wheel, contents: &Path) -> Result {
    let sources = paths::root().join("bindings-python").join("python");
    let mut wanted: BTreeSet<String> = files(&sources)?.into_iter().filter(|file| is_shipped(file)).collect();
    wanted.extend(REQUIRED_FILES.iter().chain([&EXTENSION]).map(|name| (*name).to_owned()));
    wanted.extend(["METADATA", "RECORD", "WHEEL", "licenses/LICENSE-APACHE", "licenses/LICENSE-MIT"].map(info));
    wanted.insert(info(format!("licenses/{}", third_party::FILE)));
    compare(&name(&wheel.file), &wanted, &files(contents)?)?;
    check_licences(&contents.join(info("licenses")))?;
    check_licences(&wheel.sdist.sources)
}

/// The licences in the folder are those of the repository.
pub(super) fn check_licences(folder: &Path) -> Result {
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        let copy = folder.join(licence);
        if read(&copy)? != read(&paths::root().join(licence))? {
            return Err(format!("{} differs from the {licence} of the repository", copy.display()));
        }
    }
    Ok(())
}

/// Whether a file of the package folder belongs into the wheel. Build outputs do not.
fn is_shipped(file: &str) -> bool {
    !file.contains("__pycache__") && !file.ends_with(".so")
}

pub(super) fn compare(name: &str, wanted: &BTreeSet<String>, found: &BTreeSet<String>) -> Result {
    let missing = wanted.difference(found).map(|file| format!("{name} lacks {file}"));
    let unexpected = found.difference(wanted).map(|file| format!("{name} contains {file}, which is not expected"));
    let problems: Vec<_> = missing.chain(unexpected).collect();
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
}

/// The extension module exports only its init function, and links only to system libraries.
pub(crate) fn check_extension(extension: &Path) -> Result {
    exports::check_needs(extension)?;
    release::check_paths(extension)?;
    let exported = exports::exported_by(extension)?;
    match exported.iter().map(String::as_str).eq(["PyInit__zexa"]) {
        true => Ok(()),
        false => Err(format!("{EXTENSION} must export only PyInit__zexa, but exports {exported:?}")),
    }
}

pub(super) fn check_metadata(name: &str, metadata: &str) -> Result {
    let head = metadata.split("\n\n").next().unwrap_or_default();
    for line in [
        &format!("Version: {VERSION}"),
        &format!("Name: {name}"),
        "Requires-Python: >=3.10",
        "License-Expression: MIT OR Apache-2.0",
        "Description-Content-Type: text/markdown; charset=UTF-8; variant=GFM",
    ] {
        if !head.lines().any(|there| there == line) {
            return Err(format!("the metadata of the wheel lacks `{line}`:\n{head}"));
        }
    }
    match head.lines().find(|line| line.starts_with("Requires-Dist:")) {
        Some(line) => Err(format!("the wheel must have no dependencies, but its metadata contains `{line}`")),
        None => Ok(()),
    }
}

/// The sdist contains no files that only the repository needs, and its dependencies have the versions of the repository. That nothing is missing is known
/// when a wheel is built from it.
pub(super) fn check_sdist(sdist: &Sdist) -> Result {
    let files = files(&sdist.sources)?;
    for needed in ["PKG-INFO", "README.md", "Cargo.lock", "LICENSE-APACHE", "LICENSE-MIT", third_party::FILE] {
        if !files.contains(needed) {
            return Err(format!("{} lacks {needed}", name(&sdist.file)));
        }
    }
    let foreign = [
        "xtask/",
        "ffi-c/",
        "bindings-node/",
        "include/",
        "tests/python/",
        "tests/c/",
        "tests/sandbox/tests/",
        "core/tests/",
        "core/examples/",
        "cli/tests/",
        "target/",
    ];
    if let Some(file) = files.iter().find(|file| foreign.iter().any(|folder| file.starts_with(folder))) {
        return Err(format!("{} contains {file}, which is not expected", name(&sdist.file)));
    }
    let ours = read(&paths::root().join("Cargo.lock"))?;
    let theirs = read(&sdist.sources.join("Cargo.lock"))?;
    match packages(&theirs).difference(&packages(&ours)).next() {
        Some((package, version)) => {
            Err(format!("the sdist was built with {package} {version}, but the repository uses another version"))
        }
        None => Ok(()),
    }
}

/// The names and versions in a Cargo.lock, which are on consecutive lines.
fn packages(lock: &str) -> BTreeSet<(&str, &str)> {
    lock.lines()
        .zip(lock.lines().skip(1))
        .filter_map(|(a, b)| Some((value_of(a, "name")?, value_of(b, "version")?)))
        .collect()
}

/// `key = "value"`
fn value_of<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"')
}

/// All files below a folder, as relative paths.
pub(super) fn files(folder: &Path) -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    let mut folders: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).map_err(|error| format!("{}: {error}", next.display()))? {
            let path = entry.map_err(|error| format!("{}: {error}", next.display()))?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned());
            }
        }
    }
    Ok(found)
}

/// The path of a file in the metadata folder of the wheel.
fn info(name: impl AsRef<str>) -> String {
    format!("zexa-{VERSION}.dist-info/{}", name.as_ref())
}

pub(super) fn size(path: &Path) -> String {
    fs::metadata(path).map_or_else(|error| error.to_string(), |data| format!("{:.1} MB", data.len() as f64 / 1e6))
}

pub(super) fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_checked() {
        let arch = std::env::consts::ARCH;
        assert_eq!(check_tag(&format!("zexa-{VERSION}-cp310-abi3-manylinux_2_34_{arch}.whl")), Ok(()));
        for tag in ["cp310-abi3-linux", "cp311-cp311-manylinux_2_34", "cp310-abi3-musllinux_1_2"] {
            assert!(check_tag(&format!("zexa-{VERSION}-{tag}_{arch}.whl")).is_err(), "{tag}");
        }
    }

    #[test]
    fn missing_and_unexpected_files_are_reported() {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(compare("w", &set(&["a"]), &set(&["a"])), Ok(()));
        assert_eq!(
            compare("w", &set(&["a"]), &set(&["b"])),
            Err("w lacks a\nw contains b, which is not expected".to_owned())
        );
    }

    #[test]
    fn packages_of_a_lock_file() {
        let lock = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0\"\ndependencies = [\n \"b\",\n]\n\n[[package]]\nname = \"b\"\nversion = \"2.0\"\n";
        assert_eq!(packages(lock).into_iter().collect::<Vec<_>>(), [("a", "1.0"), ("b", "2.0")]);
    }

    #[test]
    fn metadata_is_checked() {
        let good = format!(
            "Metadata-Version: 2.4\nName: zexa\nVersion: {VERSION}\nLicense-Expression: MIT OR Apache-2.0\nRequires-Python: >=3.10\n\
             Description-Content-Type: text/markdown; charset=UTF-8; variant=GFM\n\nVersion: 7\n"
        );
        assert_eq!(check_metadata("zexa", &good), Ok(()));
        assert!(check_metadata("zexa", &good.replacen(VERSION, "7", 1)).is_err());
        assert!(
            check_metadata("zexa", &good.replace("Name: zexa\n", "Name: zexa\nRequires-Dist: requests\n")).is_err()
        );
    }
}

//! Sizes of the shipped libraries, and their largest parts.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::programs::Programs;
use crate::background::print_line;
use crate::command::{self, Result};
use crate::install::Prefix;
use crate::{npm, paths, release, show};

/// The library that ours are compared with.
pub(super) const PEER: &str = "pyreqwest's extension";

/// Measures the libraries in bytes, by name.
pub(super) fn measure(programs: Programs) -> Result<BTreeMap<String, u64>> {
    show::heading("sizes", "the libraries as they are shipped");
    let python = programs.python()?;
    let extension = |package: &str| -> Result<u64> {
        let find = format!(
            "import importlib.util, pathlib; folder = pathlib.Path(importlib.util.find_spec('{package}').origin).parent; \
             print(max(file.stat().st_size for file in folder.glob('*.so')))"
        );
        let size = command::output(python.program("python").args(["-c", &find]))?;
        size.trim().parse().map_err(|_| format!("{package} has no extension: {size}"))
    };
    programs.node()?;
    let mut sizes = BTreeMap::from([
        ("libzexa.so".to_owned(), size(&Prefix::install()?.lib().join("libzexa.so"))?),
        ("Node addon".to_owned(), size(&npm::library())?),
        ("Python extension".to_owned(), extension("zexa")?),
    ]);
    if programs.with_extra {
        sizes.insert(PEER.to_owned(), extension("pyreqwest")?);
    }
    for (name, size) in &sizes {
        print_line!("{name:<24} {:>6.2} MB", *size as f64 / 1e6);
    }
    Ok(sizes)
}

fn size(file: &Path) -> Result<u64> {
    fs::metadata(file).map(|data| data.len()).map_err(|error| format!("{}: {error}", file.display()))
}

/// Measures the code of libzexa.so by crate, in bytes. The largest parts come first.
///
/// The shared library has no symbols. The static one is compiled with it and has them, so it is linked as the shared library was: the result has the same
/// code.
pub(super) fn parts() -> Result<Vec<(String, u64)>> {
    command::require(&[("gcc", "gcc"), ("nm", "binutils")])?;
    Prefix::install()?;
    let folder = paths::target().join("bench");
    let (exports, linked) = (folder.join("exports.map"), folder.join("libzexa.so"));
    fs::create_dir_all(&folder)
        .and_then(|()| fs::write(&exports, "{ global: zexa_*; local: *; };\n"))
        .map_err(|error| format!("{}: {error}", exports.display()))?;
    let mut linker = Command::new("gcc");
    linker
        .arg(format!("-Wl,--gc-sections,--version-script={}", exports.display()))
        .args(["-shared", "-o"])
        .arg(&linked);
    linker.arg("-Wl,--whole-archive").arg(release::library("libzexa_ffi.a")).arg("-Wl,--no-whole-archive");
    command::output(linker.args(["-lm", "-lgcc_s"]))?;
    let mut nm = Command::new("nm");
    let symbols = command::output(nm.args(["--print-size", "--demangle", "--defined-only"]).arg(&linked))?;
    let parts = by_crate(&symbols);
    for (name, size) in parts.iter().take(15) {
        print_line!("{name:<24} {:>6.0} KB of code in libzexa.so", *size as f64 / 1e3);
    }
    Ok(parts)
}

/// Sums up the code in the output of `nm` by crate.
fn by_crate(symbols: &str) -> Vec<(String, u64)> {
    let mut sizes: BTreeMap<String, u64> = BTreeMap::new();
    for line in symbols.lines() {
        // Address, size, type and name.
        let mut columns = line.splitn(4, ' ').skip(1);
        let (Some(size), Some("t" | "T"), Some(name)) = (columns.next(), columns.next(), columns.next()) else {
            continue;
        };
        let size = u64::from_str_radix(size, 16).unwrap_or_default();
        *sizes.entry(part_of(name)).or_default() += size;
    }
    let mut parts: Vec<_> = sizes.into_iter().collect();
    parts.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    parts
}

/// The crate of a function: the first that its path names, apart from the standard library, whose generic functions are compiled for others.
fn part_of(function: &str) -> String {
    if !function.contains("::") {
        let is_ours = function.starts_with("zexa_");
        let is_ring = function.contains("ring_core");
        return if is_ours {
            "zexa_ffi"
        } else if is_ring {
            "ring"
        } else {
            "SQLite, and C code of ring"
        }
        .to_owned();
    }
    let is_of_name = |character: char| character.is_alphanumeric() || character == '_';
    let mut crates = function.match_indices("::").filter_map(|(end, _)| {
        let before = &function[..end];
        let start = before.rfind(|character| !is_of_name(character)).map_or(0, |at| at + 1);
        // The beginning of a path, such as `<hyper::` or `for http::`.
        let is_first = !function[..start].ends_with("::");
        let name = &before[start..];
        (is_first && name.starts_with(|first: char| first.is_ascii_lowercase())).then_some(name)
    });
    let is_standard = |name: &&str| ["core", "alloc", "std"].contains(name);
    crates.find(|name| !is_standard(name)).unwrap_or("std").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_summed_up_by_crate() {
        let symbols = "00000000000010a0 0000000000000010 t hyper::proto::h1::parse\n\
            00000000000010b0 0000000000000020 t <hyper::body::Body as http_body::Body>::poll_frame\n\
            00000000000010c0 0000000000000001 T zexa_client_new\n\
            0000000000002000 0000000000000400 r rustls::TABLE\n\
            00000000000010d0 t no_size\n";
        assert_eq!(by_crate(symbols), [("hyper".to_owned(), 0x30), ("zexa_ffi".to_owned(), 1)]);
    }

    #[test]
    fn generic_functions_of_the_standard_library_belong_to_their_types() {
        for (function, expected) in [
            ("core::ptr::drop_in_place<h2::frame::Headers>", "h2"),
            ("<alloc::vec::Vec<zexa::contacts::Contact> as core::clone::Clone>::clone", "zexa"),
            ("<T as core::fmt::Debug>::fmt", "std"),
            ("std::io::Write::write_all", "std"),
            ("sqlite3_step", "SQLite, and C code of ring"),
            ("ring_core_0_17_14__x25519_sc_mask", "ring"),
        ] {
            assert_eq!(part_of(function), expected, "{function}");
        }
    }
}

//! Properties of built files for Windows: the libraries that they need, what they export, and protections of the memory of the process.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use super::target::Target;
use crate::command::{self, Result};
use crate::files::write;
use crate::release;

/// Random addresses, also above 4 GiB, and memory that is either writable or executable.
const PROTECTIONS: [&str; 3] = ["DYNAMIC_BASE", "HIGH_ENTROPY_VA", "NX_COMPAT"];

/// Checks a library or program to publish: it needs only libraries of Windows, has no path of this machine and no symbol table, and its memory is protected.
pub(crate) fn check(file: &Path, target: &Target) -> Result {
    release::check_paths(file)?;
    let headers = objdump("--all-headers", file, target)?;
    check_headers(&headers).map_err(|reason| format!("{}: {reason}", file.display()))
}

/// The functions that a library exports.
pub(crate) fn exports(file: &Path, target: &Target) -> Result<BTreeSet<String>> {
    Ok(exported(&objdump("--private-headers", file, target)?))
}

/// Writes the import library with which programs are linked, for a library that is renamed.
pub(crate) fn import_library(library: &Path, name: &str, to: &Path, target: &Target) -> Result {
    let definition = tempfile::NamedTempFile::new().map_err(|error| error.to_string())?;
    let names: Vec<_> = exports(library, target)?.into_iter().collect();
    write(definition.path(), &format!("LIBRARY {name}\nEXPORTS\n{}\n", names.join("\n")))?;
    let mut dlltool = Command::new(target.binutils("dlltool"));
    dlltool.arg("--deterministic-libraries").arg("--input-def").arg(definition.path());
    command::output(dlltool.args(["--dllname", name, "--output-lib"]).arg(to)).map(drop)
}

fn objdump(option: &str, file: &Path, target: &Target) -> Result<String> {
    command::output(Command::new(target.binutils("objdump")).arg(option).arg(file))
}

fn check_headers(headers: &str) -> Result {
    if let Some(missing) = PROTECTIONS.iter().find(|flag| !headers.lines().any(|line| line.trim() == **flag)) {
        return Err(format!("must have the flag {missing}"));
    }
    // The libraries of MinGW have such names.
    match needed(headers).find(|name| name.starts_with("lib")) {
        Some(name) => return Err(format!("must need only libraries of Windows, but needs {name}")),
        None if needed(headers).next().is_none() => return Err("needs no library, so it is no program".to_owned()),
        None => {}
    }
    if !headers.contains("no symbols") || headers.contains(".debug_") {
        return Err("must be stripped".to_owned());
    }
    Ok(())
}

/// The libraries that a file needs, in lines such as `DLL Name: KERNEL32.dll`.
fn needed(headers: &str) -> impl Iterator<Item = &str> {
    headers.lines().filter_map(|line| line.trim().strip_prefix("DLL Name: "))
}

/// The names in the table of exports, with lines such as `[   0] +base[   1]  0000 zexa_version`.
fn exported(headers: &str) -> BTreeSet<String> {
    let table = headers.split_once("[Ordinal/Name Pointer] Table").map_or("", |(_, table)| table);
    let lines = table.lines().skip(1).take_while(|line| line.trim_start().starts_with('['));
    lines.filter_map(|line| line.split_whitespace().last()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "\t\t\t\t\tHIGH_ENTROPY_VA\n\t\t\t\t\tDYNAMIC_BASE\n\t\t\t\t\tNX_COMPAT\n\tDLL Name: KERNEL32.dll\nSYMBOL TABLE:\nno symbols\n";

    #[test]
    fn files_that_windows_cannot_load_alone_are_rejected() {
        assert_eq!(check_headers(GOOD), Ok(()));
        for bad in [
            GOOD.replace("NX_COMPAT", ""),
            GOOD.replace("KERNEL32", "libwinpthread-1"),
            GOOD.replace("DLL Name", ""),
            GOOD.replace("no symbols", "[  0](sec  1)(fl 0x00)(ty    0)(scl   3) (nx 0) 0x0 main"),
            format!("{GOOD} 12 .debug_info"),
        ] {
            assert!(check_headers(&bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn exports_are_the_names_in_their_table() {
        let table = "[Ordinal/Name Pointer] Table -- Ordinal Base 1\n\t[   0] +base[   1]  0000 zexa_a\n\t[   1] +base[   2]  0001 zexa_b\n\nThe Function Table\n\t[ 2] other\n";
        assert_eq!(exported(table), ["zexa_a".to_owned(), "zexa_b".to_owned()].into());
        assert_eq!(exported(""), BTreeSet::new());
    }
}

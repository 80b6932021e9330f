//! Properties of built ELF files: the versions of glibc that they need, and protections of the memory of the process.

use std::path::Path;
use std::process::Command;

use super::target::{Libc, OLDEST_GLIBC, Target};
use crate::command::{self, Result};
use crate::release;

/// Checks a library or program to publish: it runs with the oldest glibc, has no path of this machine and no symbol table, and its memory is protected.
pub(crate) fn check(file: &Path, target: &Target) -> Result {
    release::check_paths(file)?;
    let failed = |reason: String| format!("{}: {reason}", file.display());
    check_versions(&readelf("--version-info", file)?, target.libc).map_err(failed)?;
    let headers = readelf("--segments", file)? + &readelf("--dynamic", file)? + &readelf("--sections", file)?;
    check_headers(&headers).map_err(failed)?;
    check_stack_protector(&readelf("--dyn-syms", file)?).map_err(failed)?;
    build_id(file).map(drop)
}

/// The build id in hexadecimal digits, by which debuggers find the file with the debug symbols.
pub(crate) fn build_id(file: &Path) -> Result<String> {
    let notes = readelf("--notes", file)?;
    let id = notes.split("Build ID: ").nth(1).and_then(|rest| rest.split_whitespace().next());
    id.map(str::to_owned).ok_or_else(|| format!("{} has no build id", file.display()))
}

/// The output of readelf, which reads the files of all architectures.
fn readelf(option: &str, file: &Path) -> Result<String> {
    command::output(Command::new("readelf").args([option, "--wide"]).arg(file))
}

/// Checks the symbol versions that a file needs: none is newer than the oldest glibc, and a file for musl needs none.
fn check_versions(versions: &str, libc: Libc) -> Result {
    let newest = glibc_versions(versions).max();
    match libc {
        Libc::Glibc if newest <= Some(OLDEST_GLIBC) => Ok(()),
        Libc::Musl if newest.is_none() => Ok(()),
        _ => Err(format!("needs glibc {newest:?}")),
    }
}

/// The versions in entries such as `Name: GLIBC_2.17  Flags: none`.
fn glibc_versions(versions: &str) -> impl Iterator<Item = (u32, u32)> {
    versions.split("GLIBC_").skip(1).filter_map(|rest| {
        let version = rest.split(|character: char| character != '.' && !character.is_ascii_digit()).next()?;
        let mut parts = version.split('.').map(|part| part.parse().ok());
        Some((parts.next()??, parts.next()??))
    })
}

/// Checks the segments and sections, and the dynamic section if there is one: the stack is not executable, relocated data is read-only, functions are bound
/// before the program starts, and the file is stripped.
fn check_headers(headers: &str) -> Result {
    let stack = headers.lines().find(|line| line.contains("GNU_STACK")).unwrap_or_default();
    if !stack.contains(" RW ") {
        return Err("the stack must be marked as not executable".to_owned());
    }
    if !headers.contains("GNU_RELRO") {
        return Err("relocated data must be read-only (RELRO)".to_owned());
    }
    let is_static = headers.contains("There is no dynamic section");
    if !is_static
        && !headers.contains("BIND_NOW")
        && !headers.lines().any(|line| line.contains("FLAGS_1") && line.contains("NOW"))
    {
        return Err("functions must be bound at the start (BIND_NOW)".to_owned());
    }
    match headers.split_whitespace().find(|word| [".symtab", ".debug_info", ".debug_line"].contains(word)) {
        Some(section) => Err(format!("must be stripped, but has the section {section}")),
        None => Ok(()),
    }
}

/// Checks that the C code calls the stack protector. A static program has no symbols.
fn check_stack_protector(symbols: &str) -> Result {
    match symbols.trim().is_empty() || symbols.contains("__stack_chk_fail") {
        true => Ok(()),
        false => Err("C code must be compiled with a stack protector".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newer_versions_of_glibc_are_rejected() {
        let needs = "  0x0010: Name: GLIBC_2.2.5  Flags: none  Version: 2\n  0x0020:   Name: GLIBC_2.17  Flags: none";
        assert_eq!(glibc_versions(needs).collect::<Vec<_>>(), [(2, 2), (2, 17)]);
        assert_eq!(check_versions(needs, Libc::Glibc), Ok(()));
        assert!(check_versions(&needs.replace("2.17", "2.18"), Libc::Glibc).is_err());
        assert!(check_versions(&needs.replace("2.17", "3.0"), Libc::Glibc).is_err());
        assert!(check_versions(needs, Libc::Musl).is_err());
        assert_eq!(check_versions("No version information found in this file.", Libc::Musl), Ok(()));
    }

    #[test]
    fn unprotected_memory_is_rejected() {
        let good =
            "  GNU_RELRO 0x1 R 0x1\n  GNU_STACK 0x0 0x0 RW  0x0\n (FLAGS_1) Flags: NOW NODELETE\n [1] .dynsym DYNSYM";
        assert_eq!(check_headers(good), Ok(()));
        for bad in [
            good.replace("RW ", "RWE"),
            good.replace("GNU_RELRO", "LOAD"),
            good.replace("NOW", ""),
            good.replace(".dynsym", ".symtab"),
            good.replace(".dynsym", ".debug_line"),
        ] {
            assert!(check_headers(&bad).is_err(), "{bad}");
        }
        let no_dynamic_section =
            good.replace("(FLAGS_1) Flags: NOW NODELETE", "There is no dynamic section in this file.");
        assert_eq!(check_headers(&no_dynamic_section), Ok(()));
    }

    #[test]
    fn c_code_without_a_stack_protector_is_rejected() {
        assert_eq!(check_stack_protector("1: FUNC GLOBAL DEFAULT UND __stack_chk_fail@GLIBC_2.4"), Ok(()));
        assert_eq!(check_stack_protector("\n"), Ok(()));
        assert!(check_stack_protector("1: FUNC GLOBAL DEFAULT UND malloc@GLIBC_2.2.5").is_err());
    }

    #[test]
    fn this_program_has_protected_memory() {
        let this = std::env::current_exe().expect("the path is known");
        let headers =
            readelf("--segments", &this).expect("it is an ELF file") + &readelf("--dynamic", &this).expect("it is");
        assert_eq!(check_headers(&headers), Ok(()));
    }
}

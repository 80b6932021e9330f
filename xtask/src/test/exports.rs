//! The step `exports`: compares the symbols of the installed libraries with the header.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::background::print_line;
use crate::command::{self, Result};
use crate::files::read;
use crate::install::{Prefix, soname, symbol_version};
use crate::release;

/// The libraries that libzexa may need: the parts of the C library, of which old versions of glibc have more, and the unwinder.
const SYSTEM_LIBRARIES: [&str; 9] = [
    "ld-linux",
    "libc.musl-",
    "libc.so",
    "libdl.so",
    "libgcc_s.so",
    "libm.so",
    "libpthread.so",
    "librt.so",
    "libutil.so",
];

/// Checks the SONAME, the exported functions, the needed libraries, and that the library is stripped.
pub(crate) fn check() -> Result {
    if !cfg!(target_os = "linux") {
        print_line!("skipped: supports only Linux");
        return Ok(());
    }
    check_prefix(&Prefix::install()?)
}

/// Checks the libraries in a prefix.
pub(super) fn check_prefix(prefix: &Prefix) -> Result {
    command::require(&[("nm", "binutils"), ("readelf", "binutils")])?;
    let library = prefix.lib().join("libzexa.so");
    if has_symbol_table(&command::output(Command::new("readelf").args(["--sections", "--wide"]).arg(&library))?) {
        return Err("libzexa.so is not stripped".to_owned());
    }
    let dynamic = dynamic(&library)?;
    let soname = soname(env!("CARGO_PKG_VERSION"));
    if entries(&dynamic, "SONAME") != [soname.as_str()] {
        return Err(format!("libzexa.so should have the SONAME {soname}, but has {:?}", entries(&dynamic, "SONAME")));
    }
    check_needs(&library)?;
    check_archive(&prefix.lib().join("libzexa.a"))?;
    release::check_paths(&library)?;
    release::check_paths(&prefix.lib().join("libzexa.a"))?;
    let exported = exported_by(&library)?;
    let declared = declared(&read(&prefix.include().join("zexa.h"))?);
    let size = fs::metadata(&library).map_err(|error| error.to_string())?.len();
    print_line!("{soname}: {} functions, {:.1} MB", exported.len(), size as f64 / 1e6);
    compare(&declared, &exported)
}

/// The static library has no other global symbols than those of the header, and no LLVM bitcode.
fn check_archive(archive: &Path) -> Result {
    let symbols = command::output(Command::new("nm").args(["--extern-only", "--defined-only"]).arg(archive))?;
    let symbols = symbols.lines().filter(|line| line.split_whitespace().count() == 3).collect::<Vec<_>>().join("\n");
    let unexpected: Vec<String> = exported(&symbols).into_iter().filter(|name| !name.starts_with("zexa_")).collect();
    if !unexpected.is_empty() {
        return Err(format!("libzexa.a has unexpected global symbols: {}", unexpected.join(", ")));
    }
    let sections = command::output(Command::new("readelf").args(["--sections", "--wide"]).arg(archive))?;
    if sections.contains(".llvmbc") {
        return Err("libzexa.a contains bitcode of LLVM".to_owned());
    }
    if sections.split_whitespace().any(|word| word == ".group") {
        return Err(
            "libzexa.a contains groups of sections, which cannot be linked with another library written in Rust"
                .to_owned(),
        );
    }
    Ok(())
}

/// Whether the sections that readelf lists contain a symbol table other than that of the dynamic linker.
fn has_symbol_table(sections: &str) -> bool {
    sections.split_whitespace().any(|word| word == ".symtab")
}

/// The libraries that a program or library needs.
pub(crate) fn needed(file: &Path) -> Result<Vec<String>> {
    Ok(entries(&dynamic(file)?, "NEEDED").into_iter().map(str::to_owned).collect())
}

/// Fails if a library needs other libraries than those of the system.
pub(super) fn check_needs(library: &Path) -> Result {
    let is_unexpected = |name: &String| !SYSTEM_LIBRARIES.iter().any(|known| name.starts_with(known));
    let unexpected: Vec<String> = needed(library)?.into_iter().filter(is_unexpected).collect();
    match unexpected.is_empty() {
        true => Ok(()),
        false => Err(format!("{} needs {}", library.display(), unexpected.join(", "))),
    }
}

/// The symbols that a library exports.
pub(super) fn exported_by(library: &Path) -> Result<BTreeSet<String>> {
    Ok(exported(&command::output(Command::new("nm").args(["-D", "--defined-only"]).arg(library))?))
}

/// Checks that all exported functions have the symbol version of releases.
pub(super) fn check_versions(library: &Path) -> Result {
    let symbols = command::output(Command::new("nm").args(["-D", "--defined-only"]).arg(library))?;
    let ending = format!("@@{}", symbol_version());
    match symbols.lines().find(|line| !line.ends_with(&ending)) {
        None if !symbols.is_empty() => Ok(()),
        without => Err(format!("all functions must have the version {ending}, but nm lists {without:?}")),
    }
}

/// The dynamic section of a program or library, as readelf prints it.
fn dynamic(file: &Path) -> Result<String> {
    command::output(Command::new("readelf").args(["--dynamic", "--wide"]).arg(file))
}

/// The values of a tag: the names in brackets on its lines.
fn entries<'a>(dynamic: &'a str, tag: &str) -> Vec<&'a str> {
    let tag = format!("({tag})");
    let lines = dynamic.lines().filter(|line| line.contains(&tag));
    lines.filter_map(|line| line.split_once('[')?.1.split_once(']')).map(|(name, _)| name).collect()
}

/// The symbols that nm lists.
fn exported(symbols: &str) -> BTreeSet<String> {
    let names = symbols.lines().filter_map(|line| line.split_whitespace().last());
    names.map(|name| name.split('@').next().unwrap_or(name).to_owned()).collect()
}

/// The functions that a header declares.
pub(super) fn declared(header: &str) -> BTreeSet<String> {
    let code = without_directives(&without_comments(header)).replace("extern \"C\" {", "");
    statements(&code).iter().filter_map(|statement| function(statement)).map(str::to_owned).collect()
}

/// Removes comments: a block comment becomes a space, a line comment nothing.
pub(super) fn without_comments(code: &str) -> String {
    let mut kept = String::new();
    let mut rest = code;
    while let Some(start) = rest.find(['/', '"', '\'']) {
        let (before, here) = rest.split_at(start);
        kept += before;
        let (replacement, length) = if let Some(inside) = here.strip_prefix("/*") {
            (" ", inside.find("*/").map_or(here.len(), |end| end + 4))
        } else if here.starts_with("//") {
            ("", here.find('\n').unwrap_or(here.len()))
        } else {
            let length = if here.starts_with('/') { 1 } else { length_of_literal(here) };
            (&here[..length], length)
        };
        kept += replacement;
        rest = &here[length..];
    }
    kept + rest
}

/// Length of the literal at the start of the code, including its quotes.
fn length_of_literal(code: &str) -> usize {
    let quote = code.as_bytes()[0];
    let mut escaped = false;
    let is_end = |byte: u8| {
        let ends = byte == quote && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    };
    code.bytes().skip(1).position(is_end).map_or(code.len(), |end| end + 2)
}

/// Removes preprocessor lines and their continuation lines.
fn without_directives(code: &str) -> String {
    let mut kept = String::new();
    let mut continues = false;
    for line in code.lines() {
        let directive = continues || line.trim_start().starts_with('#');
        continues = directive && line.ends_with('\\');
        if !directive {
            kept += line;
            kept.push('\n');
        }
    }
    kept
}

/// Splits code at the semicolons outside of braces.
fn statements(code: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    let ends = |character: char| {
        match character {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        character == ';' && depth == 0
    };
    code.split(ends).map(str::trim).collect()
}

/// Name of the function that a statement declares: the first identifier that starts with `zexa_` and precedes a parenthesis.
fn function(statement: &str) -> Option<&str> {
    if statement.starts_with("typedef") {
        return None;
    }
    let is_part = |character: char| character == '_' || character.is_ascii_alphanumeric();
    statement.match_indices('(').find_map(|(bracket, _)| {
        let before = statement[..bracket].trim_end();
        let name = &before[before.rfind(|character| !is_part(character)).map_or(0, |at| at + 1)..];
        name.starts_with("zexa_").then_some(name)
    })
}

fn compare(declared: &BTreeSet<String>, exported: &BTreeSet<String>) -> Result {
    let missing = declared.difference(exported).map(|name| format!("{name}: declared in zexa.h, not in libzexa.so"));
    let hidden = exported.difference(declared).map(|name| format!("{name}: in libzexa.so, not declared in zexa.h"));
    let errors: Vec<String> = missing.chain(hidden).collect();
    if errors.is_empty() { Ok(()) } else { Err(errors.join("\n")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = r#"
/* Free with zexa_free(); or not. */
#define ZEXA_INIT(x) zexa_macro(x); \
    zexa_continued(x);
#ifdef __cplusplus
extern "C" {
#endif
typedef enum { ZEXA_OK = 0, /* zexa_not(); */ } zexa_status;
typedef void (*zexa_callback)(int number, void *userdata);
typedef struct { int a; const char *(*zexa_member)(void); } zexa_key_value;
struct zexa_plain { int (*zexa_member)(void); };
// const char *zexa_gone(void);
const char *zexa_version(void); // and zexa_more();
ZEXA_NODISCARD(1) zexa_status zexa_client_new(const zexa_client_options *options,
                            zexa_client **client /* zexa_x( */);
void zexa_on(void (*callback)(int), void *userdata);
#ifdef __cplusplus
} /* extern "C" */
#endif
"#;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn only_functions_are_found() {
        assert_eq!(declared(HEADER), set(&["zexa_client_new", "zexa_on", "zexa_version"]));
    }

    #[test]
    fn symbols_are_found_with_and_without_a_version() {
        let symbols = "0000000000101c30 T zexa_a\n0000000000101c40 T zexa_b@@ZEXA_0\n";
        assert_eq!(exported(symbols), set(&["zexa_a", "zexa_b"]));
    }

    #[test]
    fn entries_are_found_by_their_tag() {
        let dynamic = " 0x1 (NEEDED)  Shared library: [libc.so.6]\n 0xe (SONAME)  Library soname: [libzexa.so.0.1]\n";
        assert_eq!(entries(dynamic, "SONAME"), ["libzexa.so.0.1"]);
        assert_eq!(entries(dynamic, "NEEDED"), ["libc.so.6"]);
    }

    #[test]
    fn comments_in_literals_are_kept() {
        let code = "f(\"http://x/*\"); // \"\ng('\"', \"\\\"//\"); /* ' */ h();";
        assert_eq!(without_comments(code), "f(\"http://x/*\"); \ng('\"', \"\\\"//\");   h();");
    }

    #[test]
    fn a_symbol_table_is_detected() {
        assert!(!has_symbol_table("  [ 3] .dynsym  DYNSYM  0000000000000260"));
        assert!(has_symbol_table("  [ 3] .dynsym  DYNSYM  0000000000000260\n  [28] .symtab  SYMTAB  0000000000000000"));
    }

    #[test]
    fn differences_in_both_directions_are_reported() {
        assert_eq!(compare(&set(&["zexa_a"]), &set(&["zexa_a"])), Ok(()));
        let errors = compare(&set(&["zexa_a"]), &set(&["zexa_b"])).expect_err("they differ");
        assert_eq!(errors.lines().count(), 2, "{errors}");
    }
}

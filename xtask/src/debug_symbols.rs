//! Debug symbols of a library or program in a separate file, which debuggers find by its name or by the build id.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::command::{Result, output, require};
use crate::dist::elf;
use crate::paths;

/// Splits a library that was built with debug symbols into the library to install and a file with its symbols. The library contains the name of that file, in
/// the section .gnu_debuglink.
pub(crate) fn split(built: &Path, library: &Path, symbols: &Path) -> Result {
    require(&[("objcopy", "binutils")])?;
    let mut keep = Command::new("objcopy");
    output(keep.args(["--only-keep-debug", "--compress-debug-sections"]).arg(built).arg(symbols))?;
    not_executable(symbols)?;
    let mut strip = Command::new("objcopy");
    // objcopy adds a checksum of the file, by which debuggers match it with the library.
    strip.arg("--strip-all").arg(format!("--add-gnu-debuglink={}", symbols.display()));
    output(strip.arg(built).arg(library)).map(drop)
}

/// Splits a library or program into a stripped one and its symbols, which debuggers find below `folder` by the build id. `objcopy` is the program for this
/// architecture.
///
/// The linker computes the build id of the file with its debug symbols, which contain the folder in which zig compiled its unwinder. It is replaced by a hash
/// of the stripped file, which is the same in each folder, and the folder by other characters.
pub(crate) fn split_by_build_id(built: &Path, stripped: &Path, folder: &Path, objcopy: &str) -> Result {
    let objcopy =
        |option: &str, from: &Path, to: &Path| output(Command::new(objcopy).arg(option).arg(from).arg(to)).map(drop);
    let old = bytes(&elf::build_id(built)?)?;
    objcopy("--strip-all", built, stripped)?;
    let new = content_id(stripped, &old)?;
    replace(stripped, &old, &new)?;

    let id: String = new.iter().map(|byte| format!("{byte:02x}")).collect();
    let folder = folder.join(&id[..2]);
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let symbols = folder.join(format!("{}.debug", &id[2..]));
    objcopy("--only-keep-debug", built, &symbols)?;
    replace(&symbols, &old, &new)?;
    let root = paths::root().to_string_lossy().into_owned();
    replace(&symbols, root.as_bytes(), &neutral(root.len()))?;
    objcopy("--compress-debug-sections", &symbols, &symbols)?;
    not_executable(&symbols)
}

/// objcopy copies the mode of the program.
fn not_executable(symbols: &Path) -> Result {
    output(Command::new("chmod").arg("644").arg(symbols)).map(drop)
}

/// A hash of a file, in which the build id counts as zeros. It is as long as the build id.
fn content_id(file: &Path, id: &[u8]) -> Result<Vec<u8>> {
    let copy = tempfile::NamedTempFile::new().map_err(|error| error.to_string())?;
    fs::copy(file, copy.path()).map_err(|error| format!("{}: {error}", file.display()))?;
    replace(copy.path(), id, &vec![0; id.len()])?;
    let hash = output(Command::new("sha256sum").arg(copy.path()))?;
    let digits = hash.get(..2 * id.len()).ok_or("the build id is longer than a hash")?;
    bytes(digits)
}

/// Replaces bytes everywhere in a file by as many others.
fn replace(file: &Path, from: &[u8], to: &[u8]) -> Result {
    let failed = |error| format!("{}: {error}", file.display());
    let mut content = fs::read(file).map_err(failed)?;
    let found: Vec<usize> = memchr::memmem::find_iter(&content, from).collect();
    for at in found {
        content[at..at + from.len()].copy_from_slice(to);
    }
    fs::write(file, content).map_err(failed)
}

/// A folder for debug symbols whose name has this length: `/zexa/zexa/…`.
fn neutral(length: usize) -> Vec<u8> {
    b"/zexa".iter().copied().cycle().take(length).collect()
}

/// The bytes of a hexadecimal number.
fn bytes(digits: &str) -> Result<Vec<u8>> {
    let pairs = (0..digits.len()).step_by(2).map(|at| digits.get(at..at + 2).unwrap_or_default());
    pairs.map(|pair| u8::from_str_radix(pair, 16).map_err(|error| format!("{digits}: {error}"))).collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn readelf(arguments: &[&str], file: &Path) -> String {
        output(Command::new("readelf").args(arguments).arg(file)).expect("it is an ELF file")
    }

    fn mode(file: &Path) -> u32 {
        fs::metadata(file).expect("it is there").permissions().mode() & 0o777
    }

    #[test]
    fn the_library_names_the_file_with_its_symbols() {
        let folder = tempfile::tempdir().expect("a folder");
        let [source, built, library, symbols] =
            ["a.c", "liba-built.so", "liba.so", "liba.so.debug"].map(|name| folder.path().join(name));
        fs::write(&source, "int zexa_answer(void) { return 42; }\n").expect("written");
        let mut compiler = Command::new("cc");
        output(compiler.args(["-g", "-shared", "-fPIC"]).arg(&source).arg("-o").arg(&built)).expect("compiles");
        split(&built, &library, &symbols).expect("split");

        let sections = readelf(&["--sections", "--wide"], &library);
        assert!(!sections.contains(".debug_line") && !sections.contains(".symtab"), "{sections}");
        assert!(readelf(&["--debug-dump=links"], &library).contains("liba.so.debug"));
        assert!(readelf(&["--dyn-syms", "--wide"], &library).contains("zexa_answer"));
        assert!(readelf(&["--debug-dump=decodedline"], &symbols).contains("a.c"));
        assert_eq!(mode(&symbols), 0o644);
    }

    #[test]
    fn symbols_are_found_by_the_build_id() {
        let folder = tempfile::tempdir().expect("a folder");
        let [source, built, stripped, symbols] = ["a.c", "built", "a", "symbols"].map(|name| folder.path().join(name));
        fs::write(&source, "int main(void) { return 0; }\n").expect("written");
        let mut compiler = Command::new("cc");
        output(compiler.args(["-g", "-Wl,--build-id=sha1"]).arg(&source).arg("-o").arg(&built)).expect("compiles");
        split_by_build_id(&built, &stripped, &symbols, "objcopy").expect("split");

        let id = elf::build_id(&stripped).expect("it has one");
        assert_ne!(elf::build_id(&built).as_ref(), Ok(&id));
        let file = symbols.join(&id[..2]).join(format!("{}.debug", &id[2..]));
        assert_eq!(elf::build_id(&file), Ok(id));
        assert!(readelf(&["--debug-dump=decodedline"], &file).contains("a.c"));
        assert!(!readelf(&["--sections", "--wide"], &stripped).contains(".symtab"));
        assert_eq!(mode(&file), 0o644);
        output(&mut Command::new(&stripped)).expect("it still runs");
    }

    #[test]
    fn the_build_id_depends_on_the_stripped_content_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let [one, other] = ["one", "other"].map(|name| folder.path().join(name));
        fs::write(&one, b"code ID1 data").expect("written");
        fs::write(&other, b"code ID2 data").expect("written");
        assert_eq!(content_id(&one, b"ID1"), content_id(&other, b"ID2"));
        assert_ne!(content_id(&one, b"ID1"), content_id(&one, b"ode"));
        assert_eq!(neutral(7), b"/zexa/z");
        assert_eq!(bytes("00ff10"), Ok(vec![0, 255, 16]));
    }
}

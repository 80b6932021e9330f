//! Debug symbols of a shared library in a separate file, which debuggers find by the .gnu_debuglink section of the library.

use std::path::Path;
use std::process::Command;

use crate::command::{Result, output, require};

/// Splits a library that was built with debug symbols into the library to install and a file with its symbols.
pub(crate) fn split(built: &Path, library: &Path, symbols: &Path) -> Result {
    require(&[("objcopy", "binutils")])?;
    let mut keep = Command::new("objcopy");
    output(keep.args(["--only-keep-debug", "--compress-debug-sections"]).arg(built).arg(symbols))?;
    let mut strip = Command::new("objcopy");
    // objcopy adds a checksum of the file, by which debuggers match it with the library.
    strip.arg("--strip-all").arg(format!("--add-gnu-debuglink={}", symbols.display()));
    output(strip.arg(built).arg(library)).map(drop)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn readelf(arguments: &[&str], file: &Path) -> String {
        output(Command::new("readelf").args(arguments).arg(file)).expect("it is an ELF file")
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
    }
}

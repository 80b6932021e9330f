//! The step `c`: compiles the headers without warnings, and runs the programs of `tests/c`, the code blocks of the documentation and the headers, and
//! `ffi-c/examples`.

mod blocks;
mod memory;
mod program;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

pub(crate) use self::memory::{asan, tsan, valgrind};
use self::program::{Way, source, sources};
use super::exports;
use crate::background::print_line;
use crate::command::{self, Result};
use crate::compiler::{self, COMPILERS, Library, folder, shown};
use crate::python::Venv;
use crate::sandbox::Sandbox;
use crate::{examples, paths};

pub(crate) fn check() -> Result {
    command::require(&COMPILERS)?;
    command::build()?;
    let library = Library::installed()?;
    check_format()?;
    check_headers(&library)?;
    check_that_all_functions_are_tested()?;
    let sources = sources()?;
    Way::plain(&library, "tests").check(&sources)?;
    // C++ again with C++20, which has designated initialisers and other rules.
    let cpp20 = Way { flags: &["-std=c++20"], ..Way::plain(&library, "tests-cpp20") };
    cpp20.check(&sources.into_iter().filter(|source| compiler::is_cpp(source)).collect::<Vec<_>>())?;
    Way::plain(&Library::with_test_exports()?, "tests-panics").check(&[source("panics.c")])?;
    blocks::check(&library)?;
    run_examples()
}

/// Fails if C or C++ code is not formatted by clang-format.
fn check_format() -> Result {
    let mut clang_format = Venv::prepare()?.program("clang-format");
    clang_format.args(["--dry-run", "--Werror"]).current_dir(paths::root());
    for folder in [
        "tests/benchmarks",
        "tests/c",
        "tests/chaos",
        "tests/consumers",
        "tests/services",
        "ffi-c/examples",
        "ffi-c/cpp",
    ] {
        clang_format.args(all_files_of(&paths::root().join(folder))?.iter().filter(|file| is_c(file)));
    }
    command::run_quietly(&mut clang_format).map_err(|_| "run clang-format on the C and C++ code".to_owned())
}

/// Whether a file contains C or C++.
fn is_c(file: &Path) -> bool {
    file.extension().is_some_and(|extension| ["c", "h", "cpp", "hpp"].iter().any(|one| extension == *one))
}

/// The headers compile alone, twice, and after and before other headers.
fn check_headers(library: &Library) -> Result {
    let files = [
        ("alone.c", "#include <zexa.h>\n"),
        ("alone.cpp", "#include <zexa.h>\n"),
        ("twice.c", "#include <zexa.h>\n#include <stdio.h>\n#include <zexa.h>\n"),
        ("behind.c", "#include <stdio.h>\n#include <stdbool.h>\n#include <zexa.h>\n"),
        ("behind.cpp", "#include <string>\n#include <cstdio>\n#include <zexa.h>\n"),
        ("cpp_alone.cpp", "#include <zexa.hpp>\n"),
        ("c_first.cpp", "#include <zexa.h>\n#include <zexa.hpp>\n"),
        ("cpp_first.cpp", "#include <zexa.hpp>\n#include <zexa.h>\n"),
    ];
    for (name, includes) in files {
        let file = folder().join("headers").join(name);
        write(&file, &format!("{includes}\nint main(void) {{ return (int)sizeof(zexa_call_options) == 0; }}\n"))?;
        library.check_syntax(&file)?;
    }
    Ok(())
}

/// Every function of the header is called by a test.
fn check_that_all_functions_are_tested() -> Result {
    let header = read(&paths::root().join("include").join("zexa.h"))?;
    let mut called = BTreeSet::new();
    // These two only pass invalid arguments.
    let invalid_calls = ["null.c", "arguments.c"].map(source);
    for file in sources()?.iter().filter(|file| !compiler::is_cpp(file) && !invalid_calls.contains(file)) {
        called.extend(functions(&read(file)?));
    }
    for file in ["sandbox.h", "check.h"] {
        called.extend(functions(&read(&source(file))?));
    }
    let untested: Vec<_> = exports::declared(&header).difference(&called).cloned().collect();
    if untested.is_empty() { Ok(()) } else { Err(format!("no program in tests/c calls {}", untested.join(", "))) }
}

/// The functions of libzexa that code calls, outside of comments.
fn functions(text: &str) -> BTreeSet<String> {
    let is_identifier = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let code = exports::without_comments(text);
    let before_parentheses = code.split('(').map(|part| &part[part.trim_end_matches(is_identifier).len()..]);
    before_parentheses.filter(|name| name.starts_with("zexa_")).map(str::to_owned).collect()
}

/// The files of a folder, sorted.
fn files_of(folder: &Path) -> Result<Vec<PathBuf>> {
    let failed = |error| format!("{}: {error}", shown(folder));
    let entries =
        fs::read_dir(folder).and_then(|entries| entries.collect::<std::io::Result<Vec<_>>>()).map_err(failed)?;
    let mut files: Vec<_> = entries.iter().map(fs::DirEntry::path).filter(|path| path.is_file()).collect();
    files.sort();
    Ok(files)
}

/// The files of a folder and its subfolders.
fn all_files_of(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = files_of(folder)?;
    for entry in fs::read_dir(folder).map_err(|error| format!("{}: {error}", shown(folder)))? {
        let path = entry.map_err(|error| format!("{}: {error}", shown(folder)))?.path();
        if path.is_dir() {
            files.extend(all_files_of(&path)?);
        }
    }
    Ok(files)
}

/// Runs the examples in both languages, except the demos, which have their own step.
fn run_examples() -> Result {
    let is_demo = |path: &PathBuf| path.file_stem().is_some_and(|name| name == "demo");
    for example in files_of(&examples::folder())?.iter().filter(|path| !is_demo(path)) {
        let name = example.file_name().expect("it is a file").to_string_lossy();
        examples::prepare(&name)?;
        let sandbox = Sandbox::start(&[])?;
        let mut command = examples::example(&name);
        sandbox.tell(&mut command);
        let output = command::output(&mut command)?;
        if sandbox.messages()? == 0 {
            return Err(format!("{} sent no message. Its output:\n{output}", shown(example)));
        }
        print_line!("{} runs", shown(example));
    }
    Ok(())
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).map_err(|error| format!("{}: {error}", shown(file)))
}

fn write(file: &Path, text: &str) -> Result {
    let parent = file.parent().expect("it has a name");
    fs::create_dir_all(parent).and_then(|()| fs::write(file, text)).map_err(|error| format!("{}: {error}", shown(file)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_found() {
        let text = "zexa_status zexa_client_new(const zexa_x *x); // zexa_gone()\n\
                    if (zexa_version()) puts(zexa_error_text); /* zexa_not_yet(1) */";
        assert_eq!(functions(text).into_iter().collect::<Vec<_>>(), ["zexa_client_new", "zexa_version"]);
    }
}

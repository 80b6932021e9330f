//! The C and C++ compilers, with warnings as errors.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use crate::command::{self, Result, cargo_workspace};
use crate::install::Prefix;
use crate::paths;

/// The compilers and their Debian packages.
pub(crate) const COMPILERS: [(&str, &str); 2] = [("gcc", "gcc libc6-dev"), ("g++", "g++")];

/// Other compilers, and their Debian packages.
pub(crate) const CLANG: [(&str, &str); 2] = [("clang", "clang libclang-rt-dev"), ("clang++", "clang")];

/// The compilers of C and of C++.
#[derive(Clone, Copy)]
pub(crate) enum Toolchain {
    Gcc,
    Clang,
}

const WARNINGS: [&str; 4] = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"];

/// A build of libzexa to compile and link with.
pub(crate) struct Library {
    include: PathBuf,
    folder: PathBuf,
    name: &'static str,
    toolchain: Toolchain,
}

impl Library {
    /// The installed library.
    pub(crate) fn installed() -> Result<Library> {
        let prefix = Prefix::install()?;
        Ok(Library { include: prefix.include(), folder: prefix.lib(), name: "zexa", toolchain: Toolchain::Gcc })
    }

    /// This library, for programs that these compilers compile.
    pub(crate) fn with(self, toolchain: Toolchain) -> Library {
        Library { toolchain, ..self }
    }

    /// The library that `cargo build` builds, with the header of the repository.
    pub(crate) fn built() -> Library {
        Library::of_this_profile("zexa_ffi")
    }

    /// The library with functions that panic on purpose: builds the crate `tests/c/test-exports`.
    pub(crate) fn with_test_exports() -> Result<Library> {
        command::run(&mut cargo_workspace("build", &["--lib", "--examples", "--quiet"]))?;
        Ok(Library::of_this_profile("zexa_test_exports"))
    }

    fn of_this_profile(name: &'static str) -> Library {
        Library { include: paths::root().join("include"), folder: paths::programs(), name, toolchain: Toolchain::Gcc }
    }

    /// Compiles a source file to a program.
    pub(crate) fn compile(&self, source: &Path, program: &Path, flags: &[&str]) -> Result {
        let parent = program.parent().expect("it has a name");
        fs::create_dir_all(parent).map_err(|error| format!("{}: {error}", parent.display()))?;
        let mut compiler = self.compiler(source);
        compiler.args(flags).arg(source).arg("-o").arg(program).arg("-L").arg(&self.folder);
        compiler.arg(format!("-l{}", self.name));
        // DT_RPATH takes precedence over LD_LIBRARY_PATH, which cargo sets to the libraries of its last build.
        compiler.arg(format!("-Wl,--disable-new-dtags,-rpath,{}", self.folder.display()));
        run(&mut compiler, source)
    }

    /// Compiles a C++ source file that includes zexa.hpp to a program. Reads the header, which takes the compiler a second, from a precompiled header.
    pub(crate) fn compile_with_precompiled_header(&self, source: &Path, program: &Path, flags: &[&str]) -> Result {
        let header = self.precompiled_header(flags)?;
        // The compiler fails if it cannot use the precompiled header, for example because other flags differ.
        self.compile(source, program, &[flags, &["-Winvalid-pch", "-include", &header.to_string_lossy()]].concat())
    }

    /// A header that includes zexa.hpp, next to its precompiled form for these flags. Written once per process, because the compiler does not check
    /// whether it is up to date.
    fn precompiled_header(&self, flags: &[&str]) -> Result<PathBuf> {
        static WRITTEN: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
        let (compiler, suffix) = match self.toolchain {
            Toolchain::Gcc => ("gcc", "gch"),
            Toolchain::Clang => ("clang", "pch"),
        };
        let folder = folder().join("precompiled").join(self.name).join(compiler).join(flags.concat());
        let header = folder.join("header.hpp");
        let mut written = WRITTEN.lock().expect("no worker panics");
        if !written.contains(&header) {
            fs::create_dir_all(&folder)
                .and_then(|()| fs::write(&header, "#include <zexa.hpp>\n"))
                .map_err(|error| format!("{}: {error}", header.display()))?;
            let mut compiler = self.compiler(&header);
            // Clang considers the file a C++ header only if this says so.
            compiler.args(flags).args(["-x", "c++-header"]).arg(&header);
            compiler.arg("-o").arg(folder.join(format!("header.hpp.{suffix}")));
            run(&mut compiler, &header)?;
            written.insert(header.clone());
        }
        Ok(header)
    }

    /// Checks that a file compiles without warnings, without writing a program.
    pub(crate) fn check_syntax(&self, source: &Path) -> Result {
        run(self.compiler(source).arg("-fsyntax-only").arg(source), source)
    }

    fn compiler(&self, source: &Path) -> Command {
        let (name, standard) = match (self.toolchain, is_cpp(source)) {
            (Toolchain::Gcc, true) => ("g++", "-std=c++17"),
            (Toolchain::Gcc, false) => ("gcc", "-std=c11"),
            (Toolchain::Clang, true) => ("clang++", "-std=c++17"),
            (Toolchain::Clang, false) => ("clang", "-std=c11"),
        };
        let mut compiler = Command::new(name);
        compiler
            .arg(standard)
            .args(WARNINGS)
            .args(["-g1", "-pthread", "-D_POSIX_C_SOURCE=200809L", "-I"])
            .arg(&self.include);
        compiler
    }
}

/// Whether these compilers are installed, with the library that this flag needs.
pub(crate) fn is_usable(toolchain: Toolchain, flag: &str) -> bool {
    let names = match toolchain {
        Toolchain::Gcc => ["gcc", "g++"],
        Toolchain::Clang => ["clang", "clang++"],
    };
    let links = |name| {
        let mut compiler = Command::new(name);
        compiler.args([flag, "-x", "c", "-", "-o", "/dev/null"]).stdin(Stdio::piped()).stderr(Stdio::null());
        let Ok(mut child) = compiler.spawn() else { return false };
        let written =
            child.stdin.take().is_some_and(|mut input| input.write_all(b"int main(void) { return 0; }").is_ok());
        child.wait().is_ok_and(|status| status.success()) && written
    };
    names.into_iter().all(links)
}

pub(crate) fn is_cpp(source: &Path) -> bool {
    source.extension().is_some_and(|extension| extension == "cpp" || extension == "hpp")
}

fn run(compiler: &mut Command, source: &Path) -> Result {
    // The compiler printed the reason.
    command::run_quietly(compiler).map_err(|_| format!("{} does not compile", shown(source)))
}

/// Output folder of C and C++ programs.
pub(crate) fn folder() -> PathBuf {
    paths::target().join("c")
}

/// A path relative to the repository.
pub(crate) fn shown(path: &Path) -> String {
    path.strip_prefix(paths::root()).unwrap_or(path).display().to_string()
}

//! `cargo xtask install`: installs libzexa, its headers, and the files for pkg-config and CMake.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::background::Once;
use crate::command::{Result, output, require};
use crate::files::{copy_file, empty, write};
use crate::{debug_symbols, paths, release, third_party, usage};

/// Version of the library, for zexa.pc and file names.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// System libraries that the static libzexa needs. The compiler adds the unwinder, which differs between static and dynamic programs.
const STATIC_NEEDS: &str = "-lutil -lrt -lpthread -lm -ldl -lc";

/// The file name of the library on Windows.
pub(crate) const DLL: &str = "zexa.dll";

/// A prefix in which libzexa is installed, such as `/usr`.
#[derive(Clone)]
pub(crate) struct Prefix {
    root: PathBuf,
}

impl Prefix {
    /// Installs the library below `target/`, once per process.
    pub(crate) fn install() -> Result<Prefix> {
        static INSTALLED: Once<Prefix> = Once::new();
        INSTALLED.get(|| {
            let root = stage();
            // An earlier version may have installed other files.
            empty(&root)?;
            install(&Destination::new(root.clone()))?;
            Ok(Prefix { root })
        })
    }

    /// An unpacked archive.
    pub(crate) fn unpacked(root: PathBuf) -> Prefix {
        Prefix { root }
    }

    /// The prefix itself.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of zexa.h.
    pub(crate) fn include(&self) -> PathBuf {
        self.root.join("include")
    }

    /// The folder of libzexa.so and libzexa.a.
    pub(crate) fn lib(&self) -> PathBuf {
        self.root.join("lib")
    }

    /// Value of `PKG_CONFIG_PATH` for this prefix.
    pub(crate) fn pkg_config_path(&self) -> PathBuf {
        self.lib().join("pkgconfig")
    }
}

/// The prefix below `target/`.
pub(crate) fn stage() -> PathBuf {
    paths::target().join("stage").join("usr")
}

/// Where to install.
#[derive(Debug, PartialEq)]
struct Destination {
    /// The absolute path that zexa.pc names.
    prefix: PathBuf,
    /// The folder of the libraries within the prefix.
    libdir: PathBuf,
    /// The folder that stands for the root of the file system, if the files are to be moved to the prefix later.
    destdir: Option<PathBuf>,
    /// Whether to install a file with the debug symbols of the shared library, too.
    debug_symbols: bool,
    /// Whether zexa.pc names the prefix relative to itself, so that the prefix can be moved.
    movable: bool,
    /// Whether the files are for Windows. There is no static library then.
    is_windows: bool,
}

/// Libraries that cargo has built.
pub(crate) struct Libraries<Binutils: Fn(&str) -> String> {
    pub(crate) shared: PathBuf,
    pub(crate) archive: PathBuf,
    /// The name of a program of binutils for the architecture of the libraries.
    pub(crate) binutils: Binutils,
}

impl Destination {
    fn new(prefix: PathBuf) -> Destination {
        Destination {
            prefix,
            libdir: "lib".into(),
            destdir: None,
            debug_symbols: false,
            movable: false,
            is_windows: false,
        }
    }

    fn parse(arguments: &[&str]) -> Result<Destination> {
        let mut destination = Destination::new(PathBuf::new());
        let mut arguments = arguments.iter();
        while let Some(option) = arguments.next() {
            if *option == "--debug-symbols" {
                destination.debug_symbols = true;
                continue;
            }
            match (*option, arguments.next()) {
                ("--prefix", Some(prefix)) => destination.prefix = prefix.into(),
                ("--libdir", Some(libdir)) => destination.libdir = libdir.into(),
                ("--destdir", Some(destdir)) => destination.destdir = Some(destdir.into()),
                _ => return Err(format!("install: `{option}` is not an option with a value")),
            }
        }
        if !destination.prefix.is_absolute() {
            return Err("install: --prefix is required, and must be an absolute path such as /usr/local".to_owned());
        }
        if destination.libdir.is_absolute() {
            return Err("install: --libdir must be relative to the prefix, such as lib64".to_owned());
        }
        Ok(destination)
    }

    /// The folder to write to, for a folder within the prefix.
    fn folder(&self, name: impl AsRef<Path>) -> PathBuf {
        let path = self.prefix.join(name);
        match &self.destdir {
            Some(root) => root.join(path.strip_prefix("/").unwrap_or(&path)),
            None => path,
        }
    }
}

/// The command.
pub(crate) fn run(arguments: &[&str]) -> ExitCode {
    let destination = match Destination::parse(arguments) {
        Ok(destination) => destination,
        Err(reason) => return usage(&reason),
    };
    match install(&destination) {
        Ok(()) => {
            println!("libzexa {VERSION} is installed in {}", destination.folder("").display());
            ExitCode::SUCCESS
        }
        Err(reason) => {
            eprintln!("cargo xtask install: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn install(destination: &Destination) -> Result {
    if !cfg!(target_os = "linux") {
        return Err("supports only Linux".to_owned());
    }
    let built = match destination.debug_symbols {
        true => release::build_with_symbols()?,
        false => release::build().map(|()| release::folder())?,
    };
    let shared = built.join("libzexa_ffi.so");
    install_shared(destination, |library| match destination.debug_symbols {
        true => with_symbols(&shared, library, &folder(destination, destination.libdir.join(".debug"))?),
        false => replace(&shared, library),
    })?;
    let lib = folder(destination, &destination.libdir)?;
    static_library(&built.join("libzexa_ffi.a"), &lib.join("libzexa.a"), str::to_owned)?;
    install_other_files(destination)
}

/// Installs libraries that are already stripped in a folder that can be moved.
pub(crate) fn to_archive(prefix: &Path, libraries: &Libraries<impl Fn(&str) -> String>) -> Result {
    install_stripped(&Destination { movable: true, ..Destination::new(prefix.to_owned()) }, libraries)
}

/// Installs libraries that are already stripped in `/usr`, below a folder that stands for the root of the file system.
pub(crate) fn to_root(root: &Path, libdir: &str, libraries: &Libraries<impl Fn(&str) -> String>) -> Result {
    let usr = Destination::new("/usr".into());
    install_stripped(&Destination { libdir: libdir.into(), destdir: Some(root.to_owned()), ..usr }, libraries)
}

fn install_stripped(destination: &Destination, libraries: &Libraries<impl Fn(&str) -> String>) -> Result {
    install_shared(destination, |library| copy_file(&libraries.shared, library))?;
    let lib = folder(destination, &destination.libdir)?;
    static_library(&libraries.archive, &lib.join("libzexa.a"), &libraries.binutils)?;
    install_other_files(destination)
}

/// Installs a library for Windows in a folder that can be moved. `write_import_library` writes the file that programs are linked with.
pub(crate) fn to_archive_for_windows(
    prefix: &Path,
    library: &Path,
    write_import_library: impl FnOnce(&Path) -> Result,
) -> Result {
    let destination = Destination { movable: true, is_windows: true, ..Destination::new(prefix.to_owned()) };
    copy_file(library, &folder(&destination, "bin")?.join(DLL))?;
    write_import_library(&folder(&destination, &destination.libdir)?.join("libzexa.dll.a"))?;
    install_other_files(&destination)
}

/// Installs the shared library with `write`, and the links to it.
fn install_shared(destination: &Destination, write: impl FnOnce(&Path) -> Result) -> Result {
    let lib = folder(destination, &destination.libdir)?;
    let full_name = format!("libzexa.so.{VERSION}");
    write(&lib.join(&full_name))?;
    link(&full_name, &lib.join(soname(VERSION)))?;
    link(&soname(VERSION), &lib.join("libzexa.so"))
}

/// Installs the headers, the files for other programs, and the licences.
fn install_other_files(destination: &Destination) -> Result {
    let (root, sources) = (paths::root(), paths::root().join("ffi-c"));
    let include = folder(destination, "include")?;
    for header in ["zexa.h", "zexa.hpp"] {
        copy_file(&root.join("include").join(header), &include.join(header))?;
    }
    let pkgconfig = folder(destination, destination.libdir.join("pkgconfig"))?;
    write(&pkgconfig.join("zexa.pc"), &pkg_config(destination))?;

    let cmake = folder(destination, "share/cmake/zexa")?;
    for file in ["zexa-config.cmake", "zexa-config-version.cmake"] {
        copy_file(&sources.join("cmake").join(file), &cmake.join(file))?;
    }
    // These are for tools that Windows does not have.
    for file in ["valgrind.supp", "tsan.supp"].iter().filter(|_| !destination.is_windows) {
        copy_file(&sources.join("suppressions").join(file), &folder(destination, "share/zexa")?.join(file))?;
    }
    let doc = folder(destination, "share/doc/zexa")?;
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        copy_file(&root.join(licence), &doc.join(licence))?;
    }
    copy_file(&sources.join(third_party::FILE), &doc.join(third_party::FILE))?;
    Ok(())
}

/// The version of the symbols of shared libraries in releases: that of the SONAME, such as `ZEXA_0.1`.
pub(crate) fn symbol_version() -> String {
    soname(VERSION).replace("libzexa.so.", "ZEXA_")
}

/// SONAME of the library: incompatible versions have different ones. The build script of `ffi-c` sets it.
pub(crate) fn soname(version: &str) -> String {
    let mut parts = version.split('.');
    let (major, minor) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if major == "0" { format!("libzexa.so.0.{minor}") } else { format!("libzexa.so.{major}") }
}

fn pkg_config(destination: &Destination) -> String {
    let prefix = match destination.movable {
        true => "${pcfiledir}/../..".to_owned(),
        false => destination.prefix.display().to_string(),
    };
    let private = if destination.is_windows { String::new() } else { format!("Libs.private: {STATIC_NEEDS}\n") };
    format!(
        "prefix={prefix}\nlibdir=${{prefix}}/{}\nincludedir=${{prefix}}/include\n\nName: zexa\nDescription: Client for the Zexa messaging API\nVersion: \
         {VERSION}\nCflags: -I${{includedir}}\nLibs: -L${{libdir}} -lzexa\n{private}",
        destination.libdir.display(),
    )
}

/// Creates the archive to install: one object whose only global symbols are the functions of the header.
///
/// The archive of the compiler also exports the symbols of the Rust standard library, so a program could not be linked with it and another Rust library. It
/// also contains bitcode, which only the same compiler can read.
///
/// Of groups of sections with the same name, linkers keep one. Rust puts a pointer to the function that handles panics in such a group, so of two libraries one
/// would have no such pointer, because the symbols of this one are local. Without groups, each has its own.
fn static_library(from: &Path, to: &Path, binutils: impl Fn(&str) -> String) -> Result {
    let [ld, objcopy, ar] = ["ld", "objcopy", "ar"].map(binutils);
    require(&[(&ld, "binutils"), (&objcopy, "binutils"), (&ar, "binutils")])?;
    let folder = paths::target().join("stage").join("static");
    empty(&folder)?;
    let (all, object) = (folder.join("all.o"), folder.join("zexa.o"));
    output(Command::new(ld).args(["-r", "--force-group-allocation", "--whole-archive"]).arg(from).arg("-o").arg(&all))?;
    let mut objcopy = Command::new(objcopy);
    objcopy.args(["--wildcard", "--keep-global-symbol=zexa_*", "--strip-debug"]);
    objcopy.args(["--remove-section=.llvmbc", "--remove-section=.llvmcmd"]);
    output(objcopy.arg(&all).arg(&object))?;
    remove(to)?;
    output(Command::new(ar).arg("crsD").arg(to).arg(&object)).map(drop)
}

/// The folder to write to, created if it does not exist.
fn folder(destination: &Destination, name: impl AsRef<Path>) -> Result<PathBuf> {
    let folder = destination.folder(name);
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(folder)
}

/// Installs a library without its debug symbols, and a file with them in this folder, which debuggers search.
fn with_symbols(built: &Path, library: &Path, folder: &Path) -> Result {
    let name = library.file_name().expect("it is a file").to_string_lossy();
    let symbols = folder.join(format!("{name}.debug"));
    // Checked before the split, which compresses the debug sections.
    release::check_paths(built)?;
    remove(library)?;
    debug_symbols::split(built, library, &symbols)
}

/// Replaces a library by a new file, because a running program may have mapped the old one.
fn replace(from: &Path, to: &Path) -> Result {
    remove(to)?;
    copy_file(from, to)
}

fn link(target: &str, link: &Path) -> Result {
    remove(link)?;
    output(Command::new("ln").arg("-s").arg(target).arg(link)).map(drop)
}

fn remove(file: &Path) -> Result {
    match fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(format!("{}: {error}", file.display())),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_soname_contains_the_compatible_version() {
        assert_eq!(soname("0.1.0"), "libzexa.so.0.1");
        assert_eq!(soname("2.3.4"), "libzexa.so.2");
    }

    #[test]
    fn files_go_to_the_prefix_below_the_destdir() {
        let options = ["--prefix", "/usr/local", "--libdir", "lib64", "--destdir", "target/install"];
        let destination = Destination::parse(&options).expect("valid options");
        assert_eq!(destination.folder("lib64"), Path::new("target/install/usr/local/lib64"));
        let text = pkg_config(&destination);
        assert!(text.starts_with("prefix=/usr/local\nlibdir=${prefix}/lib64\n"), "{text}");
        assert!(!destination.debug_symbols);
        let text = pkg_config(&Destination { movable: true, ..destination });
        assert!(text.starts_with("prefix=${pcfiledir}/../..\nlibdir=${prefix}/lib64\n"), "{text}");
        assert!(text.ends_with("-lzexa\nLibs.private: -lutil -lrt -lpthread -lm -ldl -lc\n"), "{text}");
        let text = pkg_config(&Destination { is_windows: true, ..Destination::new("/usr".into()) });
        assert!(text.ends_with("Libs: -L${libdir} -lzexa\n"), "{text}");
        let destination = Destination::parse(&["--debug-symbols", "--prefix", "/usr/local"]).expect("valid options");
        assert!(destination.debug_symbols);
        assert_eq!(destination.folder("lib"), Path::new("/usr/local/lib"));
    }

    #[test]
    fn invalid_options_are_rejected() {
        for (options, reason) in [
            (&[][..], "--prefix is required"),
            (&["--prefix", "usr"], "absolute path"),
            (&["--prefix", "/usr", "--libdir", "/lib"], "relative to the prefix"),
            (&["--prefix"], "`--prefix` is not an option with a value"),
            (&["--root", "/"], "`--root`"),
        ] {
            let error = Destination::parse(options).expect_err("invalid options");
            assert!(error.contains(reason), "{error}");
        }
    }
}

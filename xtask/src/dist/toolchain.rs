//! The compilers for a target: Rust, and zig as the compiler of C and the linker.

use std::path::PathBuf;
use std::process::Command;

use super::audit::Audit;
use super::build::folder;
use super::rust::Rust;
use super::target::{Libc, Target};
use crate::background::Once;
use crate::command::{self, Result};
use crate::files::write;
use crate::python::Venv;
use crate::{install, paths, release};

/// Python packages of the tools, with their versions.
const REQUIREMENTS: &str = "xtask/dist/requirements.txt";

/// Adds a build id, by which debuggers find debug symbols.
const BUILD_ID: &str = "-Clink-arg=-Wl,--build-id=sha1";

/// Packages with libraries, and packages with programs.
const LIBRARIES: [&str; 3] = ["zexa-ffi", "zexa-node", "zexa-python"];
const PROGRAMS: [&str; 2] = ["zexa-cli", "zexa-sandbox"];

/// Gives the functions of libzexa.so a symbol version, and calls the linker of cargo-zigbuild. It is found by `PATH`: with a path, the names of symbols would
/// depend on the folder of the repository.
const LINKER: &str = "-Clinker=zexa-linker";
/// The folder of that program.
const LINKER_FOLDER: &str = "xtask/dist/bin";

/// With musl, programs are linked with the files of zig instead of those of Rust, at a fixed address; and libraries need the C library of the process.
const STATIC: [&str; 4] = [BUILD_ID, LINKER, "-Clink-self-contained=no", "-Crelocation-model=static"];
const DYNAMIC: [&str; 4] = [BUILD_ID, LINKER, "-Clink-self-contained=no", "-Ctarget-feature=-crt-static"];

/// For Windows, programs and libraries are linked with the files of MinGW instead of those of Rust.
const WINDOWS: [&str; 1] = ["-Clink-self-contained=no"];

/// The tools of all builds.
#[derive(Clone)]
pub(crate) struct Toolchain {
    /// The environment with cargo-zigbuild, zig and maturin.
    pub(crate) venv: Venv,
    /// The tools that embed and read lists of crates.
    pub(crate) audit: Audit,
}

impl Toolchain {
    /// Installs the tools, once per process.
    pub(crate) fn prepare() -> Result<Toolchain> {
        static PREPARED: Once<Toolchain> = Once::new();
        PREPARED.get(|| {
            if !cfg!(target_os = "linux") {
                return Err("packages for other targets can be built on Linux only".to_owned());
            }
            command::require(&[("objcopy", "binutils"), ("readelf", "binutils")])?;
            Ok(Toolchain { venv: Venv::of_file("zig", REQUIREMENTS)?, audit: Audit::prepare()? })
        })
    }

    /// The commands that build everything for a target.
    pub(crate) fn builds(&self, target: &Target) -> Result<Vec<Command>> {
        let everything = [&LIBRARIES[..], &PROGRAMS].concat();
        if target.is_windows() {
            // zig has no libssp_nonshared, which the standard library of Rust is linked with.
            let mut all = self.cargo("build", target, &WINDOWS, &everything)?;
            all.args(["--lib", "--bins"]);
            all.env("LIBNODE_PATH", empty_libnode()?);
            // With MinGW, the stack protector needs a DLL. There are no ledgers on Windows, and so no SQLite, which it is for.
            let (name, gcc) = (target.name.replace('-', "_"), target.binutils("gcc"));
            all.env(format!("CFLAGS_{name}"), "-fno-stack-protector").env(format!("CC_{name}"), &gcc);
            all.env(format!("CARGO_TARGET_{}_LINKER", name.to_uppercase()), gcc);
            return Ok(vec![all]);
        }
        if target.libc == Libc::Musl {
            let mut libraries = self.cargo("zigbuild", target, &DYNAMIC, &LIBRARIES)?;
            libraries.arg("--lib");
            let mut programs = self.cargo("zigbuild", target, &STATIC, &PROGRAMS)?;
            // With other flags, cargo would compile everything again in the same folder.
            programs.arg("--bins").env("CARGO_TARGET_DIR", folder().join("cargo-static"));
            return Ok(vec![libraries, programs]);
        }
        let mut all = self.cargo("zigbuild", target, &[BUILD_ID, LINKER], &everything)?;
        all.args(["--lib", "--bins"]);
        Ok(vec![all])
    }

    /// zig as the C compiler for a target.
    pub(crate) fn zig(&self, target: &Target) -> Result<Command> {
        let mut zig = self.venv.program("python");
        zig.args(["-m", "ziglang", "cc", "-target", &target.for_zig().replace("-unknown-", "-")]);
        self.configure(&mut zig)?;
        Ok(zig)
    }

    /// The command that checks, without linking, that everything compiles for a system, with its name in Rust. Warnings are errors.
    pub(crate) fn check(&self, target: &str) -> Result<Command> {
        let mut cargo = self.venv.program("cargo-zigbuild");
        cargo.current_dir(paths::root()).args(["check", "--locked", "--target", target]);
        cargo.args(LIBRARIES.iter().chain(&PROGRAMS).flat_map(|package| ["--package", *package]));
        Rust::prepare()?.configure(&mut cargo);
        cargo.arg("-Zwarnings").env("CARGO_BUILD_WARNINGS", "deny");
        cargo.env("LIBNODE_PATH", empty_libnode()?);
        self.configure_cargo(&mut cargo)?;
        Ok(cargo)
    }

    /// `cargo auditable`, with `build` or `zigbuild`, of packages for a target, with these flags of rustc.
    fn cargo(&self, build: &str, target: &Target, flags: &[&str], packages: &[&str]) -> Result<Command> {
        let mut cargo = self.audit.cargo(build);
        let profile = target.profile();
        cargo.current_dir(paths::root()).args(["--locked", "--profile", profile, "--target", &target.for_zig()]);
        cargo.args(["--message-format", "json-render-diagnostics"]);
        cargo.args(packages.iter().flat_map(|package| ["--package", package]));
        if !target.is_this_system() {
            Rust::prepare()?.configure(&mut cargo);
        }
        release::configure_cross(&mut cargo, flags);
        cargo.env("ZEXA_SYMBOL_VERSION", install::symbol_version());
        self.configure_cargo(&mut cargo)?;
        Ok(cargo)
    }

    /// Sets the environment of cargo.
    fn configure_cargo(&self, cargo: &mut Command) -> Result {
        command::without_this_package(cargo);
        self.configure(cargo)?;
        cargo.env("CARGO_TARGET_DIR", outputs());
        // The stable ABI needs no Python, and each Python on this machine would be a reason to compile again.
        cargo.env("PYO3_NO_PYTHON", "1");
        Ok(())
    }

    /// Sets the `PATH` and the caches of zig.
    fn configure(&self, command: &mut Command) -> Result {
        let cache = folder().join("zig-cache");
        command.env("PATH", command::path_with([paths::root().join(LINKER_FOLDER), self.venv.programs()])?);
        command.env("ZIG_GLOBAL_CACHE_DIR", &cache).env("ZIG_LOCAL_CACHE_DIR", &cache);
        command.env("CARGO_ZIGBUILD_CACHE_DIR", folder().join("zigbuild"));
        Ok(())
    }
}

/// A folder with an empty library of Node, which the build script of napi requires for MinGW. Addons find the functions of Node in the process when they are loaded.
fn empty_libnode() -> Result<PathBuf> {
    let folder = folder().join("libnode");
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    // The script searches the first file, and the linker prefers the second one: an archive without members.
    for (name, content) in [("libnode.dll", ""), ("libnode.dll.a", "!<arch>\n")] {
        write(&folder.join(name), content)?;
    }
    Ok(folder)
}

/// Cargo's target folder.
fn outputs() -> PathBuf {
    folder().join("cargo")
}

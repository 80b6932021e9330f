//! The compilers for a target: Rust, and zig as the compiler of C and the linker.

use std::path::PathBuf;
use std::process::Command;

use super::audit::Audit;
use super::build::{PROFILE, folder};
use super::rust::Rust;
use super::target::{Libc, Target};
use crate::background::Once;
use crate::command::{self, Result};
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
        if target.libc == Libc::Musl {
            let mut libraries = self.cargo(target, &DYNAMIC, &LIBRARIES)?;
            libraries.arg("--lib");
            let mut programs = self.cargo(target, &STATIC, &PROGRAMS)?;
            // With other flags, cargo would compile everything again in the same folder.
            programs.arg("--bins").env("CARGO_TARGET_DIR", folder().join("cargo-static"));
            return Ok(vec![libraries, programs]);
        }
        let mut all = self.cargo(target, &[BUILD_ID, LINKER], &[&LIBRARIES[..], &PROGRAMS].concat())?;
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

    /// `cargo auditable zigbuild` of packages for a target, with these flags of rustc.
    fn cargo(&self, target: &Target, flags: &[&str], packages: &[&str]) -> Result<Command> {
        let mut cargo = self.audit.cargo("zigbuild");
        cargo.current_dir(paths::root()).args(["--locked", "--profile", PROFILE, "--target", &target.for_zig()]);
        cargo.args(["--message-format", "json-render-diagnostics"]);
        cargo.args(packages.iter().flat_map(|package| ["--package", package]));
        if !target.is_this_system() {
            Rust::prepare()?.configure(&mut cargo);
        }
        command::without_this_package(&mut cargo);
        release::configure_cross(&mut cargo, flags);
        self.configure(&mut cargo)?;
        cargo.env("CARGO_TARGET_DIR", outputs()).env("ZEXA_SYMBOL_VERSION", install::symbol_version());
        // The stable ABI needs no Python, and each Python on this machine would be a reason to compile again.
        cargo.env("PYO3_NO_PYTHON", "1");
        Ok(cargo)
    }

    /// Sets the `PATH` and the caches of zig.
    fn configure(&self, command: &mut Command) -> Result {
        let cache = folder().join("zig-cache");
        let path = self.venv.on_path()?;
        let folders = std::iter::once(paths::root().join(LINKER_FOLDER)).chain(std::env::split_paths(&path));
        command.env("PATH", std::env::join_paths(folders).map_err(|error| format!("PATH: {error}"))?);
        command.env("ZIG_GLOBAL_CACHE_DIR", &cache).env("ZIG_LOCAL_CACHE_DIR", &cache);
        command.env("CARGO_ZIGBUILD_CACHE_DIR", folder().join("zigbuild"));
        Ok(())
    }
}

/// Cargo's target folder.
fn outputs() -> PathBuf {
    folder().join("cargo")
}

//! A Rust compiler with the sources of the standard library, from Debian.
//!
//! rustup's compiler has the standard library of this machine only. For other targets, cargo compiles it from these sources.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::build::folder;
use crate::background::Once;
use crate::command::{self, Result};
use crate::files::write;
use crate::show;

/// The packages: the compiler, its libraries, the standard library for build scripts, and the sources of the standard library.
const PACKAGES: [&str; 5] = ["rustc-web", "libstd-rust-web-1.96", "libstd-rust-web-dev", "libllvm22", "rust-web-src"];

/// The unpacked compiler.
#[derive(Clone)]
pub(crate) struct Rust {
    folder: PathBuf,
}

impl Rust {
    /// Downloads and unpacks the packages, once. They would conflict with rustup's compiler if they were installed.
    pub(crate) fn prepare() -> Result<Rust> {
        static PREPARED: Once<Rust> = Once::new();
        PREPARED.get(|| {
            let rust = Rust { folder: folder().join("rust") };
            let complete = rust.folder.join("packages.txt");
            let wanted = PACKAGES.join("\n");
            if fs::read_to_string(&complete).ok().as_ref() != Some(&wanted) {
                rust.install()?;
                write(&complete, &wanted)?;
            }
            Ok(rust)
        })
    }

    fn install(&self) -> Result {
        command::require(&[("apt-get", "apt"), ("dpkg", "dpkg")]).map_err(|_| {
            "packages for this target can be built on Debian only, whose Rust compiler has the sources of the standard library".to_owned()
        })?;
        let packages = self.folder.join("packages");
        crate::files::empty(&packages)?;
        show::command(&format!("apt-get download {}", PACKAGES.join(" ")));
        let mut download = Command::new("apt-get");
        command::output(download.args(["download", "--quiet"]).args(PACKAGES).current_dir(&packages)).map_err(
            |error| format!("{error}\nThe packages are in the security archive of Debian 12: apt-get update"),
        )?;
        let files = fs::read_dir(&packages).map_err(|error| format!("{}: {error}", packages.display()))?;
        for file in files {
            let file = file.map_err(|error| error.to_string())?.path();
            command::output(Command::new("dpkg").arg("-x").arg(file).arg(&self.folder))?;
        }
        Ok(())
    }

    /// Makes cargo use this compiler, and build the standard library.
    pub(crate) fn configure(&self, cargo: &mut Command) {
        cargo.arg("-Zbuild-std=std,panic_unwind");
        cargo.env("RUSTC", self.folder.join("usr/bin/rustc")).env("LD_LIBRARY_PATH", self.libraries());
        // Permits -Z with a stable compiler.
        cargo.env("RUSTC_BOOTSTRAP", "1");
    }

    /// The folder of the libraries of the compiler.
    fn libraries(&self) -> PathBuf {
        self.folder.join(Path::new("usr/lib/x86_64-linux-gnu"))
    }
}

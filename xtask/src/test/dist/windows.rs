//! The packages for Windows: the programs and the archive for C send messages with wine.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Bench, VERSION};
use crate::command::{self, Result};
use crate::dist::{check_file, parts, pe};
use crate::files::{copy_file, read};
use crate::install::{DLL, Prefix};
use crate::paths;
use crate::sandbox::Sandbox;
use crate::test::exports;
use crate::third_party;

impl Bench {
    /// The program `zexa` sends a message to a sandbox on Linux, and to the sandbox for Windows.
    pub(super) fn check_programs_for_windows(&self) -> Result {
        let folder = self.unpacked.join(format!("zexa-{VERSION}-{}", self.target.system()));
        let [zexa, sandbox] = parts::PROGRAMS.map(|name| folder.join(self.target.program(name)));
        self.check_sent(&self.sandbox, &zexa)?;
        self.check_sent(&Sandbox::of(&mut self.command(&sandbox))?, &zexa)
    }

    /// The program `zexa` sends one message to a sandbox.
    fn check_sent(&self, sandbox: &Sandbox, program: &Path) -> Result {
        let before = sandbox.messages()?;
        let mut send = self.command(program);
        sandbox.tell(&mut send);
        command::output(send.args(["send", "--to", "912345678", "--from", "ZEXA", "Olá"]))?;
        match sandbox.messages()? - before {
            1 => Ok(()),
            count => Err(format!("zexa.exe sent {count} messages")),
        }
    }

    /// The archive for C: the library exports the functions of the header, and programs that are compiled with it send messages.
    pub(super) fn check_c_for_windows(&self) -> Result {
        let prefix = Prefix::unpacked(self.unpack("libzexa")?);
        let library = prefix.root().join("bin").join(DLL);
        check_file(&library, self.target)?;
        let doc = prefix.root().join("share/doc/zexa");
        self.check_crates("ffi-c", &library, &doc.join(parts::sbom("libzexa")), &doc.join(third_party::FILE))?;
        let header = prefix.include().join("zexa.h");
        let header = read(&header)?;
        let declared = exports::declared(&header);
        self.check_exports(&library, &declared.iter().map(String::as_str).collect::<Vec<_>>())?;

        self.send_beside(&library, "compiled with gcc", &self.compile_by_hand(&prefix)?)?;
        self.send_beside(&library, "compiled with CMake", &self.compile_with_cmake(&prefix)?)
    }

    /// Runs a program with the library in its folder, where Windows searches first.
    fn send_beside(&self, library: &Path, name: &str, program: &Path) -> Result {
        copy_file(library, &program.with_file_name(DLL))?;
        self.send(name, &mut self.command(program))
    }

    fn compile_by_hand(&self, prefix: &Prefix) -> Result<PathBuf> {
        let program = self.folder("by-hand")?.join("send.exe");
        let mut gcc = Command::new(self.target.binutils("gcc"));
        gcc.args(["-std=c11", "-O2", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-o"]).arg(&program);
        gcc.arg(paths::root().join("tests/consumers/main.c")).arg("-I").arg(prefix.include());
        command::output(gcc.arg("-L").arg(prefix.lib()).arg("-lzexa"))?;
        Ok(program)
    }

    fn compile_with_cmake(&self, prefix: &Prefix) -> Result<PathBuf> {
        let build = self.folder("cmake")?;
        let mut configure = self.tools.program("cmake");
        configure.arg("-S").arg(paths::root().join("tests/consumers/cmake-c")).arg("-B").arg(&build);
        configure.arg("-DCMAKE_SYSTEM_NAME=Windows").arg(format!("-DCMAKE_C_COMPILER={}", self.target.binutils("gcc")));
        command::output(configure.arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.root().display())))?;
        command::output(self.tools.program("cmake").arg("--build").arg(&build))?;
        Ok(build.join("send-shared.exe"))
    }

    /// A library exports exactly these functions.
    pub(super) fn check_exports(&self, library: &Path, expected: &[&str]) -> Result {
        let exported = pe::exports(library, self.target)?;
        let expected: BTreeSet<_> = expected.iter().map(|name| (*name).to_owned()).collect();
        match exported.symmetric_difference(&expected).next() {
            None => Ok(()),
            Some(name) => {
                let reason = if exported.contains(name) { "must not export" } else { "does not export" };
                Err(format!("{} {reason} {name}", library.display()))
            }
        }
    }
}

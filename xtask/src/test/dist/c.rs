//! The archive for C: its libraries have the functions of the header, and programs that are compiled with it send messages.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Bench;
use crate::background::print_line;
use crate::command::{self, Result};
use crate::dist::target::Libc;
use crate::dist::toolchain::Toolchain;
use crate::dist::{elf, parts};
use crate::install::Prefix;
use crate::test::{c_scenarios, consumers, exports};
use crate::third_party;

/// The dynamic linker of musl on this machine.
const LINKER: &str = "/lib/ld-musl-x86_64.so.1";

/// The program that is compiled.
const SOURCE: &str = "tests/consumers/main.c";

impl Bench {
    pub(super) fn check_c(&self) -> Result {
        let prefix = Prefix::unpacked(self.unpack("libzexa")?);
        exports::check_prefix(&prefix)?;
        let library = prefix.lib().join("libzexa.so");
        exports::check_versions(&library)?;
        elf::check(&library, self.target)?;
        let doc = prefix.root().join("share/doc/zexa");
        self.check_crates("ffi-c", &library, &doc.join(parts::sbom("libzexa")), &doc.join(third_party::FILE))?;
        if !self.target.is_this_system() {
            return self.check_c_elsewhere(&prefix);
        }
        c_scenarios::check_prefix(&prefix)?;
        consumers::check_prefix(prefix)
    }

    /// Compiles a program for another system, with the static and with the shared library, and runs it.
    fn check_c_elsewhere(&self, prefix: &Prefix) -> Result {
        // The unwinder is part of the compiler.
        let program = self.compile(prefix, "static", &["--static"], &["-lunwind"])?;
        self.send("with libzexa.a", &mut self.command(&program))?;
        if self.needs_linker_of_this_machine() && !Path::new(LINKER).exists() {
            print_line!("with libzexa.so: skipped: apt-get install musl");
            return Ok(());
        }
        let rpath = format!("-Wl,-rpath,{}", prefix.lib().display());
        let program = self.compile(prefix, "shared", &[], &[&rpath])?;
        self.send("with libzexa.so", &mut self.command(&program))
    }

    /// Whether shared libraries are loaded by this machine's musl, and not by that of the emulator.
    fn needs_linker_of_this_machine(&self) -> bool {
        self.target.libc == Libc::Musl && self.emulator.is_none()
    }

    /// Compiles the program with the flags that pkg-config prints.
    fn compile(&self, prefix: &Prefix, name: &str, options: &[&str], flags: &[&str]) -> Result<PathBuf> {
        let toolchain = Toolchain::prepare()?;
        let mut pkg_config = Command::new("pkg-config");
        pkg_config.args(["--cflags", "--libs", "zexa"]).args(options).env("PKG_CONFIG_PATH", prefix.pkg_config_path());
        let found = command::output(&mut pkg_config)?;
        let program = self.unpacked.join(format!("send-{name}"));
        let mut zig = toolchain.zig(self.target)?;
        zig.args(["-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-o"]).arg(&program).arg(source());
        // A program for musl is static by default. The static library is named, because linkers prefer shared ones.
        if options.is_empty() {
            zig.arg("-dynamic");
        }
        let archive = prefix.lib().join("libzexa.a").to_string_lossy().into_owned();
        zig.args(found.split_whitespace().map(|flag| match (flag, options.is_empty()) {
            ("-lzexa", false) => &archive,
            _ => flag,
        }));
        command::output(zig.args(flags))?;
        Ok(program)
    }
}

fn source() -> PathBuf {
    crate::paths::root().join(Path::new(SOURCE))
}

//! Programs of other systems: with qemu if the processor is another one, and with Debian's musl.

use std::path::Path;
use std::process::Command;

use crate::command::{self, Result};
use crate::dist::target::{Libc, Target};

/// The folder of Debian's C library for other processors.
fn cross_root(target: &Target) -> String {
    format!("/usr/{}-linux-gnu", target.architecture)
}

/// A command that runs a program of a target.
pub(super) fn command(target: &Target, program: &Path) -> Command {
    if target.is_native() {
        return Command::new(program);
    }
    let mut qemu = Command::new(emulator(target));
    qemu.args(["-L", &cross_root(target)]).arg(program);
    qemu
}

fn emulator(target: &Target) -> String {
    format!("qemu-{}-static", target.architecture)
}

/// Fails if the emulator is needed and missing.
pub(super) fn require(target: &Target) -> Result {
    if target.is_native() {
        return Ok(());
    }
    command::require(&[(&emulator(target), "qemu-user-static")])
}

/// Why programs that load shared libraries cannot run: the dynamic linker is missing.
pub(super) fn without_shared_libraries(target: &Target) -> Option<&'static str> {
    let (linker, reason) = match (target.libc, target.is_native()) {
        (Libc::Glibc, true) => return None,
        (Libc::Glibc, false) => (
            format!("{}/lib/ld-linux-{}.so.1", cross_root(target), target.architecture),
            "apt-get install libc6-arm64-cross libstdc++6-arm64-cross",
        ),
        (Libc::Musl, true) => (format!("/lib/ld-musl-{}.so.1", target.architecture), "apt-get install musl"),
        (Libc::Musl, false) => return Some("there is no musl for another processor"),
    };
    if Path::new(&linker).exists() { None } else { Some(reason) }
}

//! The systems for which `cargo xtask dist --target` builds packages, and their names in the formats of the packages.

use crate::command::Result;

/// The C library of a system.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Libc {
    /// glibc 2.17 or later.
    Glibc,
    /// musl 1.2.
    Musl,
    /// That of Windows, `msvcrt.dll`.
    Windows,
}

/// The oldest glibc that the packages support.
pub(crate) const OLDEST_GLIBC: (u32, u32) = (2, 17);

/// A system to build packages for.
pub(crate) struct Target {
    /// Rust's name of the target.
    pub(crate) name: &'static str,
    pub(crate) architecture: &'static str,
    pub(crate) libc: Libc,
    /// The suffix of the npm package with the addon.
    pub(crate) npm: &'static str,
}

/// All targets.
pub(crate) const TARGETS: &[Target] = &[
    Target { name: "x86_64-unknown-linux-gnu", architecture: "x86_64", libc: Libc::Glibc, npm: "linux-x64-gnu" },
    Target { name: "x86_64-unknown-linux-musl", architecture: "x86_64", libc: Libc::Musl, npm: "linux-x64-musl" },
    Target { name: "aarch64-unknown-linux-gnu", architecture: "aarch64", libc: Libc::Glibc, npm: "linux-arm64-gnu" },
    Target { name: "aarch64-unknown-linux-musl", architecture: "aarch64", libc: Libc::Musl, npm: "linux-arm64-musl" },
    Target { name: "x86_64-pc-windows-gnu", architecture: "x86_64", libc: Libc::Windows, npm: "win32-x64-gnu" },
];

impl Target {
    /// The target with this name.
    pub(crate) fn find(name: &str) -> Result<&'static Target> {
        TARGETS.iter().find(|target| target.name == name).ok_or_else(|| {
            let names: Vec<_> = TARGETS.iter().map(|target| target.name).collect();
            format!("unknown target `{name}`; expected {}", names.join(", "))
        })
    }

    /// The target for cargo-zigbuild, with the version of glibc.
    pub(crate) fn for_zig(&self) -> String {
        match self.libc {
            Libc::Glibc => format!("{}.{}.{}", self.name, OLDEST_GLIBC.0, OLDEST_GLIBC.1),
            Libc::Musl | Libc::Windows => self.name.to_owned(),
        }
    }

    /// The name of the system in the names of archives, such as `x86_64-linux-gnu`.
    pub(crate) fn system(&self) -> String {
        self.name.replace("-unknown-", "-").replace("-pc-", "-")
    }

    /// The platform tag of wheels.
    pub(crate) fn wheel_tag(&self) -> String {
        match self.libc {
            Libc::Glibc => format!("manylinux2014_{0}.manylinux_2_17_{0}", self.architecture),
            Libc::Musl => format!("musllinux_1_2_{}", self.architecture),
            Libc::Windows => "win_amd64".to_owned(),
        }
    }

    /// The name of that tag for maturin's option `--compatibility`, which exists for Linux only.
    pub(crate) fn compatibility(&self) -> Option<&'static str> {
        match self.libc {
            Libc::Glibc => Some("manylinux2014"),
            Libc::Musl => Some("musllinux_1_2"),
            Libc::Windows => None,
        }
    }

    /// Whether it is Windows, whose files have other names and another format.
    pub(crate) fn is_windows(&self) -> bool {
        self.libc == Libc::Windows
    }

    /// The profile of cargo. With symbols, they are moved to other files.
    pub(crate) fn profile(&self) -> &'static str {
        if self.is_windows() { "release" } else { "release-with-symbols" }
    }

    /// The ending of the names of archives.
    pub(crate) fn archive(&self) -> &'static str {
        if self.is_windows() { "zip" } else { "tar.gz" }
    }

    /// The file name of a program.
    pub(crate) fn program(&self, name: &str) -> String {
        if self.is_windows() { format!("{name}.exe") } else { name.to_owned() }
    }

    /// The file name of a shared library as cargo builds it.
    pub(crate) fn library(&self, name: &str) -> String {
        if self.is_windows() { format!("{name}.dll") } else { format!("lib{name}.so") }
    }

    /// Whether its libraries can be loaded by the programs of this machine.
    pub(crate) fn is_this_system(&self) -> bool {
        self.is_this_architecture() && self.libc == Libc::Glibc
    }

    /// Whether this machine runs its static programs.
    pub(crate) fn is_this_architecture(&self) -> bool {
        self.architecture == std::env::consts::ARCH && !self.is_windows()
    }

    /// The name of a program of binutils that reads and writes files of this architecture.
    pub(crate) fn binutils(&self, program: &str) -> String {
        if self.is_windows() {
            format!("{}-w64-mingw32-{program}", self.architecture)
        } else if self.is_this_architecture() {
            program.to_owned()
        } else {
            format!("{}-linux-gnu-{program}", self.architecture)
        }
    }

    /// Debian's package with these programs.
    pub(crate) fn binutils_package(&self) -> String {
        if self.is_windows() {
            format!("gcc-mingw-w64-{}", self.architecture.replace('_', "-"))
        } else if self.is_this_architecture() {
            "binutils".to_owned()
        } else {
            format!("binutils-{}-linux-gnu", self.architecture)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_found_by_their_names() {
        assert!(TARGETS.iter().all(|target| Target::find(target.name).is_ok_and(|found| found.npm == target.npm)));
        let error = Target::find("x86_64-linux").err().unwrap_or_default();
        assert!(error.contains("unknown target `x86_64-linux`; expected x86_64-unknown-linux-gnu"), "{error}");
    }

    #[test]
    fn names_in_the_formats_of_the_packages() {
        let glibc = Target { name: "s390x-unknown-linux-gnu", architecture: "s390x", libc: Libc::Glibc, npm: "" };
        assert_eq!(glibc.for_zig(), "s390x-unknown-linux-gnu.2.17");
        assert_eq!(glibc.system(), "s390x-linux-gnu");
        assert_eq!(glibc.wheel_tag(), "manylinux2014_s390x.manylinux_2_17_s390x");
        assert_eq!(glibc.binutils("objcopy"), "s390x-linux-gnu-objcopy");
        assert_eq!(glibc.binutils_package(), "binutils-s390x-linux-gnu");
        let musl = Target { name: "s390x-unknown-linux-musl", libc: Libc::Musl, ..glibc };
        assert_eq!(musl.for_zig(), "s390x-unknown-linux-musl");
        assert_eq!(musl.wheel_tag(), "musllinux_1_2_s390x");
        let name = "x86_64-pc-windows-gnu";
        let windows = Target { name, architecture: "x86_64", libc: Libc::Windows, npm: "" };
        assert_eq!(windows.system(), "x86_64-windows-gnu");
        assert_eq!(windows.binutils("objdump"), "x86_64-w64-mingw32-objdump");
        assert_eq!(windows.binutils_package(), "gcc-mingw-w64-x86-64");
        assert_eq!((windows.program("zexa"), windows.library("zexa_ffi")), ("zexa.exe".into(), "zexa_ffi.dll".into()));
        assert_eq!((musl.program("zexa"), musl.library("zexa_ffi")), ("zexa".into(), "libzexa_ffi.so".into()));
    }
}

//! The systems for which `cargo xtask dist --target` builds packages, and their names in the formats of the packages.

use crate::command::Result;

/// The C library of a system.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Libc {
    /// glibc 2.17 or later.
    Glibc,
    /// musl 1.2.
    Musl,
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
            Libc::Musl => self.name.to_owned(),
        }
    }

    /// The name of the system in the names of archives, such as `x86_64-linux-gnu`.
    pub(crate) fn system(&self) -> String {
        self.name.replace("-unknown-", "-")
    }

    /// The platform tag of wheels.
    pub(crate) fn wheel_tag(&self) -> String {
        match self.libc {
            Libc::Glibc => format!("manylinux2014_{0}.manylinux_2_17_{0}", self.architecture),
            Libc::Musl => format!("musllinux_1_2_{}", self.architecture),
        }
    }

    /// The name of that tag for maturin's option `--compatibility`.
    pub(crate) fn compatibility(&self) -> &'static str {
        match self.libc {
            Libc::Glibc => "manylinux2014",
            Libc::Musl => "musllinux_1_2",
        }
    }

    /// Whether its libraries can be loaded by the programs of this machine.
    pub(crate) fn is_this_system(&self) -> bool {
        self.is_this_architecture() && self.libc == Libc::Glibc
    }

    /// Whether this machine runs its static programs.
    pub(crate) fn is_this_architecture(&self) -> bool {
        self.architecture == std::env::consts::ARCH
    }

    /// The name of a program of binutils that reads and writes files of this architecture.
    pub(crate) fn binutils(&self, program: &str) -> String {
        if self.is_this_architecture() {
            program.to_owned()
        } else {
            format!("{}-linux-gnu-{program}", self.architecture)
        }
    }

    /// Debian's package with these programs.
    pub(crate) fn binutils_package(&self) -> String {
        if self.is_this_architecture() {
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
    }
}

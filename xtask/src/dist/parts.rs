//! The packages for a target: the archive for C, the programs, the Python wheels, and the npm package with the addon.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::audit::SBOM;
use super::build::Build;
use super::toolchain::Toolchain;
use super::{archive, debian, guides, pe};
use crate::command::{self, Result};
use crate::files::{copy, copy_file, empty, only_file};
use crate::node::Node;
use crate::npm;
use crate::wheel;
use crate::{install, paths, third_party};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The programs of a target.
pub(crate) const PROGRAMS: [&str; 2] = ["zexa", "zexa-sandbox"];

/// A kind of package.
pub(super) struct Part {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    /// Writes the packages to the folder.
    pub(super) make: fn(&Build, &Toolchain, &Path) -> Result,
}

pub(super) const PARTS: &[Part] = &[
    Part { name: "c", about: "an archive with libzexa, its headers, and files for pkg-config and CMake", make: c },
    Part { name: "programs", about: "an archive with the programs zexa and zexa-sandbox", make: programs },
    Part { name: "python", about: "the wheels of the library and of the program zexa", make: python },
    Part { name: "node", about: "the npm package with the addon", make: node },
    Part { name: "debian", about: "the packages of Debian, for targets with glibc", make: debian::make },
    Part { name: "debug", about: "an archive with the debug symbols of all of them, by build id", make: debug },
];

/// The name of an archive without its ending, which is also that of its folder.
pub(crate) fn archive_name(name: &str, build: &Build) -> String {
    format!("{name}-{VERSION}-{}", build.target.system())
}

/// The name of the SBOM in a package.
pub(crate) fn sbom(name: &str) -> String {
    format!("{name}{SBOM}")
}

/// Assembles a folder with `fill`, and packs it.
fn archive(name: &str, build: &Build, to: &Path, fill: impl FnOnce(&Path) -> Result) -> Result {
    let folder = build.file("archives").join(archive_name(name, build));
    empty(&folder)?;
    fill(&folder)?;
    match build.target.is_windows() {
        true => archive::zip(&folder, to).map(drop),
        false => archive::pack(&folder, to).map(drop),
    }
}

fn c(build: &Build, _: &Toolchain, to: &Path) -> Result {
    if build.target.is_windows() {
        return c_for_windows(build, to);
    }
    let libraries = install::Libraries {
        shared: build.file("libzexa_ffi.so"),
        archive: build.file("libzexa_ffi.a"),
        binutils: |program| build.target.binutils(program),
    };
    archive("libzexa", build, to, |folder| {
        install::to_archive(folder, &libraries)?;
        copy_file(&build.sbom("libzexa_ffi.so"), &folder.join("share/doc/zexa").join(sbom("libzexa")))
    })
}

fn c_for_windows(build: &Build, to: &Path) -> Result {
    let library = build.file(&build.target.library("zexa_ffi"));
    archive("libzexa", build, to, |folder| {
        install::to_archive_for_windows(folder, &library, |file| {
            pe::import_library(&library, install::DLL, file, build.target)
        })?;
        copy_file(&build.sbom("zexa_ffi.dll"), &folder.join("share/doc/zexa").join(sbom("libzexa")))
    })
}

fn programs(build: &Build, _: &Toolchain, to: &Path) -> Result {
    archive("zexa", build, to, |folder| {
        for name in PROGRAMS {
            let program = build.target.program(name);
            copy_file(&build.file(&program), &folder.join(&program))?;
            copy_file(&build.sbom(&program), &folder.join(sbom(name)))?;
        }
        for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
            copy_file(&paths::root().join(licence), &folder.join(licence))?;
        }
        copy_file(&paths::root().join("cli").join(third_party::FILE), &folder.join(third_party::FILE))?;
        guides::write_to(&folder.join("docs"))
    })
}

fn debug(build: &Build, _: &Toolchain, to: &Path) -> Result {
    // The profile for Windows has none: debuggers there do not search files by build id.
    if build.target.is_windows() {
        return Ok(());
    }
    archive("zexa-debug", build, to, |folder| copy(&build.file("lib"), &folder.join("lib")))
}

fn python(build: &Build, toolchain: &Toolchain, to: &Path) -> Result {
    let [library, program] = [build.target.library("_zexa"), build.target.program("zexa")];
    for (package, file) in [(&wheel::LIBRARY, &library), (&wheel::PROGRAM, &program)] {
        let folder = build.file("wheels").join(package.name());
        empty(&folder)?;
        let sbom = folder.join(sbom(package.name()));
        copy_file(&build.sbom(file), &sbom)?;
        command::output(maturin(build, toolchain, package)?.arg("--sbom-include").arg(sbom).arg("--out").arg(&folder))?;
        let file = only_file(&folder, ".whl")?;
        check_tag(&file, &build.target.wheel_tag())?;
        copy_file(&file, &to.join(file.file_name().expect("it is a file")))?;
    }
    Ok(())
}

/// `maturin build` of a package from what is already built.
fn maturin(build: &Build, toolchain: &Toolchain, package: &wheel::Package) -> Result<Command> {
    let mut maturin = toolchain.venv.program("maturin");
    maturin.current_dir(paths::root());
    maturin.args(["build", "--locked", "--profile", build.target.profile(), "--target", build.target.name]);
    maturin.args(build.target.compatibility().into_iter().flat_map(|name| ["--compatibility", name]));
    maturin.arg("--manifest-path").arg(package.sources().join("Cargo.toml"));
    command::without_this_package(&mut maturin);
    maturin.env("PATH", toolchain.venv.on_path()?);
    maturin.env("PYO3_NO_PYTHON", "1").env("SOURCE_DATE_EPOCH", archive::time()?.to_string());
    maturin.env("CARGO", paths::root().join("xtask/dist/cargo-of-dist.sh"));
    maturin.env("ZEXA_CARGO_MESSAGES", build.messages());
    Ok(maturin)
}

/// The name of a wheel ends with the platform tag of the target.
fn check_tag(wheel: &Path, tag: &str) -> Result {
    match wheel.to_string_lossy().ends_with(&format!("-{tag}.whl")) {
        true => Ok(()),
        false => Err(format!("{} must have the platform tag {tag}", wheel.display())),
    }
}

fn node(build: &Build, _: &Toolchain, to: &Path) -> Result {
    let system = build.target.npm;
    let package = build.file("npm").join(system);
    let addon = build.target.library("zexa_node");
    npm::stage(system, &build.file(&addon), &package)?;
    copy_file(&build.sbom(&addon), &package.join(sbom(&format!("zexa.{system}"))))?;
    npm::pack(&Node::find()?, &package, to).map(drop)
}

/// The files in a folder whose names start and end so.
pub(crate) fn find(folder: &Path, start: &str, end: &str) -> Result<PathBuf> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let found: Vec<_> = names.filter(|name| name.starts_with(start) && name.ends_with(end)).collect();
    match found.as_slice() {
        [name] => Ok(folder.join(name)),
        _ => Err(format!("expected one {start}*{end} in {}, found {}", folder.display(), found.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_of_a_wheel_is_checked() {
        let tag = "manylinux2014_x86_64.manylinux_2_17_x86_64";
        assert_eq!(check_tag(Path::new(&format!("/x/zexa-0.1.0-cp310-abi3-{tag}.whl")), tag), Ok(()));
        for other in ["linux_x86_64", "manylinux_2_34_x86_64", "manylinux2014_aarch64.manylinux_2_17_aarch64"] {
            assert!(check_tag(Path::new(&format!("/x/zexa-0.1.0-cp310-abi3-{other}.whl")), tag).is_err(), "{other}");
        }
    }

    #[test]
    fn one_file_is_found_by_its_name() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["zexa-1-x.whl", "zexa_cli-1-x.whl", "zexa-1.tar.gz"] {
            fs::write(folder.path().join(name), "").expect("is written");
        }
        assert_eq!(find(folder.path(), "zexa-", ".whl"), Ok(folder.path().join("zexa-1-x.whl")));
        assert!(find(folder.path(), "zexa", ".whl").is_err());
        assert!(find(folder.path(), "other", ".whl").is_err());
    }
}

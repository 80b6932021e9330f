//! The wheels: pip selects and installs them, auditwheel confirms their tag, and their content is that of other builds.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::index::Index;
use super::{Bench, VERSION, check_version};
use crate::background::print_line;
use crate::command::{self, Result};
use crate::dist::toolchain::Toolchain;
use crate::dist::{check_file, parts};
use crate::python::{PYTHON, Venv};
use crate::test::python::check_extension;
use crate::{third_party, wheel};

impl Bench {
    pub(super) fn check_python(&self) -> Result {
        let tools = Toolchain::prepare()?.venv;
        let [library, program] = [self.package("zexa-", ".whl")?, self.package("zexa_cli-", ".whl")?];
        // Fails if an index would reject the metadata.
        command::output(tools.program("twine").args(["check", "--strict"]).args([&library, &program]))?;
        // auditwheel reads wheels for Linux only.
        for wheel in [&library, &program].into_iter().filter(|_| !self.target.is_windows()) {
            self.check_tag(&tools, wheel)?;
        }
        let extension = if self.target.is_windows() { "zexa/_zexa.pyd" } else { "zexa/_zexa.abi3.so" };
        let extension = self.check_content(&library, "wheel", "bindings-python", extension)?;
        if self.target.is_windows() {
            self.check_exports(&extension, &["PyInit__zexa"])?;
        } else {
            check_extension(&extension)?;
        }
        let zexa = format!("zexa_cli-{VERSION}.data/scripts/{}", self.target.program("zexa"));
        self.check_content(&program, "wheel-of-program", "cli", &zexa)?;
        command::output(self.tools.program("abi3audit").args(["--strict", "--summary"]).arg(&library))?;
        self.install_by_name()
    }

    /// Unpacks a wheel of the crate in the folder `sources`, and checks the library or program in it, its SBOM and its licences. Returns the path of that file.
    fn check_content(&self, wheel: &Path, folder: &str, sources: &str, file: &str) -> Result<PathBuf> {
        let folder = self.folder(folder)?;
        let mut unzip = self.tools.program("python");
        command::output(unzip.args(["-m", "zipfile", "-e"]).arg(wheel).arg(&folder))?;
        let name = wheel.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let name = name.split('-').next().unwrap_or_default();
        let file = folder.join(file);
        check_file(&file, self.target)?;
        let metadata = folder.join(format!("{name}-{VERSION}.dist-info"));
        let sbom = metadata.join("sboms").join(parts::sbom(name));
        self.check_crates(sources, &file, &sbom, &metadata.join("licenses").join(third_party::FILE))?;
        Ok(file)
    }

    /// pip selects the wheels from an index with those of other systems, too, and what it installs sends messages.
    fn install_by_name(&self) -> Result {
        let index = Index::for_pip(&self.packages, &self.folder("index")?)?;
        let venv = Venv::empty("dist-consumer", PYTHON)?;
        self.check_unsupported(&index, &venv)?;
        check_error_without_rust(&index)?;
        if self.target.is_this_system() {
            command::run_quietly(pip(&index, &venv)?.args(["--only-binary", ":all:", "zexa", "zexa-cli"]))?;
            check_selected(&venv.path("..").join("lib"), &self.target.wheel_tag())?;
            return self.run_installed(&venv);
        }
        let folder = self.folder("installed")?;
        command::run_quietly(
            self.pip_elsewhere(&index, &venv, &self.target.wheel_tag())?.arg("--target").arg(&folder),
        )?;
        check_selected(&folder, &self.target.wheel_tag())?;
        self.check_program(&folder.join("bin").join(self.target.program("zexa")))?;
        self.send_with_python_elsewhere(&folder)
    }

    /// pip, as on a system with this tag.
    fn pip_elsewhere(&self, index: &Index, venv: &Venv, tag: &str) -> Result<Command> {
        let mut install = pip(index, venv)?;
        install.args(["--only-binary", ":all:", "--python-version", "3.10", "zexa", "zexa-cli", "--platform"]);
        install.arg(tag.split('.').next().unwrap_or_default());
        Ok(install)
    }

    /// pip finds no wheel for a system without one.
    fn check_unsupported(&self, index: &Index, venv: &Venv) -> Result {
        let folder = self.folder("unsupported")?;
        match command::output(self.pip_elsewhere(index, venv, "manylinux_2_17_s390x")?.arg("--target").arg(folder)) {
            Err(error) if error.contains("No matching distribution found for zexa") => Ok(()),
            result => Err(format!("pip must find no wheel for another system, but reports {result:?}")),
        }
    }

    /// Sends a message with the emulated Python. There is no Python for musl or Windows here.
    fn send_with_python_elsewhere(&self, folder: &Path) -> Result {
        let Some(emulator) = self.emulated_interpreters() else {
            print_line!("the wheel: selected for this system by pip, and not run: there is no Python for it");
            return Ok(());
        };
        let program = self.copy("tests/consumers/python/send.py", &self.unpacked)?;
        let mut python = self.command(&emulator.python());
        self.send("the wheel", python.args(["-X", "dev", "-W", "error"]).arg(program).env("PYTHONPATH", folder))
    }

    /// auditwheel computes the oldest system from the symbols, and agrees with the name.
    fn check_tag(&self, tools: &Venv, wheel: &Path) -> Result {
        let report = command::output(tools.program("auditwheel").arg("show").arg(wheel))?;
        let tag = self.target.wheel_tag();
        // Of the compressed tags, the one that names the version of the C library.
        let tag = tag.split('.').find(|tag| tag.contains("linux_")).unwrap_or_default();
        match consistent_tag(&report) {
            Some(found) if found == tag => Ok(()),
            found => {
                Err(format!("{} must be consistent with {tag}, but auditwheel reports {found:?}", wheel.display()))
            }
        }
    }

    /// Sends messages with the installed library and program.
    fn run_installed(&self, venv: &Venv) -> Result {
        let program = self.copy("tests/consumers/python/send.py", &self.unpacked)?;
        let mut python = self.command(&venv.path("python"));
        self.send("the wheel", python.args(["-X", "dev", "-W", "error"]).arg(program))?;
        check_version("zexa", &mut self.command(&venv.path("zexa")))?;
        self.check_program(&venv.path("zexa"))
    }
}

/// `pip install` from an index, without the user's configuration.
fn pip(index: &Index, venv: &Venv) -> Result<Command> {
    let mut install = venv.pip("install")?;
    install.args(["--isolated", "--no-cache-dir", "--index-url", &index.url]);
    Ok(install)
}

/// Both packages were installed from wheels with this tag.
fn check_selected(folder: &Path, tag: &str) -> Result {
    let mut find = Command::new("find");
    let found = command::output(find.arg(folder).args(["-path", "*/zexa*.dist-info/WHEEL"]))?;
    let tag = format!("-{}", tag.split('.').next().unwrap_or_default());
    for file in found.lines() {
        let wheel = fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
        if !wheel.lines().any(|line| line.starts_with("Tag: ") && line.ends_with(&tag)) {
            return Err(format!("pip must select wheels for {tag}, but selected\n{wheel}"));
        }
    }
    match found.lines().count() {
        2 => Ok(()),
        count => Err(format!("pip must install two wheels, but has installed {count}")),
    }
}

/// Without a wheel, pip builds from the sdist. If there is no Rust either, the error says how to install it.
fn check_error_without_rust(index: &Index) -> Result {
    let venv = wheel::build_environment()?;
    let mut install = pip(index, &venv)?;
    // Maturin would otherwise download Rust.
    install.env("MATURIN_NO_INSTALL_RUST", "1").env("PATH", venv.path(""));
    match command::output(install.args(["--no-build-isolation", "--no-binary", ":all:", "zexa"])) {
        Err(error) if error.contains("This package requires Rust") && error.contains("rustup.rs") => Ok(()),
        result => Err(format!("the error without Rust must say how to install it, but pip reports {result:?}")),
    }
}

/// The tag in a report such as `x.whl is consistent with the following platform tag: "manylinux_2_17_x86_64".`, which may contain line breaks.
fn consistent_tag(report: &str) -> Option<&str> {
    report.split_once("is consistent with")?.1.split('"').nth(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_is_found_in_a_report() {
        let report =
            "\nzexa.whl\nis consistent with the following platform tag:\n\"manylinux_2_17_x86_64\".\n\nThe wheel \"x\"";
        assert_eq!(consistent_tag(report), Some("manylinux_2_17_x86_64"));
        assert_eq!(consistent_tag("nothing"), None);
    }
}

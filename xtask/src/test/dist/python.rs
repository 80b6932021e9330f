//! The wheels: pip selects and installs them, auditwheel confirms their tag, and their content is that of other builds.

use std::path::Path;

use super::{Bench, VERSION};
use crate::background::print_line;
use crate::command::{self, Result};
use crate::dist::toolchain::Toolchain;
use crate::dist::{elf, parts};
use crate::python::{PYTHON, Venv};
use crate::test::python::check_extension;
use crate::third_party;

impl Bench {
    pub(super) fn check_python(&self) -> Result {
        let tools = Toolchain::prepare()?.venv;
        let [library, program] = [self.package("zexa-", ".whl")?, self.package("zexa_cli-", ".whl")?];
        // Fails if an index would reject the metadata.
        command::output(tools.program("twine").args(["check", "--strict"]).args([&library, &program]))?;
        for wheel in [&library, &program] {
            self.check_tag(&tools, wheel)?;
        }
        let contents = self.folder("wheel")?;
        let mut unzip = self.tools.program("python");
        command::output(unzip.args(["-m", "zipfile", "-e"]).arg(&library).arg(&contents))?;
        let extension = contents.join("zexa/_zexa.abi3.so");
        check_extension(&extension)?;
        elf::check(&extension, self.target)?;
        let metadata = contents.join(format!("zexa-{VERSION}.dist-info"));
        let (sbom, licences) =
            (metadata.join("sboms").join(parts::sbom("zexa")), metadata.join("licenses").join(third_party::FILE));
        self.check_crates("bindings-python", &extension, &sbom, &licences)?;
        command::output(self.tools.program("abi3audit").args(["--strict", "--summary"]).arg(&library))?;
        if self.target.is_this_system() { self.install_and_run() } else { self.install_elsewhere() }
    }

    /// pip selects both wheels for the other system, and the program in one of them runs.
    fn install_elsewhere(&self) -> Result {
        let folder = self.folder("installed")?;
        let tag = self.target.wheel_tag();
        let venv = Venv::empty("dist-consumer", PYTHON)?;
        let mut install = venv.pip("install")?;
        install.args(["--no-index", "--only-binary", ":all:", "--python-version", "3.10"]);
        install.args(["--platform", tag.split('.').next().unwrap_or_default(), "--target"]).arg(&folder);
        command::run_quietly(install.arg("--find-links").arg(&self.packages).args(["zexa", "zexa-cli"]))?;
        if !folder.join("zexa/_zexa.abi3.so").exists() {
            return Err("pip has not installed the extension module".to_owned());
        }
        self.check_program(&folder.join("bin/zexa"))
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

    /// Installs both wheels as a user would, by their names: tags alone select them.
    fn install_and_run(&self) -> Result {
        let venv = Venv::empty("dist-consumer", PYTHON)?;
        let mut install = venv.pip("install")?;
        install.args(["--no-index", "--only-binary", ":all:", "--find-links"]).arg(&self.packages);
        command::run_quietly(install.args(["zexa", "zexa-cli"]))?;
        let program = self.copy("tests/consumers/python/send.py", &self.unpacked)?;
        let mut python = self.command(&venv.path("python"));
        self.send("the wheel", python.args(["-X", "dev", "-W", "error"]).arg(program))?;
        let version = command::output(self.command(&venv.path("zexa")).arg("--version"))?;
        print_line!("{}", version.trim_end());
        match version.trim_end() == format!("zexa {VERSION}") {
            true => self.check_program(&venv.path("zexa")),
            false => Err(format!("zexa --version must print zexa {VERSION}, but prints {version}")),
        }
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

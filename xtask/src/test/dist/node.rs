//! The npm package with the addon: npm installs it beside the main package, and a program sends a message.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::index::Index;
use super::{Bench, wine};
use crate::background::print_line;
use crate::command::{self, Result};
use crate::dist::target::Libc;
use crate::dist::{check_file, parts};
use crate::node::Node;
use crate::npm;
use crate::test::node::check_addon;
use crate::third_party;

impl Bench {
    pub(super) fn check_node(&self) -> Result {
        let package = self.package(&format!("zexa-{}-", self.target.npm), ".tgz")?;
        let folder = self.folder("addon")?;
        command::output(Command::new("tar").arg("-xzf").arg(&package).arg("-C").arg(&folder))?;
        let addon = folder.join("package").join(npm::addon_file(self.target.npm));
        if self.target.is_windows() {
            self.check_exports(&addon, &["napi_register_module_v1"])?;
        } else {
            check_addon(&addon)?;
        }
        check_file(&addon, self.target)?;
        let sbom = folder.join("package").join(parts::sbom(&format!("zexa.{}", self.target.npm)));
        self.check_crates("bindings-node", &addon, &sbom, &folder.join("package").join(third_party::FILE))?;

        let node = Node::find()?;
        let project = self.folder("node")?;
        self.copy("tests/consumers/node/esm/package.json", &project)?;
        let program = self.copy("tests/consumers/node/esm/send.js", &project)?;
        self.install_from_registry(&node, &package, &project)?;
        let mut send = match self.emulated_interpreters() {
            Some(emulator) => self.command(&emulator.node()),
            None if self.target.is_windows() => self.command(&wine::node()?),
            None if self.target.is_this_system() => node.command(),
            None => {
                print_line!("the npm package: selected by npm, and not run: there is no Node with musl");
                return Ok(());
            }
        };
        self.send("the npm package", send.current_dir(&project).arg(program))
    }

    /// npm installs `zexa`, and selects the addon for the system from those of all systems.
    fn install_from_registry(&self, node: &Node, addon: &Path, project: &Path) -> Result {
        let main = npm::pack(node, &npm::stage_main()?, &self.unpacked)?;
        let registry = Index::for_npm(node, &[&main, addon])?;
        let mut install = node.npm("install");
        install.current_dir(project).args(["--no-save", "--no-package-lock", "--registry", &registry.url]);
        install.arg("--cache").arg(self.folder("npm-cache")?);
        if !self.target.is_this_system() {
            // Such as `linux-x64-musl`.
            let system: Vec<_> = self.target.npm.split('-').collect();
            install.args(["--os", system[0], "--cpu", system[1]]);
            if !self.target.is_windows() {
                install.args(["--libc", if self.target.libc == Libc::Musl { "musl" } else { "glibc" }]);
            }
        }
        command::output(install.arg("zexa"))?;
        let modules = project.join("node_modules/@zexa");
        let entries = fs::read_dir(&modules).map_err(|error| format!("{}: {error}", modules.display()))?;
        let installed: Vec<_> = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
        match installed == [self.target.npm] {
            true => Ok(()),
            false => {
                Err(format!("npm must install the addon for {}, but has installed {installed:?}", self.target.npm))
            }
        }
    }
}

//! The npm package with the addon: npm installs it beside the main package, and a program sends a message.

use std::process::Command;

use super::Bench;
use crate::background::print_line;
use crate::command::{self, Result};
use crate::dist::{elf, parts};
use crate::node::Node;
use crate::npm::{self, Archives};
use crate::test::node::check_addon;
use crate::third_party;

impl Bench {
    pub(super) fn check_node(&self) -> Result {
        let package = self.package("zexa-linux-", ".tgz")?;
        let folder = self.folder("addon")?;
        command::output(Command::new("tar").arg("-xzf").arg(&package).arg("-C").arg(&folder))?;
        let addon = folder.join("package").join(npm::addon_file(self.target.npm));
        check_addon(&addon)?;
        elf::check(&addon, self.target)?;
        let sbom = folder.join("package").join(parts::sbom(&format!("zexa.{}", self.target.npm)));
        self.check_crates("bindings-node", &addon, &sbom, &folder.join("package").join(third_party::FILE))?;

        let node = Node::find()?;
        let project = self.folder("node")?;
        self.copy("tests/consumers/node/esm/package.json", &project)?;
        let program = self.copy("tests/consumers/node/esm/send.js", &project)?;
        let main = npm::pack(&node, &npm::sources(), &self.unpacked)?;
        if self.target.is_this_system() {
            Archives { main, addon: package }.install(&node, &project)?;
            let mut send = node.command();
            return self.send("the npm package", send.current_dir(&project).arg(program));
        }
        // The manifest keeps it from systems with glibc.
        let result = Archives { main, addon: package }.install(&node, &project);
        match result {
            Err(error) if error.contains("EBADPLATFORM") => {
                print_line!("the npm package: rejected on this system, and not run: there is no Node with musl");
                Ok(())
            }
            result => Err(format!("npm must reject the addon on a system without musl, but reports {result:?}")),
        }
    }
}

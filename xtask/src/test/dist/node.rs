//! The npm package with the addon: npm installs it beside the main package, and a program sends a message.

use std::path::Path;
use std::process::Command;

use super::{Bench, emulator};
use crate::background::print_line;
use crate::command::{self, Result};
use crate::dist::target::Libc;
use crate::dist::{build, elf};
use crate::node::Node;
use crate::npm::{self, Archives};
use crate::test::node::check_addon;
use crate::wheel::empty;

/// The version of Node for other processors.
const NODE: &str = "20.20.2";

impl Bench {
    pub(super) fn check_node(&self) -> Result {
        let package = self.package("zexa-linux-", ".tgz")?;
        let folder = self.folder("addon")?;
        command::output(Command::new("tar").arg("-xzf").arg(&package).arg("-C").arg(&folder))?;
        let addon = folder.join("package").join(npm::addon_file(self.target.npm));
        check_addon(&addon)?;
        elf::check(&addon, self.target)?;

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
        let mut install = node.npm("install");
        install.current_dir(&project).args(["--offline", "--no-save", "--no-package-lock", "--os=linux"]);
        install.args([&format!("--cpu={}", self.cpu()), &format!("--libc={}", self.libc())]);
        command::output(install.args([&main, &package]))?;
        self.run_elsewhere(&node, &project, &program)
    }

    /// Runs the program with a Node for the other processor, from npm.
    fn run_elsewhere(&self, node: &Node, project: &Path, program: &Path) -> Result {
        let missing = emulator::without_shared_libraries(self.target);
        if let Some(reason) = missing.or((self.target.libc == Libc::Musl).then_some("there is no Node with musl")) {
            print_line!("the npm package: installed, and not run: {reason}");
            return Ok(());
        }
        let folder = build::folder().join("node").join(self.target.npm);
        let name = format!("node-linux-{}", self.cpu());
        let binary = folder.join("node_modules").join(&name).join("bin/node");
        if !binary.exists() {
            empty(&folder)?;
            npm::write(&folder.join("package.json"), "{ \"private\": true }\n")?;
            let mut install = node.npm("install");
            install.current_dir(&folder).args(["--no-save", "--force", &format!("{name}@{NODE}")]);
            command::output(&mut install)?;
        }
        let mut send = self.command(&binary);
        self.send("the npm package", send.current_dir(project).arg(program))
    }

    /// The processor, as npm names it.
    fn cpu(&self) -> &'static str {
        if self.target.architecture == "aarch64" { "arm64" } else { "x64" }
    }

    /// The C library, as npm names it.
    fn libc(&self) -> &'static str {
        if self.target.libc == Libc::Musl { "musl" } else { "glibc" }
    }
}

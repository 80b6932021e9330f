//! The step `node-consumer`: the package in the projects of `tests/consumers/node`, which are built and run, and where its addon is lacking.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{self, Result};
use crate::node::Packages;
use crate::npm::{self, Archives};
use crate::paths;
use crate::sandbox::Sandbox;
use crate::test::consumers;

/// A project, and the programs that there are when it is built.
struct Project {
    name: &'static str,
    programs: &'static [Program],
}

/// A program that sends a message, and whether what it was built with is there as it runs.
struct Program(&'static str, Installed);

/// What a bundle that is deployed has beside it.
enum Installed {
    All,
    Addon,
    Nothing,
}

const PROJECTS: &[Project] = &[
    Project { name: "cjs", programs: &[Program("send.js", Installed::All), Program("default.js", Installed::All)] },
    Project { name: "esm", programs: &[Program("send.js", Installed::All), Program("default.js", Installed::All)] },
    Project {
        name: "ts-node16",
        programs: &[
            Program("dist/module.mjs", Installed::All),
            Program("dist/module-default.mjs", Installed::All),
            Program("dist/required.cjs", Installed::All),
            Program("dist/required-default.cjs", Installed::All),
            Program("dist/required-whole.cjs", Installed::All),
        ],
    },
    Project { name: "ts-bundler", programs: &[Program("dist/send.js", Installed::All)] },
    Project {
        name: "esbuild",
        programs: &[
            Program("dist/required.cjs", Installed::Addon),
            Program("dist/module.mjs", Installed::Addon),
            Program("dist/whole/send.cjs", Installed::Nothing),
        ],
    },
];

/// Packages that projects are built with.
const TOOLS: [&str; 3] = ["@types/node", "esbuild", "typescript"];

pub(crate) fn check() -> Result {
    let bench = Bench::prepare()?;
    for project in PROJECTS {
        bench.check(project)?;
    }
    bench.check_without_addon()
}

/// The package that `zexa` cannot be without.
fn addon() -> Result<String> {
    Ok(npm::addon_package(npm::system()?))
}

/// What all projects are built and run with.
struct Bench {
    packages: Packages,
    archives: Archives,
    sandbox: Sandbox,
    /// Copies of the projects, from where nothing in the repository is to be seen.
    folder: tempfile::TempDir,
}

impl Bench {
    fn prepare() -> Result<Bench> {
        let packages = Packages::prepare()?;
        let archives = Archives::build()?;
        command::build()?;
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        Ok(Bench { packages, archives, sandbox: Sandbox::start(&[])?, folder })
    }

    fn check(&self, project: &Project) -> Result {
        let folder = self.copy(project.name, project.name)?;
        self.archives.install(self.packages.node(), &folder)?;
        let modules = self.packages.folder().join("node_modules");
        for tool in TOOLS {
            self.packages.node().link(&folder.join("node_modules").join(tool), &modules.join(tool))?;
        }
        self.build(&folder)?;
        for Program(program, installed) in project.programs {
            let gone = match installed {
                Installed::All => vec![],
                Installed::Addon => vec!["zexa".to_owned()],
                Installed::Nothing => vec!["zexa".to_owned(), addon()?],
            };
            for package in gone.iter().map(|name| folder.join("node_modules").join(name)).filter(|path| path.exists()) {
                fs::remove_dir_all(&package).map_err(|error| format!("{}: {error}", package.display()))?;
            }
            self.run(project.name, &folder, program)?;
        }
        Ok(())
    }

    /// As npm leaves it where optional dependencies were not wanted, or forgotten.
    fn check_without_addon(&self) -> Result {
        for name in ["cjs", "esm"] {
            let folder = self.copy(name, &format!("{name}-without-addon"))?;
            let mut install = self.packages.node().npm("install");
            install.current_dir(&folder).args(["--offline", "--omit=optional", "--no-save"]).arg(&self.archives.main);
            command::output(&mut install)?;
            let error = command::output(&mut self.program(&folder, "send.js")).err().unwrap_or_default();
            for told in [&format!("Error: {} is not installed", addon()?), "--omit=optional", "npm install"] {
                if !error.contains(told) {
                    return Err(format!("without its addon, {name} should be told of {told:?}, but is told:\n{error}"));
                }
            }
        }
        Ok(())
    }

    fn copy(&self, name: &str, to: &str) -> Result<PathBuf> {
        let folder = self.folder.path().join(to);
        npm::copy(&paths::root().join("tests").join("consumers").join("node").join(name), &folder)?;
        Ok(folder)
    }

    /// What `package.json` says is done to build it, if there is anything.
    fn build(&self, folder: &Path) -> Result {
        let mut build = self.packages.node().npm("run");
        build.current_dir(folder).args(["--if-present", "--silent", "build"]);
        let programs = self.packages.folder().join("node_modules").join(".bin");
        command::run_quietly(build.env("PATH", self.packages.node().path_with(&programs)?))
    }

    /// The program sends one message.
    fn run(&self, project: &str, folder: &Path, program: &str) -> Result {
        let before = self.sandbox.messages()?;
        let output = command::output(&mut self.program(folder, program))?;
        println!("{project}, {program}: {}", output.trim_end());
        if !consumers::is_id_and_status(&output) {
            return Err(format!("{program} of {project} should print an id and a status"));
        }
        match self.sandbox.messages()? - before {
            1 => Ok(()),
            count => Err(format!("{program} of {project} sent {count} messages")),
        }
    }

    fn program(&self, folder: &Path, program: &str) -> Command {
        let mut node = self.packages.node().command();
        node.current_dir(folder).arg(program);
        self.sandbox.tell(&mut node);
        node
    }
}

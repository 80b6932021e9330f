//! The step `node-consumer`: builds and runs the projects in `tests/consumers/node` with the package, and checks the error if the addon is missing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::background::print_line;
use crate::command::{self, Result};
use crate::files;
use crate::node::Packages;
use crate::npm::{self, Archives};
use crate::paths;
use crate::sandbox::Sandbox;
use crate::test::consumers;

/// A project, and its programs after the build.
struct Project {
    name: &'static str,
    programs: &'static [Program],
}

/// A program that sends a message, and the packages that are installed when it runs.
struct Program(&'static str, Installed);

/// The packages that are installed next to a deployed bundle.
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

/// The name of the package with the addon.
fn addon() -> Result<String> {
    Ok(npm::addon_package(npm::system()?))
}

/// The setup shared by all projects.
struct Bench {
    packages: Packages,
    archives: Archives,
    sandbox: Sandbox,
    /// Copies of the projects outside the repository, so that they cannot find its packages.
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
            let removed = match installed {
                Installed::All => vec![],
                Installed::Addon => vec!["zexa".to_owned()],
                Installed::Nothing => vec!["zexa".to_owned(), addon()?],
            };
            for package in
                removed.iter().map(|name| folder.join("node_modules").join(name)).filter(|path| path.exists())
            {
                fs::remove_dir_all(&package).map_err(|error| format!("{}: {error}", package.display()))?;
            }
            self.run(project.name, &folder, program)?;
        }
        Ok(())
    }

    /// Checks the error after an installation without optional dependencies.
    fn check_without_addon(&self) -> Result {
        for name in ["cjs", "esm"] {
            let folder = self.copy(name, &format!("{name}-without-addon"))?;
            let mut install = self.packages.node().npm("install");
            install.current_dir(&folder).args(["--offline", "--omit=optional", "--no-save"]).arg(&self.archives.main);
            command::output(&mut install)?;
            let error = command::output(&mut self.program(&folder, "send.js")).err().unwrap_or_default();
            for words in [&format!("Error: {} is not installed", addon()?), "--omit=optional", "npm install"] {
                if !error.contains(words) {
                    return Err(format!(
                        "without the addon, the error of {name} should contain {words:?}, but is:\n{error}"
                    ));
                }
            }
        }
        Ok(())
    }

    fn copy(&self, name: &str, to: &str) -> Result<PathBuf> {
        let folder = self.folder.path().join(to);
        files::copy(&paths::root().join("tests").join("consumers").join("node").join(name), &folder)?;
        Ok(folder)
    }

    /// Runs the build script of `package.json`, if there is one.
    fn build(&self, folder: &Path) -> Result {
        let mut build = self.packages.node().npm("run");
        build.current_dir(folder).args(["--if-present", "--silent", "build"]);
        let programs = self.packages.folder().join("node_modules").join(".bin");
        command::run_quietly(build.env("PATH", self.packages.node().path_with(&programs)?))
    }

    /// Runs the program, and checks that it sends one message.
    fn run(&self, project: &str, folder: &Path, program: &str) -> Result {
        let before = self.sandbox.messages()?;
        let output = command::output(&mut self.program(folder, program))?;
        print_line!("{project}, {program}: {}", output.trim_end());
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

//! The step `dist`: builds the packages for all targets, and installs and runs them in an empty folder. `cargo xtask dist --check` checks built packages.

mod audit;
mod c;
mod debian;
pub(crate) mod emulator;
mod index;
mod native;
mod node;
mod python;
mod root;
mod windows;
mod wine;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use self::emulator::Emulator;
pub(crate) use self::native::check as check_native;
use self::wine::Wine;
use super::{consumers, exports};
use crate::background::print_line;
use crate::command::{self, Result};
use crate::dist::target::{Libc, TARGETS, Target};
use crate::dist::{self, archive, elf, parts};
use crate::files::copy_into;
use crate::python::Venv;
use crate::sandbox::Sandbox;
use crate::third_party;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Builds the packages for this system and for all targets, and checks them.
pub(crate) fn check() -> Result {
    check_native(&dist::native()?)?;
    TARGETS.iter().try_for_each(|target| check_packages(target, &dist::all(target)?))
}

/// Checks the packages for a target in a folder.
pub(crate) fn check_packages(target: &'static Target, packages: &Path) -> Result {
    command::build()?;
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let bench = Bench {
        target,
        packages: packages.to_owned(),
        unpacked: folder.path().to_owned(),
        tools: Venv::prepare()?,
        sandbox: Sandbox::start(&[])?,
        emulator: if target.is_this_architecture() || target.is_windows() { None } else { Some(Emulator::prepare()?) },
        wine: if target.is_windows() { Some(Wine::prepare(target)?) } else { None },
    };
    archive::check_sums(packages)?;
    bench.check_programs()?;
    if target.is_windows() {
        bench.check_programs_for_windows()?;
        bench.check_c_for_windows()?;
        bench.check_python()?;
        return bench.check_node();
    }
    bench.check_c()?;
    bench.check_python()?;
    bench.check_node()?;
    bench.check_debian()?;
    bench.check_debug_symbols()
}

/// The packages, and the setup of their checks.
struct Bench {
    target: &'static Target,
    packages: PathBuf,
    /// An empty folder, in which the packages are unpacked and installed.
    unpacked: PathBuf,
    tools: Venv,
    sandbox: Sandbox,
    /// Runs the programs of other architectures.
    emulator: Option<Emulator>,
    /// Runs the programs of Windows.
    wine: Option<Wine>,
}

impl Bench {
    /// Unpacks an archive, and returns its folder.
    fn unpack(&self, name: &str) -> Result<PathBuf> {
        let name = format!("{name}-{VERSION}-{}", self.target.system());
        archive::unpack(&self.packages.join(format!("{name}.{}", self.target.archive())), &self.unpacked)?;
        Ok(self.unpacked.join(name))
    }

    /// A file in the folder of the packages.
    fn package(&self, start: &str, end: &str) -> Result<PathBuf> {
        parts::find(&self.packages, start, end)
    }

    /// Creates an empty folder.
    fn folder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.unpacked.join(name);
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(folder)
    }

    /// The programs report their version, and send a message.
    fn check_programs(&self) -> Result {
        let folder = self.unpack("zexa")?;
        for name in parts::PROGRAMS {
            let program = folder.join(self.target.program(name));
            dist::check_file(&program, self.target)?;
            if self.target.libc == Libc::Musl {
                check_is_static(&program)?;
            }
            check_version(name, &mut self.command(&program))?;
            let (sbom, licences) = (folder.join(parts::sbom(name)), folder.join(third_party::FILE));
            let sources = if name == "zexa" { "cli" } else { "tests/sandbox" };
            self.check_crates(sources, &program, &sbom, &licences)?;
        }
        self.check_program(&folder.join(self.target.program("zexa")))
    }

    fn check_program(&self, program: &Path) -> Result {
        check_program(&mut self.command(program))
    }

    /// A command that runs a program of the target. Linux runs static programs for musl, too.
    fn command(&self, program: &Path) -> Command {
        let mut command = match (&self.emulator, &self.wine) {
            (Some(emulator), _) => emulator.command(program),
            (_, Some(wine)) => wine.command(program),
            _ => Command::new(program),
        };
        // Nothing of the user's configuration.
        command.env("HOME", &self.unpacked).current_dir(&self.unpacked);
        command
    }

    /// The emulator, if its Python and Node can load the libraries of the target.
    fn emulated_interpreters(&self) -> Option<&Emulator> {
        self.emulator.as_ref().filter(|_| self.target.libc == Libc::Glibc)
    }

    fn send(&self, name: &str, command: &mut Command) -> Result {
        send_with(&self.sandbox, name, command, if self.wine.is_some() { wine::output } else { command::output })
    }

    /// Copies a file of the repository.
    fn copy(&self, file: &str, folder: &Path) -> Result<PathBuf> {
        copy_into(&crate::paths::root().join(file), folder)
    }

    /// The archive with debug symbols contains those of all libraries and programs, without paths of the build machine.
    fn check_debug_symbols(&self) -> Result {
        let symbols = self.unpack("zexa-debug")?.join("lib/debug/.build-id");
        let system = self.target.system();
        let c = self.unpacked.join(format!("libzexa-{VERSION}-{system}/lib/libzexa.so"));
        let programs = self.unpacked.join(format!("zexa-{VERSION}-{system}"));
        let addon = self.unpacked.join("addon/package").join(crate::npm::addon_file(self.target.npm));
        let extension = self.unpacked.join("wheel/zexa/_zexa.abi3.so");
        let files = [c, addon, extension].into_iter().chain(parts::PROGRAMS.map(|program| programs.join(program)));
        for file in files {
            let id = elf::build_id(&file)?;
            let (start, rest) = id.split_at(2);
            let symbols = symbols.join(start).join(format!("{rest}.debug"));
            if elf::build_id(&symbols).as_ref() != Ok(&id) {
                return Err(format!("the debug symbols of {} are not in {}", file.display(), symbols.display()));
            }
        }
        Ok(())
    }
}

/// Runs a program with the sandbox: it sends one message, and prints its id and status.
fn send(sandbox: &Sandbox, name: &str, command: &mut Command) -> Result {
    send_with(sandbox, name, command, command::output)
}

/// The same, with the function that runs the program and returns its output.
fn send_with(sandbox: &Sandbox, name: &str, command: &mut Command, run: fn(&mut Command) -> Result<String>) -> Result {
    let before = sandbox.messages()?;
    sandbox.tell(command);
    let output = run(command)?;
    print_line!("{name}: {}", output.trim_end());
    if !consumers::is_id_and_status(&output) {
        return Err(format!("{name} should print an id and a status"));
    }
    match sandbox.messages()? - before {
        1 => Ok(()),
        count => Err(format!("{name} sent {count} messages")),
    }
}

/// A program prints its version.
fn check_version(name: &str, program: &mut Command) -> Result {
    let version = command::output(program.arg("--version"))?;
    match version.trim_end() == format!("{name} {VERSION}") {
        true => Ok(()),
        false => Err(format!("{name} --version must print {name} {VERSION}, but prints {version}")),
    }
}

/// The program `zexa` sends a message to its own sandbox.
fn check_program(zexa: &mut Command) -> Result {
    let output = command::output(zexa.args(["--sandbox", "send", "--to", "912345678", "--from", "ZEXA", "Hello"]))?;
    print_line!("zexa: {}", output.trim_end());
    match output.contains("\"status\":\"queued\"") && output.contains("+244912345678") {
        true => Ok(()),
        false => Err(format!("zexa send must print a queued message, but prints {output}")),
    }
}

/// Fails if a program needs libraries.
fn check_is_static(program: &Path) -> Result {
    match exports::needed(program)?.as_slice() {
        [] => Ok(()),
        needed => Err(format!("{} must be static, but needs {}", program.display(), needed.join(", "))),
    }
}

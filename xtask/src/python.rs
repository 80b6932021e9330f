//! Virtual environments below `target/`, and the Python packages in them.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::background::Once;
use crate::command::{self, Result};
use crate::files::{read, write};
use crate::{paths, show};

#[cfg(windows)]
pub(crate) const PYTHON: &str = "python";
#[cfg(not(windows))]
pub(crate) const PYTHON: &str = "python3";

#[cfg(windows)]
const PROGRAMS: &str = "Scripts";
#[cfg(not(windows))]
const PROGRAMS: &str = "bin";

/// The versions of all Python packages that tests use.
const REQUIREMENTS: &str = "tests/requirements.txt";

/// A virtual environment.
#[derive(Clone)]
pub(crate) struct Venv {
    folder: PathBuf,
}

impl Venv {
    /// The environment with the packages of `tests/requirements.txt`, created or updated if necessary.
    pub(crate) fn prepare() -> Result<Venv> {
        static PREPARED: Once<Venv> = Once::new();
        PREPARED.get(|| Venv::with(paths::target().join("venv"), REQUIREMENTS, &["-r", REQUIREMENTS]))
    }

    /// An environment with these packages only, in the versions of `tests/requirements.txt`.
    pub(crate) fn of(name: &str, packages: &[&str]) -> Result<Venv> {
        Venv::with(folder().join(name), REQUIREMENTS, &[&["-c", REQUIREMENTS], packages].concat())
    }

    /// An environment with the packages of another requirements file.
    pub(crate) fn of_file(name: &str, requirements: &str) -> Result<Venv> {
        Venv::with(folder().join(name), requirements, &["-r", requirements])
    }

    /// An environment that was created before.
    pub(crate) fn existing(name: &str) -> Venv {
        Venv { folder: folder().join(name) }
    }

    /// A new environment of this Python, without packages.
    pub(crate) fn empty(name: &str, python: &str) -> Result<Venv> {
        let venv = Venv { folder: folder().join(name) };
        venv.create(python, &["--clear", "--without-pip"])?;
        Ok(venv)
    }

    /// The environment whose pip installs into the others. Installing pip into each would take three seconds each.
    fn of_pip() -> Result<Venv> {
        static PREPARED: Once<Venv> = Once::new();
        PREPARED.get(|| {
            let venv = Venv { folder: folder().join("pip") };
            if command::output(venv.program("python").args(["-m", "pip", "--version"])).is_err() {
                venv.create(PYTHON, &["--clear"])?;
            }
            Ok(venv)
        })
    }

    fn create(&self, python: &str, options: &[&str]) -> Result {
        require_python(python)?;
        command::output(Command::new(python).args(["-m", "venv"]).args(options).arg(&self.folder)).map(drop)
    }

    fn with(folder: PathBuf, requirements: &str, packages: &[&str]) -> Result<Venv> {
        let venv = Venv { folder };
        let wanted = format!("{}\n{}", packages.join(" "), read(&paths::root().join(requirements))?);
        // The requirements that were installed last. Written after a successful installation.
        let installed = venv.folder.join("installed-requirements.txt");
        if fs::read_to_string(&installed).is_ok_and(|text| text == wanted) && venv.works() {
            return Ok(venv);
        }
        show::command(&format!("{PYTHON} -m venv, pip install {}", packages.join(" ")));
        venv.create(PYTHON, &["--without-pip"])?;
        command::run_quietly(venv.pip("install")?.args(packages))?;
        write(&installed, &wanted)?;
        Ok(venv)
    }

    /// A command for a program of the environment.
    pub(crate) fn program(&self, name: &str) -> Command {
        Command::new(self.path(name))
    }

    /// The path of a program of the environment.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(PROGRAMS).join(name)
    }

    /// The folder of the programs of the environment.
    pub(crate) fn programs(&self) -> PathBuf {
        self.folder.join(PROGRAMS)
    }

    /// A `PATH` with the programs of the environment first, as if the environment were active.
    pub(crate) fn on_path(&self) -> Result<OsString> {
        command::path_with([self.programs()])
    }

    /// A pip command for this environment that prints only errors.
    pub(crate) fn pip(&self, name: &str) -> Result<Command> {
        let mut pip = Venv::of_pip()?.program("python");
        pip.current_dir(paths::root()).args(["-m", "pip", "--python"]).arg(self.path("python"));
        pip.args([name, "--quiet", "--disable-pip-version-check"]);
        Ok(pip)
    }

    /// Whether the Python of the environment still exists.
    fn works(&self) -> bool {
        command::output(self.program("python").arg("--version")).is_ok()
    }
}

/// The folder for everything else that is built for Python.
pub(crate) fn folder() -> PathBuf {
    paths::target().join("python")
}

/// Checks for Python and its module `venv`, which Debian packages separately. The error says how to install them.
fn require_python(python: &str) -> Result {
    if command::output(Command::new(python).arg("--version")).is_err() {
        return Err(format!("{python} is missing: apt-get install python3 python3-venv"));
    }
    match command::output(Command::new(python).args(["-c", "import ensurepip, venv"])) {
        Ok(_) => Ok(()),
        Err(_) => Err("Python's venv is missing: apt-get install python3-venv".to_owned()),
    }
}

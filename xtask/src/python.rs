//! Python and its packages, in virtual environments below `target/`.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::background::Once;
use crate::command::{self, Result};
use crate::{paths, show};

#[cfg(windows)]
pub(crate) const PYTHON: &str = "python";
#[cfg(not(windows))]
pub(crate) const PYTHON: &str = "python3";

#[cfg(windows)]
const PROGRAMS: &str = "Scripts";
#[cfg(not(windows))]
const PROGRAMS: &str = "bin";

/// The versions of everything that tests take of Python's packages.
const REQUIREMENTS: &str = "tests/requirements.txt";

/// A virtual environment.
#[derive(Clone)]
pub(crate) struct Venv {
    folder: PathBuf,
}

impl Venv {
    /// The environment with the packages of `tests/requirements.txt`, made or brought up to date where it is not.
    pub(crate) fn prepare() -> Result<Venv> {
        static PREPARED: Once<Venv> = Once::new();
        PREPARED.get(|| Venv::with(paths::target().join("venv"), REQUIREMENTS, &["-r", REQUIREMENTS]))
    }

    /// A small one for something that needs no more than these packages, in the versions of `tests/requirements.txt`.
    pub(crate) fn of(name: &str, packages: &[&str]) -> Result<Venv> {
        Venv::with(folder().join(name), REQUIREMENTS, &[&["-c", REQUIREMENTS], packages].concat())
    }

    /// One with the packages of a file of its own.
    pub(crate) fn of_file(name: &str, requirements: &str) -> Result<Venv> {
        Venv::with(folder().join(name), requirements, &["-r", requirements])
    }

    /// Such a one that has been made.
    pub(crate) fn existing(name: &str) -> Venv {
        Venv { folder: folder().join(name) }
    }

    /// One of this Python with pip in it and nothing else, made anew.
    pub(crate) fn bare(name: &str, python: &str) -> Result<Venv> {
        let folder = folder().join(name);
        require_python(python)?;
        command::output(Command::new(python).args(["-m", "venv", "--clear"]).arg(&folder))?;
        Ok(Venv { folder })
    }

    fn with(folder: PathBuf, requirements: &str, packages: &[&str]) -> Result<Venv> {
        let venv = Venv { folder };
        let wanted = format!("{}\n{}", packages.join(" "), read(&paths::root().join(requirements))?);
        // What was installed last; written when the installation is over.
        let installed = venv.folder.join("installed-requirements.txt");
        if fs::read_to_string(&installed).is_ok_and(|text| text == wanted) && venv.works() {
            return Ok(venv);
        }
        show::command(&format!("{PYTHON} -m venv, pip install {}", packages.join(" ")));
        require_python(PYTHON)?;
        command::output(Command::new(PYTHON).args(["-m", "venv"]).arg(&venv.folder))?;
        command::run_quietly(venv.pip("install").args(packages))?;
        fs::write(&installed, wanted).map_err(|error| format!("{}: {error}", installed.display()))?;
        Ok(venv)
    }

    /// A program of the environment.
    pub(crate) fn program(&self, name: &str) -> Command {
        Command::new(self.path(name))
    }

    /// Where a program of it is.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(PROGRAMS).join(name)
    }

    /// The `PATH`, on which its programs come before all others: it is active then, as Python calls it.
    pub(crate) fn on_path(&self) -> Result<OsString> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(self.folder.join(PROGRAMS)).chain(std::env::split_paths(&path));
        std::env::join_paths(folders).map_err(|error| format!("PATH: {error}"))
    }

    /// A command of its pip, which says nothing but errors.
    pub(crate) fn pip(&self, name: &str) -> Command {
        let mut pip = self.program("python");
        pip.current_dir(paths::root()).args(["-m", "pip", name, "--quiet", "--disable-pip-version-check"]);
        pip
    }

    /// Not so where the Python that it was made with has gone.
    fn works(&self) -> bool {
        command::output(self.program("python").arg("--version")).is_ok()
    }
}

/// Where all goes that is made for Python, but for the environment of the tests.
pub(crate) fn folder() -> PathBuf {
    paths::target().join("python")
}

/// Says how to get Python, or the part of it that Debian ships apart, where it is lacking.
fn require_python(python: &str) -> Result {
    if command::output(Command::new(python).arg("--version")).is_err() {
        return Err(format!("{python} is lacking: apt-get install python3 python3-venv"));
    }
    match command::output(Command::new(python).args(["-c", "import ensurepip, venv"])) {
        Ok(_) => Ok(()),
        Err(_) => Err("Python's venv is lacking: apt-get install python3-venv".to_owned()),
    }
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

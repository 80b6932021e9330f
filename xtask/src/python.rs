//! Python and its packages, in a virtual environment below `target/`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{self, Result};
use crate::{paths, show};

#[cfg(windows)]
const PYTHON: &str = "python";
#[cfg(not(windows))]
const PYTHON: &str = "python3";

#[cfg(windows)]
const PROGRAMS: &str = "Scripts";
#[cfg(not(windows))]
const PROGRAMS: &str = "bin";

/// A virtual environment with the packages of `tests/requirements.txt`.
pub(crate) struct Venv {
    folder: PathBuf,
}

impl Venv {
    /// The environment, made or brought up to date where it is not.
    pub(crate) fn prepare() -> Result<Venv> {
        let requirements = paths::root().join("tests").join("requirements.txt");
        let venv = Venv { folder: paths::target().join("venv") };
        let wanted = read(&requirements)?;
        // What was installed last; written when the installation is over.
        let installed = venv.folder.join("installed-requirements.txt");
        if fs::read_to_string(&installed).is_ok_and(|text| text == wanted) && venv.works() {
            return Ok(venv);
        }
        show::command(&format!("{PYTHON} -m venv, pip install -r tests/requirements.txt"));
        require_python()?;
        command::output(Command::new(PYTHON).args(["-m", "venv"]).arg(&venv.folder))?;
        let mut install = venv.program("python");
        install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]).arg(&requirements);
        command::run_quietly(&mut install)?;
        fs::write(&installed, wanted).map_err(|error| format!("{}: {error}", installed.display()))?;
        Ok(venv)
    }

    /// A program of the environment.
    pub(crate) fn program(&self, name: &str) -> Command {
        Command::new(self.folder.join(PROGRAMS).join(name))
    }

    /// Not so where the Python that it was made with has gone.
    fn works(&self) -> bool {
        command::output(self.program("python").arg("--version")).is_ok()
    }
}

/// Says how to get Python, or the part of it that Debian ships apart, where it is lacking.
fn require_python() -> Result {
    if command::output(Command::new(PYTHON).arg("--version")).is_err() {
        return Err(format!("{PYTHON} is lacking: apt-get install python3 python3-venv"));
    }
    match command::output(Command::new(PYTHON).args(["-c", "import ensurepip, venv"])) {
        Ok(_) => Ok(()),
        Err(_) => Err("Python's venv is lacking: apt-get install python3-venv".to_owned()),
    }
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

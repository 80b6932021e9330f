//! The step `cli-wheel`: checks the wheel with the program `zexa`, installs it in an empty environment, and runs the program.
//!
//! The wheel contains the program that the step `build` has built. A release build would take two minutes, and prove no more.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::wheel::{VERSION, check_licences, check_metadata, check_sdist, compare, files, name, size};
use crate::background::print_line;
use crate::command::{self, Result};
use crate::files::{empty, only_file};
use crate::python::{PYTHON, Venv};
use crate::wheel::{PROGRAM, build_environment};
use crate::{paths, third_party};

/// Prints the metadata of the installed package.
const METADATA: &str = "import importlib.metadata as m; print(m.distribution('zexa-cli').read_text('METADATA'))";

/// The crates that `cargo install zexa-cli` needs from this repository, with their folders.
const CRATES: [(&str, &str); 3] = [("zexa", "core"), ("zexa-sandbox", "tests/sandbox"), ("zexa-cli", "cli")];

pub(crate) fn check() -> Result {
    if !cfg!(target_os = "linux") {
        print_line!("skipped: this step supports only Linux");
        return Ok(());
    }
    let venv = build_environment()?;
    let sdist = PROGRAM.sdist(&venv)?;
    // The sdist is a complete workspace. Cargo removes from its Cargo.lock what the other packages of the repository need.
    let mut tree = command::cargo(["tree", "--offline", "--edges", "normal,build", "--manifest-path"]);
    command::output(tree.arg(sdist.sources.join("cli").join("Cargo.toml")))?;
    check_sdist(&sdist)?;
    check_licences(&sdist.sources)?;
    CRATES.iter().try_for_each(|(name, folder)| check_crate(name, folder))?;

    let wheel = build(&venv)?;
    check_files(&venv, &wheel)?;
    let installed = Venv::empty("cli-consumer", PYTHON)?;
    command::run_quietly(installed.pip("install")?.args(["--no-index", "--no-deps"]).arg(&wheel))?;
    check_metadata("zexa-cli", &command::output(installed.program("python").args(["-c", METADATA]))?)?;
    run(&installed)?;
    print_line!("{}: {}; {}: {}", name(&wheel), size(&wheel), name(&sdist.file), size(&sdist.file));
    Ok(())
}

/// The crate contains its sources, its page and its licences, and no tests.
fn check_crate(crate_name: &str, folder: &str) -> Result {
    let mut package = command::cargo(["package", "--list", "--allow-dirty", "--offline", "--package", crate_name]);
    let found: BTreeSet<_> = command::output(&mut package)?.lines().map(str::to_owned).collect();
    // Cargo adds these, and the last one only in a clone.
    let added = ["Cargo.lock", "Cargo.toml.orig", ".cargo_vcs_info.json"];
    let found = found.into_iter().filter(|file| !added.contains(&file.as_str())).collect();
    let folder = paths::root().join(folder);
    let is_shipped = |file: &String| {
        ["src/", "locales/", "migrations/", "examples/", "README.md", "LICENSE-", "Cargo.toml"]
            .iter()
            .any(|start| file.starts_with(start))
    };
    let mut wanted: BTreeSet<_> = files(&folder)?.into_iter().filter(is_shipped).collect();
    wanted.extend(["README.md", "LICENSE-APACHE", "LICENSE-MIT"].map(str::to_owned));
    compare(&format!("the crate {crate_name}"), &wanted, &found)
}

/// Builds the wheel with pip, like `pip install ./cli`.
fn build(venv: &Venv) -> Result<PathBuf> {
    let folder = PROGRAM.outputs().join("pip-wheel");
    empty(&folder)?;
    let mut pip = venv.pip("wheel")?;
    pip.args(["--no-build-isolation", "--no-index", "--no-deps", "--no-cache-dir", "--wheel-dir"]).arg(&folder);
    command::without_this_package(&mut pip);
    pip.env("PATH", venv.on_path()?).env("CARGO_TARGET_DIR", paths::target());
    pip.env("CARGO", paths::root().join("xtask/src/test/python/cargo-of-workspace.sh"));
    // Compression would take longer than everything else.
    pip.env("MATURIN_PEP517_ARGS", "--profile dev --compression-method stored");
    command::run_quietly(pip.arg(PROGRAM.sources()))?;
    only_file(&folder, ".whl")
}

/// The wheel contains the program, the licences and the metadata, and nothing else.
fn check_files(venv: &Venv, wheel: &Path) -> Result {
    let list = command::output(venv.program("python").args(["-m", "zipfile", "-l"]).arg(wheel))?;
    // The first line is the head of the table.
    let found = list.lines().skip(1).filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect();
    let info = ["METADATA", "RECORD", "WHEEL", "licenses/LICENSE-APACHE", "licenses/LICENSE-MIT"].map(str::to_owned);
    let info = info.into_iter().chain([format!("licenses/{}", third_party::FILE)]);
    let mut wanted: BTreeSet<_> = info.map(|file| format!("zexa_cli-{VERSION}.dist-info/{file}")).collect();
    wanted.insert(format!("zexa_cli-{VERSION}.data/scripts/zexa"));
    compare(&name(wheel), &wanted, &found)
}

/// The installed program reports its version, and sends a message.
fn run(venv: &Venv) -> Result {
    let version = command::output(venv.program("zexa").arg("--version"))?;
    if version.trim_end() != format!("zexa {VERSION}") {
        return Err(format!("zexa --version must print zexa {VERSION}, but prints {version}"));
    }
    let mut send = venv.program("zexa");
    let output = command::output(send.args(["--sandbox", "send", "--to", "912345678", "--from", "ZEXA", "Hello"]))?;
    print_line!("{}", output.trim_end());
    let message: Value = serde_json::from_str(&output).map_err(|error| format!("{output}: {error}"))?;
    match (&message["to"], &message["status"]) {
        (Value::String(to), Value::String(status)) if to == "+244912345678" && status == "queued" => Ok(()),
        _ => Err(format!("zexa send must print a queued message, but prints {output}")),
    }
}

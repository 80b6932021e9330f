//! Formats generated files.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::command::Result;
use crate::node::Packages;
use crate::paths;
use crate::python::Venv;

/// Formats the text of a file, which need not exist. The path is relative to the root of the repository.
pub(super) fn format(text: &str, file: &Path) -> Result<String> {
    let name = file.display().to_string();
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("rs") => {
            let mut rustfmt = Command::new("rustfmt");
            filter(rustfmt.args(["--edition", "2024", "--config-path"]).arg(paths::root()), text)
        }
        // clang-format searches for its configuration from the folder of this file.
        Some("h" | "hpp") => {
            let name = format!("--assume-filename={}", paths::root().join(file).display());
            filter(Venv::prepare()?.program("clang-format").arg(name), text)
        }
        Some("py" | "pyi") => {
            let ruff = |arguments: &[&str], text: &str| {
                let mut ruff = Venv::prepare()?.program("ruff");
                filter(
                    ruff.current_dir(paths::root()).args(arguments).args(["--quiet", "--stdin-filename", &name, "-"]),
                    text,
                )
            };
            // Removes unused imports and sorts the others. Trailing commas are ignored, so that the layout of a template does not matter.
            let checked = ruff(&["check", "--fix-only"], text)?;
            ruff(&["format", "--config=format.skip-magic-trailing-comma=true"], &checked)
        }
        _ => {
            let mut biome = Packages::prepare()?.tool("@biomejs/biome/bin/biome");
            filter(biome.args(["format", &format!("--stdin-file-path={name}")]), text)
        }
    }
}

/// Runs a program with a text as its stdin, and returns its output.
fn filter(command: &mut Command, text: &str) -> Result<String> {
    let program = command.get_program().display().to_string();
    let failed = |error: std::io::Error| format!("{program}: {error}");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(failed)?;
    let mut stdin = child.stdin.take().expect("stdio is piped");
    let input = text.to_owned();
    // Written in a thread, because both pipes have limited buffers.
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    // If writing fails, the program has failed and reports the error.
    let _ = writer.join();
    if !output.status.success() {
        return Err(format!("{program} failed on:\n{text}"));
    }
    String::from_utf8(output.stdout).map_err(|_| format!("the output of {program} is not UTF-8"))
}

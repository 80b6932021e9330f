//! The step `readme`: the Rust in README.md is compiled and run, each block as a function of a program, against a sandbox.
//!
//! Not as doc tests: those need lines that a reader of the README would see and rustdoc alone would hide.

use std::collections::BTreeSet;
use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::command::{self, Result, cargo_workspace};
use crate::paths;
use crate::sandbox::Sandbox;

/// The crates that the program may use.
const CRATES: [&str; 4] = ["futures_executor", "serde_json", "zexa", "zexa_sandbox"];

/// Refuses a README without Rust, too: the step would pass and check nothing.
pub(crate) fn check() -> Result {
    let blocks = blocks_of_rust(&read("README.md")?);
    if blocks.is_empty() {
        return Err("README.md has no block of Rust".to_owned());
    }
    let folder = paths::target().join("readme");
    let source = folder.join("main.rs");
    fs::create_dir_all(&folder)
        .and_then(|()| fs::write(&source, program(&blocks)))
        .map_err(|error| format!("{}: {error}", source.display()))?;

    command::build()?;
    let program = folder.join(format!("readme{EXE_SUFFIX}"));
    // The compiler itself, and not cargo: a package outside the workspace would build all dependencies again.
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.args(["--edition", "2024"]).arg(&source).arg("-o").arg(&program);
    rustc.arg("-L").arg(format!("dependency={}", paths::programs().join("deps").display()));
    let artifacts = command::output(&mut cargo_workspace(
        "build",
        &["--lib", "--examples", "--quiet", "--message-format", "json"],
    ))?;
    for name in CRATES {
        rustc.arg("--extern").arg(format!("{name}={}", library(&artifacts, name)?.display()));
    }
    command::run_quietly(&mut rustc).map_err(|_| "the Rust in README.md does not compile".to_owned())?;
    let sandbox = Sandbox::start(&[])?;
    let mut run = Command::new(&program);
    sandbox.tell(&mut run);
    command::run(&mut run)
}

/// The library of a crate, among what cargo says that it has built.
fn library(artifacts: &str, name: &str) -> Result<PathBuf> {
    let is_of_crate = |artifact: &Value| artifact["target"]["name"] == name;
    let artifacts: Vec<Value> = artifacts.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let files = artifacts
        .iter()
        .filter(|artifact| is_of_crate(artifact))
        .filter_map(|artifact| artifact["filenames"].as_array());
    let files = files.flatten().filter_map(Value::as_str).filter(|file| file.ends_with(".rlib"));
    let files: Vec<&str> = files.collect::<BTreeSet<_>>().into_iter().collect();
    match files.as_slice() {
        [file] => Ok(PathBuf::from(file)),
        _ => Err(format!("cargo should have built one library of {name}, but has built {files:?}")),
    }
}

fn read(name: &str) -> Result<String> {
    fs::read_to_string(paths::root().join(name)).map_err(|error| format!("{name}: {error}"))
}

/// The blocks, each with the number of its first line.
fn blocks_of_rust(markdown: &str) -> Vec<(usize, String)> {
    let mut blocks = Vec::new();
    let mut block: Option<(usize, String)> = None;
    for (index, line) in markdown.lines().enumerate() {
        match &mut block {
            None if line == "```rust" => block = Some((index + 2, String::new())),
            None => {}
            Some(_) if line == "```" => blocks.extend(block.take()),
            Some((_, text)) => *text += &format!("{line}\n"),
        }
    }
    blocks
}

/// A program in which each block finds a `client`, and may use `?` and, where it does, `await`.
fn program(blocks: &[(usize, String)]) -> String {
    let mut functions = String::new();
    let mut calls = String::new();
    for (line, text) in blocks {
        let is_async = text.contains(".await");
        let (keyword, call) = match is_async {
            true => ("async fn", format!("futures_executor::block_on(line_{line}())")),
            false => ("fn", format!("line_{line}()")),
        };
        let client = if is_async { "" } else { "let client = zexa::Client::from_env()?;\n" };
        let end = if text.contains("fn main()") { "main()" } else { "Ok(())" };
        functions += &format!("{keyword} line_{line}() -> zexa::Result<()> {{\n{client}{text}{end}\n}}\n\n");
        calls += &format!("    {call}.expect(\"README.md, line {line}\");\n");
    }
    format!("#![allow(unused)]\n\n{functions}fn main() {{\n{calls}}}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_rust_are_found() {
        let markdown =
            "# A\n\n```rust\nlet a = 1;\n```\n```sh\nls\n```\n```rust\nfn main() -> zexa::Result<()> {\n```\n";
        let blocks = blocks_of_rust(markdown);
        assert_eq!(blocks[0], (4, "let a = 1;\n".to_owned()));
        assert_eq!(blocks.len(), 2);
    }

    #[test]
    fn libraries_are_found_by_their_crate() {
        let line = |name: &str, file: &str| {
            serde_json::json!({"reason": "compiler-artifact", "target": {"name": name}, "filenames": [file, "/a.rmeta"]}).to_string()
        };
        let artifacts =
            [line("a", "/liba-1.rlib"), line("b", "/libb-1.rlib"), line("b", "/libb-2.rlib"), String::new()].join("\n");
        assert_eq!(library(&artifacts, "a"), Ok(PathBuf::from("/liba-1.rlib")));
        assert!(library(&artifacts, "b").is_err(), "there are two");
        assert!(library(&artifacts, "c").is_err(), "there is none");
    }

    #[test]
    fn each_block_is_called() {
        let program =
            program(&[(4, "a().await?;\n".to_owned()), (9, "fn main() -> zexa::Result<()> { b() }\n".to_owned())]);
        assert!(program.contains("async fn line_4()") && program.contains("block_on(line_4())"), "{program}");
        assert!(program.contains("{ b() }\nmain()\n}") && program.contains("    line_9().expect("), "{program}");
    }
}

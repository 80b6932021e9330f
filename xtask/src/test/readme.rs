//! The step `readme`: the Rust in README.md is compiled and run, each block as a function of a program, against a sandbox.
//!
//! Not as doc tests: those need lines that a reader of the README would see and rustdoc alone would hide.

use std::fs;

use crate::command::{self, Result, cargo};
use crate::paths;
use crate::sandbox::Sandbox;

/// The program's manifest. Its versions are those of the workspace, by a copy of its lock file.
const MANIFEST: &str = r#"
[package]
name = "readme"
version = "0.0.0"
edition = "2024"

[workspace]

[dependencies]
futures-executor = "0.3"
serde_json = "1"
zexa = { path = "ROOT/core" }
zexa-sandbox = { path = "ROOT/tests/sandbox" }
"#;

/// Refuses a README without Rust, too: the step would pass and check nothing.
pub(crate) fn check() -> Result {
    let blocks = blocks_of_rust(&read("README.md")?);
    if blocks.is_empty() {
        return Err("README.md has no block of Rust".to_owned());
    }
    let folder = paths::target().join("readme");
    let write = |name: &str, text: &str| {
        let file = folder.join(name);
        fs::create_dir_all(file.parent().expect("it lies in the folder"))
            .and_then(|()| fs::write(&file, text))
            .map_err(|error| format!("{}: {error}", file.display()))
    };
    write("Cargo.toml", &MANIFEST.replace("ROOT", &paths::root().to_string_lossy().replace('\\', "/")))?;
    write("Cargo.lock", &read("Cargo.lock")?)?;
    write("src/main.rs", &program(&blocks))?;

    command::build()?;
    let sandbox = Sandbox::start(&[])?;
    let manifest = folder.join("Cargo.toml");
    let mut run = cargo(["run", "--quiet", "--manifest-path", &manifest.to_string_lossy(), "--target-dir"]);
    sandbox.tell(run.arg(paths::target()));
    command::run(&mut run)
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
    fn each_block_is_called() {
        let program =
            program(&[(4, "a().await?;\n".to_owned()), (9, "fn main() -> zexa::Result<()> { b() }\n".to_owned())]);
        assert!(program.contains("async fn line_4()") && program.contains("block_on(line_4())"), "{program}");
        assert!(program.contains("{ b() }\nmain()\n}") && program.contains("    line_9().expect("), "{program}");
    }
}

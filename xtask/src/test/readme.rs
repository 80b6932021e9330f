//! The step `readme`: compiles and runs the Rust examples of the guides against a sandbox, each block as a function of one program.
//!
//! They are not doc tests, because a doc test needs hidden lines, which readers of a Markdown file would see.

use std::collections::BTreeSet;
use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::command::{self, Result, cargo_workspace};
use crate::paths;
use crate::sandbox::Sandbox;
use crate::test::guides;

/// The pages with Rust examples.
const PAGES: [&str; 3] = ["README.md", "core/README.md", guides::BULK];

/// The crates that the program may use.
const CRATES: [&str; 5] = ["csv", "futures_executor", "serde_json", "zexa", "zexa_sandbox"];

/// A block of Rust in a page.
#[derive(Debug, PartialEq)]
struct Block {
    page: &'static str,
    /// The number of its first line.
    line: usize,
    text: String,
}

impl Block {
    /// The name of its function.
    fn function(&self) -> String {
        let page = self.page.to_lowercase().replace(|character: char| !character.is_ascii_alphanumeric(), "_");
        format!("{page}_line_{}", self.line)
    }
}

/// Fails for a page without Rust, too: the step would pass without checking anything.
pub(crate) fn check() -> Result {
    let mut blocks = Vec::new();
    for page in PAGES {
        let found = blocks_of_rust(page, &read(page)?);
        if found.is_empty() {
            return Err(format!("{page} has no block of Rust"));
        }
        blocks.extend(found);
    }
    let folder = paths::target().join("readme");
    let source = folder.join("main.rs");
    fs::create_dir_all(&folder)
        .and_then(|()| fs::write(&source, program(&blocks)))
        .map_err(|error| format!("{}: {error}", source.display()))?;

    command::build()?;
    let program = folder.join(format!("readme{EXE_SUFFIX}"));
    // Runs the compiler directly: cargo would build all dependencies again for a package outside the workspace.
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
    command::run_quietly(&mut rustc).map_err(|_| format!("the Rust in {} does not compile", PAGES.join(" or ")))?;
    let sandbox = Sandbox::start(&[])?;
    let folder = guides::folder()?;
    let mut run = Command::new(&program);
    run.current_dir(folder.path());
    sandbox.tell(&mut run);
    command::run(&mut run)
}

/// Finds the library of a crate in the messages of cargo.
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
        _ => Err(format!("expected one library of {name}, but cargo has built {files:?}")),
    }
}

fn read(name: &str) -> Result<String> {
    fs::read_to_string(paths::root().join(name)).map_err(|error| format!("{name}: {error}"))
}

fn blocks_of_rust(page: &'static str, markdown: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut block: Option<Block> = None;
    for (index, line) in markdown.lines().enumerate() {
        match &mut block {
            None if line == "```rust" => block = Some(Block { page, line: index + 2, text: String::new() }),
            None => {}
            Some(_) if line == "```" => blocks.extend(block.take()),
            Some(block) => block.text += &format!("{line}\n"),
        }
    }
    blocks
}

/// A program with a function for each block. A block may use `client` and `?`, and `await` with an async client.
fn program(blocks: &[Block]) -> String {
    let mut functions = String::new();
    let mut calls = String::new();
    for block in blocks {
        let Block { page, line, text } = block;
        let name = block.function();
        let is_async = text.contains(".await");
        let (keyword, client, call) = match is_async {
            true => ("async fn", "AsyncClient", format!("futures_executor::block_on({name}())")),
            false => ("fn", "Client", format!("{name}()")),
        };
        let end = if text.contains("fn main()") { "main().expect(\"success\");\nOk(())" } else { "Ok(())" };
        functions += &format!(
            "{keyword} {name}() -> zexa::Result<()> {{\nlet client = zexa::{client}::from_env()?;\n{text}{end}\n}}\n\n"
        );
        calls += &format!("    {call}.expect(\"{page}, line {line}\");\n");
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
        let blocks = blocks_of_rust("README.md", markdown);
        assert_eq!(blocks[0], Block { page: "README.md", line: 4, text: "let a = 1;\n".to_owned() });
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
        assert!(library(&artifacts, "b").is_err(), "two libraries");
        assert!(library(&artifacts, "c").is_err(), "no library");
    }

    #[test]
    fn each_block_is_called() {
        let block = |line, text: &str| Block { page: "core/README.md", line, text: text.to_owned() };
        let program = program(&[block(4, "a().await?;\n"), block(9, "fn main() -> zexa::Result<()> { b() }\n")]);
        let (functions, main) = program.split_once("fn main() {\n").expect("a main function");
        assert!(functions.contains("async fn core_readme_md_line_4()"), "{functions}");
        assert!(functions.contains("{ b() }\nmain().expect(\"success\");\nOk(())\n}"), "{functions}");
        assert!(main.contains("block_on(core_readme_md_line_4())"), "{main}");
        assert!(main.contains("    core_readme_md_line_9().expect("), "{main}");
    }
}

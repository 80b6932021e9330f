//! The C and C++ in README.md and in what the headers begin with: each block is a program, compiled and run against a sandbox.

use std::process::Command;

use super::compiler::Library;
use super::{folder, read, write};
use crate::command::{self, Result};
use crate::paths;
use crate::sandbox::Sandbox;

/// Where blocks are.
const FILES: [&str; 3] = ["README.md", "include/zexa.h", "include/zexa.hpp"];

/// What every block may use, without saying so.
const C: &str = "#include <stdio.h>\n#include <string.h>\n#include <zexa.h>\n";
const CPP: &str = "#include <cstdio>\n#include <iostream>\n#include <string>\n";

#[derive(Debug, PartialEq)]
struct Block {
    is_cpp: bool,
    /// The number of its first line.
    line: usize,
    text: String,
}

impl Block {
    fn is_a_program(&self) -> bool {
        self.text.contains("int main(")
    }
}

/// Refuses files without any C, too: the step would pass and check nothing.
pub(super) fn check(library: &Library) -> Result {
    let mut count = 0;
    for name in FILES {
        let path = paths::root().join(name);
        // Beside its program, zexa.hpp shows what a line looks like in C++20.
        let is_whole = |block: &Block| name != "include/zexa.hpp" || block.is_a_program();
        for block in blocks(&read(&path)?).iter().filter(|block| is_whole(block)) {
            run(library, name, block)?;
            count += 1;
        }
    }
    println!("{count} blocks of C and C++ run");
    if count == 0 { Err("there is no C in README.md".to_owned()) } else { Ok(()) }
}

fn run(library: &Library, name: &str, block: &Block) -> Result {
    let place = format!("{name}, line {}", block.line);
    let stem = format!("{}-{}", name.replace(['/', '.'], "-"), block.line);
    let source = folder().join("blocks").join(format!("{stem}.{}", if block.is_cpp { "cpp" } else { "c" }));
    write(&source, &program(name, block))?;
    let program = source.with_extension("");
    library.compile(&source, &program, &[]).map_err(|reason| format!("{place}: {reason}"))?;

    let sandbox = Sandbox::start(&[])?;
    let mut command = Command::new(&program);
    sandbox.tell(&mut command);
    let output = command::output(&mut command).map_err(|reason| format!("{place}: {reason}"))?;
    let sends = block.text.contains("zexa_messages_send(") || block.text.contains(".send(");
    if sends && sandbox.messages()? == 0 {
        return Err(format!("{place}: it sent no message, but said:\n{output}"));
    }
    Ok(())
}

/// The blocks of a text in Markdown, or in a comment with a star before each line.
fn blocks(text: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut block: Option<Block> = None;
    for (index, line) in text.lines().enumerate() {
        let line = line.strip_prefix(" *").map_or(line, |line| line.strip_prefix(' ').unwrap_or(line));
        match &mut block {
            None if line == "```c" || line == "```cpp" => {
                block = Some(Block { is_cpp: line == "```cpp", line: index + 2, text: String::new() });
            }
            None => {}
            Some(_) if line == "```" => found.extend(block.take()),
            Some(block) => block.text += &format!("{line}\n"),
        }
    }
    found
}

/// A block with a main is a program. Of another, the lines that include come first, and the rest is what main does.
fn program(name: &str, block: &Block) -> String {
    let Block { is_cpp, line, text } = block;
    let usual = if *is_cpp { CPP } else { C };
    // What is wrong is told by the lines of the file that the reader has.
    let here = format!("#line {line} \"{name}\"\n");
    if block.is_a_program() {
        return format!("{usual}{here}{text}");
    }
    let is_include = |line: &&str| line.starts_with("#include");
    let includes: String = text.lines().filter(is_include).map(|line| format!("{line}\n")).collect();
    let body: String =
        text.lines().map(|line| if is_include(&line) { "\n".into() } else { format!("{line}\n") }).collect();
    format!("{usual}{includes}\nint main() {{\n{here}{body}return 0;\n}}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_in_markdown_and_in_comments() {
        let c = Block { is_cpp: false, line: 2, text: "puts(\"\");\n\nint a;\n".to_owned() };
        assert_eq!(blocks("```c\nputs(\"\");\n\nint a;\n```\n```sh\nls\n```\n"), [c]);
        let found = blocks("/*\n * Text\n *\n * ```cpp\n * f();\n *\n *     g();\n * ```\n */\n");
        assert_eq!(found, [Block { is_cpp: true, line: 5, text: "f();\n\n    g();\n".to_owned() }]);
    }

    #[test]
    fn a_block_without_a_main_gets_one() {
        let block = Block { is_cpp: false, line: 7, text: "#include <math.h>\nputs(\"\");\n".to_owned() };
        let program = program("README.md", &block);
        let (before, after) = program.split_once("int main() {").expect("a main");
        assert!(before.contains("#include <math.h>") && !after.contains("math.h"), "{program}");
        assert!(after.contains("#line 7 \"README.md\"\n\nputs"), "{program}");
    }

    #[test]
    fn a_block_with_a_main_stays_as_it_is() {
        let text = "#include <zexa.h>\nint main(void) {\n}\n".to_owned();
        let block = Block { is_cpp: false, line: 7, text: text.clone() };
        assert!(program("README.md", &block).ends_with(&text));
    }
}

//! The C and C++ in README.md and in the comments of the headers: each block is compiled and run against a sandbox, as a program.

use std::process::Command;

use super::{read, write};
use crate::command::{self, Result};
use crate::compiler::{Library, folder};
use crate::paths;
use crate::sandbox::Sandbox;

/// Where blocks are.
const FILES: [&str; 3] = ["README.md", "include/zexa.h", HPP];

/// The header whose blocks stand beside what they are about, without what everybody has by then.
const HPP: &str = "include/zexa.hpp";
/// What those have.
const HPP_CONTEXT: &str = "\
zexa::client client;
zexa::send_message_params params;
params.channel = zexa::channel::sms;
params.to = \"+244912345678\";
params.from = \"ZEXA\";
params.body = \"Hello\";
";

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

    /// What it needs beyond C++17: members by their names.
    fn flags(&self) -> &'static [&'static str] {
        if self.is_cpp && self.text.contains("{.") { &["-std=c++20"] } else { &[] }
    }
}

/// Refuses files without any C, too: the step would pass and check nothing.
pub(super) fn check(library: &Library) -> Result {
    let mut count = 0;
    for name in FILES {
        let path = paths::root().join(name);
        let found = blocks(&read(&path)?);
        if found.is_empty() {
            return Err(format!("there is no C in {name}"));
        }
        found.iter().try_for_each(|block| run(library, name, block))?;
        count += found.len();
    }
    println!("{count} blocks of C and C++ run");
    Ok(())
}

fn run(library: &Library, name: &str, block: &Block) -> Result {
    let place = format!("{name}, line {}", block.line);
    let stem = format!("{}-{}", name.replace(['/', '.'], "-"), block.line);
    let source = folder().join("blocks").join(format!("{stem}.{}", if block.is_cpp { "cpp" } else { "c" }));
    write(&source, &program(name, block))?;
    let program = source.with_extension("");
    library.compile(&source, &program, block.flags()).map_err(|reason| format!("{place}: {reason}"))?;

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

/// The blocks of a text in Markdown, or in a comment with a star or three slashes before each line.
fn blocks(text: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut block: Option<Block> = None;
    for (index, line) in text.lines().enumerate() {
        let comment = line.strip_prefix(" *").or_else(|| line.trim_start().strip_prefix("///"));
        let line = comment.map_or(line, |line| line.strip_prefix(' ').unwrap_or(line));
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
    let (header, context) = if name == HPP { ("#include <zexa.hpp>\n", HPP_CONTEXT) } else { ("", "") };
    format!("{usual}{header}{includes}\nint main() {{\n{context}{here}{body}return 0;\n}}\n")
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
    fn blocks_are_found_where_they_are_indented() {
        let found = blocks(
            "class a {\n    /// Text.\n    ///\n    /// ```cpp\n    /// f([] {\n    ///     g();\n    /// });\n    /// ```\n};\n",
        );
        assert_eq!(found, [Block { is_cpp: true, line: 5, text: "f([] {\n    g();\n});\n".to_owned() }]);
    }

    #[test]
    fn what_is_beside_a_declaration_has_a_client() {
        let block = Block { is_cpp: true, line: 7, text: "client.messages().send({.to = \"1\"});\n".to_owned() };
        let program = program(HPP, &block);
        assert!(program.contains("#include <zexa.hpp>") && program.contains("zexa::client client;"), "{program}");
        assert_eq!(block.flags(), ["-std=c++20"]);
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

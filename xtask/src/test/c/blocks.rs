//! The C and C++ code blocks of the guides, of README.md and of the headers: each is compiled and run as a program, with its own sandbox.

use std::process::Command;

use super::program::in_parallel;
use super::{read, write};
use crate::background::print_line;
use crate::command::{self, Result};
use crate::compiler::{Library, folder};
use crate::paths;
use crate::sandbox::Sandbox;
use crate::test::guides;

/// The files with code blocks.
const FILES: [&str; 5] = ["README.md", GUIDE, guides::BULK, "include/zexa.h", HPP];

/// The guide. Its blocks, and those of the guide to bulk runs, use a client and an error variable that are introduced once, unless they create a client.
const GUIDE: &str = "docs/c.md";
const GUIDE_CONTEXT_C: &str = "\
zexa_client *client = NULL;
zexa_error *error = NULL;
if (zexa_client_new(NULL, &client, &error) != ZEXA_OK)
    return 1;
";
const GUIDE_END_C: &str = "\
zexa_error_free(error);
zexa_client_free(client);
";
const GUIDE_CONTEXT_CPP: &str = "zexa::client client;\n";

/// The header whose blocks use a client and parameters without creating them.
const HPP: &str = "include/zexa.hpp";
const HPP_CONTEXT: &str = "\
zexa::client client;
zexa::send_message_params params;
params.channel = zexa::channel::sms;
params.to = \"+244912345678\";
params.from = \"ZEXA\";
params.body = \"Hello\";
";

/// Headers that every block may use without including them.
const C: &str = "#include <stdio.h>\n#include <string.h>\n#include <zexa.h>\n";
const CPP: &str = "#include <cstdio>\n#include <iostream>\n#include <string>\n";

#[derive(Debug, PartialEq)]
struct Block {
    is_cpp: bool,
    /// Number of the first line.
    line: usize,
    text: String,
}

impl Block {
    fn is_program(&self) -> bool {
        self.text.contains("int main(")
    }

    /// Whether it creates a client.
    fn has_client(&self) -> bool {
        self.text.contains("zexa_client *client = NULL") || self.text.contains("zexa::client client")
    }

    /// Flags for what it needs beyond C++17: designated initialisers.
    fn flags(&self) -> &'static [&'static str] {
        if self.is_cpp && self.text.contains("{.") { &["-std=c++20"] } else { &[] }
    }
}

/// Also fails for a file without code blocks, which would check nothing.
pub(super) fn check(library: &Library) -> Result {
    let mut count = 0;
    for name in FILES {
        let path = paths::root().join(name);
        let found = blocks(&read(&path)?);
        if found.is_empty() {
            return Err(format!("{name} has no code block in C or C++"));
        }
        in_parallel(&found, |block| run(library, name, block))?;
        count += found.len();
    }
    print_line!("{count} code blocks in C and C++ run");
    Ok(())
}

fn run(library: &Library, name: &str, block: &Block) -> Result {
    let location = format!("{name}, line {}", block.line);
    let stem = format!("{}-{}", name.replace(['/', '.'], "-"), block.line);
    let source = folder().join("blocks").join(format!("{stem}.{}", if block.is_cpp { "cpp" } else { "c" }));
    let text = program(name, block);
    write(&source, &text)?;
    let program = source.with_extension("");
    let compiled = match text.contains("#include <zexa.hpp>") {
        true => library.compile_with_precompiled_header(&source, &program, block.flags()),
        false => library.compile(&source, &program, block.flags()),
    };
    compiled.map_err(|reason| format!("{location}: {reason}"))?;

    let sandbox = Sandbox::start(&[])?;
    // Blocks may create files, which must not exist before.
    let folder = guides::folder()?;
    let mut command = Command::new(&program);
    command.current_dir(folder.path());
    sandbox.tell(&mut command);
    command.env("ZEXA_CONTROL", &sandbox.control);
    let output = command::output(&mut command).map_err(|reason| format!("{location}: {reason}"))?;
    let calls = ["zexa_messages_send(", "zexa_messages_send_many(", ".send(", ".send_many("];
    let sends = calls.iter().any(|call| block.text.contains(call));
    if sends && sandbox.messages()? == 0 {
        return Err(format!("{location}: the program sent no message. Its output:\n{output}"));
    }
    Ok(())
}

/// Finds the blocks in Markdown, or in comments whose lines start with a star or three slashes.
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

/// The program for a block. A block with a main function is one already, with all its headers. Otherwise, its #include lines come first and
/// the rest becomes the body of main.
fn program(name: &str, block: &Block) -> String {
    let Block { is_cpp, line, text } = block;
    let headers = if *is_cpp { CPP } else { C };
    // Compilers then report the line of the documentation.
    let here = format!("#line {line} \"{name}\"\n");
    if block.is_program() {
        return format!("{here}{text}");
    }
    let is_include = |line: &&str| line.starts_with("#include");
    let includes: String = text.lines().filter(is_include).map(|line| format!("{line}\n")).collect();
    let body: String =
        text.lines().map(|line| if is_include(&line) { "\n".into() } else { format!("{line}\n") }).collect();
    let (header, before, after) = match name {
        HPP => ("#include <zexa.hpp>\n", HPP_CONTEXT, ""),
        GUIDE | guides::BULK if !block.has_client() && *is_cpp => ("#include <zexa.hpp>\n", GUIDE_CONTEXT_CPP, ""),
        GUIDE | guides::BULK if !block.has_client() => ("", GUIDE_CONTEXT_C, GUIDE_END_C),
        _ => ("", "", ""),
    };
    format!("{headers}{header}{includes}\nint main() {{\n{before}{here}{body}{after}return 0;\n}}\n")
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
    fn blocks_of_the_cpp_header_have_a_client() {
        let block = Block { is_cpp: true, line: 7, text: "client.messages().send({.to = \"1\"});\n".to_owned() };
        let program = program(HPP, &block);
        assert!(program.contains("#include <zexa.hpp>") && program.contains("zexa::client client;"), "{program}");
        assert_eq!(block.flags(), ["-std=c++20"]);
    }

    #[test]
    fn a_block_without_main_becomes_the_body_of_main() {
        let block = Block { is_cpp: false, line: 7, text: "#include <math.h>\nputs(\"\");\n".to_owned() };
        let program = program("README.md", &block);
        let (before, after) = program.split_once("int main() {").expect("a main");
        assert!(before.contains("#include <math.h>") && !after.contains("math.h"), "{program}");
        assert!(after.contains("#line 7 \"README.md\"\n\nputs"), "{program}");
    }

    #[test]
    fn blocks_of_the_guide_have_a_client_unless_they_create_one() {
        let block = |is_cpp, text: &str| Block { is_cpp, line: 7, text: text.to_owned() };
        assert!(program(GUIDE, &block(false, "f(client, &error);\n")).contains(GUIDE_CONTEXT_C));
        assert!(program(GUIDE, &block(true, "client.credits();\n")).contains(GUIDE_CONTEXT_CPP));
        assert!(!program(GUIDE, &block(false, "zexa_client *client = NULL;\n")).contains(GUIDE_CONTEXT_C));
        assert!(!program("README.md", &block(false, "f(client);\n")).contains(GUIDE_CONTEXT_C));
    }

    #[test]
    fn a_block_with_main_is_unchanged() {
        let text = "#include <zexa.h>\nint main(void) {\n}\n".to_owned();
        let block = Block { is_cpp: false, line: 7, text: text.clone() };
        assert_eq!(program("README.md", &block), format!("#line 7 \"README.md\"\n{text}"));
    }
}

//! Comments of the header: wrapped to its width, and on one line if they fit.

use crate::codegen::docs::wrap;

/// Width of the header.
const WIDTH: usize = 100;

/// Writes a comment that opens with `open`, at this indentation. Wraps paragraphs, list items and Doxygen commands with a hanging indent, and leaves code
/// unchanged.
pub(super) fn comment(open: &str, indentation: &str, lines: &[String]) -> String {
    let width = WIDTH - indentation.len();
    let text = wrap(lines, width - " * ".len());
    if let [line] = text.as_slice()
        && open.len() + line.len() + " */ ".len() <= width
    {
        return format!("{indentation}{open} {line} */\n");
    }
    let mut written = format!("{indentation}{open}\n");
    for line in &text {
        written += format!("{indentation} * {line}").trim_end();
        written += "\n";
    }
    written + indentation + " */\n"
}

/// Rewrites the `/** ... */` comments of C code.
pub(super) fn rewrap(declarations: &str) -> String {
    let mut written = String::new();
    let mut lines = declarations.lines();
    while let Some(line) = lines.next() {
        if line.trim() != "/**" {
            written += line;
            written += "\n";
            continue;
        }
        let indentation = &line[..line.len() - line.trim_start().len()];
        let text = lines.by_ref().map(str::trim).take_while(|line| *line != "*/");
        let text: Vec<String> =
            text.map(|line| line.trim_start_matches('*').trim_start_matches(' ').to_owned()).collect();
        written += &comment("/**", indentation, &text);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_comment_takes_one_line() {
        assert_eq!(rewrap("/**\n * Message id.\n */\nint id;\n"), "/** Message id. */\nint id;\n");
    }
}

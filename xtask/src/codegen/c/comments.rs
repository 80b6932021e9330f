//! Comments of the header: wrapped to its width, and on one line if they fit.

use textwrap::{Options, WordSplitter};

/// Width of the header.
const WIDTH: usize = 100;

/// Writes a comment that opens with `open`, at this indentation. Wraps paragraphs, list items and Doxygen commands with a hanging indent, and leaves code
/// unchanged.
pub(super) fn comment(open: &str, indentation: &str, lines: &[&str]) -> String {
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

/// Wraps the lines.
fn wrap(lines: &[&str], width: usize) -> Vec<String> {
    let mut wrapped = Vec::new();
    let mut paragraph = String::new();
    let mut is_code = false;
    for line in lines {
        let is_fence = line.starts_with("```");
        if is_code || is_fence || line.is_empty() || line.starts_with("- ") || line.starts_with('@') {
            flush(&mut paragraph, width, &mut wrapped);
        }
        is_code ^= is_fence;
        if is_code || is_fence || line.is_empty() {
            wrapped.push((*line).to_owned());
        } else {
            paragraph += if paragraph.is_empty() { "" } else { " " };
            paragraph += line.trim();
        }
    }
    flush(&mut paragraph, width, &mut wrapped);
    wrapped
}

fn flush(paragraph: &mut String, width: usize, wrapped: &mut Vec<String>) {
    if paragraph.is_empty() {
        return;
    }
    let hanging = " ".repeat(hanging_indent(paragraph));
    let options =
        Options::new(width).subsequent_indent(&hanging).word_splitter(WordSplitter::NoHyphenation).break_words(false);
    wrapped.extend(textwrap::wrap(paragraph, options).into_iter().map(|line| line.into_owned()));
    paragraph.clear();
}

/// The column at which the text of a list item or a Doxygen command starts.
fn hanging_indent(paragraph: &str) -> usize {
    if paragraph.starts_with("- ") {
        return 2;
    }
    // `@param[out] name  text`, aligned by two spaces or more.
    let text = paragraph.find("  ").filter(|_| paragraph.starts_with("@param"));
    match text {
        Some(at) => paragraph.len() - paragraph[at..].trim_start().len(),
        None if paragraph.starts_with('@') => 4,
        None => 0,
    }
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
        let text: Vec<&str> = text.map(|line| line.trim_start_matches('*').trim_start_matches(' ')).collect();
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

    #[test]
    fn list_items_hang_and_code_is_unchanged() {
        let wrapped = wrap(&["- `a`: one two", "three", "- `b`", "", "```c", "int  x;", "```"], 12);
        assert_eq!(wrapped, ["- `a`: one", "  two three", "- `b`", "", "```c", "int  x;", "```"]);
    }

    #[test]
    fn commands_hang_at_their_text() {
        let wrapped = wrap(&["Text.", "@param id  one two three", "@return four five six"], 19);
        assert_eq!(wrapped, ["Text.", "@param id  one two", "           three", "@return four five", "    six"]);
    }
}

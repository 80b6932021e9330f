//! Converts documentation to another language: links of rustdoc become names in that language.

use textwrap::{Options, WordSeparator, WordSplitter};

use super::definition::Docs;
use super::read::Diagnostic;

/// Returns the lines with each ``[`link`]`` replaced by the name of its target in backticks.
///
/// # Errors
///
/// If `name` returns `None` for a link.
pub(crate) fn translate(docs: &Docs, name: impl Fn(&str) -> Option<String>) -> Result<Vec<String>, Diagnostic> {
    let unknown = |link: String| Diagnostic {
        span: docs.span.clone(),
        message: format!("the target of the link `{link}` does not exist in this language"),
    };
    docs.lines.iter().map(|line| translate_line(line, &name).map_err(unknown)).collect()
}

fn translate_line(line: &str, name: &impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut translated = String::new();
    let mut rest = line;
    while let Some((before, link)) = rest.split_once("[`") {
        let (link, after) = link.split_once("`]").ok_or(link)?;
        // The target follows in parentheses if it differs from the text of the link.
        let (target, after) = match after.strip_prefix('(').and_then(|after| after.split_once(')')) {
            Some(split) => split,
            None => (link, after),
        };
        let target = target.trim_start_matches("crate::");
        translated += before;
        translated += &format!("`{}`", name(target).ok_or(target)?);
        rest = after;
    }
    Ok(translated + rest)
}

/// Returns the lines as comments that start with `mark`.
pub(crate) fn commented(mark: &str, lines: &[String]) -> String {
    lines.iter().map(|line| format!("{mark} {line}").trim_end().to_owned() + "\n").collect()
}

/// Wraps lines of Markdown to a width. Items of lists, indented lines and `@` commands have a hanging indent; code is unchanged.
pub(crate) fn wrap(lines: &[String], width: usize) -> Vec<String> {
    let mut wrapped = Vec::new();
    let mut paragraph = String::new();
    let mut is_code = false;
    for line in lines {
        let is_fence = line.trim_start().starts_with("```");
        let text = line.trim_start();
        let continues_item =
            paragraph.trim_start().starts_with("- ") && line.starts_with("  ") && !text.starts_with("- ");
        let starts = line.starts_with("  ") && !continues_item || text.starts_with("- ") || line.starts_with('@');
        if is_code || is_fence || line.is_empty() || starts {
            flush(&mut paragraph, width, &mut wrapped);
        }
        is_code ^= is_fence;
        if is_code || is_fence || line.is_empty() {
            wrapped.push(line.clone());
        } else if paragraph.is_empty() {
            paragraph += line;
        } else {
            paragraph += &format!(" {text}");
        }
    }
    flush(&mut paragraph, width, &mut wrapped);
    wrapped
}

fn flush(paragraph: &mut String, width: usize, wrapped: &mut Vec<String>) {
    if paragraph.is_empty() {
        return;
    }
    let text = paragraph.trim_start();
    let indent = " ".repeat(paragraph.len() - text.len());
    let hanging = indent.clone() + &" ".repeat(hanging_indent(text, !indent.is_empty()));
    let options = Options::new(width)
        .initial_indent(&indent)
        .subsequent_indent(&hanging)
        .word_splitter(WordSplitter::NoHyphenation)
        .word_separator(WordSeparator::AsciiSpace)
        .break_words(false);
    wrapped.extend(textwrap::wrap(text, options).into_iter().map(|line| line.into_owned()));
    paragraph.clear();
}

/// The column at which the text of a list item, an indented line or a command starts.
fn hanging_indent(text: &str, is_indented: bool) -> usize {
    if text.starts_with("- ") {
        return 2;
    }
    // `@param[out] name  text`, aligned by two spaces or more.
    match text.find("  ").filter(|_| text.starts_with("@param")) {
        Some(at) => text.len() - text[at..].trim_start().len(),
        None if text.starts_with('@') || is_indented => 4,
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn translated(line: &str) -> Result<Vec<String>, Diagnostic> {
        let docs = Docs { lines: vec![line.to_owned()], ..Docs::default() };
        translate(&docs, |link| (link == "Event::message").then(|| "zexa_event_message()".to_owned()))
    }

    #[test]
    fn links_become_names() {
        let expected = "see `zexa_event_message()`, or `data`";
        assert_eq!(translated("see [`Event::message`], or `data`").expect("known"), [expected]);
        assert_eq!(translated("see [`it`](crate::Event::message), or `data`").expect("known"), [expected]);
    }

    #[test]
    fn a_link_that_leads_nowhere_is_told() {
        assert!(translated("see [`Nothing`]").expect_err("unknown").message.contains("`Nothing`"));
    }

    #[test]
    fn list_items_hang_and_code_is_unchanged() {
        let wrapped = wrap(&["- `a`: one two", "three", "- `b`", "", "```c", "int  x;", "```"].map(str::to_owned), 12);
        assert_eq!(wrapped, ["- `a`: one", "  two three", "- `b`", "", "```c", "int  x;", "```"]);
    }

    #[test]
    fn commands_hang_at_their_text() {
        let wrapped = wrap(&["Text.", "@param id  one two three", "@return four five six"].map(str::to_owned), 19);
        assert_eq!(wrapped, ["Text.", "@param id  one two", "           three", "@return four five", "    six"]);
    }

    #[test]
    fn arguments_hang_under_their_names() {
        let wrapped = wrap(&["Args:", "    id: one two three", "    name: four"].map(str::to_owned), 16);
        assert_eq!(wrapped, ["Args:", "    id: one two", "        three", "    name: four"]);
    }
}

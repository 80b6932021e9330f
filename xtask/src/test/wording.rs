//! Part of the step `layout`: phrases and names that the project does not use. The list is a table in `docs/style.md`.

use std::fs;
use std::path::Path;

use crate::command::Result;
use crate::paths;

/// File that contains the list, and the only file in which the phrases may occur.
const STYLE: &str = "docs/style.md";
/// Heading of the section whose table has the columns `avoid` and `write`.
const HEADING: &str = "## Phrases that we do not use";
/// Files with text by other authors.
const THIRD_PARTY: [&str; 4] = ["Cargo.lock", "package-lock.json", "LICENSE", "THIRD-PARTY-LICENSES.txt"];

/// A phrase to avoid, and what to write instead.
#[derive(Debug, PartialEq)]
pub(super) struct Phrase {
    avoid: String,
    write: String,
}

/// Reads the list.
///
/// # Errors
///
/// If the file has no such section, or the section has no table.
pub(super) fn phrases() -> Result<Vec<Phrase>> {
    let text = fs::read_to_string(paths::root().join(STYLE)).map_err(|error| format!("{STYLE}: {error}"))?;
    let phrases = parse(&text);
    if phrases.is_empty() { Err(format!("{STYLE}: no table in the section `{HEADING}`")) } else { Ok(phrases) }
}

fn parse(text: &str) -> Vec<Phrase> {
    let section = text.split_once(HEADING).map_or("", |(_, section)| section);
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter_map(|line| line.trim().strip_prefix('|')?.strip_suffix('|'));
    // The first two rows are the header and its underline.
    let cells = rows.skip(2).filter_map(|row| row.split_once('|'));
    cells
        .map(|(avoid, write)| Phrase { avoid: avoid.trim().replace('`', ""), write: write.trim().to_owned() })
        .collect()
}

/// Lines of a file that contain a phrase, with a description of each problem.
pub(super) fn problems(file: &Path, text: &str, phrases: &[Phrase]) -> Vec<(usize, String)> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    if file == Path::new(STYLE) || THIRD_PARTY.iter().any(|other| name.starts_with(other)) {
        return Vec::new();
    }
    let prose = Prose::of(text);
    let lowercase = prose.text.to_ascii_lowercase();
    let mut problems = Vec::new();
    for Phrase { avoid, write } in phrases {
        // Names are matched exactly, other phrases also at the start of a sentence.
        let has_capitals = avoid.chars().any(|character| character.is_ascii_uppercase());
        let text = if has_capitals { &prose.text } else { &lowercase };
        for (start, _) in text.match_indices(avoid.as_str()).filter(|(start, _)| is_whole(text, *start, avoid)) {
            problems.push((prose.line(start), format!("avoid `{avoid}`, write: {write}")));
        }
    }
    problems
}

/// Whether a match does not begin or end within a word.
fn is_whole(text: &str, start: usize, phrase: &str) -> bool {
    let is_word = |character: Option<char>| character.is_some_and(|one| one.is_alphanumeric() || one == '_');
    let is_inside_word = |left, right| is_word(left) && is_word(right);
    let (before, rest) = text.split_at(start);
    let after = &rest[phrase.len()..];
    let starts_inside = is_inside_word(before.chars().next_back(), phrase.chars().next());
    let ends_inside = is_inside_word(phrase.chars().next_back(), after.chars().next());
    !starts_inside && !ends_inside
}

/// A text without line breaks and comment marks inside paragraphs, so that phrases are found across lines.
struct Prose {
    text: String,
    /// Position in `text` at which each line starts.
    starts: Vec<usize>,
}

impl Prose {
    fn of(text: &str) -> Prose {
        let mut prose = Prose { text: String::with_capacity(text.len()), starts: Vec::new() };
        for line in text.lines() {
            prose.starts.push(prose.text.len());
            let line = line.trim_start().trim_start_matches(['/', '!', '*', '#', '-', '>']).trim();
            prose.text += if line.is_empty() { "\n" } else { line };
            prose.text.push(' ');
        }
        prose
    }

    /// Number of the line at a position in the text.
    fn line(&self, position: usize) -> usize {
        self.starts.partition_point(|start| *start <= position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "# Style\n\n## Phrases that we do not use\n\nText.\n\n| avoid | write |\n|---|---|\n\
        | frobs the client | closes the client |\n| `Frobber` | Closer |\n\n## Code\n\n| a | b |\n|---|---|\n| c | d |\n";

    fn found(file: &str, text: &str) -> Vec<(usize, String)> {
        problems(Path::new(file), text, &parse(TABLE))
    }

    #[test]
    fn the_table_is_read() {
        let phrases = parse(TABLE);
        assert_eq!(phrases.len(), 2, "{phrases:?}");
        assert_eq!(phrases[1], Phrase { avoid: "Frobber".into(), write: "Closer".into() });
        assert!(parse("# Style\n").is_empty());
    }

    #[test]
    fn phrases_are_found_with_their_line() {
        let problem = "avoid `frobs the client`, write: closes the client".to_owned();
        assert_eq!(found("a.md", "One.\nFrobs the client."), [(2, problem.clone())]);
        assert_eq!(found("a.rs", "fn f() {\n    // It frobs\n    // the client.\n}"), [(2, problem)]);
        assert_eq!(found("a.py", "class Frobber: ...").len(), 1);
    }

    #[test]
    fn other_text_is_not_found() {
        for text in ["It frobs the clients.", "It frobs\n\nthe client.", "frobber", "Frobbers", "a_Frobber"] {
            assert!(found("a.md", text).is_empty(), "{text}");
        }
        for file in [STYLE, "bindings-python/LICENSE-MIT", "Cargo.lock"] {
            assert!(found(file, "frobs the client").is_empty(), "{file}");
        }
    }
}

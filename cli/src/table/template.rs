//! [`Template`]: a text with placeholders, such as `Olá {{name}}`.

use std::fmt;

use serde::Serialize;

use super::columns::{Header, Mapping};
use super::{Problem, Row, RowProblem, TableError};

/// A text with placeholders.
///
/// `{{column}}` is the value of a column, and `{{column|default}}` is the default if the value is empty. `\{{` is `{{`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Placeholder { column: String, default: Option<String> },
}

/// What is wrong with a template. `position` counts characters from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TemplateError {
    /// A placeholder has no `}}`.
    Unclosed { position: usize },
    /// A placeholder has no name.
    NoName { position: usize },
}

impl TemplateError {
    /// The name of the error in JSON, and of its text. Never changes.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            TemplateError::Unclosed { .. } => "unclosed_placeholder",
            TemplateError::NoName { .. } => "empty_placeholder",
        }
    }
}

impl Template {
    /// Parses a text.
    ///
    /// # Errors
    ///
    /// If a placeholder is not closed or has no name.
    pub(crate) fn parse(text: &str) -> Result<Template, TemplateError> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(at) = rest.find("{{") {
            let (before, after) = rest.split_at(at);
            let position = || text[..text.len() - after.len()].chars().count() + 1;
            let backslashes = before.len() - before.trim_end_matches('\\').len();
            literal.push_str(&before[..before.len() - backslashes]);
            literal.push_str(&"\\".repeat(backslashes / 2));
            if backslashes % 2 == 1 {
                literal.push_str("{{");
                rest = &after[2..];
                continue;
            }
            let (inside, behind) =
                after[2..].split_once("}}").ok_or_else(|| TemplateError::Unclosed { position: position() })?;
            let (column, default) = match inside.split_once('|') {
                Some((column, default)) => (column, Some(default.to_owned())),
                None => (inside, None),
            };
            if column.trim().is_empty() || column.contains("{{") {
                return Err(match column.contains("{{") {
                    true => TemplateError::Unclosed { position: position() },
                    false => TemplateError::NoName { position: position() },
                });
            }
            if !literal.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut literal)));
            }
            parts.push(Part::Placeholder { column: column.trim().to_owned(), default });
            rest = behind;
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Part::Text(literal));
        }
        Ok(Template { parts })
    }

    /// Whether every row gets the same text.
    pub(crate) fn is_constant(&self) -> bool {
        self.parts.iter().all(|part| matches!(part, Part::Text(_)))
    }

    /// Finds what looks like a placeholder of another program, such as `{name}`, and has the name of a column. It is sent unchanged.
    pub(crate) fn other_placeholders(&self, header: &Header, mapping: &Mapping) -> Vec<OtherPlaceholder> {
        const BRACKETS: [(char, char); 5] = [('{', '}'), ('[', ']'), ('<', '>'), ('«', '»'), ('%', '%')];
        let mut found: Vec<OtherPlaceholder> = Vec::new();
        for text in self.parts.iter().filter_map(|part| if let Part::Text(text) = part { Some(text) } else { None }) {
            for (start, opening) in text.char_indices() {
                let Some((_, closing)) = BRACKETS.iter().find(|(bracket, _)| *bracket == opening) else { continue };
                let inside = &text[start + opening.len_utf8()..];
                let Some((name, _)) = inside.split_once(*closing) else { continue };
                // `\{{name}}` is meant to be `{{name}}`.
                let is_escaped = opening == '{' && (text[..start].ends_with('{') || name.starts_with('{'));
                if is_escaped || header.mapped(name, mapping).is_err() || found.iter().any(|other| other.name == name) {
                    continue;
                }
                found.push(OtherPlaceholder { text: format!("{opening}{name}{closing}"), name: name.to_owned() });
            }
        }
        found
    }

    /// The names of the columns in the placeholders.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Placeholder { column, .. } => Some(column.as_str()),
            Part::Text(_) => None,
        })
    }

    /// Finds the columns of the placeholders.
    ///
    /// # Errors
    ///
    /// If there is no such column, or more than one.
    pub(crate) fn bind(&self, header: &Header, mapping: &Mapping) -> Result<BoundTemplate, TableError> {
        let parts = self.parts.iter().map(|part| {
            Ok(match part {
                Part::Text(text) => BoundPart::Text(text.clone()),
                Part::Placeholder { column, default } => {
                    let column = header.mapped(column, mapping).map_err(|error| match error {
                        TableError::NoColumn { name, columns } if name == *column => {
                            TableError::NoPlaceholder { name, columns }
                        }
                        error => error,
                    })?;
                    BoundPart::Column { column, name: header.name(column).to_owned(), default: default.clone() }
                }
            })
        });
        Ok(BoundTemplate { parts: parts.collect::<Result<_, TableError>>()? })
    }
}

/// What looks like a placeholder of another program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct OtherPlaceholder {
    /// As it is in the text, with its brackets.
    pub(crate) text: String,
    /// The name of the column.
    name: String,
}

impl OtherPlaceholder {
    /// The placeholder that is probably meant.
    pub(crate) fn placeholder(&self) -> String {
        format!("{{{{{}}}}}", self.name)
    }
}

/// A template whose columns are known.
#[derive(Clone, Debug)]
pub(crate) struct BoundTemplate {
    parts: Vec<BoundPart>,
}

#[derive(Clone, Debug)]
enum BoundPart {
    Text(String),
    Column { column: usize, name: String, default: Option<String> },
}

impl BoundTemplate {
    /// The text for a row.
    ///
    /// # Errors
    ///
    /// If a value is empty and has no default.
    pub(crate) fn fill(&self, row: &Row) -> Result<String, RowProblem> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                BoundPart::Text(part) => text.push_str(part),
                BoundPart::Column { column, name, default } => match (row.get(*column).trim(), default) {
                    ("", Some(default)) => text.push_str(default),
                    ("", None) => {
                        return Err(RowProblem::in_column(name, Problem::EmptyPlaceholder { name: name.clone() }));
                    }
                    (value, _) => text.push_str(value),
                },
            }
        }
        Ok(text)
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TemplateError::Unclosed { position } => write!(f, "the placeholder at character {position} has no `}}}}`"),
            TemplateError::NoName { position } => write!(f, "the placeholder at character {position} has no name"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::RowReader;

    /// The text of a template for a file with a header and a row.
    fn filled(template: &str, file: &str, mapping: &Mapping) -> Result<String, String> {
        let mut reader = RowReader::new(file.as_bytes(), ';');
        let mut row = Row::default();
        reader.read(&mut row).expect("a header");
        let header = Header::new(&row);
        reader.read(&mut row).expect("a row");
        let template = Template::parse(template).map_err(|error| error.to_string())?;
        let bound = template.bind(&header, mapping).map_err(|error| error.code().to_owned())?;
        bound.fill(&row).map_err(|error| format!("{:?} {}", error.column.unwrap_or_default(), error.problem.code()))
    }

    #[test]
    fn placeholders() {
        let file = "Nome;Código Postal;vazio\nAna;1000;  \n";
        for (template, expected) in [
            ("Olá {{nome}}!", "Olá Ana!"),
            ("Olá {{ NOME }}", "Olá Ana"),
            ("{{nome}}{{codigo_postal}}", "Ana1000"),
            ("Olá {{vazio|amigo}}", "Olá amigo"),
            ("Olá{{vazio|}}.", "Olá."),
            ("{{nome|x}}", "Ana"),
            ("{{vazio| um dia }}", " um dia "),
            (r"\{{nome}}", "{{nome}}"),
            (r"\\{{nome}}", r"\Ana"),
            (r"a\b {nome} }} {", r"a\b {nome} }} {"),
            ("", ""),
        ] {
            assert_eq!(filled(template, file, &Vec::new()).as_deref(), Ok(expected), "{template}");
        }
    }

    #[test]
    fn placeholders_can_be_mapped() {
        let mapping = vec![("name".to_owned(), "Nome".to_owned())];
        assert_eq!(filled("Hi {{name}}", "Nome\nAna\n", &mapping).as_deref(), Ok("Hi Ana"));
    }

    #[test]
    fn errors() {
        let file = "nome;vazio\nAna;\n";
        for (template, expected) in [
            ("Olá {{nome", "the placeholder at character 5 has no `}}`"),
            ("Olá {{nome {{vazio}}", "the placeholder at character 5 has no `}}`"),
            ("Olá {{ }}", "the placeholder at character 5 has no name"),
            ("{{|x}}", "the placeholder at character 1 has no name"),
            ("{{cidade}}", "no_column"),
            ("{{vazio}}", "\"vazio\" empty_value"),
        ] {
            assert_eq!(filled(template, file, &Vec::new()), Err(expected.to_owned()), "{template}");
        }
    }

    #[test]
    fn placeholders_of_other_programs() {
        let mut reader = RowReader::new("Nome;Código\n".as_bytes(), ';');
        let mut row = Row::default();
        reader.read(&mut row).expect("a header");
        let header = Header::new(&row);
        for (text, expected) in [
            ("Olá {nome}, {nome}!", &["{nome}"][..]),
            ("«Nome» [codigo] %nome%", &["«Nome»", "[codigo]", "%nome%"]),
            ("<nome> {{nome}}", &["<nome>"]),
            (r"\{{nome}} {{nome}} {cidade} {} 5% {nome", &[]),
            ("{{{nome}}}", &[]),
        ] {
            let template = Template::parse(text).unwrap_or(Template { parts: Vec::new() });
            let found = template.other_placeholders(&header, &Vec::new());
            let found: Vec<_> = found.iter().map(|found| found.text.as_str()).collect();
            assert_eq!(found, expected, "{text}");
        }
        let mapping = vec![("name".to_owned(), "Nome".to_owned())];
        let found = Template::parse("{name}").expect("a template").other_placeholders(&header, &mapping);
        assert_eq!(found[0].placeholder(), "{{name}}");
    }

    #[test]
    fn constant_templates() {
        let parse = |text| Template::parse(text).expect("a template");
        assert!(parse("Olá").is_constant() && parse(r"\{{nome}}").is_constant() && !parse("{{nome}}").is_constant());
        assert_eq!(parse("{{a}} {{b|x}}").columns().collect::<Vec<_>>(), ["a", "b"]);
    }
}

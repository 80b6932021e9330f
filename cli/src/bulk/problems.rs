//! Texts about files and rows that cannot be used.

use std::path::Path;

use super::shell::quoted;
use crate::failure::Failure;
use crate::io_reason::io_reason;
use crate::table::template::TemplateError;
use crate::table::{Column, MAX_FIELDS, MAX_ROW, Problem, RowProblem, TableError};
use crate::texts::text;

/// The failure of a file that cannot be used.
pub(crate) fn of_table(path: &Path, error: &TableError) -> Failure {
    let message = text!("table-error", file = path.display().to_string(), reason = table(error));
    Failure::Table { code: error.code(), message, is_usage: error.is_usage() }
}

/// The failure of a text whose placeholders are wrong.
pub(crate) fn of_template(error: &TemplateError) -> Failure {
    let message = match error {
        TemplateError::Unclosed { position } => text!("template-unclosed", position = *position),
        TemplateError::NoName { position } => text!("template-no-name", position = *position),
    };
    Failure::Table { code: error.code(), message, is_usage: true }
}

/// The rows, the first and the last, that are not those that were confirmed. `None` if there are fewer rows.
pub(crate) fn changed(path: &Path, rows: Option<(u64, u64)>) -> String {
    let file = path.display().to_string();
    match rows {
        Some((first, last)) => text!("bulk-changed", file = file, first = first.to_string(), last = last.to_string()),
        None => text!("bulk-shorter", file = file),
    }
}

/// A problem of a row as one line.
pub(crate) fn line(row: u64, problem: &RowProblem) -> String {
    let reason = reason(&problem.problem);
    match &problem.column {
        Some(column) => text!("row-column-problem", row = row.to_string(), column = column.as_str(), reason = reason),
        None => text!("row-problem", row = row.to_string(), reason = reason),
    }
}

/// What is wrong with a row.
pub(crate) fn reason(problem: &Problem) -> String {
    match problem {
        Problem::ExtraFields { found, expected } => text!("problem-extra-fields", found = *found, expected = *expected),
        Problem::Undecodable => text!("problem-undecodable"),
        Problem::Nul => text!("problem-nul"),
        Problem::EmptyValue => text!("problem-empty"),
        Problem::EmptyPlaceholder { name } => {
            let placeholder = format!("{{{{{name}|…}}}}");
            text!("problem-empty-placeholder", placeholder = placeholder)
        }
        Problem::ScientificNumber { value } => text!("problem-scientific", value = value.as_str()),
        Problem::NotANumber { value } => text!("problem-not-a-number", value = value.as_str()),
        Problem::SeveralNumbers { value } => text!("problem-several-numbers", value = value.as_str()),
        Problem::InvalidNumber { value, country } => {
            text!("problem-invalid-number", value = value.as_str(), country = country.as_str())
        }
        Problem::UnknownCountry { value } => text!("problem-unknown-country", value = value.as_str()),
        Problem::NotE164 { value } => text!("problem-not-e164", value = value.as_str()),
        Problem::NotAnAddress { value } => text!("problem-not-an-address", value = value.as_str()),
        Problem::BadKey { .. } => text!("problem-bad-key"),
        Problem::DuplicateKey { value, earlier } => {
            text!("problem-duplicate-key", value = value.as_str(), earlier = earlier.to_string())
        }
        Problem::DuplicateRecipient { value, earlier } => {
            text!("problem-duplicate-recipient", value = value.as_str(), earlier = earlier.to_string())
        }
        Problem::Landline { value } => text!("problem-landline", value = value.as_str()),
        Problem::Refused { reason } => text!("problem-refused", reason = reason.as_str()),
    }
}

/// Why a file cannot be read as a table.
fn table(error: &TableError) -> String {
    match error {
        TableError::Io(error) => io_reason(error),
        TableError::NotAFile { is_folder: true } => text!("table-folder"),
        TableError::NotAFile { is_folder: false } => text!("table-not-a-file"),
        TableError::Empty => text!("table-empty"),
        TableError::NotCsv { kind: "xlsx" | "xls" } => text!("table-workbook"),
        TableError::NotCsv { kind } => text!("table-not-csv", kind = *kind),
        TableError::UnknownEncoding { name } => text!("table-encoding", name = name.as_str()),
        TableError::NoHeader => text!("table-no-header"),
        TableError::HeaderIsData { value } => text!("table-header-is-data", value = value.as_str()),
        TableError::RowTooLarge { row, column } => text!(
            "table-row-too-large",
            row = row.to_string(),
            column = shown(column),
            size = (MAX_ROW / 1024 / 1024) as u64
        ),
        TableError::TooManyFields { row } => {
            text!("table-too-many-fields", row = row.to_string(), maximum = MAX_FIELDS.to_string())
        }
        TableError::UnclosedQuote { row, column } => {
            text!("table-unclosed-quote", row = row.to_string(), column = shown(column))
        }
        TableError::NoColumn { name, columns } => {
            text!("table-no-column", name = name.as_str(), columns = columns.as_str())
        }
        TableError::NoPlaceholder { name, columns } => {
            text!("table-no-placeholder", name = name.as_str(), map = quoted(name), columns = columns.as_str())
        }
        TableError::NoRecipient { field, columns } => {
            text!("table-no-recipient", field = *field, columns = columns.as_str())
        }
        TableError::AmbiguousColumn { name, columns } => {
            text!("table-ambiguous", name = name.as_str(), map = quoted(name), columns = columns.as_str())
        }
        TableError::UnusedMapping { field } => text!("table-unused-mapping", field = field.as_str()),
    }
}

/// The name of a column, or its number if the header is not known.
fn shown(column: &Column) -> String {
    column.name.clone().unwrap_or_else(|| (column.index + 1).to_string())
}

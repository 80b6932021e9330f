//! [`TableError`]: why a file cannot be read as a table. [`Problem`]: what is wrong with one row.

use std::io;

use serde::Serialize;

/// Why a file cannot be read as a table. Nothing was sent.
#[derive(Debug)]
pub(crate) enum TableError {
    /// The file cannot be opened or read.
    Io(io::Error),
    /// It is a folder, or a pipe or a device.
    NotAFile { is_folder: bool },
    /// It is empty.
    Empty,
    /// It is of another kind, such as `xlsx`.
    NotCsv { kind: &'static str },
    /// The encoding that the user has named does not exist.
    UnknownEncoding { name: String },
    /// No row has a value.
    NoHeader,
    /// The header is the first row of data.
    HeaderIsData { value: String },
    /// A row is larger than [`MAX_ROW`](super::MAX_ROW).
    RowTooLarge { row: u64, column: Column },
    /// A row has more than [`MAX_FIELDS`](super::MAX_FIELDS) fields.
    TooManyFields { row: u64 },
    /// A quote in the row is not closed before the end of the file.
    UnclosedQuote { row: u64, column: Column },
    /// A column that is named by the user does not exist.
    NoColumn { name: String, columns: String },
    /// No column has the name of a placeholder.
    NoPlaceholder { name: String, columns: String },
    /// No column looks like the one with the recipients.
    NoRecipient { field: &'static str, columns: String },
    /// More than one column could be meant.
    AmbiguousColumn { name: String, columns: String },
    /// `--map` names a field that is not used.
    UnusedMapping { field: String },
}

/// A column: its index, and its name if the header is known.
#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) index: usize,
    pub(crate) name: Option<String>,
}

impl TableError {
    /// The error with the name of its column.
    pub(super) fn named(mut self, name: impl Fn(usize) -> String) -> TableError {
        if let TableError::RowTooLarge { column, .. } | TableError::UnclosedQuote { column, .. } = &mut self {
            column.name = Some(name(column.index)).filter(|name| !name.is_empty());
        }
        self
    }

    /// The name of the error in JSON. Never changes.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            TableError::Io(_) => "unreadable_file",
            TableError::NotAFile { .. } => "not_a_file",
            TableError::Empty => "empty_file",
            TableError::NotCsv { .. } => "not_csv",
            TableError::UnknownEncoding { .. } => "unknown_encoding",
            TableError::NoHeader => "no_header",
            TableError::HeaderIsData { .. } => "header_is_data",
            TableError::RowTooLarge { .. } => "row_too_large",
            TableError::TooManyFields { .. } => "too_many_fields",
            TableError::UnclosedQuote { .. } => "unclosed_quote",
            TableError::NoColumn { .. } | TableError::NoPlaceholder { .. } => "no_column",
            TableError::NoRecipient { .. } => "no_recipient_column",
            TableError::AmbiguousColumn { .. } => "ambiguous_column",
            TableError::UnusedMapping { .. } => "unused_mapping",
        }
    }

    /// Whether the command was called with wrong arguments, as opposed to a file that is wrong.
    pub(crate) fn is_usage(&self) -> bool {
        matches!(
            self,
            TableError::UnknownEncoding { .. }
                | TableError::NoColumn { .. }
                | TableError::NoPlaceholder { .. }
                | TableError::NoRecipient { .. }
                | TableError::AmbiguousColumn { .. }
                | TableError::UnusedMapping { .. }
        )
    }
}

impl From<io::Error> for TableError {
    fn from(error: io::Error) -> TableError {
        TableError::Io(error)
    }
}

/// What is wrong with a row. The row is not sent, if the problem does not say otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "problem", rename_all = "snake_case")]
pub(crate) enum Problem {
    /// The row has values beyond the last column of the header.
    ExtraFields { found: usize, expected: usize },
    /// A value has bytes that are not text in the encoding of the file.
    Undecodable,
    /// A value has a NUL character.
    Nul,
    /// A value that is needed is empty.
    EmptyValue,
    /// The value of a placeholder without a default is empty.
    #[serde(rename = "empty_value")]
    EmptyPlaceholder {
        #[serde(skip)]
        name: String,
    },
    /// A number is as Excel has shortened it, such as `9.23E+08`.
    ScientificNumber { value: String },
    /// The value is not a telephone number.
    NotANumber { value: String },
    /// The value has several numbers.
    SeveralNumbers { value: String },
    /// The number does not exist in its country. `country` is its code, such as `AO`.
    InvalidNumber { value: String, country: String },
    /// The country of a number with a plus sign does not exist.
    UnknownCountry { value: String },
    /// The number is not in E.164 format, which the user requires.
    #[serde(rename = "not_e164")]
    NotE164 { value: String },
    /// The value is not an email address.
    NotAnAddress { value: String },
    /// The key cannot be used. The reason is that of the core.
    BadKey { reason: String },
    /// An earlier row has the same key.
    DuplicateKey { value: String, earlier: u64 },
    /// An earlier row has the same recipient.
    DuplicateRecipient { value: String, earlier: u64 },
    /// The number is that of a landline or of a service, which usually receives no SMS. The message is sent.
    Landline { value: String },
    /// The core would not send the message.
    Refused { reason: String },
}

impl Problem {
    /// The name of the problem in JSON and in reports. Never changes.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Problem::ExtraFields { .. } => "extra_fields",
            Problem::Undecodable => "undecodable",
            Problem::Nul => "nul",
            Problem::EmptyValue | Problem::EmptyPlaceholder { .. } => "empty_value",
            Problem::ScientificNumber { .. } => "scientific_number",
            Problem::NotANumber { .. } => "not_a_number",
            Problem::SeveralNumbers { .. } => "several_numbers",
            Problem::InvalidNumber { .. } => "invalid_number",
            Problem::UnknownCountry { .. } => "unknown_country",
            Problem::NotE164 { .. } => "not_e164",
            Problem::NotAnAddress { .. } => "not_an_address",
            Problem::BadKey { .. } => "bad_key",
            Problem::DuplicateKey { .. } => "duplicate_key",
            Problem::DuplicateRecipient { .. } => "duplicate_recipient",
            Problem::Landline { .. } => "landline",
            Problem::Refused { .. } => "refused",
        }
    }

    /// Whether the row is only a repetition of an earlier one, whose recipient gets the message.
    pub(crate) fn is_repetition(&self) -> bool {
        matches!(self, Problem::DuplicateRecipient { .. })
    }
}

/// A problem, and the column that has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct RowProblem {
    /// Name of the column in the header. `None` if the problem is that of the whole row.
    pub(crate) column: Option<String>,
    #[serde(flatten)]
    pub(crate) problem: Problem,
}

impl RowProblem {
    pub(crate) fn of_row(problem: Problem) -> RowProblem {
        RowProblem { column: None, problem }
    }

    pub(crate) fn in_column(column: &str, problem: Problem) -> RowProblem {
        RowProblem { column: Some(column.to_owned()), problem }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_the_names_in_json() {
        let value = String::new;
        let problems = [
            Problem::ExtraFields { found: 3, expected: 2 },
            Problem::Undecodable,
            Problem::Nul,
            Problem::EmptyValue,
            Problem::ScientificNumber { value: value() },
            Problem::NotANumber { value: value() },
            Problem::SeveralNumbers { value: value() },
            Problem::InvalidNumber { value: value(), country: value() },
            Problem::UnknownCountry { value: value() },
            Problem::NotE164 { value: value() },
            Problem::NotAnAddress { value: value() },
            Problem::BadKey { reason: value() },
            Problem::DuplicateKey { value: value(), earlier: 2 },
            Problem::DuplicateRecipient { value: value(), earlier: 2 },
            Problem::Landline { value: value() },
            Problem::Refused { reason: value() },
        ];
        for problem in problems {
            let json = serde_json::to_value(&problem).expect("JSON");
            assert_eq!(json["problem"], problem.code(), "{problem:?}");
        }
    }
}

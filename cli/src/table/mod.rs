//! Tables: CSV files as spreadsheets write them, read as a stream.
//
// - `encoding` and `dialect` detect how a file is written;
// - `reader` reads its rows, and `columns` finds columns by name;
// - `blocks` reads its rows in blocks with digests;
// - `template` fills texts with the values of a row;
// - `error` has what can be wrong with a file and with a row.

mod blocks;
pub(crate) mod columns;
pub(crate) mod dialect;
mod encoding;
mod error;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
mod reader;
pub(crate) mod template;

use std::fs::{self, File};
use std::path::Path;

pub(crate) use self::blocks::{Blocks, first_rows};
pub(crate) use self::columns::{Header, Mapping, Role};
pub(crate) use self::dialect::{Dialect, Overrides};
pub(crate) use self::error::{Column, Problem, RowProblem, TableError};
pub(crate) use self::reader::{MAX_FIELDS, MAX_ROW, Row, RowReader};

/// The text of a file in any encoding that is detected.
///
/// # Errors
///
/// If the file cannot be read, is empty, or is not a text.
pub(crate) fn decoded_text(path: &Path) -> Result<String, TableError> {
    dialect::decoded_text(open(path)?)
}

/// Opens a file. It is read several times, and must not change between: a pipe or a device has no end, or is empty the second time.
fn open(path: &Path) -> Result<File, TableError> {
    // Before it is opened, which would wait for the other end of a pipe.
    check_is_file(&fs::metadata(path)?)?;
    let file = File::open(path)?;
    check_is_file(&file.metadata()?)?;
    Ok(file)
}

fn check_is_file(metadata: &fs::Metadata) -> Result<(), TableError> {
    match metadata.is_file() {
        true => Ok(()),
        false => Err(TableError::NotAFile { is_folder: metadata.is_dir() }),
    }
}

/// A table: a header, and rows that are read as a stream.
pub(crate) struct Table {
    pub(crate) header: Header,
    rows: RowReader<dialect::Decoded>,
}

impl Table {
    /// Detects how a file is written, and opens it.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or has no header.
    pub(crate) fn detect(path: &Path, overrides: &Overrides) -> Result<(Table, Dialect), TableError> {
        let mut file = open(path)?;
        let dialect = Dialect::detect(&mut file, overrides)?;
        Ok((Table::new(file, &dialect)?, dialect))
    }

    /// Opens a file that is written in a known way.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or has no header.
    pub(crate) fn open(path: &Path, dialect: &Dialect) -> Result<Table, TableError> {
        Table::new(open(path)?, dialect)
    }

    fn new(file: File, dialect: &Dialect) -> Result<Table, TableError> {
        let mut rows = RowReader::new(dialect.read(file)?, dialect.delimiter);
        let mut row = Row::default();
        while rows.read(&mut row)? {
            if !row.is_blank() {
                return Ok(Table { header: Header::new(&row), rows });
            }
        }
        Err(TableError::NoHeader)
    }

    /// Reads the next row that has a value. Returns false at the end of the file.
    ///
    /// # Errors
    ///
    /// If the rest of the file cannot be read.
    pub(crate) fn read(&mut self, row: &mut Row) -> Result<bool, TableError> {
        while self.rows.read(row).map_err(|error| error.named(|column| self.header.name(column).to_owned()))? {
            if !row.is_blank() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What is wrong with the form of a row.
    pub(crate) fn check(&self, row: &Row) -> Result<(), RowProblem> {
        let expected = self.header.len();
        if (expected..row.len()).any(|field| !row.get(field).trim().is_empty()) {
            return Err(RowProblem::of_row(Problem::ExtraFields { found: row.len(), expected }));
        }
        let text = row.text();
        if !text.contains(&0) && !contains(text, "\u{fffd}".as_bytes()) {
            return Ok(());
        }
        let bad = |value: &str| value.contains(['\0', '\u{fffd}']);
        let (column, value) = row.fields().enumerate().find(|(_, value)| bad(value)).unwrap_or_default();
        let problem = if value.contains('\0') { Problem::Nul } else { Problem::Undecodable };
        Err(RowProblem::in_column(self.header.name(column), problem))
    }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    // The first byte of a replacement character is rare.
    text.iter().enumerate().any(|(at, byte)| *byte == part[0] && text[at..].starts_with(part))
}

#[cfg(test)]
mod tests;

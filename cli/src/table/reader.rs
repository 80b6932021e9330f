//! [`RowReader`]: the rows of a CSV file, as a stream. Its memory does not grow with the file.

use std::io::BufRead;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::{Column, TableError};

/// The maximum size of a row in bytes. A quote that is not closed makes the rest of the file one row.
pub(crate) const MAX_ROW: usize = 1024 * 1024;

/// The maximum number of fields of a row: the number of columns in a sheet of Excel.
pub(crate) const MAX_FIELDS: usize = 16_384;

/// Reads rows. They are numbered as a spreadsheet numbers them: the first row of the file is 1, and empty rows count.
pub(crate) struct RowReader<R> {
    input: R,
    parser: Reader,
    /// The number of the last row.
    row: u64,
    /// The number of line breaks that the parser has seen before the last row.
    lines: u64,
    /// The last byte of the last row. `None` at the end of the file.
    last: Option<u8>,
}

/// A row. It is used again for the next row, so that reading does not allocate.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    /// As a spreadsheet numbers it.
    pub(crate) number: u64,
    text: Vec<u8>,
    ends: Vec<usize>,
    used_text: usize,
    used_ends: usize,
}

impl Row {
    /// The number of fields.
    pub(crate) fn len(&self) -> usize {
        self.used_ends
    }

    /// The value of a field. Empty if the row has fewer fields: Excel leaves out empty fields at the end of a row.
    pub(crate) fn get(&self, field: usize) -> &str {
        let start =
            if field == 0 { 0 } else { self.ends[..self.used_ends].get(field - 1).copied().unwrap_or_default() };
        let bytes = self.ends[..self.used_ends].get(field).and_then(|end| self.text.get(start..*end));
        // The decoder has replaced everything that is not UTF-8.
        bytes.and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    pub(crate) fn fields(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|field| self.get(field))
    }

    /// The values without their boundaries.
    pub(crate) fn text(&self) -> &[u8] {
        &self.text[..self.used_text]
    }

    /// The ends of the values in the text.
    pub(crate) fn ends(&self) -> &[usize] {
        &self.ends[..self.used_ends]
    }

    /// Frees the memory of a large row.
    pub(crate) fn shrink(&mut self, capacity: usize) {
        if self.text.len() > capacity {
            *self = Row::default();
        }
    }

    /// Whether no field has a value.
    pub(crate) fn is_blank(&self) -> bool {
        self.text().iter().all(u8::is_ascii_whitespace)
    }
}

impl<R: BufRead> RowReader<R> {
    pub(crate) fn new(input: R, delimiter: char) -> RowReader<R> {
        // Other delimiters are rejected before.
        let delimiter = u8::try_from(delimiter).unwrap_or(b',');
        let parser = ReaderBuilder::new().delimiter(delimiter).build();
        RowReader { input, parser, row: 0, lines: 1, last: None }
    }

    /// Reads the next row that is not an empty line. Returns false at the end of the file.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or if the row is too large or its quote is not closed. The rest of the file is then unknown.
    pub(crate) fn read(&mut self, row: &mut Row) -> Result<bool, TableError> {
        (row.used_text, row.used_ends) = (0, 0);
        row.text.resize(row.text.len().max(1024), 0);
        row.ends.resize(row.ends.len().max(32), 0);
        // The second half of a line break. The parser would count it as part of the next row.
        if self.last == Some(b'\r') && self.input.fill_buf()?.first() == Some(&b'\n') {
            self.input.consume(1);
        }
        let mut last = None;
        let mut last_before_end = None;
        loop {
            let input = self.input.fill_buf()?;
            let (result, read, text, ends) =
                self.parser.read_record(input, &mut row.text[row.used_text..], &mut row.ends[row.used_ends..]);
            // At the end of the file, the row ends without a line break.
            last_before_end = last.or(last_before_end);
            last = read.checked_sub(1).map(|last| input[last]).or(last.filter(|_| !input.is_empty()));
            self.input.consume(read);
            row.used_text += text;
            row.used_ends += ends;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if row.text.len() >= MAX_ROW => {
                    self.count(row, None);
                    return Err(TableError::RowTooLarge { row: row.number, column: column(row.used_ends) });
                }
                ReadRecordResult::OutputFull => row.text.resize(row.text.len() * 2, 0),
                ReadRecordResult::OutputEndsFull if row.ends.len() >= MAX_FIELDS => {
                    self.count(row, None);
                    return Err(TableError::TooManyFields { row: row.number });
                }
                ReadRecordResult::OutputEndsFull => row.ends.resize(row.ends.len() * 2, 0),
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return Ok(false),
            }
        }
        self.count(row, last);
        if last.is_none() && last_before_end != Some(b'"') && row.text().contains(&b'\n') {
            let index = row.len().saturating_sub(1);
            if row.get(index).contains('\n') {
                return Err(TableError::UnclosedQuote { row: row.number, column: column(index) });
            }
        }
        Ok(true)
    }

    /// Numbers the row. The parser skips empty lines without a word, so they are found from its count of line breaks.
    fn count(&mut self, row: &mut Row, last: Option<u8>) {
        let inner = row.text().iter().filter(|byte| **byte == b'\n').count() as u64;
        let own = inner + u64::from(last == Some(b'\n'));
        let skipped = (self.parser.line() - self.lines).saturating_sub(own);
        self.row += skipped + 1;
        (self.lines, self.last) = (self.parser.line(), last);
        row.number = self.row;
    }
}

fn column(index: usize) -> Column {
    Column { index, name: None }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    /// The number of a row, and its fields.
    type ExpectedRow<'a> = (u64, &'a [&'a str]);

    /// The rows of a text, read with a buffer of this size.
    fn rows_of(text: &str, buffer: usize) -> Result<Vec<(u64, Vec<String>)>, &'static str> {
        let mut reader = RowReader::new(BufReader::with_capacity(buffer, text.as_bytes()), ';');
        let (mut row, mut rows) = (Row::default(), Vec::new());
        while reader.read(&mut row).map_err(|error| error.code())? {
            rows.push((row.number, row.fields().map(str::to_owned).collect()));
        }
        Ok(rows)
    }

    #[test]
    fn rows_are_numbered_as_in_a_spreadsheet() {
        let cases: [(&str, &[ExpectedRow<'_>]); 12] = [
            ("a;b\n1;2\n", &[(1, &["a", "b"]), (2, &["1", "2"])]),
            ("a;b\n1;2", &[(1, &["a", "b"]), (2, &["1", "2"])]),
            ("a;b\r\n1;2\r\n3;4\r\n", &[(1, &["a", "b"]), (2, &["1", "2"]), (3, &["3", "4"])]),
            ("a\r1\r2", &[(1, &["a"]), (2, &["1"]), (3, &["2"])]),
            ("\n\na\n\n1\n", &[(3, &["a"]), (5, &["1"])]),
            ("\r\n\r\na\r\n\r\n1\r\n2", &[(3, &["a"]), (5, &["1"]), (6, &["2"])]),
            ("a\n\n1", &[(1, &["a"]), (3, &["1"])]),
            ("a\n\"x\ny\"\n1\n", &[(1, &["a"]), (2, &["x\ny"]), (3, &["1"])]),
            ("a\r\n\"x\r\ny\"\r\n\r\n1", &[(1, &["a"]), (2, &["x\r\ny"]), (4, &["1"])]),
            ("a\n;;\n1\n", &[(1, &["a"]), (2, &["", "", ""]), (3, &["1"])]),
            ("a\n\"say \"\"hi\"\"\"\n", &[(1, &["a"]), (2, &["say \"hi\""])]),
            ("a\n5\" x;y\n", &[(1, &["a"]), (2, &["5\" x", "y"])]),
        ];
        for (text, expected) in cases {
            let expected: Vec<(u64, Vec<String>)> = expected
                .iter()
                .map(|(row, fields)| (*row, fields.iter().map(|field| (*field).to_owned()).collect()))
                .collect();
            for buffer in [1, 2, 3, 64] {
                assert_eq!(rows_of(text, buffer).as_ref(), Ok(&expected), "{text:?} with a buffer of {buffer}");
            }
        }
    }

    #[test]
    fn a_quote_that_is_not_closed() {
        for text in ["a;b\n1;\"x\n2;y\n3;z\n", "a;b\n1;\"x\n2;y\n3;z"] {
            assert_eq!(rows_of(text, 7), Err("unclosed_quote"), "{text:?}");
        }
        assert!(rows_of("a;b\n1;\"x\n2\"", 7).is_ok());
        let large = format!("a;b\n1;\"{}", "x;y\n".repeat(MAX_ROW));
        assert_eq!(rows_of(&large, 4096), Err("row_too_large"));
    }

    #[test]
    fn large_fields_are_bounded() {
        let fits = format!("a\n{}\n", "x".repeat(MAX_ROW - 1));
        assert_eq!(rows_of(&fits, 4096).map(|rows| rows.len()), Ok(2));
        let large = format!("a\n{}\n", "x".repeat(MAX_ROW + 1));
        assert_eq!(rows_of(&large, 4096), Err("row_too_large"));
        let wide = format!("a\n{}\n", ";".repeat(MAX_FIELDS));
        assert_eq!(rows_of(&wide, 4096), Err("too_many_fields"));
    }

    /// Any bytes are rows or an error, and the numbers of rows increase.
    #[test]
    fn no_bytes_are_impossible() {
        let mut seed = 7_u64;
        let mut random = move |below: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as usize % below
        };
        for _ in 0..300 {
            let text: String = (0..random(40)).map(|_| char::from(b"a1;\"\r\n \0,\t"[random(10)])).collect();
            let Ok(rows) = rows_of(&text, 1 + random(8)) else { continue };
            assert!(rows.windows(2).all(|pair| pair[0].0 < pair[1].0), "{text:?}: {rows:?}");
            let line_breaks = text.matches('\n').count() + text.matches('\r').count();
            assert!(rows.last().is_none_or(|(number, _)| *number <= line_breaks as u64 + 1), "{text:?}: {rows:?}");
        }
    }

    #[test]
    fn a_row_with_fewer_fields_has_empty_values() {
        let mut reader = RowReader::new("a;b;c\n1\n".as_bytes(), ';');
        let mut row = Row::default();
        assert!(reader.read(&mut row).is_ok_and(|read| read) && !row.is_blank());
        assert!(reader.read(&mut row).is_ok_and(|read| read));
        assert_eq!((row.get(0), row.get(1), row.get(7), row.len()), ("1", "", "", 1));
    }
}

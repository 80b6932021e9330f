//! Checks of CSV files, for arbitrary bytes. The fuzz target `csv` calls them, and a test with its corpus.

use std::fs;
use std::io::BufReader;
use std::path::Path;

use csv::ByteRecord;
use ring::digest::{Context, SHA256};

use super::{Blocks, Dialect, Overrides, Row, RowReader, Table, TableError, decoded_text, first_rows};

/// The delimiters that the first byte of an input selects.
const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];

/// Reads the rest of the input as a CSV file. Its rows are those that the crate `csv` reads. Reading it again finds the same rows and digests.
pub(crate) fn csv(input: &[u8], directory: &Path) {
    let Some((options, bytes)) = input.split_first() else { return };
    let delimiter = DELIMITERS[usize::from(*options) % DELIMITERS.len()];
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches('\u{feff}');
    let (rows, error) = rows_of(text, delimiter, 64 * 1024);
    assert_eq!(rows_of(text, delimiter, 1 + usize::from(*options >> 2)), (rows.clone(), error), "by the buffer");
    assert!(rows.windows(2).all(|pair| pair[0].0 < pair[1].0), "numbers of rows");
    let records = records_of(text, delimiter);
    let fields: Vec<_> = rows.iter().map(|(_, fields)| fields.clone()).collect();
    match error {
        None => assert_eq!(fields, records),
        Some(_) => assert_eq!(fields, records[..fields.len()]),
    }
    file(bytes, &directory.join("fuzzing.csv"));
}

/// The rows of a text with their numbers, and the code of the error that ended it.
fn rows_of(text: &str, delimiter: char, buffer: usize) -> (Vec<(u64, Vec<String>)>, Option<&'static str>) {
    let mut reader = RowReader::new(BufReader::with_capacity(buffer, text.as_bytes()), delimiter);
    let (mut row, mut rows) = (Row::default(), Vec::new());
    loop {
        match reader.read(&mut row) {
            Ok(true) => rows.push((row.number, row.fields().map(str::to_owned).collect())),
            Ok(false) => return (rows, None),
            Err(error) => return (rows, Some(error.code())),
        }
    }
}

/// The rows as the crate `csv` reads them.
fn records_of(text: &str, delimiter: char) -> Vec<Vec<String>> {
    let delimiter = u8::try_from(delimiter).expect("ASCII");
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let owned = |record: ByteRecord| record.iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect();
    reader.byte_records().map(|record| owned(record.expect("a text cannot fail"))).collect()
}

/// Reads a file as the commands do: first to detect how it is written, and later to send its rows.
fn file(bytes: &[u8], path: &Path) {
    fs::write(path, bytes).expect("written");
    let Ok((table, dialect)) = Table::detect(path, &Overrides::default()) else { return };
    let header: Vec<_> = (0..table.header.len()).map(|column| table.header.name(column).to_owned()).collect();
    let (rows, digests, error) = blocks_of(table);
    let again = Table::open(path, &dialect).expect("the same file");
    assert_eq!(blocks_of(again), (rows.clone(), digests.clone(), error), "the second time");
    if let Some(error) = error {
        assert!(first_rows(Table::open(path, &dialect).expect("the same file"), u64::MAX).is_err(), "{error}");
        return;
    }
    let first = |count: usize| first_rows(Table::open(path, &dialect).expect("the same file"), count as u64);
    assert_eq!(first(rows.len()).expect("read before"), digests);
    let records = file_records(path, &dialect);
    let fields: Vec<_> = rows.iter().map(|(_, fields)| fields.clone()).collect();
    assert_eq!(fields, records[1..], "rows of a file");
    if digests.len() == 1 {
        assert_eq!(digests[0], digest(&header, &rows), "the digest does not cover all values");
    }
}

/// All rows of a table, the digests of its blocks, and the code of the error that ended it.
type Contents = (Vec<(u64, Vec<String>)>, Vec<String>, Option<&'static str>);

fn blocks_of(table: Table) -> Contents {
    let mut blocks = Blocks::new(table);
    let (mut rows, mut digests) = (Vec::new(), Vec::new());
    loop {
        match blocks.advance() {
            Ok(Some(digest)) => digests.push(digest),
            Ok(None) => return (rows, digests, None),
            Err(error) => return (rows, digests, Some(TableError::code(&error))),
        }
        for row in blocks.rows() {
            let _ = blocks.table.check(row);
            rows.push((row.number, row.fields().map(str::to_owned).collect()));
        }
    }
}

/// The rows with a value of a file, and its header, as the crate `csv` reads them.
fn file_records(path: &Path, dialect: &Dialect) -> Vec<Vec<String>> {
    let text = decoded_text(path).expect("read before");
    let text = match text.split_once('\n') {
        Some((_, rest)) if dialect.has_sep_line => rest,
        _ => &text,
    };
    let is_blank = |row: &Vec<String>| row.iter().all(|field| field.bytes().all(|byte| byte.is_ascii_whitespace()));
    records_of(text, dialect.delimiter).into_iter().filter(|row| !is_blank(row)).collect()
}

/// The digest of a block, by its documentation: the names of the columns, and the number, the ends of the values and the text of each row.
fn digest(header: &[String], rows: &[(u64, Vec<String>)]) -> String {
    let mut digest = Context::new(&SHA256);
    let number = |digest: &mut Context, number: usize| digest.update(&(number as u64).to_be_bytes());
    for name in header {
        number(&mut digest, name.len());
        digest.update(name.as_bytes());
    }
    for (row, fields) in rows {
        digest.update(&row.to_be_bytes());
        let ends = fields.iter().scan(0, |end, field| {
            *end += field.len();
            Some(*end)
        });
        ends.for_each(|end| number(&mut digest, end));
        let text = fields.concat();
        number(&mut digest, text.len());
        digest.update(text.as_bytes());
    }
    digest.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corpus() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/csv");
        let directory = tempfile::tempdir().expect("a directory");
        let mut files: Vec<_> =
            fs::read_dir(&folder).expect("a corpus").map(|entry| entry.expect("a file").path()).collect();
        files.sort();
        assert!(!files.is_empty(), "{} is empty", folder.display());
        for file in files {
            // Shown if the check fails.
            println!("{}", file.display());
            csv(&fs::read(&file).expect("readable"), directory.path());
        }
    }
}

//! [`Blocks`]: the rows of a file in blocks, each with its digest. What was checked and confirmed is what is sent.

use ring::digest::{Context, SHA256};

use super::{Row, Table, TableError};

/// The maximum number of rows in a block.
const ROWS: usize = 1000;

/// A block ends with the row that makes it larger than this, in bytes of text.
const SIZE: usize = 256 * 1024;

/// The capacity that a row may keep for the rows of the next block.
const KEPT: usize = 16 * 1024;

/// Reads a table in blocks. It holds one block in memory.
pub(crate) struct Blocks {
    pub(crate) table: Table,
    rows: Vec<Row>,
    /// Number of rows in the block.
    length: usize,
    /// Number of rows that are still to be read, at most.
    remaining: u64,
    has_ended: bool,
}

impl Blocks {
    pub(crate) fn new(table: Table) -> Blocks {
        Blocks { table, rows: Vec::new(), length: 0, remaining: u64::MAX, has_ended: false }
    }

    /// Reads the next block, and returns its digest. `None` at the end of the file.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub(crate) fn advance(&mut self) -> Result<Option<String>, TableError> {
        let mut digest = Context::new(&SHA256);
        for column in 0..self.table.header.len() {
            update(&mut digest, self.table.header.name(column).as_bytes());
        }
        self.length = 0;
        let mut size = 0;
        while self.length < ROWS && size < SIZE && self.remaining > 0 && !self.has_ended {
            if self.length == self.rows.len() {
                self.rows.push(Row::default());
            }
            let row = &mut self.rows[self.length];
            row.shrink(KEPT);
            self.has_ended = !self.table.read(row)?;
            if !self.has_ended {
                digest.update(&row.number.to_be_bytes());
                row.ends().iter().for_each(|end| digest.update(&(*end as u64).to_be_bytes()));
                update(&mut digest, row.text());
                size += row.text().len();
                self.length += 1;
                self.remaining -= 1;
            }
        }
        Ok((self.length > 0).then(|| hex(digest.finish().as_ref())))
    }

    /// The rows of the block.
    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows[..self.length]
    }
}

/// The digests of the blocks of a file as if it ended after this number of rows.
///
/// # Errors
///
/// If the file cannot be read.
pub(crate) fn first_rows(table: Table, count: u64) -> Result<Vec<String>, TableError> {
    let mut blocks = Blocks { remaining: count, ..Blocks::new(table) };
    let mut digests = Vec::new();
    while let Some(digest) = blocks.advance()? {
        digests.push(digest);
    }
    Ok(digests)
}

/// Adds a text, with its length, so that other boundaries between texts make another digest.
fn update(digest: &mut Context, text: &[u8]) {
    digest.update(&(text.len() as u64).to_be_bytes());
    digest.update(text);
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::table::Overrides;

    /// The digests of a file's blocks, and the number of rows in each.
    fn digests(text: &str) -> Vec<(String, usize)> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("people.csv");
        fs::write(&path, text).expect("a file");
        let (table, _) = Table::detect(&path, &Overrides::default()).expect("a table");
        let mut blocks = Blocks::new(table);
        let mut found = Vec::new();
        while let Some(digest) = blocks.advance().expect("a block") {
            found.push((digest, blocks.rows().len()));
        }
        found
    }

    fn people(count: usize) -> String {
        (0..count).fold("id,phone\n".to_owned(), |text, row| format!("{text}{row},923{row:06}\n"))
    }

    #[test]
    fn a_change_is_in_one_digest() {
        let before = digests(&people(2500));
        assert_eq!(before.iter().map(|(_, rows)| *rows).collect::<Vec<_>>(), [1000, 1000, 500]);
        let after = digests(&people(2500).replace("1500,", "1501,"));
        assert!(before[0] == after[0] && before[1] != after[1] && before[2] == after[2]);
        let longer = digests(&people(2501));
        assert!(before[..2] == longer[..2] && before[2] != longer[2]);
        assert_eq!(digests(&people(2000)), before[..2]);
    }

    #[test]
    fn boundaries_and_names_count() {
        let texts = ["a,b\nx,yz\n", "a,b\nxy,z\n", "a,c\nx,yz\n", "a,b\n\nx,yz\n", "a,b\nx,yz,\n"];
        let found: std::collections::HashSet<_> = texts.iter().map(|text| digests(text)).collect();
        assert_eq!(found.len(), texts.len());
    }

    #[test]
    fn large_rows_make_small_blocks() {
        let rows: String = (0..10).map(|row| format!("{row},{}\n", "x".repeat(SIZE / 3))).collect();
        assert_eq!(digests(&format!("a,b\n{rows}")).iter().map(|(_, rows)| *rows).collect::<Vec<_>>(), [3, 3, 3, 1]);
    }
}

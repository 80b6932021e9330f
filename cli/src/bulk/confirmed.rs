//! [`read_all`]: reads a file once, with the digests of its blocks.

use std::path::Path;

use super::problems::of_table;
use crate::failure::Result;
use crate::table::{Blocks, Row, Table};

/// What was read from a file, for a comparison with what is read later.
#[derive(Debug, Default)]
pub(crate) struct Confirmed {
    /// Number of rows.
    pub(crate) count: u64,
    /// Digests of the blocks.
    pub(crate) blocks: Vec<String>,
    /// The first and the last row of each block.
    pub(crate) rows: Vec<(u64, u64)>,
}

/// Reads a table to its end, and calls `visit` with each row.
///
/// # Errors
///
/// If the file cannot be read, or if `visit` fails.
pub(crate) fn read_all(
    table: Table,
    path: &Path,
    mut visit: impl FnMut(&Table, &Row) -> Result<()>,
) -> Result<Confirmed> {
    let mut confirmed = Confirmed::default();
    let mut blocks = Blocks::new(table);
    while let Some(digest) = blocks.advance().map_err(|error| of_table(path, &error))? {
        let number = |row: Option<&Row>| row.map(|row| row.number).unwrap_or_default();
        confirmed.count += blocks.rows().len() as u64;
        confirmed.blocks.push(digest);
        confirmed.rows.push((number(blocks.rows().first()), number(blocks.rows().last())));
        blocks.rows().iter().try_for_each(|row| visit(&blocks.table, row))?;
    }
    Ok(confirmed)
}

//! [`Source`]: the rows of a file as messages or contacts, for a bulk run. It ends before a block of rows that has changed.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::recorder::Recorder;
use crate::table::{Blocks, Row, RowProblem, Table, TableError};

/// Why a source has ended before the end of the file.
#[derive(Debug)]
pub(crate) enum End {
    /// These rows, the first and the last, are not those that were confirmed. `None` if there are fewer rows.
    Changed { rows: Option<(u64, u64)> },
    /// The file cannot be read.
    Unreadable(TableError),
    /// The limit of rows is reached.
    Limit,
}

/// Makes a message or a contact of each row.
pub(crate) struct Source<'a, M> {
    pub(crate) blocks: Blocks,
    /// Digests of the blocks that were confirmed.
    pub(crate) confirmed: &'a [String],
    /// Makes the recipient and the parameters of a row.
    pub(crate) make: M,
    /// The column with the recipient.
    pub(crate) recipient: usize,
    /// Maximum number of rows that are made.
    pub(crate) limit: Option<u64>,
    pub(crate) recorder: Rc<RefCell<Recorder>>,
    pub(crate) position: Position,
}

/// How far a source is.
#[derive(Default)]
pub(crate) struct Position {
    /// Number of blocks that were read.
    blocks: usize,
    /// Index of the next row in the block.
    row: usize,
    /// Number of rows that were made.
    made: u64,
}

impl<P, M: Fn(&Table, &Row) -> Result<(String, P), RowProblem>> Source<'_, M> {
    fn next(&mut self) -> Result<Option<P>, End> {
        loop {
            if self.limit.is_some_and(|limit| self.position.made >= limit) {
                return Err(End::Limit);
            }
            let Some(row) = self.blocks.rows().get(self.position.row) else {
                match self.advance()? {
                    true => continue,
                    false => return Ok(None),
                }
            };
            self.position.row += 1;
            let mut recorder = self.recorder.borrow_mut();
            match (self.make)(&self.blocks.table, row) {
                Ok((to, made)) => {
                    self.position.made += 1;
                    recorder.pulled(row.number, to);
                    return Ok(Some(made));
                }
                Err(problem) => recorder.invalid(row.number, row.get(self.recipient), &problem),
            }
        }
    }

    /// Reads the next block, and compares it with the one that was confirmed. Returns false at the end of the file.
    fn advance(&mut self) -> Result<bool, End> {
        let digest = self.blocks.advance().map_err(End::Unreadable)?;
        let confirmed = self.confirmed.get(self.position.blocks);
        self.position.row = 0;
        self.position.blocks += 1;
        match (&digest, confirmed) {
            (None, None) => Ok(false),
            (Some(digest), Some(confirmed)) if digest == confirmed => Ok(true),
            _ => {
                let rows = self.blocks.rows();
                Err(End::Changed {
                    rows: rows.first().zip(rows.last()).map(|(first, last)| (first.number, last.number)),
                })
            }
        }
    }
}

impl<P, M: Fn(&Table, &Row) -> Result<(String, P), RowProblem> + Unpin> Stream for Source<'_, M> {
    type Item = P;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<P>> {
        Poll::Ready(self.next().unwrap_or_else(|end| {
            self.recorder.borrow_mut().end = Some(end);
            None
        }))
    }
}

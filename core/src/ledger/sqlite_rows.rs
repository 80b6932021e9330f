//! [`Table`]: the rows of a ledger in an SQLite file.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row as SqlRow, params};

use super::key::{HASH_VERSION, Hash};
use super::locks::Locks;
use super::row::{Record, Row};
use super::state::State;
use super::store::Rows;
use crate::Kind;
use crate::lazy::Lazy;

/// The columns of a row, in the order of [`read_row`].
pub(super) const COLUMNS: &str = "key, operation, state, generation, owner, hash, claimed_at, settled_at, settled_by, result_id, result_status, \
                       result_created_at, error, http_status, code, request_id, may_be_second, possible_duplicate";

/// The table `rows` in a transaction.
pub(super) struct Table<'a> {
    pub(super) connection: &'a Connection,
    pub(super) locks: &'a Locks,
}

impl Rows for Table<'_> {
    type Error = rusqlite::Error;

    fn get(&mut self, key: &str) -> rusqlite::Result<Option<Row>> {
        static SELECT: Lazy<String> = Lazy::new(|| format!("SELECT {COLUMNS} FROM rows WHERE key = ?1"));
        let mut select = self.connection.prepare_cached(&SELECT)?;
        select.query_row([key], read_row).optional()
    }

    fn put(&mut self, row: &Row) -> rusqlite::Result<()> {
        static UPSERT: Lazy<String> = Lazy::new(|| {
            let set: Vec<_> =
                COLUMNS.split(", ").skip(1).map(|column| format!("{column} = excluded.{column}")).collect();
            format!(
                "INSERT INTO rows ({COLUMNS}, hash_version)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)
                 ON CONFLICT (key) DO UPDATE SET {}, hash_version = excluded.hash_version",
                set.join(", ")
            )
        });
        let mut upsert = self.connection.prepare_cached(&UPSERT)?;
        let time = |time: Option<Timestamp>| time.map(|time| time.to_string());
        upsert.execute(params![
            row.key,
            row.operation,
            row.state.as_str(),
            row.generation,
            row.owner,
            row.hash.0,
            row.claimed_at.to_string(),
            time(row.settled_at),
            row.settled_by,
            row.record.id,
            row.record.status,
            time(row.record.created_at),
            row.record.error.map(|kind| kind.as_str()),
            row.record.http_status,
            row.record.code,
            row.record.request_id,
            row.may_be_second,
            row.possible_duplicate,
            HASH_VERSION,
        ])?;
        Ok(())
    }

    fn is_alive(&self, row: &Row) -> bool {
        self.locks.is_alive(row.owner)
    }
}

/// The row in a result with [`COLUMNS`].
pub(super) fn read_row(row: &SqlRow<'_>) -> rusqlite::Result<Row> {
    Ok(Row {
        key: row.get(0)?,
        operation: row.get(1)?,
        state: state(row, 2)?,
        generation: row.get(3)?,
        owner: row.get(4)?,
        lease: None,
        hash: Hash(row.get(5)?),
        claimed_at: parsed(row, 6)?.unwrap_or_default(),
        settled_at: parsed(row, 7)?,
        settled_by: row.get(8)?,
        record: Record {
            id: row.get(9)?,
            status: row.get(10)?,
            created_at: parsed(row, 11)?,
            error: row.get::<_, Option<String>>(12)?.map(|kind| Kind::from_name(&kind).unwrap_or_default()),
            http_status: row.get(13)?,
            code: row.get(14)?,
            request_id: row.get(15)?,
        },
        may_be_second: row.get(16)?,
        possible_duplicate: row.get(17)?,
    })
}

/// The state in a column. A state that this version does not know is never sent.
pub(super) fn state(row: &SqlRow<'_>, column: usize) -> rusqlite::Result<State> {
    Ok(State::from_name(&row.get::<_, String>(column)?).unwrap_or(State::Unknown))
}

/// The time in a column. Absent if it is not a time.
fn parsed(row: &SqlRow<'_>, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<String>>(column)?.and_then(|time| time.parse().ok()))
}

//! The statements that read and write rows, and their parameters.

use jiff::Timestamp;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error as SqlError, Row as SqlRow, Statement};

use crate::Kind;
use crate::lazy::Lazy;
use crate::ledger::key::{HASH_VERSION, Hash};
use crate::ledger::lease::{Clock, Lease, MARGIN};
use crate::ledger::row::{Claim, Record, Row};
use crate::ledger::state::State;

/// The columns that a change can set, with their types, in the order of [`read_row`] and [`update`].
const COLUMNS: [(&str, &str); 20] = [
    ("key", "text"),
    ("operation", "text"),
    ("state", "text"),
    ("generation", "bigint"),
    ("owner", "bigint"),
    ("lease_until", "timestamptz"),
    ("hash", "bytea"),
    ("hash_version", "smallint"),
    ("claimed_at", "timestamptz"),
    ("settled_at", "timestamptz"),
    ("settled_by", "text"),
    ("result_id", "text"),
    ("result_status", "text"),
    ("result_created_at", "timestamptz"),
    ("error", "text"),
    ("http_status", "integer"),
    ("code", "text"),
    ("request_id", "text"),
    ("may_be_second", "boolean"),
    ("possible_duplicate", "boolean"),
];

/// The column with the database's time, in statements that read rows.
pub(super) const NOW: usize = COLUMNS.len();

fn names() -> String {
    COLUMNS.map(|(name, _)| name).join(", ")
}

/// The columns of a row, for statements that read rows.
pub(super) static NAMES: Lazy<String> = Lazy::new(names);

/// Inserts the rows of new keys, in the order of the keys, so that two transactions do not wait for each other. A key that another transaction is inserting
/// is waited for. Returns the rows that were inserted.
pub(super) static INSERT: Lazy<String> = Lazy::new(|| {
    "INSERT INTO zexa_ledger.rows (ledger, key, operation, state, generation, owner, lease_until, hash, hash_version, claimed_at, may_be_second,
                                   possible_duplicate)
     SELECT $1, key, operation, 'claimed', 1, $2, now() + lease * interval '1 second', hash, $3, now(), false, false
     FROM unnest($4::text[], $5::text[], $6::bytea[], $7::double precision[]) AS claim (key, operation, hash, lease)
     ORDER BY key COLLATE \"C\"
     ON CONFLICT DO NOTHING
     RETURNING key, claimed_at, lease_until, pg_current_xact_id()::text"
        .to_owned()
});

/// Locks rows, in the order of their keys, and returns them with the time at which all of them were locked.
pub(super) static SELECT: Lazy<String> = Lazy::new(|| {
    format!(
        "WITH locked AS MATERIALIZED (
             SELECT {0} FROM zexa_ledger.rows WHERE ledger = $1 AND key = ANY ($2) ORDER BY key FOR UPDATE
         )
         SELECT {0}, clock_timestamp() FROM locked",
        names()
    )
});

/// Replaces rows.
pub(super) static UPDATE: Lazy<String> = Lazy::new(|| {
    let set: Vec<_> = COLUMNS[1..].iter().map(|(name, _)| format!("{name} = changed.{name}")).collect();
    let values: Vec<_> = (2..).zip(COLUMNS).map(|(number, (_, kind))| format!("${number}::{kind}[]")).collect();
    format!(
        "UPDATE zexa_ledger.rows AS row SET {} FROM unnest({}) AS changed ({})
         WHERE row.ledger = $1 AND row.key = changed.key
         RETURNING pg_current_xact_id()::text",
        set.join(", "),
        values.join(", "),
        names()
    )
});

/// A new row, as far as the database has decided on it.
pub(super) struct Inserted {
    pub(super) key: String,
    pub(super) claimed_at: Timestamp,
    pub(super) lease_until: Timestamp,
}

/// Inserts the rows of claims whose keys are new. Returns them, and the id of the transaction if there are any.
pub(super) async fn insert(
    client: &Client,
    statement: &Statement,
    ledger: i64,
    owner: u64,
    claims: &[&Claim],
) -> Result<(Vec<Inserted>, Option<String>), SqlError> {
    let keys: Vec<&str> = claims.iter().map(|claim| claim.key.as_str()).collect();
    let operations: Vec<&str> = claims.iter().map(|claim| claim.operation).collect();
    let hashes: Vec<&[u8]> = claims.iter().map(|claim| &claim.hash.0[..]).collect();
    let leases: Vec<f64> = claims.iter().map(|claim| claim.lease.unwrap_or(MARGIN).as_secs_f64()).collect();
    let version = i16::from(HASH_VERSION);
    let rows =
        client.query(statement, &[&ledger, &to_bigint(owner), &version, &keys, &operations, &hashes, &leases]).await?;
    let transaction = rows.first().map(|row| row.try_get(3)).transpose()?;
    let inserted = rows
        .iter()
        .map(|row| Ok(Inserted { key: row.try_get(0)?, claimed_at: row.try_get(1)?, lease_until: row.try_get(2)? }));
    Ok((inserted.collect::<Result<_, SqlError>>()?, transaction))
}

/// Locks and returns the rows of keys, and the database's time afterwards. `clock` was read before.
pub(super) async fn select(
    client: &Client,
    statement: &Statement,
    ledger: i64,
    keys: &[&str],
    clock: Clock,
) -> Result<(Vec<Row>, Option<Timestamp>), SqlError> {
    let rows = client.query(statement, &[&ledger, &keys]).await?;
    let times = rows.iter().map(|row| row.try_get::<_, Timestamp>(NOW));
    let now = times.collect::<Result<Vec<_>, _>>()?.into_iter().max();
    let rows = rows.iter().map(|row| read_row(row, now.unwrap_or_default(), clock));
    Ok((rows.collect::<Result<_, _>>()?, now))
}

/// Replaces rows. Returns the id of the transaction.
pub(super) async fn update(
    client: &Client,
    statement: &Statement,
    ledger: i64,
    rows: &[&Row],
) -> Result<Option<String>, SqlError> {
    let texts = |read: &dyn Fn(&Row) -> Option<&str>| -> Vec<Option<String>> {
        rows.iter().map(|row| read(row).map(storable)).collect()
    };
    let times = |read: &dyn Fn(&Row) -> Option<Timestamp>| -> Vec<Option<Timestamp>> {
        rows.iter().map(|row| read(row)).collect()
    };
    let flags = |read: &dyn Fn(&Row) -> bool| -> Vec<bool> { rows.iter().map(|row| read(row)).collect() };
    let numbers = |read: &dyn Fn(&Row) -> u64| -> Vec<i64> { rows.iter().map(|row| to_bigint(read(row))).collect() };
    let hashes: Vec<&[u8]> = rows.iter().map(|row| &row.hash.0[..]).collect();
    let versions = vec![i16::from(HASH_VERSION); rows.len()];
    let statuses: Vec<Option<i32>> = rows.iter().map(|row| row.record.http_status.map(i32::from)).collect();
    let values: [&(dyn ToSql + Sync); 21] = [
        &ledger,
        &texts(&|row| Some(&row.key)),
        &texts(&|row| Some(&row.operation)),
        &texts(&|row| Some(row.state.as_str())),
        &numbers(&|row| row.generation),
        &numbers(&|row| row.owner),
        &times(&|row| row.lease.map(|lease| lease.until)),
        &hashes,
        &versions,
        &times(&|row| Some(row.claimed_at)),
        &times(&|row| row.settled_at),
        &texts(&|row| row.settled_by.as_deref()),
        &texts(&|row| row.record.id.as_deref()),
        &texts(&|row| row.record.status.as_deref()),
        &times(&|row| row.record.created_at),
        &texts(&|row| row.record.error.as_ref().map(Kind::as_str)),
        &statuses,
        &texts(&|row| row.record.code.as_deref()),
        &texts(&|row| row.record.request_id.as_deref()),
        &flags(&|row| row.may_be_second),
        &flags(&|row| row.possible_duplicate),
    ];
    let updated = client.query(statement, &values).await?;
    updated.first().map(|row| row.try_get(0)).transpose()
}

/// The row in a result with [`NAMES`]. The database's time was `now` after this machine's clock showed `clock`.
pub(super) fn read_row(row: &SqlRow, now: Timestamp, clock: Clock) -> Result<Row, SqlError> {
    let number = |column| row.try_get::<_, i64>(column).map(|number| u64::try_from(number).unwrap_or_default());
    let hash: &[u8] = row.try_get(6)?;
    Ok(Row {
        key: row.try_get(0)?,
        operation: row.try_get(1)?,
        state: state(row.try_get(2)?),
        generation: number(3)?,
        owner: number(4)?,
        lease: row.try_get::<_, Option<Timestamp>>(5)?.map(|until| Lease::new(until, now, clock)),
        // A hash of another length is that of no parameters.
        hash: Hash(hash.try_into().unwrap_or_default()),
        claimed_at: row.try_get(8)?,
        settled_at: row.try_get(9)?,
        settled_by: row.try_get(10)?,
        record: Record {
            id: row.try_get(11)?,
            status: row.try_get(12)?,
            created_at: row.try_get(13)?,
            error: row.try_get::<_, Option<&str>>(14)?.map(|kind| Kind::from_name(kind).unwrap_or_default()),
            http_status: row.try_get::<_, Option<i32>>(15)?.and_then(|status| u16::try_from(status).ok()),
            code: row.try_get(16)?,
            request_id: row.try_get(17)?,
        },
        may_be_second: row.try_get(18)?,
        possible_duplicate: row.try_get(19)?,
    })
}

/// The state with this name. A state that this version does not know is never sent.
pub(super) fn state(name: &str) -> State {
    State::from_name(name).unwrap_or(State::Unknown)
}

/// PostgreSQL stores no NUL in texts.
fn storable(text: &str) -> String {
    text.replace('\0', "")
}

pub(super) fn to_bigint(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

//! Finds a ledger in a database, and creates the tables.

use tokio_postgres::{Client, Error as SqlError};

use super::failure::{not_opened, reason};
use super::url::DatabaseUrl;
use crate::ledger::key::random_salt;
use crate::{Error, Result};

/// The version of the tables.
const VERSION: i32 = 1;

/// Creates the tables, or changes nothing.
const MIGRATION: &str = include_str!("../../../migrations/ledger_postgres_1.sql");

/// The oldest supported version of the server.
const OLDEST_SERVER: i32 = 140_000;

/// A ledger in the database.
pub(super) struct Found {
    pub(super) ledger: i64,
    /// Whether it was created just now.
    pub(super) is_new: bool,
}

/// Finds the ledger of the URL. Creates it, and the tables, if `create` is true and they do not exist. `None` if it does not exist.
pub(super) async fn find(client: &Client, url: &DatabaseUrl, create: bool) -> Result<Option<Found>> {
    let about = |reason: &str| Error::config("ledger", format_args!("{} {reason}", url.shown));
    let fail = |error: SqlError| not_opened(&url.shown, &error);
    check_server(client).await.map_err(fail)?.map_or(Ok(()), |reason| Err(about(&reason)))?;
    let has_tables = has_tables(client).await.map_err(fail)?;
    match (has_tables, create) {
        (true, _) => {}
        (false, false) => return Ok(None),
        (false, true) => migrate(client).await.map_err(|error| {
            about(&format!(
                "cannot be created ({}); run the migration `ledger_postgres_{VERSION}.sql` with another role",
                reason(&error)
            ))
        })?,
    }
    let newest: Option<i32> = client
        .query_one("SELECT max(version) FROM zexa_ledger.migrations", &[])
        .await
        .and_then(|row| row.try_get(0))
        .map_err(fail)?;
    match newest {
        Some(VERSION) => {}
        Some(newer) if newer > VERSION => {
            return Err(about(&format!("has version {newer}, and this library knows version {VERSION}: update it")));
        }
        _ => return Err(about(&format!("is incomplete: run the migration `ledger_postgres_{VERSION}.sql`"))),
    }
    let is_new = create && add(client, url).await?;
    let find = "SELECT id FROM zexa_ledger.ledgers WHERE name = $1";
    let found = client.query_opt(find, &[&url.ledger]).await.map_err(fail)?;
    found.map(|row| Ok(Found { ledger: row.try_get(0).map_err(fail)?, is_new })).transpose()
}

/// Why the server cannot be used.
async fn check_server(client: &Client) -> Result<Option<String>, SqlError> {
    let settings = "SELECT current_setting('server_version_num')::integer, current_setting('server_encoding')";
    let row = client.query_one(settings, &[]).await?;
    let (version, encoding): (i32, String) = (row.try_get(0)?, row.try_get(1)?);
    Ok(match encoding.as_str() {
        _ if version < OLDEST_SERVER => Some("needs PostgreSQL 14 or later".to_owned()),
        "UTF8" => None,
        _ => Some(format!("needs a database with the encoding UTF8, and this one has {encoding}")),
    })
}

async fn has_tables(client: &Client) -> Result<bool, SqlError> {
    client.query_one("SELECT to_regclass('zexa_ledger.rows') IS NOT NULL", &[]).await?.try_get(0)
}

/// Runs the migration, in one transaction and in one process at a time.
async fn migrate(client: &Client) -> Result<(), SqlError> {
    client.batch_execute("BEGIN; SELECT pg_advisory_xact_lock(hashtext('zexa_ledger.migrations'))").await?;
    let migrated = client.batch_execute(MIGRATION).await;
    let end = if migrated.is_ok() { "COMMIT" } else { "ROLLBACK" };
    let ended = client.batch_execute(end).await;
    migrated.and(ended)
}

/// Adds the ledger, unless it exists. Returns whether it was added.
async fn add(client: &Client, url: &DatabaseUrl) -> Result<bool> {
    let no_numbers = || Error::config("ledger", "cannot be created: the system has no random numbers");
    let salt = random_salt().ok_or_else(no_numbers)?;
    // Not only by the conflict, which would use up a number.
    let add = "INSERT INTO zexa_ledger.ledgers (name, salt) SELECT $1, $2
               WHERE NOT EXISTS (SELECT FROM zexa_ledger.ledgers WHERE name = $1) ON CONFLICT DO NOTHING";
    let added = client.execute(add, &[&url.ledger, &&salt[..]]).await;
    added.map(|rows| rows == 1).map_err(|error| not_opened(&url.shown, &error))
}

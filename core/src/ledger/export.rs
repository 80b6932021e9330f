//! Exports a ledger as CSV.

use std::io::Write;

use super::ledger_store::LedgerStore;
use crate::{Error, Kind, Outcome, Result};

const HEADER: [&str; 16] = [
    "key",
    "operation",
    "state",
    "id",
    "status",
    "created_at",
    "error",
    "http_status",
    "code",
    "request_id",
    "claims",
    "claimed_at",
    "settled_at",
    "settled_by",
    "may_be_second",
    "possible_duplicate",
];

/// Writes all rows. Returns their number.
pub(crate) fn write(store: &mut dyn LedgerStore, output: impl Write) -> Result<u64> {
    let mut csv = csv::Writer::from_writer(output);
    let mut count = 0;
    csv.write_record(HEADER).map_err(failed)?;
    store.each(None, &mut |row| {
        count += 1;
        let text = |value: Option<String>| value.unwrap_or_default();
        let time = |time: Option<jiff::Timestamp>| text(time.map(|time| time.to_string()));
        csv.write_record([
            row.key,
            row.operation,
            row.state.as_str().to_owned(),
            text(row.record.id),
            text(row.record.status),
            time(row.record.created_at),
            text(row.record.error.map(|kind| kind.as_str().to_owned())),
            text(row.record.http_status.map(|status| status.to_string())),
            text(row.record.code),
            text(row.record.request_id),
            row.generation.to_string(),
            row.claimed_at.to_string(),
            time(row.settled_at),
            text(row.settled_by),
            row.may_be_second.to_string(),
            row.possible_duplicate.to_string(),
        ])
        .map_err(failed)
    })?;
    csv.flush().map_err(|error| failed(error.into()))?;
    Ok(count)
}

fn failed(error: csv::Error) -> Error {
    Error::new(Kind::Other, Outcome::NotSent, format!("the export cannot be written: {error}")).with_source(error)
}

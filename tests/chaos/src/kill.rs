//! The bulk run that `cargo xtask chaos kill` kills, and a view of the ledger for the runs in all languages.

use std::io;
use std::path::Path;
use std::process::ExitCode;

use zexa::{BulkOptions, Client, Kind, Ledger, SendMessage};

use crate::Done;

/// Exit status of a run that has stopped before its last row.
const STOPPED: u8 = 3;

/// Every row with a multiple of this number is rejected, because its sender is not approved.
const REJECTED: u64 = 40;

pub(crate) fn send(ledger: &str, rows: &str, concurrency: &str) -> Done {
    let client = Client::builder().build()?;
    let options = BulkOptions::new().ledger(Path::new(ledger)).concurrency(concurrency.parse()?);
    let mut results = 0_u64;
    for result in client.messages().send_many((0..rows.parse()?).map(message), &options)? {
        match result {
            Ok(_) => results += 1,
            Err(error) if error.kind() == Kind::Stopped => {
                println!("{error}");
                return Ok(ExitCode::from(STOPPED));
            }
            Err(error) => return Err(error.into()),
        }
    }
    println!("{results}");
    Ok(ExitCode::SUCCESS)
}

/// The message of a row. Each has its own recipient.
fn message(row: u64) -> SendMessage {
    let sender = if row % REJECTED == REJECTED - 1 { "BANNED" } else { "ZEXA" };
    SendMessage::sms(format!("+2449{row:08}"), sender, "Hello").idempotency_key(format!("row-{row}"))
}

pub(crate) fn print_counts(ledger: &str) -> Done {
    println!("{}", serde_json::to_string(&Ledger::open(ledger)?.counts()?)?);
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn export(ledger: &str) -> Done {
    Ledger::open(ledger)?.export(io::stdout().lock())?;
    Ok(ExitCode::SUCCESS)
}

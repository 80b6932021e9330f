//! Checks of ledgers whose file is damaged.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::account::Account;
use super::file::with_suffix;
use super::key::Hash;
use super::row::{Claim, Record, Settlement};
use super::sqlite::Sqlite;
use super::state::{Claimed, Resend, Result as RowResult};
use super::store::{Change, Reply, Store};
use crate::{Error, Kind, Outcome, Result};

/// The size of a page of the file.
const PAGE: usize = 4096;

/// The number of rows of the intact ledger, which fill several pages.
const ROWS: usize = 30;

/// Opens a ledger in the directory after it was damaged as the input describes. Its use ends with a typed error, or works. No row that was recorded is
/// sent, if the damage is one that a disk or a file system causes: a file that was cut off, or pages that were lost.
pub fn ledger(input: &[u8], directory: &Path) {
    let [kind, damage @ ..] = input else { return };
    let path = directory.join("fuzzing.db");
    let intact = intact(directory);
    let (bytes, journal, is_detected) = match kind % 6 {
        0 => {
            // Of an empty file, only the journal shows that it was a ledger.
            let length = number(damage) % intact.len();
            (intact[..length].to_vec(), Some(vec![0; 512]), true)
        }
        1 => {
            let mut bytes = intact.to_vec();
            for lost in damage {
                let page = usize::from(lost >> 1) % (intact.len() / PAGE);
                bytes[page * PAGE..][..PAGE].fill(if lost & 1 == 0 { 0 } else { 0xff });
            }
            // At least one page is lost.
            (bytes, None, !damage.is_empty())
        }
        2 => {
            let mut bytes = intact.to_vec();
            for change in damage.chunks_exact(3) {
                let place = number(change) % bytes.len();
                bytes[place] = change[2];
            }
            (bytes, None, false)
        }
        3 => (damage.to_vec(), None, false),
        4 => (intact.to_vec(), Some(damage.to_vec()), false),
        // A ledger that is not damaged.
        _ => (intact.to_vec(), None, true),
    };
    for suffix in ["", "-journal"] {
        let _ = fs::remove_file(with_suffix(&path, suffix));
    }
    fs::write(&path, bytes).expect("written");
    if let Some(journal) = journal {
        fs::write(with_suffix(&path, "-journal"), journal).expect("written");
    }
    match use_ledger(&path, is_detected) {
        Ok(()) => {}
        Err(error) => {
            assert!(matches!(error.kind(), Kind::Config | Kind::Other), "{error}");
            assert_eq!(error.outcome(), Outcome::NotSent, "{error}");
            assert!(kind % 6 < 5, "an intact ledger fails: {error}");
        }
    }
}

/// Claims all rows of the intact ledger again, and a new one.
fn use_ledger(path: &Path, is_detected: bool) -> Result<()> {
    let mut ledger = Sqlite::open(path, false)?;
    let account = account();
    ledger.bind(&account)?;
    let owner = ledger.owner()?;
    let mut failed = None;
    for row in 0..ROWS {
        match claim(&mut ledger, &key(row), owner) {
            Ok(Claimed::Send { .. }) => assert!(!is_detected, "row {row} is sent again"),
            Ok(_) => {}
            // Other rows may be on intact pages.
            Err(error) => failed = Some(error),
        }
    }
    ledger.count()?;
    ledger.each(None, &mut |_| Ok(()))?;
    match claim(&mut ledger, "new", owner)? {
        Claimed::Send { .. } => settle(&mut ledger, "new", RowResult::Accepted)?,
        // The damaged file may contain it.
        _ => assert!(!is_detected, "a new row is not sent"),
    }
    if is_detected && failed.is_none() {
        assert_eq!(claim(&mut ledger, "new", owner)?, Claimed::Replay, "a result was lost");
    }
    failed.map_or(Ok(()), Err::<(), Error>)
}

fn number(bytes: &[u8]) -> usize {
    bytes.iter().take(2).fold(0, |number, byte| number << 8 | usize::from(*byte))
}

fn account() -> Account<'static> {
    Account { origin: "https://api.example/v1", api_key: "zx_fuzzing", secret: None, allows_other_key: false }
}

fn key(row: usize) -> String {
    format!("order-{row:04}")
}

/// The file of a ledger with rows in the states that must not be sent.
fn intact(directory: &Path) -> &'static [u8] {
    static INTACT: OnceLock<Vec<u8>> = OnceLock::new();
    INTACT.get_or_init(|| {
        let path: PathBuf = directory.join("intact.db");
        create(&path).expect("a ledger");
        fs::read(&path).expect("readable")
    })
}

fn create(path: &Path) -> Result<()> {
    let mut ledger = Sqlite::open(path, true)?;
    let account = account();
    ledger.bind(&account)?;
    let owner = ledger.owner()?;
    for row in 0..ROWS {
        claim(&mut ledger, &key(row), owner)?;
        match row % 3 {
            0 => settle(&mut ledger, &key(row), RowResult::Accepted)?,
            1 => settle(&mut ledger, &key(row), RowResult::Unknown)?,
            _ => {}
        }
    }
    Ok(())
}

fn claim(ledger: &mut Sqlite, key: &str, owner: u64) -> Result<Claimed> {
    let hash = Hash([7; 32]);
    let claim = Claim { key: key.to_owned(), operation: "/messages", hash, resend: Resend::default(), lease: None };
    match ledger.apply(&[Change::Claim { claim, owner }])?.remove(0) {
        Reply::Claimed(claimed, _) => Ok(claimed),
        other => panic!("{other:?}"),
    }
}

fn settle(ledger: &mut Sqlite, key: &str, result: RowResult) -> Result<()> {
    let record = Record { id: Some(format!("msg_{key}")), status: Some("queued".to_owned()), ..Record::default() };
    let settlement = Settlement { key: key.to_owned(), generation: 1, result, record };
    ledger.apply(&[Change::Settle(settlement)]).map(drop)
}

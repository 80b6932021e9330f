//! Opens a ledger file for a client.

use std::path::Path;
use std::sync::Arc;

use super::account::Account;
use super::file::{FileSystem, about};
use super::ledger_store::LedgerStore as _;
use super::locks::Locks;
use super::open::{OpenLedger, RunLock};
use super::sqlite::Sqlite;
use super::writer::Writer;
use crate::Result;
use crate::config::Config;

pub(super) fn open(path: &Path, config: &Config) -> Result<OpenLedger> {
    let mut store = Sqlite::open(path, true)?;
    let path = store.path().to_owned();
    let file_system = FileSystem::of(&path);
    if file_system == FileSystem::Network && !config.ledger_options.on_network {
        let reason = "is on a network file system, whose locks other machines may not see; to use it anyway, set `ledger_on_network`";
        return Err(about(&path, reason));
    }
    let hasher = store.bind(&Account::of(config))?;
    let is_new = store.is_new();
    let owner = store.owner()?;
    let (locks, shown) = (store.locks().clone(), path.clone());
    let writer = Writer::new(Box::new(store), owner);
    Ok(OpenLedger {
        writer,
        hasher: Arc::new(hasher),
        runs: Box::new(move || begin_run(&locks, &shown)),
        path,
        is_new,
        is_temporary: file_system == FileSystem::Temporary,
        is_shared: false,
    })
}

fn begin_run(locks: &Arc<Locks>, path: &Path) -> Result<RunLock> {
    match locks.begin_run() {
        Ok(Some(lock)) => Ok(Box::new(lock)),
        Ok(None) => Err(about(path, "is used by another bulk run, in this process or in another one")),
        Err(error) => Err(about(path, &format!("cannot be locked: {error}"))),
    }
}

//! Opens a ledger in a database.

use std::sync::Arc;
use std::time::Duration;

use super::account::Account;
use super::ledger_store::LedgerStore as _;
use super::location::{Location, NOT_A_FILE};
use super::open::{OpenLedger, RunLock};
use super::postgres::{self, Access, Postgres};
use super::writer::Writer;
use crate::config::Config;
use crate::engine::trust::Trust;
use crate::environment::Environment;
use crate::{Error, Result};

/// The environment variable with the password, as for other programs that use PostgreSQL.
pub(crate) const PASSWORD: &str = "PGPASSWORD";

/// The timeout for a connection, if no client has set it.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Opens a ledger for a client.
pub(super) fn open(url: &str, config: &Config) -> Result<OpenLedger> {
    let password = config.ledger_options.password.clone();
    let access = Access { url, password, trust: &config.trust, timeout: config.connect_timeout };
    let mut store = connect(access, true)?.ok_or_else(|| not_found(url))?;
    let hasher = store.bind(&Account::of(config))?;
    let owner = store.owner()?;
    let (locks, path, is_new) = (store.run_locks(), store.path().to_owned(), store.is_new());
    let shown = path.clone();
    let runs = move || match locks.begin()? {
        Some(run) => Ok(Box::new(run) as RunLock),
        None => {
            let reason =
                format_args!("{} is used by another bulk run, in this process or in another one", shown.display())
                    .to_string();
            Err(Error::config("ledger", reason))
        }
    };
    Ok(OpenLedger {
        writer: Writer::new(Box::new(store), owner),
        hasher: Arc::new(hasher),
        path,
        is_new,
        is_temporary: false,
        is_shared: true,
        runs: Box::new(runs),
    })
}

/// Opens a ledger without a client, with the certificate authorities and the password of the environment. `None` if it does not exist.
pub(super) fn open_alone(url: &str, create: bool) -> Result<Option<Postgres>> {
    let environment = Environment::Process;
    let password = environment.text("ledger", PASSWORD)?;
    let trust = Trust::from_environment(&environment);
    connect(Access { url, password, trust: &trust, timeout: CONNECT_TIMEOUT }, create)
}

/// The error of a ledger that does not exist.
pub(super) fn not_found(url: &str) -> Error {
    Error::config("ledger", format_args!("{} does not exist", postgres::shown(url).unwrap_or_default()))
}

fn connect(access: Access<'_>, create: bool) -> Result<Option<Postgres>> {
    match Location::is_postgres(access.url) {
        true => Postgres::open(access, create),
        false => Err(Error::config("ledger", NOT_A_FILE)),
    }
}

//! [`Connector`] opens connections to a database, and [`Session`] is one of them.

use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use tokio::task::{JoinHandle, yield_now};
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_postgres::{Client, Error as SqlError, Statement};

use super::failure::{is_configuration, not_opened, reason, unreachable};
use super::statements;
use super::tls::Tls;
use super::url::DatabaseUrl;
use crate::engine::tls_config;
use crate::engine::trust::Trust;
use crate::{Error, Outcome, Result};

/// The wait before the next attempt to reach a database that restarts.
const RECONNECT: Duration = Duration::from_millis(100);

/// The settings of a session.
///
/// - A claim must be durable when its commit returns, whatever the database's default is.
/// - If the connection of a process is lost, the server ends its transaction soon, and releases its run lock when the host does not respond.
/// - Other settings of the database must not change what the statements mean, or let them read all rows of a large ledger.
const SETTINGS: &str = "
    SET synchronous_commit = on;
    SET default_transaction_isolation = 'read committed';
    SET default_transaction_read_only = off;
    SET idle_in_transaction_session_timeout = '10s';
    SET statement_timeout = 0;
    SET idle_session_timeout = 0;
    SET tcp_keepalives_idle = 30;
    SET tcp_keepalives_interval = 10;
    SET tcp_keepalives_count = 3;
    SET enable_hashjoin = off;
    SET enable_mergejoin = off;
    SET client_min_messages = warning;
    SET search_path = pg_catalog;
";

const NO_ANSWER: &str = "it did not answer in time";

/// Opens connections to the database of a URL.
pub(super) struct Connector {
    pub(super) url: DatabaseUrl,
    tls: Tls,
    /// The timeout for the connection to one server.
    timeout: Duration,
}

impl Connector {
    /// `trust`: the certificate authorities of the client.
    ///
    /// # Errors
    ///
    /// [`Kind::Config`](crate::Kind::Config) if the certificate authorities cannot be used.
    pub(super) fn new(url: DatabaseUrl, trust: &Trust, timeout: Duration) -> Result<Connector> {
        let timeout = url.connect_timeout.unwrap_or(timeout);
        let config = url.uses_tls.then(|| tls(&url, trust)).transpose()?;
        Ok(Connector { url, tls: Tls(config.map(Arc::new)), timeout })
    }

    /// Connects once.
    ///
    /// # Errors
    ///
    /// [`Kind::Config`](crate::Kind::Config) if the URL must be corrected, and [`Kind::Connect`](crate::Kind::Connect) for other failures.
    pub(super) async fn connect(&self) -> Result<Session> {
        match self.try_to_connect().await {
            Ok(session) => Ok(session),
            Err(Some(error)) => Err(not_opened(&self.url.shown, &error)),
            Err(None) => Err(self.no_answer(Outcome::NotSent)),
        }
    }

    /// Connects again after a connection was lost, also while the database restarts.
    ///
    /// # Errors
    ///
    /// If the database cannot be reached before this time.
    pub(super) async fn reconnect(&self, end: Instant) -> Result<Session> {
        loop {
            let reason = match timeout_at(end, self.try_to_connect()).await {
                Ok(Ok(session)) => return Ok(session),
                Ok(Err(Some(error))) if is_configuration(&error) => {
                    return Err(unreachable(&self.url.shown, &reason(&error), Outcome::Unknown));
                }
                Ok(Err(Some(error))) => reason(&error),
                Ok(Err(None)) | Err(_) => NO_ANSWER.to_owned(),
            };
            if Instant::now() + RECONNECT >= end {
                return Err(unreachable(&self.url.shown, &reason, Outcome::Unknown));
            }
            sleep(RECONNECT).await;
        }
    }

    /// The error of a server that does not answer in time.
    pub(super) fn no_answer(&self, outcome: Outcome) -> Error {
        unreachable(&self.url.shown, NO_ANSWER, outcome)
    }

    /// `None` if there is no answer in time.
    async fn try_to_connect(&self) -> Result<Session, Option<SqlError>> {
        let mut config = self.url.config();
        config.connect_timeout(self.timeout);
        let connect = async {
            let (client, connection) = config.connect(self.tls.clone()).await?;
            // It only reports how the connection has ended, which the statements report, too.
            let task = tokio::spawn(async move { drop(connection.await) });
            let session = Session { client, task, statements: None };
            session.client.batch_execute(SETTINGS).await?;
            Ok(session)
        };
        match timeout(self.timeout.saturating_mul(self.url.hosts), connect).await {
            Ok(connected) => connected.map_err(Some),
            Err(_) => Err(None),
        }
    }
}

fn tls(url: &DatabaseUrl, trust: &Trust) -> Result<ClientConfig> {
    let own = url.root_certificates.as_deref().map(Trust::from_file).transpose().map_err(|error| {
        let reason = error.details().and_then(|details| details["reason"].as_str()).unwrap_or_default();
        Error::config("ledger", format_args!("has an invalid `sslrootcert`: it {reason}"))
    })?;
    tls_config(own.as_ref().unwrap_or(trust))
}

/// A connection. Dropping it closes it, and undoes a transaction that is open.
pub(super) struct Session {
    pub(super) client: Client,
    task: JoinHandle<()>,
    statements: Option<Statements>,
}

/// The prepared statements of a session.
#[derive(Clone)]
pub(super) struct Statements {
    pub(super) insert: Statement,
    pub(super) select: Statement,
    pub(super) update: Statement,
}

impl Session {
    /// The prepared statements, which are prepared when they are first used.
    pub(super) async fn statements(&mut self) -> Result<Statements, SqlError> {
        if let Some(statements) = &self.statements {
            return Ok(statements.clone());
        }
        let prepared = Statements {
            insert: self.client.prepare(&statements::INSERT).await?,
            select: self.client.prepare(&statements::SELECT).await?,
            update: self.client.prepare(&statements::UPDATE).await?,
        };
        Ok(self.statements.insert(prepared).clone())
    }

    /// Whether the server has closed the connection while it was idle, for example because it was restarted.
    pub(super) async fn is_closed(&self) -> bool {
        // First the runtime reads from the socket, then the connection's task acts on that.
        yield_now().await;
        yield_now().await;
        self.client.is_closed()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.task.abort();
    }
}

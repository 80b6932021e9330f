//! [`Connection`]: a connection to the server of a limiter, with its script.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, ErrorKind, RedisConnectionInfo, RedisError, Value};
use rustls::pki_types::ServerName;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;

use super::Setup;
use super::failure::Failure;
use super::url::LimiterUrl;
use crate::engine::tls;

/// The script that takes attempts and reports 429s.
const SCRIPT: &str = include_str!("limiter.lua");

/// A turn is reserved at most this far ahead. Twice what the script does.
const MAX_DELAY: Duration = Duration::from_secs(1);

/// The time after which an idle connection is probed.
const KEEP_ALIVE: Duration = Duration::from_secs(60);

/// A connection. Dropping it closes it.
pub(super) struct Connection {
    redis: MultiplexedConnection,
    task: JoinHandle<()>,
    /// The name of the script on the server.
    sha1: String,
}

/// The arguments of one call of the script.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Arguments {
    pub(super) count: i8,
    pub(super) is_single: bool,
    pub(super) accepted: u64,
    /// The epoch of an attempt that met a 429, and for how long it closes the gate.
    pub(super) refused: Option<(u64, Duration)>,
    /// The last limit that this worker has seen, in requests per second.
    pub(super) last_limit: Option<f64>,
}

/// The result of one call of the script.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct State {
    /// The delay after which the attempt may begin. `None` if it may not.
    pub(super) delay: Option<Duration>,
    /// The time until the gate opens.
    pub(super) closed_for: Duration,
    pub(super) epoch: u64,
    pub(super) limit: Option<f64>,
}

impl Connection {
    /// Connects, and loads the script.
    pub(super) async fn open(setup: &Setup) -> Result<Connection, Failure> {
        let url = &setup.url;
        let stream = TcpStream::connect((url.host.as_str(), url.port)).await?;
        stream.set_nodelay(true)?;
        // A router may forget a connection that is idle for minutes.
        SockRef::from(&stream).set_tcp_keepalive(&TcpKeepalive::new().with_time(KEEP_ALIVE))?;
        match url.uses_tls {
            false => Ok(Connection::start(url, stream).await?),
            true => {
                let config = Arc::new(tls::for_limiter(&setup.trust)?);
                // The host of a URL is a valid name.
                let name = ServerName::try_from(url.host.clone()).map_err(io::Error::other)?;
                Ok(Connection::start(url, TlsConnector::from(config).connect(name, stream).await?).await?)
            }
        }
    }

    async fn start<S>(url: &LimiterUrl, stream: S) -> Result<Connection, RedisError>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let mut info = RedisConnectionInfo::default().set_db(url.database).set_skip_set_lib_name();
        if let Some(user) = &url.user {
            info = info.set_username(user);
        }
        if let Some(password) = &url.password {
            info = info.set_password(password.as_str());
        }
        let (redis, driver) = MultiplexedConnection::new_with_config(
            &info,
            stream,
            AsyncConnectionConfig::new().set_response_timeout(None),
        )
        .await?;
        let task = tokio::spawn(driver);
        let mut connection = Connection { redis, task, sha1: String::new() };
        connection.load().await?;
        Ok(connection)
    }

    async fn load(&mut self) -> Result<(), RedisError> {
        self.sha1 = redis::cmd("SCRIPT").arg("LOAD").arg(SCRIPT).query_async(&mut self.redis).await?;
        Ok(())
    }

    /// Calls the script for each of these arguments, in one exchange.
    pub(super) async fn call(&mut self, key: &str, all: &[Arguments]) -> Result<Vec<State>, RedisError> {
        match self.try_call(key, all).await {
            // The server was restarted, or its scripts were removed.
            Err(error) if error.code() == Some("NOSCRIPT") => {
                self.load().await?;
                self.try_call(key, all).await
            }
            result => result,
        }
    }

    async fn try_call(&mut self, key: &str, all: &[Arguments]) -> Result<Vec<State>, RedisError> {
        let mut pipeline = redis::pipe();
        for arguments in all {
            let (epoch, wait) = arguments.refused.map_or((-1, 0), |(epoch, wait)| {
                (i64::try_from(epoch).unwrap_or(-1), u64::try_from(wait.as_micros()).unwrap_or(u64::MAX))
            });
            pipeline.cmd("EVALSHA").arg(&self.sha1).arg(1).arg(key);
            pipeline.arg(arguments.count).arg(u8::from(arguments.is_single)).arg(arguments.accepted);
            pipeline.arg(epoch).arg(wait).arg(arguments.last_limit.unwrap_or(0.0));
        }
        let states: Vec<Value> = pipeline.query_async(&mut self.redis).await?;
        if states.len() != all.len() {
            return Err(unexpected());
        }
        states.iter().map(|state| State::read(state).ok_or_else(unexpected)).collect()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl State {
    fn read(value: &Value) -> Option<State> {
        let Value::Array(parts) = value else { return None };
        let [Value::Int(delay), Value::Int(closed), Value::Int(epoch), Value::BulkString(limit)] = &parts[..] else {
            return None;
        };
        let microseconds = |number: i64| u64::try_from(number).ok().map(Duration::from_micros);
        let limit: f64 = str::from_utf8(limit).ok()?.parse().ok()?;
        let delay = microseconds(*delay);
        if delay.is_some_and(|delay| delay > MAX_DELAY) || !limit.is_finite() {
            return None;
        }
        Some(State {
            delay,
            closed_for: microseconds(*closed)?,
            epoch: u64::try_from(*epoch).ok()?,
            limit: Some(limit).filter(|limit| *limit > 0.0),
        })
    }
}

fn unexpected() -> RedisError {
    RedisError::from((ErrorKind::UnexpectedReturnType, "the script returned something else"))
}

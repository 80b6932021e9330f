//! [`ClientBuilder`]: the options of a client.

use std::ffi::OsString;
use std::fmt;
use std::sync::Arc;

use crate::config::Config;
use crate::environment::Environment;
use crate::observe::{Attempt, Observer};
use crate::options::options;
use crate::{AsyncClient, Client, Result};

options! {
    ClientValues of ClientBuilder {
        /// Set the API key, which every client needs.
        api_key: secret from "ZEXA_API_KEY";
        /// Set the base URL of the API, including the path `/v1`.
        base_url: text from "ZEXA_BASE_URL" = "https://api.zexa.ao/v1";
        /// Set the timeout of one attempt, from connecting to the last byte of the response.
        timeout: duration = 30 s;
        /// Set the timeout for opening a connection: DNS lookup, TCP connect and TLS handshake.
        connect_timeout: duration = 5 s;
        /// Set the deadline of a whole call: all attempts, the waits between them, and all pages of a list. Without it, a call that waits for a status has
        /// a deadline of 30 minutes.
        deadline: duration = none;
        /// Set the longest wait that a server may request with `Retry-After`. If it requests more, the call fails immediately.
        max_retry_wait: wait = 120 s;
        /// Set the maximum number of retries after a failed attempt. Only failures that are safe to retry are retried. 0 means one attempt.
        max_retries: count = 3;
        /// Permit `http://` URLs for other hosts than localhost, which send the API key unencrypted.
        allow_http: flag = false;
        /// Set the URL of a proxy for all connections, such as `http://user:password@proxy.example:3128`. Supported schemes: `http`, `https`, `socks5`,
        /// and `socks5h`, with which the proxy resolves host names.
        ///
        /// Default: the environment variables `HTTPS_PROXY` (`HTTP_PROXY` for a base URL with `http://`), `ALL_PROXY` and `NO_PROXY`, which are read
        /// when the client is created. They do not apply if the host of the base URL is a loopback address or `localhost`.
        proxy: secret;
        /// Set the path of a PEM file with the certificate authorities to trust, instead of those of the system. It can also contain the self-signed
        /// certificate of the server. Default: the environment variables `SSL_CERT_FILE` and `SSL_CERT_DIR`, else the system's authorities.
        ca_file: path;
        /// Set the path of a PEM file with a client certificate and its intermediate certificates, with which the client authenticates itself to
        /// a server that requests one (mutual TLS). Requires `client_key_file`.
        client_cert_file: path = none;
        /// Set the path of a PEM file with the private key of the client certificate, in the format PKCS#8, PKCS#1 or SEC1, and not encrypted.
        client_key_file: path = none;
        /// Set a suffix for the `User-Agent` header, such as `shop/1.2`.
        user_agent_suffix: text = none;
        /// Add headers that are sent with every request. Headers that the client sets itself, such as `Authorization`, are rejected.
        default_headers: headers by default_header;
        /// Enable HTTP/2 for `https://` URLs, if the server supports it. Without it, only HTTP/1.1 is used.
        ///
        /// Over HTTP/2, the calls of an async client share one connection. If that connection fails, the outcome of all calls in flight is unknown. The
        /// calls of a blocking client do not share connections, and are not faster.
        http2: flag = false;
        /// Set the maximum number of concurrent requests. Over HTTP/1.1, each of them uses one connection.
        ///
        /// Further calls wait for a connection in order of arrival, until their deadline. Lists prefetch fewer pages if connections are scarce. Idle
        /// connections are closed after at most a minute; a blocking client closes them when it is next used.
        max_connections: limit = 100;
        /// Set the path of the ledger, a file that records which messages were sent. Calls with an idempotency key need it. It is created if it does
        /// not exist. Several machines can share a ledger in a PostgreSQL database: set its URL, such as `postgres://user@db.example/zexa?ledger=june`.
        ledger: location;
        /// Set a secret for the hashes in the ledger, which then cannot be guessed from the file alone. It is not stored, and must be the same
        /// whenever the ledger is used.
        ledger_secret: secret;
        /// Permit a ledger that was created with another API key of the same account.
        ledger_same_account: flag = false;
        /// Permit a ledger on a network file system, whose locks other machines may not see.
        ledger_on_network: flag = false;
        /// Set the URL of a Redis or Valkey server that limits the rate of all workers of the account together, such as
        /// `redis://:password@redis.example:6379/0`, or `rediss://` for TLS. A 429 that one worker meets stops all of them until it has passed.
        ///
        /// While the server cannot be reached, a call waits for it for up to 30 seconds, and then fails with the outcome `not_sent`. With
        /// `?fallback_rate=5` in the URL, each client sends at most 5 requests per second instead. Workers share a limit if they have the same API key;
        /// `?name=…` sets another name for it.
        limiter: secret from "ZEXA_LIMITER";
    }
}

/// The options of a client. Created by [`Client::builder`].
///
/// Only the API key is required; it is read from the environment if it is not set here. [`build`](ClientBuilder::build) checks all options and fails
/// with [`Kind::Config`](crate::Kind::Config) if one is invalid; the message names the option. Building a client opens no connection and starts no
/// thread.
#[derive(Clone, Default)]
#[must_use = "call `build` to create the client"]
pub struct ClientBuilder {
    pub(crate) values: ClientValues,
    pub(crate) product: Option<&'static str>,
    pub(crate) on_attempt: Option<Observer>,
    pub(crate) environment: Environment,
}

impl ClientBuilder {
    /// Sets the start of the `User-Agent` header, with which the binding of another language identifies itself.
    pub(crate) fn product(mut self, product: &'static str) -> Self {
        self.product = Some(product);
        self
    }

    /// Set a callback for logs and metrics. It is called after every attempt, on the thread that made the attempt, and must not block.
    ///
    /// Default: each attempt is logged as one `debug` record of the `log` crate with the target `zexa`.
    pub fn on_attempt(mut self, observer: impl Fn(&Attempt<'_>) + Send + Sync + 'static) -> Self {
        self.on_attempt = Some(Arc::new(observer));
        self
    }

    /// Sets the observer of a binding, instead of the closure of `on_attempt`.
    pub(crate) fn observer(mut self, observer: Observer) -> Self {
        self.on_attempt = Some(observer);
        self
    }

    /// Sets the environment variables of a binding, instead of those of the process.
    pub(crate) fn environment(mut self, variables: Vec<(String, OsString)>) -> Self {
        self.environment = Environment::Other(variables);
        self
    }

    /// Create a blocking client.
    ///
    /// # Errors
    ///
    /// [`Kind::Config`](crate::Kind::Config) if an option is invalid, or if there is no API key.
    pub fn build(self) -> Result<Client> {
        Client::new(Config::new(self)?)
    }

    /// Create an async client. It can be used from any async runtime, or from none.
    ///
    /// # Errors
    ///
    /// The same as for [`build`](ClientBuilder::build).
    pub fn build_async(self) -> Result<AsyncClient> {
        AsyncClient::new(Config::new(self)?)
    }
}

impl fmt::Debug for ClientBuilder {
    /// Omits the API key and the proxy, which may contain a password, and the values of headers, which may contain a token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut output = f.debug_struct("ClientBuilder");
        self.values.show(&mut output);
        output.finish_non_exhaustive()
    }
}

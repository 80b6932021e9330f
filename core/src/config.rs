//! [`ClientBuilder`]: the options of a client; and [`Config`]: the checked options.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ::url::Url;
use http::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, USER_AGENT};

use crate::engine::trust::Trust;
use crate::environment::Environment;
use crate::observe::{Attempt, Observer};
use crate::proxy::{Protocol, Route};
use crate::{AsyncClient, Client, Error, Result, url};

/// The base URL if neither the option nor the environment sets one.
const DEFAULT_BASE_URL: &str = "https://api.zexa.ao/v1";

/// The options of a client. Created by [`Client::builder`].
///
/// Only the API key is required; it is read from the environment if it is not set here. [`build`](ClientBuilder::build) checks all options and fails
/// with [`Kind::Config`](crate::Kind::Config) if one is invalid; the message names the option. Building a client opens no connection and starts no
/// thread.
#[derive(Clone, Default)]
#[must_use = "call `build` to create the client"]
pub struct ClientBuilder {
    api_key: Option<String>,
    base_url: Option<String>,
    timeout: Option<Duration>,
    connect_timeout: Option<Duration>,
    deadline: Option<Duration>,
    max_connections: Option<u32>,
    http2: bool,
    max_retries: Option<u32>,
    max_retry_wait: Option<Duration>,
    proxy: Option<String>,
    ca_file: Option<PathBuf>,
    product: Option<&'static str>,
    user_agent_suffix: Option<String>,
    default_headers: Vec<(String, String)>,
    allow_http: bool,
    on_attempt: Option<Observer>,
    environment: Environment,
}

impl ClientBuilder {
    /// Set the API key. Required. Default: the environment variable `ZEXA_API_KEY`.
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = Some(key.into());
        self
    }

    /// Set the base URL of the API, including the path `/v1`. Default: the environment variable `ZEXA_BASE_URL`, else `https://api.zexa.ao/v1`.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// Set the timeout of one attempt, from connecting to the last byte of the response. Default: 30 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Set the timeout for opening a connection: DNS lookup, TCP connect and TLS handshake. Default: 5 s.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// Set the deadline of a whole call: all attempts, the waits between them, and all pages of a list. Default: none.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Set the maximum number of concurrent requests. Over HTTP/1.1, each of them uses one connection. Default: 100.
    ///
    /// Further calls wait for a connection in order of arrival, until their deadline. Lists prefetch fewer pages if connections are scarce. Idle
    /// connections are closed after at most a minute; a blocking client closes them when it is next used.
    pub fn max_connections(mut self, connections: u32) -> Self {
        self.max_connections = Some(connections);
        self
    }

    /// Enable HTTP/2 for `https://` URLs, if the server supports it. Default: false, HTTP/1.1 only.
    ///
    /// Over HTTP/2, the calls of an [`AsyncClient`] share one connection. If that connection fails, the outcome of all calls in flight is unknown.
    /// The blocking [`Client`] does not benefit from HTTP/2.
    pub fn http2(mut self, enabled: bool) -> Self {
        self.http2 = enabled;
        self
    }

    /// Set the maximum number of retries after a failed attempt. Only failures that are safe to retry are retried. 0 means one attempt. Default: 3.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.max_retries = Some(retries);
        self
    }

    /// Set the longest wait that a server may request with `Retry-After`. If it requests more, the call fails immediately. Default: 120 s.
    pub fn max_retry_wait(mut self, wait: Duration) -> Self {
        self.max_retry_wait = Some(wait);
        self
    }

    /// Set the URL of a proxy for all connections, such as `http://user:password@proxy.example:3128`. Supported schemes: `http`, `https`, `socks5`,
    /// and `socks5h`, with which the proxy resolves host names.
    ///
    /// Default: the environment variables `HTTPS_PROXY` (`HTTP_PROXY` for a base URL with `http://`), `ALL_PROXY` and `NO_PROXY`, which are read when
    /// the client is created. They do not apply if the host of the base URL is a loopback address or `localhost`.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// Set the path of a PEM file with the certificate authorities to trust, instead of those of the system. Default: the environment variables
    /// `SSL_CERT_FILE` and `SSL_CERT_DIR`, else the system's authorities.
    pub fn ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.ca_file = Some(path.into());
        self
    }

    /// Set a suffix for the `User-Agent` header, such as `shop/1.2`. Default: none.
    pub fn user_agent_suffix(mut self, suffix: impl Into<String>) -> Self {
        self.user_agent_suffix = Some(suffix.into());
        self
    }

    /// Sets the start of the `User-Agent` header, with which the binding of another language identifies itself.
    pub(crate) fn product(mut self, product: &'static str) -> Self {
        self.product = Some(product);
        self
    }

    /// Add a header that is sent with every request. Headers that the client sets itself, such as `Authorization`, are rejected.
    pub fn default_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.default_headers.push((name.into(), value.into()));
        self
    }

    /// Permit `http://` URLs for other hosts than localhost, which send the API key unencrypted. Default: false.
    pub fn allow_http(mut self, allow: bool) -> Self {
        self.allow_http = allow;
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
        Ok(Client::new(self.resolve()?))
    }

    /// Create an async client. It can be used from any async runtime, or from none.
    ///
    /// # Errors
    ///
    /// The same as for [`build`](ClientBuilder::build).
    pub fn build_async(self) -> Result<AsyncClient> {
        Ok(AsyncClient::new(self.resolve()?))
    }

    fn resolve(self) -> Result<Config> {
        let environment = &self.environment;
        let base_url = match self.base_url {
            Some(url) => url::check_base(&url, self.allow_http)?,
            None => base_url_of(environment, self.allow_http)?,
        };
        let authorization = match self.api_key {
            Some(key) => authorization(&key)?,
            None => authorization_of(environment)?,
        };
        let product = self.product.unwrap_or(concat!("zexa-rust/", env!("CARGO_PKG_VERSION")));
        let user_agent = user_agent(product, self.user_agent_suffix.as_deref())?;
        Ok(Config {
            headers: headers(authorization, user_agent, &self.default_headers)?,
            timeout: positive("timeout", self.timeout)?.unwrap_or(Duration::from_secs(30)),
            connect_timeout: positive("connect_timeout", self.connect_timeout)?.unwrap_or(Duration::from_secs(5)),
            deadline: positive("deadline", self.deadline)?,
            max_connections: match self.max_connections {
                Some(0) => return Err(Error::config("max_connections", "must be 1 or more, got 0")),
                connections => connections.unwrap_or(100),
            },
            http2: self.http2,
            max_retries: self.max_retries.unwrap_or(3),
            max_retry_wait: self.max_retry_wait.unwrap_or(Duration::from_secs(120)),
            route: match self.proxy {
                Some(proxy) => Route::by_option(&proxy, &base_url, self.allow_http)?,
                None => Route::by_environment(environment, &base_url, self.allow_http)?,
            },
            trust: match self.ca_file {
                Some(file) => Trust::from_file(&file)?,
                None => Trust::from_environment(environment),
            },
            observer: self.on_attempt,
            base_url,
        })
    }
}

impl fmt::Debug for ClientBuilder {
    /// Omits the API key, the proxy, which may contain a password, and the headers, which may contain a token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("base_url", &self.base_url)
            .field("timeout", &self.timeout)
            .field("connect_timeout", &self.connect_timeout)
            .field("deadline", &self.deadline)
            .field("max_connections", &self.max_connections)
            .field("http2", &self.http2)
            .field("max_retries", &self.max_retries)
            .field("max_retry_wait", &self.max_retry_wait)
            .field("ca_file", &self.ca_file)
            .field("user_agent_suffix", &self.user_agent_suffix)
            .field("allow_http", &self.allow_http)
            .finish_non_exhaustive()
    }
}

/// The checked options of a client.
pub(crate) struct Config {
    pub(crate) base_url: Url,
    /// The headers of all requests. The one with the API key is marked as sensitive.
    pub(crate) headers: HeaderMap,
    pub(crate) timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) deadline: Option<Duration>,
    pub(crate) max_connections: u32,
    pub(crate) http2: bool,
    pub(crate) max_retries: u32,
    pub(crate) max_retry_wait: Duration,
    pub(crate) route: Route,
    pub(crate) trust: Trust,
    pub(crate) observer: Option<Observer>,
}

impl Config {
    /// Whether no connection needs TLS, neither with the server nor with a proxy.
    pub(crate) fn never_uses_tls(&self) -> bool {
        let proxy_uses_tls = matches!(&self.route, Route::Proxy(proxy) if proxy.protocol == Protocol::Https);
        self.base_url.scheme() == "http" && !proxy_uses_tls
    }

    /// The value of the `User-Agent` header, which is also sent to proxies.
    pub(crate) fn user_agent(&self) -> HeaderValue {
        self.headers.get(USER_AGENT).cloned().unwrap_or(HeaderValue::from_static("zexa"))
    }
}

/// Rejects a duration of zero.
pub(crate) fn positive(option: &str, value: Option<Duration>) -> Result<Option<Duration>> {
    match value {
        Some(Duration::ZERO) => Err(Error::config(option, "must be more than zero")),
        value => Ok(value),
    }
}

/// The base URL of the environment, or else the default.
fn base_url_of(environment: &Environment, allow_http: bool) -> Result<Url> {
    const VARIABLE: &str = "ZEXA_BASE_URL";
    match environment.text("base_url", VARIABLE)? {
        Some(url) => url::check_base(&url, allow_http).map_err(|error| error.about_variable(VARIABLE)),
        None => url::check_base(DEFAULT_BASE_URL, allow_http),
    }
}

fn headers(authorization: HeaderValue, user_agent: HeaderValue, extra: &[(String, String)]) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (name, value) in extra {
        let (name, value) = header("default_headers", name, value)?;
        headers.insert(name, value);
    }
    headers.insert(AUTHORIZATION, authorization);
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(USER_AGENT, user_agent);
    Ok(headers)
}

/// The `Authorization` header with the key of the environment.
fn authorization_of(environment: &Environment) -> Result<HeaderValue> {
    const VARIABLE: &str = "ZEXA_API_KEY";
    match environment.text("api_key", VARIABLE)? {
        Some(key) => authorization(&key).map_err(|error| error.about_variable(VARIABLE)),
        None => Err(Error::config("api_key", "is required: set it, or the environment variable ZEXA_API_KEY")),
    }
}

/// The `Authorization` header with this key.
fn authorization(key: &str) -> Result<HeaderValue> {
    if key.is_empty() {
        return Err(Error::config("api_key", "must not be empty; leave it out to use ZEXA_API_KEY"));
    }
    if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        let reason = "must not contain spaces, line breaks or characters outside of ASCII";
        return Err(Error::config("api_key", reason));
    }
    let mut value = HeaderValue::try_from(format!("Bearer {key}")).expect("checked to be visible ASCII");
    value.set_sensitive(true);
    Ok(value)
}

fn user_agent(product: &str, suffix: Option<&str>) -> Result<HeaderValue> {
    let agent = match suffix {
        None | Some("") => product.to_owned(),
        Some(suffix) => format!("{product} {suffix}"),
    };
    HeaderValue::try_from(agent)
        .map_err(|_| Error::config("user_agent_suffix", "must not contain line breaks or control characters"))
}

/// Checks a header of the caller. Headers that the client sets itself are rejected.
pub(crate) fn header(option: &str, name: &str, value: &str) -> Result<(HeaderName, HeaderValue)> {
    const RESERVED: [&str; 12] = [
        "accept",
        "accept-encoding",
        "authorization",
        "connection",
        "content-length",
        "content-type",
        "expect",
        "host",
        "te",
        "transfer-encoding",
        "upgrade",
        "user-agent",
    ];
    let Ok(parsed) = HeaderName::try_from(name) else {
        return Err(Error::config(option, format_args!("must contain valid header names, got {name:?}")));
    };
    if RESERVED.contains(&parsed.as_str()) {
        let hint = if parsed == AUTHORIZATION { "; to set the key, use api_key" } else { "" };
        let reason = format!("must not contain the header {parsed}, which the client sets itself{hint}");
        return Err(Error::config(option, reason));
    }
    match HeaderValue::try_from(value) {
        Ok(value) => Ok((parsed, value)),
        Err(_) => {
            let reason = format!("must not contain line breaks or control characters, as in the value of {parsed}");
            Err(Error::config(option, reason))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        let builder =
            Client::builder().api_key("zx_secret").proxy("http://u:zx_secret@p").default_header("x", "zx_secret");
        assert!(!format!("{builder:?}").contains("zx_secret"));
    }

    #[test]
    fn errors_about_secrets_do_not_show_them() {
        for builder in [
            Client::builder().api_key("zx_secret\n"),
            Client::builder().api_key("k").proxy("ftp://u:zx_secret@p"),
            Client::builder().api_key("k").default_header("x-token", "zx_secret\n"),
        ] {
            let error = builder.build().expect_err("refused");
            assert!(!format!("{error} {error:?} {:?}", error.details()).contains("zx_secret"), "{error}");
        }
    }
}

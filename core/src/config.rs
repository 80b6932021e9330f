//! [`Config`]: the checked options of a client.

use std::sync::Arc;
use std::time::Duration;

use ::url::Url;
use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, HOST, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use zeroize::Zeroizing;

use crate::client_options::ClientValues;
use crate::engine::identity::Identity;
use crate::engine::limiter;
use crate::engine::trust::Trust;
use crate::environment::Environment;
use crate::ledger::location::Location;
use crate::ledger::open::LedgerOptions;
use crate::observe::Observer;
use crate::proxy::{Protocol, Route};
use crate::{ClientBuilder, Error, Result, url};

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
    pub(crate) identity: Option<Identity>,
    pub(crate) observer: Option<Observer>,
    pub(crate) limiter: Option<Arc<limiter::Setup>>,
    pub(crate) ledger: Option<Location>,
    pub(crate) ledger_options: LedgerOptions,
}

impl Config {
    /// Checks the options of a client.
    ///
    /// # Errors
    ///
    /// [`Kind::Config`](crate::Kind::Config) if an option is invalid, or if there is no API key.
    pub(crate) fn new(builder: ClientBuilder) -> Result<Config> {
        let ClientBuilder { values, product, on_attempt, environment } = builder;
        let allow_http = values.allow_http.unwrap_or_default();
        let base_url = match &values.base_url {
            Some(url) => url::check_base(url, allow_http)?,
            None => base_url_of(&environment, allow_http)?,
        };
        let authorization = match &values.api_key.0 {
            Some(key) => authorization(key)?,
            None => authorization_of(&environment)?,
        };
        let product = product.unwrap_or(concat!("zexa-rust/", env!("CARGO_PKG_VERSION")));
        let user_agent = user_agent(product, values.user_agent_suffix.as_deref())?;
        let values = values.or(&ClientValues::defaults());
        let connect_timeout = defaulted(positive("connect_timeout", values.connect_timeout)?);
        let trust = match &values.ca_file {
            Some(file) => Trust::from_file(file)?,
            None => Trust::from_environment(&environment),
        };
        let limiter = limiter(&values, &environment, |url| {
            let server = base_url.origin().ascii_serialization();
            limiter::Setup::new(url, &trust, connect_timeout, &server, key_of(&authorization))
        })?;
        Ok(Config {
            headers: headers(host(&base_url, &values), authorization, user_agent, &values.default_headers.0)?,
            timeout: defaulted(positive("timeout", values.timeout)?),
            connect_timeout,
            deadline: positive("deadline", values.deadline)?,
            max_connections: match defaulted(values.max_connections) {
                0 => return Err(Error::config("max_connections", "must be 1 or more, got 0")),
                connections => connections,
            },
            http2: defaulted(values.http2),
            max_retries: defaulted(values.max_retries),
            max_retry_wait: defaulted(values.max_retry_wait),
            route: match values.proxy.0 {
                Some(proxy) => Route::by_option(&proxy, &base_url, allow_http)?,
                None => Route::by_environment(&environment, &base_url, allow_http)?,
            },
            trust,
            identity: Identity::from_files(values.client_cert_file.as_deref(), values.client_key_file.as_deref())?,
            observer: on_attempt,
            limiter: limiter.map(Arc::new),
            ledger: values.ledger,
            ledger_options: LedgerOptions {
                secret: values.ledger_secret.0,
                password: environment.text("ledger", "PGPASSWORD").unwrap_or_default(),
                same_account: defaulted(values.ledger_same_account),
                on_network: defaulted(values.ledger_on_network),
            },
            base_url,
        })
    }

    /// Whether no connection needs TLS, neither with the server nor with a proxy.
    pub(crate) fn never_uses_tls(&self) -> bool {
        let proxy_uses_tls = matches!(&self.route, Route::Proxy(proxy) if proxy.protocol == Protocol::Https);
        self.base_url.scheme() == "http" && !proxy_uses_tls
    }

    /// The API key, to which a ledger is bound.
    pub(crate) fn api_key(&self) -> &str {
        self.headers.get(AUTHORIZATION).map(key_of).unwrap_or_default()
    }

    /// The value of the `User-Agent` header, which is also sent to proxies.
    pub(crate) fn user_agent(&self) -> HeaderValue {
        self.headers.get(USER_AGENT).cloned().unwrap_or(HeaderValue::from_static("zexa"))
    }
}

/// The API key in an `Authorization` header.
fn key_of(authorization: &HeaderValue) -> &str {
    authorization.to_str().ok().and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default()
}

/// The value of an option that has a default in the table of options.
pub(crate) fn defaulted<T>(value: Option<T>) -> T {
    value.expect("the option has a default")
}

/// Rejects a duration of zero.
pub(crate) fn positive(option: &str, value: Option<Duration>) -> Result<Option<Duration>> {
    match value {
        Some(Duration::ZERO) => Err(Error::config(option, "must be more than zero, got 0")),
        value => Ok(value),
    }
}

/// The base URL of the environment, or else the default.
fn base_url_of(environment: &Environment, allow_http: bool) -> Result<Url> {
    const VARIABLE: &str = "ZEXA_BASE_URL";
    match environment.text("base_url", VARIABLE)? {
        Some(url) => url::check_base(&url, allow_http).map_err(|error| error.about_variable(VARIABLE)),
        None => url::check_base(&defaulted(ClientValues::defaults().base_url), allow_http),
    }
}

/// The limiter of the options, or else of the environment.
fn limiter(
    values: &ClientValues,
    environment: &Environment,
    new: impl Fn(&str) -> Result<limiter::Setup>,
) -> Result<Option<limiter::Setup>> {
    const VARIABLE: &str = "ZEXA_LIMITER";
    if let Some(url) = &values.limiter.0 {
        return new(url).map(Some);
    }
    match environment.text("limiter", VARIABLE)? {
        Some(url) => new(&url).map(Some).map_err(|error| error.about_variable(VARIABLE)),
        None => Ok(None),
    }
}

/// The `Host` header, which the HTTP library would otherwise write for each request. `None` if requests may be sent over HTTP/2, which has none.
fn host(base_url: &Url, values: &ClientValues) -> Option<HeaderValue> {
    let host = base_url.host_str().filter(|_| !defaulted(values.http2))?;
    let value = base_url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    HeaderValue::try_from(value).ok()
}

fn headers(
    host: Option<HeaderValue>,
    authorization: HeaderValue,
    user_agent: HeaderValue,
    extra: &[(String, String)],
) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    headers.extend(host.map(|host| (HOST, host)));
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
    Ok(secret_header("Bearer ", key))
}

/// A header value of visible ASCII that debug output omits, and that is overwritten when its last clone is dropped.
pub(crate) fn secret_header(scheme: &str, secret: &str) -> HeaderValue {
    // With this capacity, no part is left in a smaller allocation.
    let mut text = Zeroizing::new(Vec::with_capacity(scheme.len() + secret.len()));
    text.extend_from_slice(scheme.as_bytes());
    text.extend_from_slice(secret.as_bytes());
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(text)).expect("it is visible ASCII");
    value.set_sensitive(true);
    value
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
    let invalid =
        |reason: &str| Err(Error::config(option, format_args!("must not contain the header {name:?}{reason}")));
    let Ok(parsed) = HeaderName::try_from(name) else {
        return invalid(": use letters, digits and hyphens in the name, such as X-Shop");
    };
    if RESERVED.contains(&parsed.as_str()) {
        let hint = if parsed == AUTHORIZATION { "; to set the key, use api_key" } else { "" };
        return invalid(&format!(", which the client sets itself{hint}"));
    }
    match HeaderValue::try_from(value) {
        Ok(value) => Ok((parsed, value)),
        Err(_) => {
            let reason =
                format!("must not contain line breaks or control characters in the value of the header {name:?}");
            Err(Error::config(option, reason))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Client;

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

//! The options of a client.

use pyo3::PyResult;
use zexa::{ClientBuilder, binding};

use crate::arguments::Argument;

/// The arguments of the constructor of a client. An absent option has its default.
pub(crate) struct ClientArguments<'py> {
    pub(crate) api_key: Option<Argument<'py>>,
    pub(crate) base_url: Option<Argument<'py>>,
    pub(crate) timeout: Option<Argument<'py>>,
    pub(crate) connect_timeout: Option<Argument<'py>>,
    pub(crate) deadline: Option<Argument<'py>>,
    pub(crate) max_connections: Option<Argument<'py>>,
    pub(crate) http2: Option<Argument<'py>>,
    pub(crate) max_retries: Option<Argument<'py>>,
    pub(crate) max_retry_wait: Option<Argument<'py>>,
    pub(crate) proxy: Option<Argument<'py>>,
    pub(crate) ca_file: Option<Argument<'py>>,
    pub(crate) user_agent_suffix: Option<Argument<'py>>,
    pub(crate) default_headers: Option<Argument<'py>>,
    pub(crate) allow_http: Option<Argument<'py>>,
}

impl ClientArguments<'_> {
    /// Converts the arguments to a builder of the core.
    ///
    /// # Errors
    ///
    /// `TypeError` or `ConfigError`, naming the option.
    pub(crate) fn builder(self) -> PyResult<ClientBuilder> {
        let mut builder = binding::named(zexa::Client::builder(), concat!("zexa-python/", env!("CARGO_PKG_VERSION")));
        if let Some(key) = self.api_key {
            builder = builder.api_key(key.option_text("api_key")?);
        }
        if let Some(url) = self.base_url {
            builder = builder.base_url(url.option_text("base_url")?);
        }
        if let Some(timeout) = self.timeout {
            builder = builder.timeout(timeout.duration("timeout")?);
        }
        if let Some(timeout) = self.connect_timeout {
            builder = builder.connect_timeout(timeout.duration("connect_timeout")?);
        }
        if let Some(deadline) = self.deadline {
            builder = builder.deadline(deadline.duration("deadline")?);
        }
        if let Some(connections) = self.max_connections {
            builder = builder.max_connections(connections.positive_count("max_connections")?);
        }
        if let Some(enabled) = self.http2 {
            builder = builder.http2(enabled.flag("http2")?);
        }
        if let Some(retries) = self.max_retries {
            builder = builder.max_retries(retries.count("max_retries")?);
        }
        if let Some(wait) = self.max_retry_wait {
            builder = builder.max_retry_wait(wait.duration_or_zero("max_retry_wait")?);
        }
        if let Some(proxy) = self.proxy {
            builder = builder.proxy(proxy.option_text("proxy")?);
        }
        if let Some(path) = self.ca_file {
            builder = builder.ca_file(path.path("ca_file")?);
        }
        if let Some(suffix) = self.user_agent_suffix {
            builder = builder.user_agent_suffix(suffix.option_text("user_agent_suffix")?);
        }
        if let Some(headers) = self.default_headers {
            for (name, value) in headers.headers("default_headers")? {
                builder = builder.default_header(name, value);
            }
        }
        if let Some(allow) = self.allow_http {
            builder = builder.allow_http(allow.flag("allow_http")?);
        }
        Ok(builder)
    }
}

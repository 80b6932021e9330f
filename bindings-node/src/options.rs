//! The options of a client and of a call, from JSON. JavaScript has checked their types; durations are in milliseconds.

use std::collections::BTreeMap;
use std::time::Duration;

use napi_derive::napi;
use serde::Deserialize;
use serde_json::{Map, Value};
use zexa::{CallOptions, ClientBuilder, Error, Result, binding};

/// The options of a client.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ClientOptionsJson {
    api_key: Option<String>,
    base_url: Option<String>,
    timeout: Option<f64>,
    connect_timeout: Option<f64>,
    deadline: Option<f64>,
    max_connections: Option<u32>,
    http2: bool,
    max_retries: Option<u32>,
    max_retry_wait: Option<f64>,
    proxy: Option<String>,
    ca_file: Option<String>,
    user_agent_suffix: Option<String>,
    default_headers: Vec<(String, String)>,
    allow_http: bool,
    /// The variables of `environment_variables()` in the `process.env` of the realm that creates the client.
    environment: BTreeMap<String, String>,
}

impl ClientOptionsJson {
    pub(crate) fn builder(self) -> ClientBuilder {
        let mut builder = binding::named(zexa::Client::builder(), concat!("zexa-node/", env!("CARGO_PKG_VERSION")));
        // Worker threads and test runners have their own environments.
        builder = binding::environment(builder, |name| self.environment.get(name).map(Into::into));
        if let Some(key) = self.api_key {
            builder = builder.api_key(key);
        }
        if let Some(url) = self.base_url {
            builder = builder.base_url(url);
        }
        if let Some(timeout) = self.timeout {
            builder = builder.timeout(duration(timeout));
        }
        if let Some(timeout) = self.connect_timeout {
            builder = builder.connect_timeout(duration(timeout));
        }
        if let Some(deadline) = self.deadline {
            builder = builder.deadline(duration(deadline));
        }
        if let Some(connections) = self.max_connections {
            builder = builder.max_connections(connections);
        }
        if let Some(retries) = self.max_retries {
            builder = builder.max_retries(retries);
        }
        if let Some(wait) = self.max_retry_wait {
            builder = builder.max_retry_wait(duration(wait));
        }
        if let Some(proxy) = self.proxy {
            builder = builder.proxy(proxy);
        }
        if let Some(path) = self.ca_file {
            builder = builder.ca_file(path);
        }
        if let Some(suffix) = self.user_agent_suffix {
            builder = builder.user_agent_suffix(suffix);
        }
        for (name, value) in self.default_headers {
            builder = builder.default_header(name, value);
        }
        builder.http2(self.http2).allow_http(self.allow_http)
    }
}

/// Names of the environment variables that a client reads.
#[napi(catch_unwind)]
pub(crate) fn environment_variables() -> Vec<&'static str> {
    binding::ENVIRONMENT.to_vec()
}

/// The options of a call.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct CallOptionsJson {
    timeout: Option<f64>,
    deadline: Option<f64>,
    max_retries: Option<u32>,
    retry_ambiguous: Option<bool>,
    headers: Vec<(String, String)>,
    extra_body: Map<String, Value>,
    extra_query: Vec<(String, String)>,
}

impl CallOptionsJson {
    pub(crate) fn options(self) -> CallOptions {
        let mut options = CallOptions::new();
        if let Some(timeout) = self.timeout {
            options = options.timeout(duration(timeout));
        }
        if let Some(deadline) = self.deadline {
            options = options.deadline(duration(deadline));
        }
        if let Some(retries) = self.max_retries {
            options = options.max_retries(retries);
        }
        if let Some(retry) = self.retry_ambiguous {
            options = options.retry_ambiguous(retry);
        }
        for (name, value) in self.headers {
            options = options.header(name, value);
        }
        for (name, value) in self.extra_query {
            options = options.extra_query(name, value);
        }
        binding::extra_body(options, self.extra_body)
    }
}

/// Converts milliseconds. Values that a duration cannot hold become the longest duration.
fn duration(milliseconds: f64) -> Duration {
    Duration::try_from_secs_f64(milliseconds / 1e3).unwrap_or(Duration::MAX)
}

/// Parses options from JSON.
pub(crate) fn read<'de, T: Deserialize<'de>>(json: &'de str) -> Result<T> {
    serde_json::from_str(json).map_err(|error| invalid(&error))
}

fn invalid(error: &serde_json::Error) -> Error {
    binding::invalid_option("options", &format!("cannot be read: {error}"))
}

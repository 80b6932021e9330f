//! The format of scenarios, which is described in `tests/scenarios/README.md`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use zexa::{CallOptions, CancelToken, Client, ClientBuilder, binding};
use zexa_sandbox::scenarios::FoundScenario;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scenario {
    pub(crate) name: String,
    #[serde(rename = "why")]
    _why: Option<String>,
    #[serde(default)]
    pub(crate) server: Map<String, Value>,
    /// The options of the client, with placeholders.
    #[serde(default)]
    pub(crate) client: Map<String, Value>,
    pub(crate) call: Option<Call>,
    pub(crate) requests: Option<Value>,
    pub(crate) messages: Option<Value>,
    /// A null result differs from a missing one.
    #[serde(default, deserialize_with = "even_null")]
    pub(crate) result: Option<Value>,
    pub(crate) error: Option<Value>,
    pub(crate) items: Option<Value>,
    pub(crate) incomplete: Option<Value>,
    pub(crate) about: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Call {
    pub(crate) operation: String,
    #[serde(default)]
    pub(crate) arguments: Map<String, Value>,
    pub(crate) page: Option<u32>,
    pub(crate) take: Option<usize>,
    #[serde(default)]
    options: Options,
    pub(crate) cancel_after_requests: Option<usize>,
    pub(crate) cancel_after_attempts: Option<usize>,
    #[serde(default)]
    pub(crate) cancel_delay: f64,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Options {
    timeout: Option<f64>,
    deadline: Option<f64>,
    max_retries: Option<u32>,
    retry_ambiguous: Option<bool>,
    headers: BTreeMap<String, String>,
    extra_body: Map<String, Value>,
    extra_query: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClientOptions {
    api_key: String,
    base_url: String,
    timeout: Option<f64>,
    connect_timeout: Option<f64>,
    deadline: Option<f64>,
    max_connections: Option<u32>,
    http2: Option<bool>,
    max_retries: Option<u32>,
    max_retry_wait: Option<f64>,
    proxy: Option<String>,
    ca_file: Option<String>,
    user_agent_suffix: Option<String>,
    #[serde(default)]
    default_headers: BTreeMap<String, String>,
    allow_http: Option<bool>,
}

/// Returns the selected scenarios with their files.
pub(crate) fn selected(root: &Path) -> Vec<(PathBuf, Arc<Scenario>)> {
    let found = zexa_sandbox::scenarios::selected(root).unwrap_or_else(|error| panic!("{error}"));
    let parse = |found: FoundScenario| {
        let name = found.scenario["name"].to_string();
        let scenario = serde_json::from_value(found.scenario);
        let scenario = scenario.unwrap_or_else(|error| panic!("{}, {name}: {error}", found.file.display()));
        (found.file, Arc::new(scenario))
    };
    found.into_iter().map(parse).collect()
}

fn even_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// Reads a part of a scenario; where it is wrong, the scenario is.
pub(crate) fn parse<T: DeserializeOwned>(what: &str, value: Value) -> T {
    serde_json::from_value(value).unwrap_or_else(|error| panic!("the scenario's {what}: {error}"))
}

pub(crate) fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_else(|error| panic!("{seconds} seconds: {error}"))
}

impl ClientOptions {
    pub(crate) fn builder(self) -> ClientBuilder {
        let mut builder = Client::builder().api_key(self.api_key).base_url(self.base_url);
        builder = set(builder, self.timeout.map(seconds), ClientBuilder::timeout);
        builder = set(builder, self.connect_timeout.map(seconds), ClientBuilder::connect_timeout);
        builder = set(builder, self.deadline.map(seconds), ClientBuilder::deadline);
        builder = set(builder, self.max_connections, ClientBuilder::max_connections);
        builder = set(builder, self.http2, ClientBuilder::http2);
        builder = set(builder, self.max_retries, ClientBuilder::max_retries);
        builder = set(builder, self.max_retry_wait.map(seconds), ClientBuilder::max_retry_wait);
        builder = set(builder, self.proxy, ClientBuilder::proxy);
        builder = set(builder, self.ca_file, ClientBuilder::ca_file);
        builder = set(builder, self.user_agent_suffix, ClientBuilder::user_agent_suffix);
        builder = set(builder, self.allow_http, ClientBuilder::allow_http);
        self.default_headers.into_iter().fold(builder, |builder, (name, value)| builder.default_header(name, value))
    }
}

impl Call {
    pub(crate) fn options(&self, token: &CancelToken) -> CallOptions {
        let Options { timeout, deadline, max_retries, retry_ambiguous, headers, extra_body, extra_query } =
            &self.options;
        let mut options = CallOptions::new();
        options = set(options, timeout.map(seconds), CallOptions::timeout);
        options = set(options, deadline.map(seconds), CallOptions::deadline);
        options = set(options, *max_retries, CallOptions::max_retries);
        options = set(options, *retry_ambiguous, CallOptions::retry_ambiguous);
        options = binding::extra_body(options, extra_body.clone());
        options = binding::extra_query(options, extra_query.clone()).expect("a query of plain values");
        let is_cancelled = self.cancel_after_requests.or(self.cancel_after_attempts).is_some();
        options = set(options, is_cancelled.then_some(token), CallOptions::cancel);
        headers.iter().fold(options, |options, (name, value)| options.header(name, value))
    }
}

fn set<B, V>(builder: B, value: Option<V>, set: impl FnOnce(B, V) -> B) -> B {
    match value {
        Some(value) => set(builder, value),
        None => builder,
    }
}

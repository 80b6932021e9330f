//! The format of scenarios, which is described in `tests/scenarios/README.md`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};
use zexa::{CallOptions, CancelToken};
use zexa_sandbox::scenarios::FoundScenario;

use crate::options;

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
    /// The calls before the call, each with an optional pattern for its result.
    #[serde(default)]
    before: Vec<Map<String, Value>>,
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
    pub(crate) ledger: Option<Value>,
}

impl Scenario {
    pub(crate) fn before(&self) -> impl Iterator<Item = Call> {
        self.before.iter().cloned().map(|mut call| {
            call.remove("expect");
            parse("before", call.into())
        })
    }

    /// The path of the ledger, with placeholders: that of the client, or else that of the bulk run.
    pub(crate) fn ledger_path(&self) -> Option<&Value> {
        let of_run = || self.call.as_ref().and_then(|call| call.bulk.get("ledger"));
        self.client.get("ledger").or_else(of_run)
    }

    /// The patterns for the results of the calls before the call. An absent one matches any result.
    pub(crate) fn expected_before(&self) -> Value {
        let expected = self.before.iter().map(|call| call.get("expect").cloned().unwrap_or_else(|| json!({})));
        expected.collect::<Vec<_>>().into()
    }
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Call {
    pub(crate) operation: String,
    #[serde(default)]
    pub(crate) arguments: Map<String, Value>,
    /// The options of a bulk run, with placeholders.
    #[serde(default)]
    pub(crate) bulk: Map<String, Value>,
    /// The number of results after which a bulk run is stopped.
    pub(crate) stop_after_results: Option<usize>,
    pub(crate) page: Option<u32>,
    pub(crate) take: Option<usize>,
    #[serde(default)]
    options: Map<String, Value>,
    pub(crate) cancel_after_requests: Option<usize>,
    pub(crate) cancel_after_attempts: Option<usize>,
    #[serde(default)]
    pub(crate) cancel_delay: f64,
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

impl Call {
    pub(crate) fn options(&self, token: &CancelToken) -> CallOptions {
        let options = options::call(self.options.clone());
        match self.cancel_after_requests.or(self.cancel_after_attempts) {
            Some(_) => options.cancel(token),
            None => options,
        }
    }
}

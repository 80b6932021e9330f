//! The bulk runs of scenarios.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::vec;

use futures_core::Stream;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use zexa::{BulkOptions, BulkStats, Error, Result, RowResult};

use crate::options;
use crate::scenario::{Call, parse};
use crate::values::params;

/// Returns the options of a run.
pub(crate) fn options(call: &Call) -> BulkOptions {
    options::bulk(call.bulk.clone())
}

/// Returns the rows of a run.
pub(crate) fn rows<P: Serialize + DeserializeOwned>(call: &Call) -> vec::IntoIter<P> {
    let names: Vec<_> = call.arguments.keys().collect();
    assert_eq!(names, ["rows"], "a run has only the argument `rows`");
    let rows: Vec<_> = parse("rows", call.arguments["rows"].clone());
    rows.iter().map(params).collect::<Vec<_>>().into_iter()
}

/// Takes the results of a run until it ends, and returns them as JSON. Rust's runs have no type in common.
macro_rules! run {
    ($run:expr, $call:expr, $value:literal, |$name:ident| $next:expr) => {{
        let mut $name = $run;
        let mut taken = bulk::Taken::new($call, $value);
        loop {
            if taken.is_stop_due() {
                $name.stop();
            }
            let next = $next;
            if !taken.add(next) {
                break taken.finish($name.stats());
            }
        }
    }};
}

pub(crate) use run;

/// What a run has returned so far.
pub(crate) struct Taken<'a> {
    call: &'a Call,
    /// The name of the object in a result: `message` or `contact`.
    value: &'static str,
    results: Vec<Value>,
    stopped: Option<Error>,
}

impl Taken<'_> {
    pub(crate) fn new<'a>(call: &'a Call, value: &'static str) -> Taken<'a> {
        Taken { call, value, results: Vec::new(), stopped: None }
    }

    /// Whether the scenario stops the run now.
    pub(crate) fn is_stop_due(&self) -> bool {
        self.call.stop_after_results == Some(self.results.len())
    }

    /// Adds what the run returned. Returns whether it goes on.
    pub(crate) fn add<T: Serialize>(&mut self, next: Option<Result<RowResult<T>>>) -> bool {
        match next {
            Some(Ok(result)) => {
                self.results.push(of_row(result, self.value));
                true
            }
            Some(Err(error)) => {
                self.stopped = Some(error);
                false
            }
            None => false,
        }
    }

    /// The result of the call.
    pub(crate) fn finish(mut self, stats: BulkStats) -> Value {
        if self.call.bulk.get("ordered") != Some(&Value::Bool(true)) {
            self.results.sort_by_key(|result| result["index"].as_u64());
        }
        json!({"results": self.results, "stats": stats, "stopped": self.stopped})
    }
}

fn of_row<T: Serialize>(result: RowResult<T>, name: &str) -> Value {
    let RowResult { index, idempotency_key, value, error, outcome, replayed, recorded, exists, .. } = result;
    json!({
        "index": index,
        "idempotency_key": idempotency_key,
        name: value,
        "error": error,
        "outcome": outcome.as_str(),
        "replayed": replayed,
        "recorded": recorded,
        "exists": exists,
    })
}

/// The rows as a stream.
pub(crate) struct Rows<P>(pub(crate) vec::IntoIter<P>);

impl<P: Unpin> Stream for Rows<P> {
    type Item = P;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<P>> {
        Poll::Ready(self.0.next())
    }
}

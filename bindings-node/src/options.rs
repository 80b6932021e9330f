//! The options of a client and of a call, from JSON. JavaScript has checked their types; durations are in milliseconds.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use napi_derive::napi;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use zexa::binding::{self, Pairs, ReadOptions};
use zexa::{BulkOptions, CallOptions, ClientBuilder, Error, Result, Timestamp};

/// Names of the environment variables that a client reads.
#[napi(catch_unwind)]
pub(crate) fn environment_variables() -> Vec<&'static str> {
    binding::ENVIRONMENT.to_vec()
}

/// The options of a client. `environment` contains the environment variables in the `process.env` of the realm that creates the client: worker threads
/// and test runners have their own.
pub(crate) fn of_client(json: &str, environment: &HashMap<String, String>) -> Result<ClientBuilder> {
    let builder = binding::named(zexa::Client::builder(), concat!("zexa-node/", env!("CARGO_PKG_VERSION")));
    let builder = binding::environment(builder, |name| environment.get(name).map(Into::into));
    Members::read(json, |members| binding::read_client_options(builder, members))
}

/// The options of a call.
pub(crate) fn of_call(json: &str) -> Result<CallOptions> {
    Members::read(json, binding::read_call_options)
}

/// The options of a bulk run.
pub(crate) fn of_bulk(json: &str) -> Result<BulkOptions> {
    Members::read(json, binding::read_bulk_options)
}

/// The members of a JSON object that have not been read yet.
struct Members(Map<String, Value>);

impl Members {
    /// Parses the object. All its members must be read.
    fn read<T>(json: &str, read: impl FnOnce(&mut Members) -> Result<T>) -> Result<T> {
        let mut members = Members(serde_json::from_str(json).map_err(|error| invalid(&error))?);
        let options = read(&mut members)?;
        match members.0.keys().next() {
            None => Ok(options),
            Some(name) => Err(binding::invalid_option(name, "is unknown")),
        }
    }

    /// Removes and returns a member.
    fn take<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>> {
        self.0.remove(name).map(serde_json::from_value).transpose().map_err(|error| invalid(&error))
    }
}

fn invalid(error: &serde_json::Error) -> Error {
    binding::invalid_option("options", &format!("cannot be read: {error}"))
}

impl ReadOptions for Members {
    type Error = Error;

    fn text(&mut self, name: &'static str) -> Result<Option<String>> {
        self.take(name)
    }

    fn path(&mut self, name: &'static str) -> Result<Option<PathBuf>> {
        self.take(name)
    }

    /// Converts milliseconds. Values that a duration cannot hold become the longest duration.
    fn duration(&mut self, name: &'static str) -> Result<Option<Duration>> {
        let milliseconds: Option<f64> = self.take(name)?;
        Ok(milliseconds.map(|number| Duration::try_from_secs_f64(number / 1e3).unwrap_or(Duration::MAX)))
    }

    fn count(&mut self, name: &'static str) -> Result<Option<u32>> {
        self.take(name)
    }

    fn rate(&mut self, name: &'static str) -> Result<Option<f64>> {
        self.take(name)
    }

    fn time(&mut self, name: &'static str) -> Result<Option<Timestamp>> {
        let text: Option<String> = self.take(name)?;
        text.map(|text| binding::timestamp(name, &text)).transpose()
    }

    fn flag(&mut self, name: &'static str) -> Result<Option<bool>> {
        self.take(name)
    }

    fn headers(&mut self, name: &'static str) -> Result<Option<Pairs>> {
        self.take(name)
    }

    fn query(&mut self, name: &'static str) -> Result<Option<Pairs>> {
        self.take(name)
    }

    fn object(&mut self, name: &'static str) -> Result<Option<Map<String, Value>>> {
        self.take(name)
    }
}

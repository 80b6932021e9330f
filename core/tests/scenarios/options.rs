//! The options of a scenario.

use std::convert::Infallible;
use std::path::PathBuf;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use zexa::binding::{self, Pairs, ReadOptions};
use zexa::{BulkOptions, CallOptions, Client, ClientBuilder, Timestamp};

use crate::scenario::{parse, seconds};

/// Creates a client from its options.
pub(crate) fn client(options: Map<String, Value>) -> ClientBuilder {
    let mut reader = Reader(options);
    let Ok(builder) = binding::read_client_options(Client::builder(), &mut reader);
    reader.finish();
    builder
}

/// Returns the options of a call.
pub(crate) fn call(options: Map<String, Value>) -> CallOptions {
    let mut reader = Reader(options);
    let Ok(options) = binding::read_call_options(&mut reader);
    reader.finish();
    options
}

/// Returns the options of a bulk run.
pub(crate) fn bulk(options: Map<String, Value>) -> BulkOptions {
    let mut reader = Reader(options);
    let Ok(options) = binding::read_bulk_options(&mut reader);
    reader.finish();
    options
}

/// Takes each option from the object. Panics if one is invalid, as the scenario is then.
struct Reader(Map<String, Value>);

impl Reader {
    fn take<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        self.0.remove(name).map(|value| parse(name, value))
    }

    fn finish(self) {
        assert!(self.0.is_empty(), "the scenario has unknown options: {:?}", self.0);
    }
}

impl ReadOptions for Reader {
    type Error = Infallible;

    fn text(&mut self, name: &'static str) -> Result<Option<String>, Infallible> {
        Ok(self.take(name))
    }

    fn path(&mut self, name: &'static str) -> Result<Option<PathBuf>, Infallible> {
        Ok(self.take(name))
    }

    fn duration(&mut self, name: &'static str) -> Result<Option<Duration>, Infallible> {
        Ok(self.take(name).map(seconds))
    }

    fn count(&mut self, name: &'static str) -> Result<Option<u32>, Infallible> {
        Ok(self.take(name))
    }

    fn rate(&mut self, name: &'static str) -> Result<Option<f64>, Infallible> {
        Ok(self.take(name))
    }

    fn time(&mut self, name: &'static str) -> Result<Option<Timestamp>, Infallible> {
        let text: Option<String> = self.take(name);
        Ok(text.map(|text| text.parse().expect("a time")))
    }

    fn flag(&mut self, name: &'static str) -> Result<Option<bool>, Infallible> {
        Ok(self.take(name))
    }

    fn headers(&mut self, name: &'static str) -> Result<Option<Pairs>, Infallible> {
        let headers: Option<Map<String, Value>> = self.take(name);
        Ok(headers.map(|headers| headers.into_iter().map(|(name, value)| (name, parse("header", value))).collect()))
    }

    fn query(&mut self, name: &'static str) -> Result<Option<Pairs>, Infallible> {
        Ok(self.take(name).map(|members| binding::query(members).expect("a query of plain values")))
    }

    fn object(&mut self, name: &'static str) -> Result<Option<Map<String, Value>>, Infallible> {
        Ok(self.take(name))
    }
}

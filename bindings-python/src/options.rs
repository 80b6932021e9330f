//! The options of clients, calls and bulk runs. The clients in Python pass them as one tuple in the order of the core's table, with None for options that
//! are not set.

use std::path::PathBuf;
use std::time::Duration;

use pyo3::prelude::*;
use pyo3::types::PyTuple;
use pyo3::types::tuple::BoundTupleIterator;
use serde_json::{Map, Value};
use zexa::binding::{self, Pairs, ReadOptions};
use zexa::{BulkOptions, CallOptions, ClientBuilder, Timestamp};

use crate::arguments::Argument;
use crate::errors;

/// The options of a client.
#[derive(FromPyObject)]
#[pyo3(transparent)]
pub(crate) struct ClientArguments<'py>(Bound<'py, PyTuple>);

impl ClientArguments<'_> {
    /// Converts the options to a builder of the core.
    ///
    /// # Errors
    ///
    /// `TypeError` or `ConfigError`, naming the option.
    pub(crate) fn builder(&self) -> PyResult<ClientBuilder> {
        let builder = binding::named(zexa::Client::builder(), concat!("zexa-python/", env!("CARGO_PKG_VERSION")));
        binding::read_client_options(builder, &mut Reader(self.0.iter()))
    }
}

/// The options of a call, or of a derived client.
#[derive(FromPyObject)]
#[pyo3(transparent)]
pub(crate) struct CallArguments<'py>(Bound<'py, PyTuple>);

impl CallArguments<'_> {
    /// Converts the options to those of the core.
    ///
    /// # Errors
    ///
    /// `TypeError` or `ConfigError`, naming the option.
    pub(crate) fn convert(&self) -> PyResult<CallOptions> {
        binding::read_call_options(&mut Reader(self.0.iter()))
    }
}

/// The options of a bulk run.
#[derive(FromPyObject)]
#[pyo3(transparent)]
pub(crate) struct BulkArguments<'py>(Bound<'py, PyTuple>);

impl BulkArguments<'_> {
    /// Converts the options to those of the core.
    ///
    /// # Errors
    ///
    /// `TypeError` or `ConfigError`, naming the option.
    pub(crate) fn convert(&self) -> PyResult<BulkOptions> {
        binding::read_bulk_options(&mut Reader(self.0.iter()))
    }
}

/// Reads the options in their order.
struct Reader<'py>(BoundTupleIterator<'py>);

impl<'py> Reader<'py> {
    /// The next option, if it is set.
    fn next<T>(
        &mut self,
        name: &str,
        convert: impl FnOnce(&Argument<'py>, &str) -> PyResult<T>,
    ) -> PyResult<Option<T>> {
        let value = self.0.next().filter(|value| !value.is_none());
        value.map(|value| convert(&Argument(value), errors::name(name))).transpose()
    }
}

impl ReadOptions for Reader<'_> {
    type Error = PyErr;

    fn text(&mut self, name: &'static str) -> PyResult<Option<String>> {
        self.next(name, Argument::option_text)
    }

    fn path(&mut self, name: &'static str) -> PyResult<Option<PathBuf>> {
        self.next(name, Argument::path)
    }

    fn duration(&mut self, name: &'static str) -> PyResult<Option<Duration>> {
        self.next(name, Argument::duration)
    }

    fn wait(&mut self, name: &'static str) -> PyResult<Option<Duration>> {
        self.next(name, Argument::duration_or_zero)
    }

    fn count(&mut self, name: &'static str) -> PyResult<Option<u32>> {
        self.next(name, Argument::count)
    }

    fn limit(&mut self, name: &'static str) -> PyResult<Option<u32>> {
        self.next(name, Argument::positive_count)
    }

    fn rate(&mut self, name: &'static str) -> PyResult<Option<f64>> {
        self.next(name, Argument::decimal_number)
    }

    fn time(&mut self, name: &'static str) -> PyResult<Option<Timestamp>> {
        self.next(name, Argument::time)
    }

    fn flag(&mut self, name: &'static str) -> PyResult<Option<bool>> {
        self.next(name, Argument::flag)
    }

    fn headers(&mut self, name: &'static str) -> PyResult<Option<Pairs>> {
        self.next(name, Argument::headers)
    }

    fn query(&mut self, name: &'static str) -> PyResult<Option<Pairs>> {
        self.next(name, |query, name| binding::query(query.option_members(name)?).map_err(errors::raise))
    }

    fn object(&mut self, name: &'static str) -> PyResult<Option<Map<String, Value>>> {
        self.next(name, Argument::option_members)
    }
}

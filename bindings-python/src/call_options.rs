//! The options of a call, or of a derived client.

use pyo3::PyResult;
use zexa::{CallOptions, binding};

use crate::arguments::Argument;
use crate::errors;

/// The option arguments of a call. An absent option keeps the value of the client.
#[derive(Default)]
pub(crate) struct CallArguments<'py> {
    pub(crate) timeout: Option<Argument<'py>>,
    pub(crate) deadline: Option<Argument<'py>>,
    pub(crate) max_retries: Option<Argument<'py>>,
    pub(crate) retry_ambiguous: Option<Argument<'py>>,
    pub(crate) extra_headers: Option<Argument<'py>>,
    pub(crate) extra_query: Option<Argument<'py>>,
    pub(crate) extra_body: Option<Argument<'py>>,
}

impl CallArguments<'_> {
    /// Converts the arguments to the options of the core.
    ///
    /// # Errors
    ///
    /// `TypeError` or `ConfigError`, naming the option.
    pub(crate) fn convert(self) -> PyResult<CallOptions> {
        let mut options = CallOptions::new();
        if let Some(timeout) = self.timeout {
            options = options.timeout(timeout.duration("timeout")?);
        }
        if let Some(deadline) = self.deadline {
            options = options.deadline(deadline.duration("deadline")?);
        }
        if let Some(retries) = self.max_retries {
            options = options.max_retries(retries.count("max_retries")?);
        }
        if let Some(retry) = self.retry_ambiguous {
            options = options.retry_ambiguous(retry.flag("retry_ambiguous")?);
        }
        if let Some(headers) = self.extra_headers {
            for (name, value) in headers.headers("extra_headers")? {
                options = options.header(name, value);
            }
        }
        if let Some(query) = self.extra_query {
            options = binding::extra_query(options, query.option_members("extra_query")?).map_err(errors::raise)?;
        }
        if let Some(fields) = self.extra_body {
            options = binding::extra_body(options, fields.option_members("extra_body")?);
        }
        Ok(options)
    }
}

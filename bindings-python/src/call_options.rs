//! The options of one call, or of a client that was derived with some.

use pyo3::PyResult;
use zexa::CallOptions;

use crate::arguments::{Headers, Seconds, Whole};
use crate::errors;

/// What a call was told to do otherwise than its client.
pub(crate) struct Calling {
    pub(crate) timeout: Option<Seconds>,
    pub(crate) deadline: Option<Seconds>,
    pub(crate) max_retries: Option<Whole>,
    pub(crate) retry_ambiguous: Option<bool>,
    pub(crate) extra_headers: Option<Headers>,
}

impl Calling {
    pub(crate) fn options(self) -> PyResult<CallOptions> {
        self.resolve().map_err(errors::raise)
    }

    fn resolve(self) -> zexa::Result<CallOptions> {
        let mut options = CallOptions::new();
        if let Some(timeout) = self.timeout {
            options = options.timeout(timeout.option("timeout")?);
        }
        if let Some(deadline) = self.deadline {
            options = options.deadline(deadline.option("deadline")?);
        }
        if let Some(retries) = self.max_retries {
            options = options.max_retries(retries.option("max_retries")?);
        }
        if let Some(retry) = self.retry_ambiguous {
            options = options.retry_ambiguous(retry);
        }
        for (name, value) in self.extra_headers.map_or_else(Vec::new, |headers| headers.0) {
            options = options.header(name, value);
        }
        Ok(options)
    }
}

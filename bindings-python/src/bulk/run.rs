//! [`Run`]: a run of the core, with what both clients need.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock, Weak};

use pyo3::prelude::*;
use zexa::binding::{self, BulkRun, Step};
use zexa::{CallOptions, CancelToken};

use super::result::FromResult;
use super::row::{self, FromRow};
use crate::client::{AsyncHandle, Handle};
use crate::generated::BulkStats;
use crate::logging::{LogBuffer, LogObserver};
use crate::options::{BulkArguments, CallArguments};
use crate::{errors, logging};

/// A run, without its source.
pub(crate) struct Run<P: FromRow> {
    run: Arc<BulkRun<P>>,
    /// The log records of the rows, which the client's own thread adds. They are written when the wait for a change ends.
    pub(super) log: Arc<LogBuffer>,
}

/// What the caller of a run does next.
pub(super) enum Next {
    Pull,
    Result(Py<PyAny>),
    Wait,
    /// The run is over, with the exception that says why it has stopped.
    End(Option<PyErr>),
}

impl<P: FromRow<Model: FromResult>> Run<P> {
    /// Begins a run of the blocking client.
    pub(super) fn begin(
        py: Python<'_>,
        client: &Handle,
        bulk: &BulkArguments<'_>,
        options: &CallArguments<'_>,
    ) -> PyResult<Run<P>> {
        Run::new(py, options, |options| {
            let (client, bulk) = (client.with_options(options), bulk.convert()?);
            py.detach(|| binding::begin_run(&client, &bulk)).map_err(errors::raise)
        })
    }

    /// Begins a run of the async client.
    pub(super) fn begin_async(
        py: Python<'_>,
        client: &AsyncHandle,
        bulk: &BulkArguments<'_>,
        options: &CallArguments<'_>,
    ) -> PyResult<Run<P>> {
        Run::new(py, options, |options| {
            let (client, bulk) = (client.with_options(options), bulk.convert()?);
            py.detach(|| binding::begin_run_async(&client, &bulk)).map_err(errors::raise)
        })
    }

    fn new(
        py: Python<'_>,
        options: &CallArguments<'_>,
        begin: impl FnOnce(CallOptions) -> PyResult<BulkRun<P>>,
    ) -> PyResult<Run<P>> {
        logging::refresh_level(py)?;
        let log = Arc::<LogBuffer>::default();
        let begun = Arc::<OnceLock<Weak<BulkRun<P>>>>::default();
        let observer = LogObserver {
            log: log.clone(),
            notify: {
                let begun = begun.clone();
                move || begun.get().and_then(Weak::upgrade).iter().for_each(|run| run.wake())
            },
        };
        let run = Arc::new(begin(binding::observed(options.convert()?, observer))?);
        let _ = begun.set(Arc::downgrade(&run));
        Ok(Run { run, log })
    }

    /// What to do next. `can_pull` is false while a row is being pulled.
    pub(super) fn next(&self, py: Python<'_>, can_pull: bool) -> PyResult<Next> {
        Ok(match self.run.step(can_pull) {
            Step::Pull => Next::Pull,
            Step::Result(result) => Next::Result(P::Model::from_result(py, result)?),
            Step::Wait => Next::Wait,
            Step::End(stopped) => Next::End(stopped.map(errors::raise)),
        })
    }

    /// Adds a row.
    ///
    /// # Errors
    ///
    /// Reading the row was interrupted.
    pub(super) fn push(&self, row: &Bound<'_, PyAny>) -> PyResult<()> {
        match row::read::<P>(row)? {
            Ok(params) => row.py().detach(|| self.run.push(params)),
            Err(error) => self.run.push_invalid(error),
        }
        Ok(())
    }

    /// Whether the run began in this process.
    pub(super) fn is_own(&self) -> bool {
        self.run.is_of_this_process()
    }

    /// The run, if it began in this process.
    ///
    /// # Errors
    ///
    /// `ClosedError` in a forked child, where the methods of the run do nothing.
    pub(super) fn own(&self) -> PyResult<&BulkRun<P>> {
        match self.is_own() {
            true => Ok(&self.run),
            // In a forked child, a step returns this error and does nothing.
            false => match self.run.step(false) {
                Step::End(Some(error)) => Err(errors::raise(error)),
                _ => Ok(&self.run),
            },
        }
    }

    /// The exception at the end: that of the source or of a signal handler, or else the one that says why the run has stopped.
    pub(super) fn end(py: Python<'_>, raised: Option<PyErr>, stopped: Option<PyErr>) -> Option<PyErr> {
        let Some(raised) = raised else { return stopped };
        if raised.context(py).is_none() {
            raised.set_context(py, stopped);
        }
        Some(raised)
    }

    /// Waits on this thread until there is something else to do.
    pub(super) fn wait(&self, token: &CancelToken) -> zexa::Result<bool> {
        self.run.wait(Some(token))
    }

    /// Waits until there is something else to do.
    pub(super) async fn changed(&self) {
        self.run.changed().await;
    }

    pub(super) fn stats(&self) -> PyResult<BulkStats> {
        Ok(BulkStats(self.own()?.stats()))
    }

    /// The absolute path of the ledger.
    pub(super) fn ledger(&self) -> Option<PathBuf> {
        self.run.ledger().map(|(path, _)| path.to_owned())
    }

    /// Whether the run has created the ledger.
    pub(super) fn ledger_created(&self) -> bool {
        self.run.ledger().is_some_and(|(_, created)| created)
    }
}

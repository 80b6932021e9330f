//! [`SendMany`] and [`CreateMany`]: the runs of the blocking client, which are iterators over their results.

use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::exceptions::{PyException, PyStopIteration, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyIterator, PyString};
use pyo3::{PyTraverseError, PyVisit};

use super::result::FromResult;
use super::row::FromRow;
use super::run::{Next, Run};
use crate::arguments::Argument;
use crate::client::Handle;
use crate::generated::BulkStats;
use crate::imported::is_mapping;
use crate::iterator_lock::{IteratorLock, Messages};
use crate::options::{BulkArguments, CallArguments};
use crate::{errors, ledger, logging, waiting};

const MESSAGES: Messages = Messages {
    forked: "the process was forked during the run, which continues in the parent process",
    reentered: "the run is already returning a result: its rows must not come from its results",
};

/// A run with its source. Thread-safe.
struct Results<P: FromRow> {
    run: Run<P>,
    source: IteratorLock<Source>,
    is_closed: AtomicBool,
}

/// The source of the rows.
struct Source {
    /// `None` after the last row.
    rows: Option<Py<PyIterator>>,
    /// The exception of the source or of a signal handler. It is raised after the rows in flight.
    raised: Option<PyErr>,
    /// Whether the rows in flight are cancelled.
    is_cancelled: bool,
    has_ended: bool,
}

impl<P: FromRow<Model: FromResult>> Results<P> {
    fn begin(
        py: Python<'_>,
        client: &Handle,
        rows: &Argument<'_>,
        bulk: &BulkArguments<'_>,
        options: &CallArguments<'_>,
    ) -> PyResult<Results<P>> {
        let rows = Some(iterator(&rows.0)?);
        let run = Run::begin(py, client, bulk, options)?;
        let source = Source { rows, raised: None, is_cancelled: false, has_ended: false };
        Ok(Results { run, source: IteratorLock::new(source), is_closed: AtomicBool::new(false) })
    }

    fn next(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.run.own()?;
        let mut source = self.source.acquire(py, &MESSAGES)?;
        logging::refresh_level(py)?;
        let next = self.next_of(py, &mut source);
        if next.is_err() {
            source.has_ended = true;
            let rows = source.rows.take();
            // Dropping the source may run Python code.
            drop((source, rows));
        }
        next
    }

    fn next_of(&self, py: Python<'_>, source: &mut Source) -> PyResult<Py<PyAny>> {
        while !source.has_ended && !self.is_closed.load(Ordering::Acquire) {
            if let Err(raised) = self.run.log.write(py) {
                self.interrupt(py, source, raised)?;
            }
            match self.run.next(py, true)? {
                Next::Pull => self.pull(py, source),
                Next::Result(result) => return Ok(result),
                Next::Wait => {
                    let token = waiting::token();
                    if let Some(raised) = waiting::pause(py, || self.run.wait(&token))? {
                        self.interrupt(py, source, raised)?;
                    }
                }
                Next::End(stopped) => {
                    let raised = Run::<P>::end(py, source.raised.take(), stopped);
                    return Err(raised.unwrap_or_else(|| PyStopIteration::new_err(())));
                }
            }
        }
        Err(PyStopIteration::new_err(()))
    }

    /// Pulls a row. The source may be a generator, which runs Python code.
    fn pull(&self, py: Python<'_>, source: &mut Source) {
        let Ok(run) = self.run.own() else { return };
        let row = source.rows.as_ref().and_then(|rows| rows.bind(py).clone().next());
        match row.map(|row| self.run.push(&row?)) {
            Some(Ok(())) => {}
            Some(Err(raised)) => {
                run.fail_source();
                source.raised.get_or_insert(raised);
                source.rows = None;
            }
            None => {
                run.end();
                source.rows = None;
            }
        }
    }

    /// A signal handler raised an exception. The first one stops the run, the second one cancels it, and a further one ends the iteration immediately.
    fn interrupt(&self, py: Python<'_>, source: &mut Source, raised: PyErr) -> PyResult<()> {
        let run = self.run.own()?;
        if source.is_cancelled {
            return Err(raised);
        }
        match source.raised.take() {
            None => {
                run.stop();
                source.raised = Some(raised);
            }
            Some(first) => {
                run.cancel();
                source.is_cancelled = true;
                // Ctrl-C is not lost because the source has failed before.
                let is_lesser = first.is_instance_of::<PyException>(py);
                if is_lesser {
                    raised.set_context(py, Some(first.clone_ref(py)));
                }
                source.raised = Some(if is_lesser { raised } else { first });
            }
        }
        Ok(())
    }

    /// Cancels the run, and waits until rows that may have been sent are recorded.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        let run = self.run.own()?;
        run.cancel();
        self.is_closed.store(true, Ordering::Release);
        // Another thread that waits for a result notices that the run is closed.
        let Some(mut source) = self.source.try_acquire() else { return Ok(()) };
        source.has_ended = true;
        let rows = source.rows.take();
        let mut raised = None;
        while !run.is_settled() && raised.is_none() {
            let token = waiting::token();
            raised = waiting::pause(py, || run.wait(Some(&token)))?;
        }
        // Dropping the source may run Python code.
        drop((source, rows));
        self.run.log.write(py)?;
        raised.map_or(Ok(()), Err)
    }

    fn repr(&self, class: &str) -> String {
        let ledger = self.run.ledger().map(|path| format!("ledger={:?}", path.display().to_string()));
        format!("{class}({})", ledger.unwrap_or_default())
    }
}

/// The iterator over the rows.
pub(super) fn iterator(rows: &Bound<'_, PyAny>) -> PyResult<Py<PyIterator>> {
    let is_excluded = rows.is_instance_of::<PyString>() || is_mapping(rows)?;
    match rows.try_iter() {
        Ok(rows) if !is_excluded => Ok(rows.unbind()),
        Err(raised) if !raised.is_instance_of::<PyTypeError>(rows.py()) => Err(raised),
        _ => {
            let kind = rows.get_type().name()?;
            Err(PyTypeError::new_err(format!("argument 'rows' must be an iterable of mappings, not {kind}")))
        }
    }
}

macro_rules! results {
    ($(#[$doc:meta])* $name:ident of $Params:ident) => {
        $(#[$doc])*
        #[pyclass(frozen, module = "zexa")]
        pub(crate) struct $name(Results<zexa::$Params>);

        impl $name {
            /// Begins a run.
            pub(crate) fn begin(
                py: Python<'_>,
                client: &Handle,
                rows: &Argument<'_>,
                bulk: &BulkArguments<'_>,
                options: &CallArguments<'_>,
            ) -> PyResult<$name> {
                Results::begin(py, client, rows, bulk, options).map($name)
            }
        }

        #[pymethods]
        impl $name {
            fn __reduce__(&self) -> PyResult<()> {
                Err(errors::cannot_pickle())
            }

            fn __iter__(slf: Py<Self>) -> Py<Self> {
                slf
            }

            fn __next__(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
                self.0.next(py)
            }

            /// Return the progress so far. Callable from any thread.
            fn stats(&self) -> PyResult<BulkStats> {
                self.0.run.stats()
            }

            /// Absolute path of the ledger, or its URL without the password. `None` without a ledger.
            #[getter]
            fn ledger(&self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
                self.0.run.ledger().map(|path| ledger::shown(py, &path)).transpose()
            }

            /// Whether the run has created the ledger.
            #[getter]
            fn ledger_created(&self) -> bool {
                self.0.run.ledger_created()
            }

            /// Stop the run: pull and send no further row. The results of the rows in flight still follow.
            fn stop(&self) -> PyResult<()> {
                self.0.run.own().map(zexa::binding::BulkRun::stop)
            }

            /// Stop the run and cancel the rows in flight. Their results still follow.
            fn cancel(&self) -> PyResult<()> {
                self.0.run.own().map(zexa::binding::BulkRun::cancel)
            }

            /// Cancel the run, wait until rows that may have been sent are recorded, and end the iteration. `with` does this at the end.
            fn close(&self, py: Python<'_>) -> PyResult<()> {
                self.0.close(py)
            }

            fn __enter__(slf: Py<Self>) -> Py<Self> {
                slf
            }

            #[pyo3(signature = (exc_type=None, exc_value=None, traceback=None, /))]
            fn __exit__(
                &self,
                py: Python<'_>,
                exc_type: Option<&Bound<'_, PyAny>>,
                exc_value: Option<&Bound<'_, PyAny>>,
                traceback: Option<&Bound<'_, PyAny>>,
            ) -> PyResult<()> {
                let _ = (exc_type, exc_value, traceback);
                // A forked child leaves the run to its parent.
                if self.0.run.is_own() { self.0.close(py) } else { Ok(()) }
            }

            fn __repr__(&self) -> String {
                self.0.repr(stringify!($name))
            }

            fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
                match self.0.source.try_acquire() {
                    Some(source) => visit.call(&source.rows),
                    None => Ok(()),
                }
            }

            fn __clear__(&self) {
                let rows = self.0.source.try_acquire().and_then(|mut source| source.rows.take());
                drop(rows);
            }
        }
    };
}

results! {
    /// A run of `messages.send_many()`: an iterator over its results, and a context manager that ends it.
    SendMany of SendMessage
}

results! {
    /// A run of `contacts.create_many()`: an iterator over its results, and a context manager that ends it.
    CreateMany of CreateContact
}

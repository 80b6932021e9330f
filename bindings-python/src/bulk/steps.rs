//! [`SendSteps`] and [`CreateSteps`]: the runs of the async client, step by step. `_bulk.py` pulls the rows, because asyncio must wait for them.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::IntoPyObjectExt;
use pyo3::exceptions::PyStopAsyncIteration;
use pyo3::prelude::*;
use pyo3::types::PyIterator;
use zexa::binding::BulkRun;

use super::iterator::iterator;
use super::run::{Next, Run};
use crate::client::AsyncHandle;
use crate::coroutine::{Completion, Coroutine};
use crate::generated::BulkStats;
use crate::options::{BulkArguments, CallArguments};
use crate::{errors, ledger, logging};

macro_rules! steps {
    ($(#[$doc:meta])* $name:ident of $Params:ident) => {
        $(#[$doc])*
        #[pyclass(frozen, module = "zexa._zexa")]
        pub(crate) struct $name {
            run: Arc<Run<zexa::$Params>>,
            /// The exception of the source, which is raised after the rows in flight.
            raised: Mutex<Option<PyErr>>,
        }

        impl $name {
            /// Begins a run.
            pub(crate) fn begin(
                py: Python<'_>,
                client: &AsyncHandle,
                bulk: &BulkArguments<'_>,
                options: &CallArguments<'_>,
            ) -> PyResult<$name> {
                let run = Arc::new(Run::begin_async(py, client, bulk, options)?);
                Ok($name { run, raised: Mutex::default() })
            }
        }

        #[pymethods]
        impl $name {
            fn __reduce__(&self) -> PyResult<()> {
                Err(errors::cannot_pickle())
            }

            /// The iterator over an iterable.
            #[staticmethod]
            fn rows(rows: &Bound<'_, PyAny>) -> PyResult<Py<PyIterator>> {
                iterator(rows)
            }

            /// The next result, True to pull a row, or False to wait. Raises an exception at the end.
            fn step(&self, py: Python<'_>, can_pull: bool) -> PyResult<Py<PyAny>> {
                match self.run.next(py, can_pull)? {
                    Next::Pull => true.into_py_any(py),
                    Next::Wait => false.into_py_any(py),
                    Next::Result(result) => Ok(result),
                    Next::End(stopped) => {
                        let raised = self.raised.lock().unwrap_or_else(PoisonError::into_inner).take();
                        let raised = Run::<zexa::$Params>::end(py, raised, stopped);
                        Err(raised.unwrap_or_else(|| PyStopAsyncIteration::new_err(())))
                    }
                }
            }

            /// A coroutine that waits for a change.
            fn changed(&self, py: Python<'_>) -> PyResult<Coroutine> {
                logging::refresh_level(py)?;
                let run = self.run.clone();
                let changed = async move {
                    run.changed().await;
                    Box::new(|py: Python<'_>| Ok(py.None())) as Completion
                };
                Ok(Coroutine::new(stringify!($name.changed), changed).with_log(self.run.log.clone()))
            }

            fn push(&self, row: &Bound<'_, PyAny>) -> PyResult<()> {
                self.run.own()?;
                self.run.push(row)
            }

            fn wake(&self) -> PyResult<()> {
                self.run.own().map(BulkRun::wake)
            }

            fn end(&self) -> PyResult<()> {
                self.run.own().map(BulkRun::end)
            }

            fn fail_source(&self, raised: &Bound<'_, PyAny>) -> PyResult<()> {
                let raised = Some(PyErr::from_value(raised.clone()));
                let before = mem::replace(&mut *self.raised.lock().unwrap_or_else(PoisonError::into_inner), raised);
                drop(before);
                self.run.own().map(BulkRun::fail_source)
            }

            fn stop(&self) -> PyResult<()> {
                self.run.own().map(BulkRun::stop)
            }

            fn cancel(&self) -> PyResult<()> {
                self.run.own().map(BulkRun::cancel)
            }

            fn stats(&self) -> PyResult<BulkStats> {
                self.run.stats()
            }

            #[getter]
            fn is_settled(&self) -> PyResult<bool> {
                self.run.own().map(BulkRun::is_settled)
            }

            #[getter]
            fn is_own(&self) -> bool {
                self.run.is_own()
            }

            #[getter]
            fn ledger(&self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
                self.run.ledger().map(|path| ledger::shown(py, &path)).transpose()
            }

            #[getter]
            fn ledger_created(&self) -> bool {
                self.run.ledger_created()
            }
        }
    };
}

steps! {
    /// A run of `messages.send_many()` of the async client.
    SendSteps of SendMessage
}

steps! {
    /// A run of `contacts.create_many()` of the async client.
    CreateSteps of CreateContact
}

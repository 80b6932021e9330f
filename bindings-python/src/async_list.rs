//! Lists of the async client, and the asynchronous iterators over their items and pages.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use futures_core::Stream;
use pyo3::exceptions::{PyRuntimeError, PyStopAsyncIteration};
use pyo3::prelude::*;
use zexa::binding::{Completeness, Item};

use crate::arguments::Argument;
use crate::coroutine::{Completion, Coroutine, completion, raising};
use crate::logging::LogBuffer;
use crate::model::IntoPython;
use crate::{errors, logging};

/// An asynchronous iterable over all items of a list, across its pages. It behaves like `List`.
///
/// Nothing is sent until the first item is requested. Iterating again sends the requests again.
#[pyclass(frozen, generic, module = "zexa")]
pub(crate) struct AsyncList {
    source: Box<dyn ListSource>,
    /// The log records of all iterations.
    log: Arc<LogBuffer>,
    /// Whether the last completed iteration was incomplete.
    incomplete: Arc<AtomicBool>,
    limit: Option<u32>,
}

/// An asynchronous iterable over the pages of a list, in order. Iterating again sends the requests again.
#[pyclass(frozen, generic, module = "zexa")]
pub(crate) struct AsyncPages(Py<AsyncList>);

/// One iteration over the items or the pages of a list.
#[pyclass(frozen, module = "zexa", name = "AsyncListIterator")]
pub(crate) struct AsyncListIterator {
    reader: Arc<Mutex<Box<dyn Reader>>>,
    /// Whether a task waits for the next item: only one can.
    busy: Arc<AtomicBool>,
    log: Arc<LogBuffer>,
    /// The flag of the list.
    incomplete: Arc<AtomicBool>,
}

/// Starts iterations over a list, independently of the type of its items.
trait ListSource: Send + Sync {
    /// The name of the class of the items.
    fn class(&self) -> &'static str;

    fn items(&self) -> Box<dyn Reader>;

    fn pages(&self) -> Box<dyn Reader>;

    fn page(&self, number: u32) -> Coroutine;
}

/// Creates a list of the core for each iteration.
struct ListFactory<F> {
    limit: Option<u32>,
    create: F,
}

impl<T, F> ListFactory<F>
where
    T: Item,
    F: Fn() -> zexa::AsyncList<T>,
{
    fn limited(&self) -> zexa::AsyncList<T> {
        let list = (self.create)();
        match self.limit {
            Some(limit) => list.limit(limit.into()),
            None => list,
        }
    }
}

impl<T, F> ListSource for ListFactory<F>
where
    T: IntoPython + Item,
    F: Fn() -> zexa::AsyncList<T> + Send + Sync,
{
    fn class(&self) -> &'static str {
        T::CLASS
    }

    fn items(&self) -> Box<dyn Reader> {
        Box::new(self.limited())
    }

    fn pages(&self) -> Box<dyn Reader> {
        Box::new(self.limited().pages())
    }

    fn page(&self, number: u32) -> Coroutine {
        let list = (self.create)();
        Coroutine::of("AsyncList.page", list.page(number))
    }
}

impl AsyncList {
    pub(crate) fn new<T: IntoPython + Item>(
        log: Arc<LogBuffer>,
        limit: Option<u32>,
        create: impl Fn() -> zexa::AsyncList<T> + Send + Sync + 'static,
    ) -> AsyncList {
        AsyncList { source: Box::new(ListFactory { limit, create }), log, incomplete: Arc::default(), limit }
    }
}

impl AsyncList {
    /// `AsyncList[Contact](limit=10)`. Filters are omitted, because a search may name a person.
    fn repr(&self, name: &str) -> String {
        let limit = self.limit.map_or_else(String::new, |limit| format!("limit={limit}"));
        format!("{name}[{}]({limit})", self.source.class())
    }
}

#[pymethods]
impl AsyncList {
    fn __reduce__(&self) -> PyResult<()> {
        Err(errors::cannot_pickle())
    }

    fn __repr__(&self) -> String {
        self.repr("AsyncList")
    }

    fn __aiter__(&self) -> AsyncListIterator {
        AsyncListIterator::new(self.source.items(), self)
    }

    /// Whether the last completed iteration yielded fewer items than the API reported in `total`.
    #[getter]
    fn is_incomplete(&self) -> bool {
        self.incomplete.load(Ordering::Acquire)
    }

    /// Iterate over whole pages, as the API returns them.
    ///
    /// An item that is repeated across pages is on each of them. A page without new items is skipped, unless it is the first. With a `limit`, the last page
    /// is the one that reaches it.
    fn pages(slf: Py<Self>) -> AsyncPages {
        AsyncPages(slf)
    }

    /// Fetch one page by its number. The first page is 1. The `limit` of the list does not apply.
    fn page(&self, py: Python<'_>, page: Argument<'_>) -> PyResult<Coroutine> {
        logging::refresh_level(py)?;
        Ok(self.source.page(page.positive_number("page")?).with_log(self.log.clone()))
    }
}

#[pymethods]
impl AsyncPages {
    fn __reduce__(&self) -> PyResult<()> {
        Err(errors::cannot_pickle())
    }

    fn __repr__(&self) -> String {
        self.0.get().repr("AsyncPages")
    }

    fn __aiter__(&self) -> AsyncListIterator {
        let list = self.0.get();
        AsyncListIterator::new(list.source.pages(), list)
    }

    /// Whether the last completed iteration ended too early: the same value as `AsyncList.is_incomplete`.
    #[getter]
    fn is_incomplete(&self) -> bool {
        self.0.get().is_incomplete()
    }
}

impl AsyncListIterator {
    fn new(reader: Box<dyn Reader>, list: &AsyncList) -> AsyncListIterator {
        AsyncListIterator {
            reader: Arc::new(Mutex::new(reader)),
            busy: Arc::default(),
            log: list.log.clone(),
            incomplete: list.incomplete.clone(),
        }
    }
}

#[pymethods]
impl AsyncListIterator {
    fn __aiter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __anext__(&self, py: Python<'_>) -> PyResult<Coroutine> {
        logging::refresh_level(py)?;
        let (reader, busy, incomplete) = (self.reader.clone(), self.busy.clone(), self.incomplete.clone());
        let next = Coroutine::new("AsyncListIterator.__anext__", async move {
            let _guard = match BusyGuard::acquire(busy) {
                Ok(guard) => guard,
                Err(error) => return raising(error),
            };
            let next = poll_fn(|context| {
                // Locked for one poll only, which does not block.
                let mut reader = reader.lock().unwrap_or_else(PoisonError::into_inner);
                let next = reader.poll(context);
                if let Poll::Ready(None) = next {
                    incomplete.store(reader.is_incomplete(), Ordering::Release);
                }
                next
            });
            next.await.unwrap_or_else(|| raising(PyStopAsyncIteration::new_err(())))
        });
        Ok(next.with_log(self.log.clone()))
    }
}

/// Marks an iterator as busy until it is dropped.
struct BusyGuard(Arc<AtomicBool>);

impl BusyGuard {
    fn acquire(busy: Arc<AtomicBool>) -> PyResult<BusyGuard> {
        match busy.swap(true, Ordering::AcqRel) {
            false => Ok(BusyGuard(busy)),
            true => {
                Err(PyRuntimeError::new_err("anext(): another task is already waiting for the next item of this list"))
            }
        }
    }
}

impl Drop for BusyGuard {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

/// A stream of items or pages.
trait Reader: Send {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Completion>>;

    /// Whether it ended with fewer items than the API reported.
    fn is_incomplete(&self) -> bool;
}

impl<T, S> Reader for S
where
    T: IntoPython,
    S: Stream<Item = zexa::Result<T>> + Completeness + Send + Unpin,
{
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Completion>> {
        Pin::new(self).poll_next(context).map(|item| item.map(completion))
    }

    fn is_incomplete(&self) -> bool {
        Completeness::is_incomplete(self)
    }
}

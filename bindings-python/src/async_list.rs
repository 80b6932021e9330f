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
use crate::coroutine::{Answer, Coroutine, answer, failure};
use crate::logging;
use crate::logging::Told;
use crate::model::Given;

/// All items of a list, across its pages: iterate with `async for`, as often as you like. See `List`.
#[pyclass(frozen, generic, module = "zexa")]
pub(crate) struct AsyncList {
    listed: Box<dyn Listed>,
    /// What its readings tell of their attempts.
    told: Arc<Told>,
    /// Whether the last reading to reach its end was incomplete.
    incomplete: Arc<AtomicBool>,
    limit: Option<u32>,
}

/// The pages of a list, in order: iterate with `async for`, as often as you like.
#[pyclass(frozen, generic, module = "zexa")]
pub(crate) struct AsyncPages(Py<AsyncList>);

/// One reading of a list, item by item or page by page.
#[pyclass(frozen, module = "zexa", name = "AsyncListIterator")]
pub(crate) struct AsyncListIterator {
    reading: Arc<Mutex<Box<dyn Read>>>,
    /// Whether somebody waits for the next: only one can.
    busy: Arc<AtomicBool>,
    told: Arc<Told>,
    /// That of its list.
    incomplete: Arc<AtomicBool>,
}

/// A list, whatever its items are.
trait Listed: Send + Sync {
    /// The class of the items.
    fn class(&self) -> &'static str;

    fn items(&self) -> Box<dyn Read>;

    fn pages(&self) -> Box<dyn Read>;

    fn page(&self, number: u32) -> Coroutine;
}

/// How to begin a list.
struct Source<F> {
    limit: Option<u32>,
    begin: F,
}

impl<T, F> Source<F>
where
    T: Item,
    F: Fn() -> zexa::AsyncList<T>,
{
    fn limited(&self) -> zexa::AsyncList<T> {
        let list = (self.begin)();
        match self.limit {
            Some(limit) => list.limit(limit.into()),
            None => list,
        }
    }
}

impl<T, F> Listed for Source<F>
where
    T: Given + Item,
    F: Fn() -> zexa::AsyncList<T> + Send + Sync,
{
    fn class(&self) -> &'static str {
        T::CLASS
    }

    fn items(&self) -> Box<dyn Read> {
        Box::new(self.limited())
    }

    fn pages(&self) -> Box<dyn Read> {
        Box::new(self.limited().pages())
    }

    fn page(&self, number: u32) -> Coroutine {
        let list = (self.begin)();
        Coroutine::of("AsyncList.page", list.page(number))
    }
}

impl AsyncList {
    pub(crate) fn new<T: Given + Item>(
        told: Arc<Told>,
        limit: Option<u32>,
        begin: impl Fn() -> zexa::AsyncList<T> + Send + Sync + 'static,
    ) -> AsyncList {
        AsyncList { listed: Box::new(Source { limit, begin }), told, incomplete: Arc::default(), limit }
    }
}

impl AsyncList {
    /// `List[Contact](limit=10)`. Without the filters: a search may name a person.
    fn shown(&self, name: &str) -> String {
        let limit = self.limit.map_or_else(String::new, |limit| format!("limit={limit}"));
        format!("{name}[{}]({limit})", self.listed.class())
    }
}

#[pymethods]
impl AsyncList {
    fn __repr__(&self) -> String {
        self.shown("AsyncList")
    }

    fn __aiter__(&self) -> AsyncListIterator {
        AsyncListIterator::new(self.listed.items(), self)
    }

    /// Whether the last reading that reached the end had fewer items than the API reported in its last `total`.
    #[getter]
    fn is_incomplete(&self) -> bool {
        self.incomplete.load(Ordering::Acquire)
    }

    /// The list page by page, as the API returns them: an item repeated across pages is on each of them. A page without new items is left out, unless it is the first.
    fn pages(slf: Py<Self>) -> AsyncPages {
        AsyncPages(slf)
    }

    /// Fetch one page. The first is 1.
    fn page(&self, py: Python<'_>, page: Argument<'_>) -> PyResult<Coroutine> {
        logging::look(py)?;
        Ok(self.listed.page(page.number("page")?).telling(self.told.clone()))
    }
}

#[pymethods]
impl AsyncPages {
    fn __repr__(&self) -> String {
        self.0.get().shown("AsyncPages")
    }

    fn __aiter__(&self) -> AsyncListIterator {
        let list = self.0.get();
        AsyncListIterator::new(list.listed.pages(), list)
    }

    /// As `AsyncList.is_incomplete`, with which it is shared.
    #[getter]
    fn is_incomplete(&self) -> bool {
        self.0.get().is_incomplete()
    }
}

impl AsyncListIterator {
    fn new(read: Box<dyn Read>, list: &AsyncList) -> AsyncListIterator {
        AsyncListIterator {
            reading: Arc::new(Mutex::new(read)),
            busy: Arc::default(),
            told: list.told.clone(),
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
        logging::look(py)?;
        let (reading, busy, incomplete) = (self.reading.clone(), self.busy.clone(), self.incomplete.clone());
        let next = Coroutine::new("AsyncListIterator.__anext__", async move {
            let _turn = match Turn::take(busy) {
                Ok(turn) => turn,
                Err(error) => return failure(error),
            };
            let next = poll_fn(|context| {
                // Held for a poll, which waits for nothing.
                let mut reading = reading.lock().unwrap_or_else(PoisonError::into_inner);
                let next = reading.poll(context);
                if let Poll::Ready(None) = next {
                    incomplete.store(reading.is_incomplete(), Ordering::Release);
                }
                next
            });
            next.await.unwrap_or_else(|| failure(PyStopAsyncIteration::new_err(())))
        });
        Ok(next.telling(self.told.clone()))
    }
}

/// The turn of the one that may wait for the next item. It ends when this is dropped.
struct Turn(Arc<AtomicBool>);

impl Turn {
    fn take(busy: Arc<AtomicBool>) -> PyResult<Turn> {
        match busy.swap(true, Ordering::AcqRel) {
            false => Ok(Turn(busy)),
            true => Err(PyRuntimeError::new_err("anext(): another task waits for the next item of this list already")),
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

/// What an iterator reads.
trait Read: Send {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Answer>>;

    /// Whether it has ended short of its total.
    fn is_incomplete(&self) -> bool;
}

impl<T, S> Read for S
where
    T: Given,
    S: Stream<Item = zexa::Result<T>> + Completeness + Send + Unpin,
{
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Answer>> {
        Pin::new(self).poll_next(context).map(|item| item.map(answer))
    }

    fn is_incomplete(&self) -> bool {
        Completeness::is_incomplete(self)
    }
}

//! Lists of the blocking client, and the iterators over their items and pages.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::exceptions::PyStopIteration;
use pyo3::prelude::*;
use zexa::CallOptions;
use zexa::binding::{Completeness, Item, NextBuffered};

use crate::arguments::Argument;
use crate::iterator_lock::{IteratorLock, Messages};
use crate::model::IntoPython;
use crate::{errors, logging, waiting};

#[doc = include_str!("../stub/List.txt")]
#[pyclass(frozen, generic, module = "zexa")]
pub(crate) struct List {
    source: Box<dyn ListSource>,
    /// Whether the last completed iteration was incomplete.
    incomplete: Arc<AtomicBool>,
    limit: Option<u32>,
}

/// An iterable over the pages of a list, in order. Iterating again sends the requests again.
#[pyclass(frozen, generic, module = "zexa")]
pub(crate) struct Pages(Py<List>);

/// One iteration over the items or the pages of a list. Thread-safe.
#[pyclass(frozen, module = "zexa", name = "ListIterator")]
pub(crate) struct ListIterator {
    reader: IteratorLock<Box<dyn Reader>>,
    /// The flag of the list.
    incomplete: Arc<AtomicBool>,
}

const MESSAGES: Messages = Messages {
    forked: "another thread was using this iterator when the process was forked: iterate over the list again",
    reentered: "list iterator already executing",
};

/// Starts iterations over a list, independently of the type of its items.
trait ListSource: Send + Sync {
    /// The name of the class of the items.
    fn class(&self) -> &'static str;

    fn items(&self) -> Box<dyn Reader>;

    fn pages(&self) -> Box<dyn Reader>;

    fn page(&self, py: Python<'_>, number: u32) -> PyResult<Py<PyAny>>;
}

/// Creates a list of the core for each iteration.
struct ListFactory<F> {
    client: zexa::Client,
    limit: Option<u32>,
    create: F,
}

impl<T, F> ListFactory<F>
where
    F: Fn(&zexa::Client) -> zexa::List<T>,
{
    /// Each iteration has its own token, because a cancelled token stays cancelled.
    fn create(&self) -> zexa::List<T> {
        (self.create)(&self.client.with_options(CallOptions::new().cancel(&waiting::token())))
    }

    fn limited(&self) -> zexa::List<T>
    where
        T: Item,
    {
        let list = self.create();
        match self.limit {
            Some(limit) => list.limit(limit.into()),
            None => list,
        }
    }
}

impl<T, F> ListSource for ListFactory<F>
where
    T: IntoPython + Item,
    F: Fn(&zexa::Client) -> zexa::List<T> + Send + Sync,
{
    fn class(&self) -> &'static str {
        T::CLASS
    }

    fn items(&self) -> Box<dyn Reader> {
        Box::new(BufferedReader { source: self.limited(), fetched: None })
    }

    fn pages(&self) -> Box<dyn Reader> {
        Box::new(BufferedReader { source: self.limited().pages(), fetched: None })
    }

    fn page(&self, py: Python<'_>, number: u32) -> PyResult<Py<PyAny>> {
        waiting::run(py, || self.create().page(number))?.into_python(py)
    }
}

impl List {
    pub(crate) fn new<T>(
        client: zexa::Client,
        limit: Option<u32>,
        create: impl Fn(&zexa::Client) -> zexa::List<T> + Send + Sync + 'static,
    ) -> List
    where
        T: IntoPython + Item,
    {
        List { source: Box::new(ListFactory { client, limit, create }), incomplete: Arc::default(), limit }
    }
}

impl List {
    /// `List[Contact](limit=10)`. Filters are omitted, because a search may name a person.
    fn repr(&self, name: &str) -> String {
        let limit = self.limit.map_or_else(String::new, |limit| format!("limit={limit}"));
        format!("{name}[{}]({limit})", self.source.class())
    }
}

#[pymethods]
impl List {
    fn __reduce__(&self) -> PyResult<()> {
        Err(errors::cannot_pickle())
    }

    fn __repr__(&self) -> String {
        self.repr("List")
    }

    fn __iter__(&self) -> ListIterator {
        ListIterator::new(self.source.items(), self.incomplete.clone())
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
    fn pages(slf: Py<Self>) -> Pages {
        Pages(slf)
    }

    /// Fetch one page by its number. The first page is 1. The `limit` of the list does not apply.
    fn page(&self, py: Python<'_>, page: Argument<'_>) -> PyResult<Py<PyAny>> {
        logging::refresh_level(py)?;
        self.source.page(py, page.positive_number("page")?)
    }
}

#[pymethods]
impl Pages {
    fn __reduce__(&self) -> PyResult<()> {
        Err(errors::cannot_pickle())
    }

    fn __repr__(&self) -> String {
        self.0.get().repr("Pages")
    }

    fn __iter__(&self) -> ListIterator {
        let list = self.0.get();
        ListIterator::new(list.source.pages(), list.incomplete.clone())
    }

    /// Whether the last completed iteration ended too early: the same value as `List.is_incomplete`.
    #[getter]
    fn is_incomplete(&self) -> bool {
        self.0.get().is_incomplete()
    }
}

impl ListIterator {
    fn next(&self, py: Python<'_>, reader: &mut dyn Reader) -> PyResult<Py<PyAny>> {
        if let Some(item) = reader.next_buffered(py) {
            return item;
        }
        logging::refresh_level(py)?;
        waiting::run(py, || reader.fetch())?;
        reader.next_buffered(py).unwrap_or_else(|| {
            self.incomplete.store(reader.is_incomplete(), Ordering::Release);
            Err(PyStopIteration::new_err(()))
        })
    }

    fn new(reader: Box<dyn Reader>, incomplete: Arc<AtomicBool>) -> ListIterator {
        ListIterator { reader: IteratorLock::new(reader), incomplete }
    }
}

#[pymethods]
impl ListIterator {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let mut reader = self.reader.acquire(py, &MESSAGES)?;
        self.next(py, &mut **reader)
    }
}

/// Items or pages, which are fetched separately from their conversion to Python.
trait Reader: Send {
    /// The next item, if it is available without waiting.
    fn next_buffered(&mut self, py: Python<'_>) -> Option<PyResult<Py<PyAny>>>;

    /// Waits for the next item, which `next_buffered` then returns. At the end of the list there is none.
    fn fetch(&mut self) -> zexa::Result<()>;

    /// Whether it ended with fewer items than the API reported.
    fn is_incomplete(&self) -> bool;
}

struct BufferedReader<I, T> {
    source: I,
    fetched: Option<T>,
}

impl<T, I> Reader for BufferedReader<I, T>
where
    T: IntoPython,
    I: Iterator<Item = zexa::Result<T>> + NextBuffered<T> + Completeness + Send,
{
    fn next_buffered(&mut self, py: Python<'_>) -> Option<PyResult<Py<PyAny>>> {
        let item = self.fetched.take().or_else(|| self.source.next_buffered())?;
        Some(item.into_python(py))
    }

    fn fetch(&mut self) -> zexa::Result<()> {
        self.fetched = self.source.next().transpose()?;
        Ok(())
    }

    fn is_incomplete(&self) -> bool {
        self.source.is_incomplete()
    }
}

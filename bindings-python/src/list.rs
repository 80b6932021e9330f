//! Lists of the blocking client, and the iterators over their items and pages.

use std::sync::{Mutex, PoisonError};

use pyo3::exceptions::PyStopIteration;
use pyo3::prelude::*;
use pyo3::sync::MutexExt;
use pyo3::types::{PyGenericAlias, PyType};
use zexa::CallOptions;
use zexa::binding::{AtHand, Item};

use crate::arguments::Argument;
use crate::model::Given;
use crate::{logging, page, waiting};

/// Things that the API lists page by page: iterate over it, as often as you like.
#[pyclass(frozen, module = "zexa")]
pub(crate) struct List(Box<dyn Listed>);

/// The pages of a list: iterate over it, as often as you like.
#[pyclass(frozen, module = "zexa")]
pub(crate) struct Pages(Py<List>);

/// One reading of a list, item by item or page by page. Threads may share it.
#[pyclass(frozen, module = "zexa", name = "ListIterator")]
pub(crate) struct ListIterator(Mutex<Box<dyn Read>>);

/// A list, whatever its items are.
trait Listed: Send + Sync {
    fn items(&self) -> Box<dyn Read>;

    fn pages(&self) -> Box<dyn Read>;

    fn page(&self, py: Python<'_>, number: u32) -> PyResult<Py<PyAny>>;
}

/// The client, and how to begin a list with it.
struct Source<F> {
    client: zexa::Client,
    begin: F,
}

impl<T, F> Source<F>
where
    F: Fn(&zexa::Client) -> zexa::List<T>,
{
    /// Each reading has a token of its own: one that was cancelled stays so.
    fn begin(&self) -> zexa::List<T> {
        (self.begin)(&self.client.with_options(CallOptions::new().cancel(&waiting::token())))
    }
}

impl<T, F> Listed for Source<F>
where
    T: Given + Item,
    F: Fn(&zexa::Client) -> zexa::List<T> + Send + Sync,
{
    fn items(&self) -> Box<dyn Read> {
        Box::new(Reading { source: self.begin(), came: None })
    }

    fn pages(&self) -> Box<dyn Read> {
        Box::new(Reading { source: self.begin().pages(), came: None })
    }

    fn page(&self, py: Python<'_>, number: u32) -> PyResult<Py<PyAny>> {
        waiting::run(py, || self.begin().page(number))?.give(py)
    }
}

impl List {
    pub(crate) fn new<T>(
        client: zexa::Client,
        begin: impl Fn(&zexa::Client) -> zexa::List<T> + Send + Sync + 'static,
    ) -> List
    where
        T: Given + Item,
    {
        List(Box::new(Source { client, begin }))
    }
}

#[pymethods]
impl List {
    fn __iter__(&self) -> ListIterator {
        ListIterator(Mutex::new(self.0.items()))
    }

    /// Page by page, as the API gives them: where the list shifts while it is read, an item may be on two.
    fn pages(slf: Py<Self>) -> Pages {
        Pages(slf)
    }

    /// One page, from 1.
    fn page(&self, py: Python<'_>, number: Argument<'_>) -> PyResult<Py<PyAny>> {
        logging::look(py)?;
        self.0.page(py, number.number("number")?)
    }

    /// As types are written, `zexa.List[zexa.Contact]`.
    #[classmethod]
    fn __class_getitem__<'py>(
        class: &Bound<'py, PyType>,
        item: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyGenericAlias>> {
        page::generic_alias(class, item)
    }
}

#[pymethods]
impl Pages {
    fn __iter__(&self) -> ListIterator {
        ListIterator(Mutex::new(self.0.get().0.pages()))
    }

    /// As types are written, `zexa.Pages[zexa.Contact]`.
    #[classmethod]
    fn __class_getitem__<'py>(
        class: &Bound<'py, PyType>,
        item: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyGenericAlias>> {
        page::generic_alias(class, item)
    }
}

#[pymethods]
impl ListIterator {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let mut read = self.0.lock_py_attached(py).unwrap_or_else(PoisonError::into_inner);
        if let Some(item) = read.at_hand(py) {
            return item;
        }
        logging::look(py)?;
        let waiting: &mut dyn Read = &mut **read;
        waiting::run(py, || {
            waiting.fetch();
            Ok(())
        })?;
        read.take(py)?.ok_or_else(|| PyStopIteration::new_err(()))
    }
}

/// What an iterator reads.
trait Read: Send {
    /// The next, where nothing has to be waited for.
    fn at_hand(&mut self, py: Python<'_>) -> Option<PyResult<Py<PyAny>>>;

    /// Waits for the next.
    fn fetch(&mut self);

    /// What was waited for.
    fn take(&mut self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>>;
}

struct Reading<I: Iterator> {
    source: I,
    came: Option<I::Item>,
}

impl<T, I> Read for Reading<I>
where
    T: Given,
    I: Iterator<Item = zexa::Result<T>> + AtHand<T> + Send,
{
    fn at_hand(&mut self, py: Python<'_>) -> Option<PyResult<Py<PyAny>>> {
        Some(self.source.at_hand()?.give(py))
    }

    fn fetch(&mut self) {
        self.came = self.source.next();
    }

    fn take(&mut self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        match self.came.take() {
            None => Ok(None),
            Some(Ok(item)) => item.give(py).map(Some),
            Some(Err(error)) => Err(crate::errors::raise(error)),
        }
    }
}

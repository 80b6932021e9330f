//! Lists of the blocking client, and the iterators over their items and pages.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, TryLockError};
use std::thread;
use std::time::Duration;

use pyo3::exceptions::{PyRuntimeError, PyStopIteration, PyValueError};
use pyo3::prelude::*;
use zexa::CallOptions;
use zexa::binding::{Completeness, Item, NextBuffered, generation};

use crate::arguments::Argument;
use crate::model::Given;
use crate::{logging, waiting};

#[doc = include_str!("../stub/docs/List.txt")]
#[pyclass(frozen, generic, module = "zexa")]
pub(crate) struct List {
    listed: Box<dyn Listed>,
    /// Whether the last reading to reach its end was incomplete.
    incomplete: Arc<AtomicBool>,
    limit: Option<u32>,
}

/// The pages of a list, in order: iterate over it, as often as you like.
#[pyclass(frozen, generic, module = "zexa")]
pub(crate) struct Pages(Py<List>);

/// One reading of a list, item by item or page by page. Threads may share it.
#[pyclass(frozen, module = "zexa", name = "ListIterator")]
pub(crate) struct ListIterator {
    read: Mutex<Box<dyn Read>>,
    /// That of its list.
    incomplete: Arc<AtomicBool>,
    /// The generation of the process that waits for the next page, or did last, and the thread that has it.
    generation: AtomicU64,
    thread: AtomicUsize,
}

/// A list, whatever its items are.
trait Listed: Send + Sync {
    /// The class of the items.
    fn class(&self) -> &'static str;

    fn items(&self) -> Box<dyn Read>;

    fn pages(&self) -> Box<dyn Read>;

    fn page(&self, py: Python<'_>, number: u32) -> PyResult<Py<PyAny>>;
}

/// The client, and how to begin a list with it.
struct Source<F> {
    client: zexa::Client,
    limit: Option<u32>,
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

    fn limited(&self) -> zexa::List<T>
    where
        T: Item,
    {
        let list = self.begin();
        match self.limit {
            Some(limit) => list.limit(limit.into()),
            None => list,
        }
    }
}

impl<T, F> Listed for Source<F>
where
    T: Given + Item,
    F: Fn(&zexa::Client) -> zexa::List<T> + Send + Sync,
{
    fn class(&self) -> &'static str {
        T::CLASS
    }

    fn items(&self) -> Box<dyn Read> {
        Box::new(Reading { source: self.limited(), came: None })
    }

    fn pages(&self) -> Box<dyn Read> {
        Box::new(Reading { source: self.limited().pages(), came: None })
    }

    fn page(&self, py: Python<'_>, number: u32) -> PyResult<Py<PyAny>> {
        waiting::run(py, || self.begin().page(number))?.give(py)
    }
}

impl List {
    pub(crate) fn new<T>(
        client: zexa::Client,
        limit: Option<u32>,
        begin: impl Fn(&zexa::Client) -> zexa::List<T> + Send + Sync + 'static,
    ) -> List
    where
        T: Given + Item,
    {
        List { listed: Box::new(Source { client, limit, begin }), incomplete: Arc::default(), limit }
    }
}

impl List {
    /// `List[Contact](limit=10)`. Without the filters: a search may name a person.
    fn shown(&self, name: &str) -> String {
        let limit = self.limit.map_or_else(String::new, |limit| format!("limit={limit}"));
        format!("{name}[{}]({limit})", self.listed.class())
    }
}

#[pymethods]
impl List {
    fn __repr__(&self) -> String {
        self.shown("List")
    }

    fn __iter__(&self) -> ListIterator {
        ListIterator::new(self.listed.items(), self.incomplete.clone())
    }

    /// Whether the last reading that reached the end had fewer items than the API reported in its last `total`.
    #[getter]
    fn is_incomplete(&self) -> bool {
        self.incomplete.load(Ordering::Acquire)
    }

    /// The list page by page, as the API returns them: an item repeated across pages is on each of them. A page without new items is left out, unless it is the first.
    fn pages(slf: Py<Self>) -> Pages {
        Pages(slf)
    }

    /// Fetch one page. The first is 1.
    fn page(&self, py: Python<'_>, page: Argument<'_>) -> PyResult<Py<PyAny>> {
        logging::look(py)?;
        self.listed.page(py, page.number("page")?)
    }
}

#[pymethods]
impl Pages {
    fn __repr__(&self) -> String {
        self.0.get().shown("Pages")
    }

    fn __iter__(&self) -> ListIterator {
        let list = self.0.get();
        ListIterator::new(list.listed.pages(), list.incomplete.clone())
    }

    /// As `List.is_incomplete`, with which it is shared.
    #[getter]
    fn is_incomplete(&self) -> bool {
        self.0.get().is_incomplete()
    }
}

impl ListIterator {
    fn next(&self, py: Python<'_>, read: &mut dyn Read) -> PyResult<Py<PyAny>> {
        if let Some(item) = read.at_hand(py) {
            return item;
        }
        logging::look(py)?;
        self.generation.store(generation(), Ordering::Release);
        waiting::run(py, || read.fetch())?;
        read.at_hand(py).unwrap_or_else(|| {
            self.incomplete.store(read.is_incomplete(), Ordering::Release);
            Err(PyStopIteration::new_err(()))
        })
    }

    fn new(read: Box<dyn Read>, incomplete: Arc<AtomicBool>) -> ListIterator {
        ListIterator {
            read: Mutex::new(read),
            incomplete,
            generation: AtomicU64::new(generation()),
            thread: AtomicUsize::new(NOBODY),
        }
    }

    /// Waits for its turn, with an ear for signals, unless it waits for what is never done: a thread of a parent, which is not here, or what this
    /// thread itself was interrupted in.
    fn turn(&self, py: Python<'_>) -> PyResult<MutexGuard<'_, Box<dyn Read>>> {
        loop {
            match self.read.try_lock() {
                Ok(read) => return Ok(read),
                Err(TryLockError::Poisoned(poisoned)) => return Ok(poisoned.into_inner()),
                Err(TryLockError::WouldBlock) => {}
            }
            if self.generation.load(Ordering::Acquire) != generation() {
                let message = "this list was being read by another thread when the process was forked: begin it anew";
                return Err(PyRuntimeError::new_err(message));
            }
            if self.thread.load(Ordering::Acquire) == this_thread() {
                return Err(PyValueError::new_err("list iterator already executing"));
            }
            py.detach(|| thread::sleep(A_TURN));
            py.check_signals()?;
        }
    }
}

/// How often a thread looks whether it is its turn. Whoever has it waits for a request, which takes longer.
const A_TURN: Duration = Duration::from_millis(5);

#[pymethods]
impl ListIterator {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let mut read = self.turn(py)?;
        self.thread.store(this_thread(), Ordering::Release);
        let next = self.next(py, &mut **read);
        self.thread.store(NOBODY, Ordering::Release);
        next
    }
}

/// The address of no thread.
const NOBODY: usize = 0;

/// An address that no other thread has, as long as this one lives.
fn this_thread() -> usize {
    thread_local! {
        static HERE: u8 = const { 0 };
    }
    HERE.with(|here| std::ptr::from_ref(here) as usize)
}

/// What an iterator reads.
trait Read: Send {
    /// The next, where nothing has to be waited for.
    fn at_hand(&mut self, py: Python<'_>) -> Option<PyResult<Py<PyAny>>>;

    /// Waits for the next, which is then at hand, if there is one.
    fn fetch(&mut self) -> zexa::Result<()>;

    /// Whether it has ended short of its total.
    fn is_incomplete(&self) -> bool;
}

struct Reading<I, T> {
    source: I,
    came: Option<T>,
}

impl<T, I> Read for Reading<I, T>
where
    T: Given,
    I: Iterator<Item = zexa::Result<T>> + NextBuffered<T> + Completeness + Send,
{
    fn at_hand(&mut self, py: Python<'_>) -> Option<PyResult<Py<PyAny>>> {
        let item = self.came.take().or_else(|| self.source.next_buffered())?;
        Some(item.give(py))
    }

    fn fetch(&mut self) -> zexa::Result<()> {
        self.came = self.source.next().transpose()?;
        Ok(())
    }

    fn is_incomplete(&self) -> bool {
        self.source.is_incomplete()
    }
}

//! Each attempt as a record of Python's `logging`, under `zexa`. Where nobody listens, it costs next to nothing.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, TryLockError, Weak};
use std::thread;

use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;
use zexa::{Attempt, Kind};

use crate::event_loop::EventLoop;
use crate::imported::{Imported, once};

/// `logging.DEBUG`.
const DEBUG: u32 = 10;

/// Whether the logger would take a record, as it was when the newest call began: to ask it takes the GIL, which attempts run without.
static LISTENING: AtomicBool = AtomicBool::new(false);

/// Asks the logger. A program that has not imported `logging` has no logger.
pub(crate) fn look(py: Python<'_>) -> PyResult<()> {
    let listening = match logger(py)? {
        Some(logger) => logger.call_method1(pyo3::intern!(py, "isEnabledFor"), (DEBUG,))?.is_truthy()?,
        None => false,
    };
    LISTENING.store(listening, Ordering::Relaxed);
    Ok(())
}

/// Whether the logger takes records, as far as is known.
pub(crate) fn is_listening() -> bool {
    LISTENING.load(Ordering::Relaxed)
}

thread_local! {
    /// Records of a blocking call, which are written where it may be left for a moment: a handler may make calls of its own.
    static HERE: RefCell<Vec<Record>> = const { RefCell::new(Vec::new()) };
}

/// What a blocking client tells of its attempts, on the thread of the caller.
pub(crate) fn report(attempt: &Attempt<'_>) {
    if is_listening() {
        HERE.with_borrow_mut(|records| records.push(Record::of(attempt)));
    }
}

/// Writes what a call of this thread has told.
pub(crate) fn write_here(py: Python<'_>) -> PyResult<()> {
    write_all(py, &HERE.take())
}

/// What an async client tells of its attempts, on its own thread. That never takes the GIL: Python that is coming to its end would end the thread in the
/// midst of it. So the loops write it.
pub(crate) fn report_later(attempt: &Attempt<'_>) {
    if !is_listening() {
        return;
    }
    let Some(mut waiting) = waiting() else { return };
    waiting.records.push(Record::of(attempt));
    waiting.loops.retain(|event_loop| event_loop.strong_count() > 0);
    let loops: Vec<_> = waiting.loops.iter().filter_map(Weak::upgrade).collect();
    drop(waiting);
    loops.iter().for_each(|event_loop| event_loop.ring());
}

/// Adds a loop to those that write what waits.
pub(crate) fn tell(event_loop: &Arc<EventLoop>) {
    if let Some(mut waiting) = waiting() {
        waiting.loops.retain(|event_loop| event_loop.strong_count() > 0);
        waiting.loops.push(Arc::downgrade(event_loop));
    }
}

/// Writes what the threads of async clients have told.
pub(crate) fn write_what_waits(py: Python<'_>) -> PyResult<()> {
    let records = waiting().map(|mut waiting| std::mem::take(&mut waiting.records)).unwrap_or_default();
    write_all(py, &records)
}

/// Records that wait for a loop to write them.
struct Waiting {
    records: Vec<Record>,
    loops: Vec<Weak<EventLoop>>,
}

static WAITING: Mutex<Waiting> = Mutex::new(Waiting { records: Vec::new(), loops: Vec::new() });

/// Held for a moment. In a process that was forked in that moment it is held for ever, so nobody waits for ever: a record may be lost there.
fn waiting() -> Option<MutexGuard<'static, Waiting>> {
    for _ in 0..1000 {
        match WAITING.try_lock() {
            Ok(waiting) => return Some(waiting),
            Err(TryLockError::Poisoned(poisoned)) => return Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => thread::yield_now(),
        }
    }
    None
}

/// An attempt, kept.
struct Record {
    text: String,
    method: &'static str,
    route: &'static str,
    number: u32,
    status: Option<u16>,
    elapsed_ms: f64,
    request_id: Option<String>,
    error: Option<&'static str>,
}

impl Record {
    fn of(attempt: &Attempt<'_>) -> Record {
        Record {
            text: attempt.to_string(),
            method: attempt.method,
            route: attempt.route,
            number: attempt.number,
            status: attempt.status,
            elapsed_ms: attempt.elapsed.as_secs_f64() * 1e3,
            request_id: attempt.request_id.map(str::to_owned),
            error: attempt.failure.as_ref().map(Kind::as_str),
        }
    }
}

/// Writes all, whatever one of them raises. The first that was raised counts.
fn write_all(py: Python<'_>, records: &[Record]) -> PyResult<()> {
    records.iter().map(|record| write_or_tell(py, record)).fold(Ok(()), |first, written| first.and(written))
}

/// Where a handler fails, that is told as Python tells it of what nobody can catch.
///
/// # Errors
///
/// Where it was interrupted, as by Ctrl-C.
fn write_or_tell(py: Python<'_>, record: &Record) -> PyResult<()> {
    match write(py, record) {
        Err(error) if error.is_instance_of::<PyException>(py) => {
            error.write_unraisable(py, None);
            Ok(())
        }
        written => written,
    }
}

fn write(py: Python<'_>, record: &Record) -> PyResult<()> {
    let Some(logger) = logger(py)? else { return Ok(()) };
    let extra = PyDict::new(py);
    // By names of their own: the application may put its own `request_id` into all records.
    extra.set_item("zexa_method", record.method)?;
    extra.set_item("zexa_path", record.route)?;
    extra.set_item("zexa_attempt", record.number)?;
    extra.set_item("zexa_status", record.status)?;
    extra.set_item("zexa_elapsed_ms", record.elapsed_ms)?;
    extra.set_item("zexa_request_id", record.request_id.as_deref())?;
    extra.set_item("zexa_error", record.error)?;
    let options = PyDict::new(py);
    options.set_item("extra", extra)?;
    logger.call_method(pyo3::intern!(py, "debug"), (record.text.as_str(),), Some(&options)).map(drop)
}

/// None where nobody has imported `logging`, or is in the midst of it.
fn logger(py: Python<'_>) -> PyResult<Option<&Bound<'_, PyAny>>> {
    static MODULES: Imported = Imported::new("sys", "modules");
    static LOGGER: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    if let Some(logger) = LOGGER.get(py) {
        return Ok(Some(logger.bind(py)));
    }
    let logging = MODULES.get(py)?.call_method1(pyo3::intern!(py, "get"), ("logging",))?;
    let Some(get_logger) = logging.getattr_opt(pyo3::intern!(py, "getLogger"))? else { return Ok(None) };
    once(py, &LOGGER, || get_logger.call1(("zexa",)).map(Bound::unbind)).map(Some)
}

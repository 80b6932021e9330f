//! Attempts and warnings as records of Python's `logging`, in the logger `zexa`. The cost is negligible if the logger is disabled.

use std::cell::RefCell;
use std::mem;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use zexa::binding::{Observe, Warning};
use zexa::{Attempt, Kind};

use crate::imported::{intern, loaded};

/// The levels of `logging` for attempts, failed attempts and warnings.
const DEBUG: u8 = 10;
const INFO: u8 = 20;
const WARNING: u8 = 30;

/// The lowest level of records that are created, as of the start of the most recent call. Cached, because attempts run without the GIL.
static LEVEL: AtomicU8 = AtomicU8::new(u8::MAX);

/// Updates the cached level. A program that has not imported `logging` has no logger.
pub(crate) fn refresh_level(py: Python<'_>) -> PyResult<()> {
    let logger = logger(py)?;
    let accepts = |level: u8| match &logger {
        Some(logger) => logger.call_method1(intern!(py, "isEnabledFor"), (level,))?.is_truthy(),
        None => Ok(false),
    };
    let level = match accepts(INFO)? {
        true if accepts(DEBUG)? => DEBUG,
        true => INFO,
        // Warnings are rare: whether the logger accepts them is left to `Logger.log()`. Asking it in each call would take longer.
        false if logger.is_some() => WARNING,
        false => u8::MAX,
    };
    LEVEL.store(level, Ordering::Relaxed);
    Ok(())
}

/// Whether any records are created, according to the cached level.
pub(crate) fn is_enabled() -> bool {
    LEVEL.load(Ordering::Relaxed) <= WARNING
}

/// Whether the logger accepts records of attempts, which are written during a call. Warnings are written after it.
pub(crate) fn is_enabled_for_attempts() -> bool {
    LEVEL.load(Ordering::Relaxed) <= INFO
}

thread_local! {
    /// Records of the blocking call on this thread. They are written when no lock is held, because a handler may make calls itself.
    static THREAD_RECORDS: RefCell<Vec<Record>> = const { RefCell::new(Vec::new()) };
}

/// The observer of a blocking client. It is called on the thread of the caller.
pub(crate) struct ThreadObserver;

impl Observe for ThreadObserver {
    fn attempt(&self, attempt: &Attempt<'_>) {
        THREAD_RECORDS.with_borrow_mut(|records| records.extend(Record::of_attempt(attempt)));
    }

    fn warning(&self, warning: &Warning) {
        THREAD_RECORDS.with_borrow_mut(|records| records.extend(Record::of_warning(warning)));
    }
}

/// Writes the records of the call on this thread.
pub(crate) fn write_thread_records(py: Python<'_>) -> PyResult<()> {
    write_all(py, &THREAD_RECORDS.take())
}

/// Records of an async call, added by the client's own thread. That thread never takes the GIL, because an interpreter that is shutting down would stop it.
/// So the coroutine writes the records when it resumes, in the context of its task.
#[derive(Default)]
pub(crate) struct LogBuffer(Mutex<Vec<Record>>);

impl LogBuffer {
    fn records(&self) -> MutexGuard<'_, Vec<Record>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn write(&self, py: Python<'_>) -> PyResult<()> {
        let records = mem::take(&mut *self.records());
        write_all(py, &records)
    }
}

/// The observer of an async call.
pub(crate) struct LogObserver<F> {
    pub(crate) log: Arc<LogBuffer>,
    /// Called when there are records to write.
    pub(crate) notify: F,
}

impl<F: Fn() + Send + Sync> LogObserver<F> {
    fn add(&self, record: Option<Record>) {
        if let Some(record) = record {
            self.log.records().push(record);
            (self.notify)();
        }
    }
}

impl<F: Fn() + Send + Sync> Observe for LogObserver<F> {
    fn attempt(&self, attempt: &Attempt<'_>) {
        self.add(Record::of_attempt(attempt));
    }

    fn warning(&self, warning: &Warning) {
        self.add(Record::of_warning(warning));
    }
}

/// An attempt or a warning.
struct Record {
    level: u8,
    text: String,
    method: &'static str,
    route: &'static str,
    /// `None` for a warning.
    attempt: Option<AttemptFields>,
}

struct AttemptFields {
    number: u32,
    status: Option<u16>,
    elapsed_ms: f64,
    request_id: Option<String>,
    error: Option<&'static str>,
}

impl Record {
    /// `None` if the logger would not accept it.
    fn of_attempt(attempt: &Attempt<'_>) -> Option<Record> {
        let level = if attempt.failure.is_some() { INFO } else { DEBUG };
        (level >= LEVEL.load(Ordering::Relaxed)).then(|| Record {
            level,
            text: attempt.to_string(),
            method: attempt.method,
            route: attempt.route,
            attempt: Some(AttemptFields {
                number: attempt.number,
                status: attempt.status,
                elapsed_ms: attempt.elapsed.as_secs_f64() * 1e3,
                request_id: attempt.request_id.map(str::to_owned),
                error: attempt.failure.as_ref().map(Kind::as_str),
            }),
        })
    }

    /// `None` if the logger would not accept it.
    fn of_warning(warning: &Warning) -> Option<Record> {
        is_enabled().then(|| Record {
            level: WARNING,
            text: warning.to_string(),
            method: warning.method,
            route: warning.route,
            attempt: None,
        })
    }
}

/// Writes all records. Returns the first error.
fn write_all(py: Python<'_>, records: &[Record]) -> PyResult<()> {
    let mut raised = Ok(());
    for record in records {
        raised = raised.and(write_guarded(py, record));
    }
    raised
}

/// Writes a record. An exception of a handler is reported to `sys.unraisablehook`.
///
/// # Errors
///
/// The handler was interrupted, for example by Ctrl-C.
fn write_guarded(py: Python<'_>, record: &Record) -> PyResult<()> {
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
    // With a prefix: an application may add its own `request_id` to all records.
    extra.set_item("zexa_method", record.method)?;
    extra.set_item("zexa_path", record.route)?;
    if let Some(attempt) = &record.attempt {
        extra.set_item("zexa_attempt", attempt.number)?;
        extra.set_item("zexa_status", attempt.status)?;
        extra.set_item("zexa_elapsed_ms", attempt.elapsed_ms)?;
        extra.set_item("zexa_request_id", attempt.request_id.as_deref())?;
        extra.set_item("zexa_error", attempt.error)?;
    }
    let options = PyDict::new(py);
    options.set_item("extra", extra)?;
    logger.call_method(intern!(py, "log"), (record.level, record.text.as_str()), Some(&options)).map(drop)
}

/// The module `logging`, and its logger `zexa`.
type Logger = (Py<PyAny>, Py<PyAny>);

/// The logger that was used last. Locked only with the GIL held and without running Python code, so a forked child never finds the lock taken.
static LOGGER: Mutex<Option<Logger>> = Mutex::new(None);

/// The logger of the currently imported module `logging`. `None` if it is not imported, or its import is not complete.
fn logger(py: Python<'_>) -> PyResult<Option<Bound<'_, PyAny>>> {
    let Some(logging) = loaded(py, intern!(py, "logging"))? else { return Ok(None) };
    let last = LOGGER.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, logger)) = last.as_ref().filter(|(module, _)| module.is(&logging)) {
        return Ok(Some(logger.bind(py).clone()));
    }
    drop(last);
    let Some(get_logger) = logging.getattr_opt(intern!(py, "getLogger"))? else { return Ok(None) };
    let logger = get_logger.call1(("zexa",))?;
    let new = Some((logging.unbind(), logger.clone().unbind()));
    let last = mem::replace(&mut *LOGGER.lock().unwrap_or_else(PoisonError::into_inner), new);
    // Dropping the last one may run Python.
    drop(last);
    Ok(Some(logger))
}

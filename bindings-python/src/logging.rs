//! Attempts and warnings as records of Python's `logging`, under `zexa`. If nobody listens, this costs next to nothing.

use std::cell::RefCell;
use std::mem;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use zexa::binding::{Observe, Warning};
use zexa::{Attempt, Kind};

use crate::imported::loaded;

/// The levels of `logging`: of attempts, of attempts that failed, and of warnings.
const DEBUG: u8 = 10;
const INFO: u8 = 20;
const WARNING: u8 = 30;

/// The least level that the logger takes, as it was when the newest call began: to ask it takes the GIL, which attempts run without.
static LEVEL: AtomicU8 = AtomicU8::new(u8::MAX);

/// Asks the logger. A program that has not imported `logging` has no logger.
pub(crate) fn look(py: Python<'_>) -> PyResult<()> {
    let logger = logger(py)?;
    let takes = |level: u8| match &logger {
        Some(logger) => logger.call_method1(pyo3::intern!(py, "isEnabledFor"), (level,))?.is_truthy(),
        None => Ok(false),
    };
    let level = match takes(INFO)? {
        true if takes(DEBUG)? => DEBUG,
        true => INFO,
        false if takes(WARNING)? => WARNING,
        false => u8::MAX,
    };
    LEVEL.store(level, Ordering::Relaxed);
    Ok(())
}

/// Whether the logger accepts any records, as far as is known.
pub(crate) fn is_listening() -> bool {
    LEVEL.load(Ordering::Relaxed) <= WARNING
}

/// Whether the logger accepts records of attempts, which are written while a call waits. Warnings are written when it has ended.
pub(crate) fn is_listening_to_attempts() -> bool {
    LEVEL.load(Ordering::Relaxed) <= INFO
}

thread_local! {
    /// Records of a blocking call, which are written where it may be left for a moment: a handler may make calls of its own.
    static HERE: RefCell<Vec<Record>> = const { RefCell::new(Vec::new()) };
}

/// The observer of a blocking client, which reports on the thread of the caller.
pub(crate) struct Reporter;

impl Observe for Reporter {
    fn attempt(&self, attempt: &Attempt<'_>) {
        HERE.with_borrow_mut(|records| records.extend(Record::of_attempt(attempt)));
    }

    fn warning(&self, warning: &Warning) {
        HERE.with_borrow_mut(|records| records.extend(Record::of_warning(warning)));
    }
}

/// Writes what a call of this thread has reported.
pub(crate) fn write_here(py: Python<'_>) -> PyResult<()> {
    write_all(py, &HERE.take())
}

/// Records of an async call, reported by the client's own thread. That never takes the GIL: Python that is coming to its end would end the thread in the midst
/// of it. So they are written where the call goes on, in the context of its task.
#[derive(Default)]
pub(crate) struct Told(Mutex<Vec<Record>>);

impl Told {
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
    pub(crate) told: Arc<Told>,
    /// Called when there is something to write.
    pub(crate) notify: F,
}

impl<F: Fn() + Send + Sync> LogObserver<F> {
    fn keep(&self, record: Option<Record>) {
        if let Some(record) = record {
            self.told.records().push(record);
            (self.notify)();
        }
    }
}

impl<F: Fn() + Send + Sync> Observe for LogObserver<F> {
    fn attempt(&self, attempt: &Attempt<'_>) {
        self.keep(Record::of_attempt(attempt));
    }

    fn warning(&self, warning: &Warning) {
        self.keep(Record::of_warning(warning));
    }
}

/// An attempt or a warning, kept.
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
        is_listening().then(|| Record {
            level: WARNING,
            text: warning.to_string(),
            method: warning.method,
            route: warning.route,
            attempt: None,
        })
    }
}

/// Writes all, whatever one of them raises. The first that was raised counts.
fn write_all(py: Python<'_>, records: &[Record]) -> PyResult<()> {
    let mut raised = Ok(());
    for record in records {
        raised = raised.and(write_or_tell(py, record));
    }
    raised
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
    if let Some(attempt) = &record.attempt {
        extra.set_item("zexa_attempt", attempt.number)?;
        extra.set_item("zexa_status", attempt.status)?;
        extra.set_item("zexa_elapsed_ms", attempt.elapsed_ms)?;
        extra.set_item("zexa_request_id", attempt.request_id.as_deref())?;
        extra.set_item("zexa_error", attempt.error)?;
    }
    let options = PyDict::new(py);
    options.set_item("extra", extra)?;
    logger.call_method(pyo3::intern!(py, "log"), (record.level, record.text.as_str()), Some(&options)).map(drop)
}

/// The module `logging`, and its logger `zexa`.
type Logger = (Py<PyAny>, Py<PyAny>);

/// The logger that was used last. Only a thread that holds the GIL looks here, and runs no Python meanwhile, so no forked child finds it locked.
static LOGGER: Mutex<Option<Logger>> = Mutex::new(None);

/// The logger of the module `logging` that is imported now. `None` if nobody has imported it, or its import is not complete.
fn logger(py: Python<'_>) -> PyResult<Option<Bound<'_, PyAny>>> {
    let Some(logging) = loaded(py, "logging")? else { return Ok(None) };
    let last = LOGGER.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, logger)) = last.as_ref().filter(|(module, _)| module.is(&logging)) {
        return Ok(Some(logger.bind(py).clone()));
    }
    drop(last);
    let Some(get_logger) = logging.getattr_opt(pyo3::intern!(py, "getLogger"))? else { return Ok(None) };
    let logger = get_logger.call1(("zexa",))?;
    let new = Some((logging.unbind(), logger.clone().unbind()));
    let last = mem::replace(&mut *LOGGER.lock().unwrap_or_else(PoisonError::into_inner), new);
    // Dropping the last one may run Python.
    drop(last);
    Ok(Some(logger))
}

//! Bulk runs: their source, which is a callback of C, and their results. The generated file of the section defines the types for messages and contacts.

use std::collections::HashSet;
use std::ffi::{CString, c_char, c_int, c_void};
use std::ptr;
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use zexa::binding::{self, BulkRow, BulkRun, Step};
use zexa::{BulkOptions, Client, RowResult};

use crate::cancellation_guard::CancellationGuard;
use crate::error::zexa_error;
use crate::generated::options::zexa_bulk_options;
use crate::input::{self, SizedStruct};
use crate::open_enum::StatusNumber;
use crate::options::Reader;
use crate::panic_boundary::Failure;
use crate::status::{zexa_outcome, zexa_status};

/// A struct of parameters that a callback fills in.
pub(crate) trait RowParams: SizedStruct {
    /// The parameters in the core.
    type Row: BulkRow;

    /// # Safety
    ///
    /// The strings and arrays are valid, as the header requires.
    unsafe fn read_row(&self) -> Result<Self::Row, Failure>;
}

/// A callback that fills in the next row.
pub(crate) type NextRow<C> = unsafe extern "C" fn(row: *mut C, userdata: *mut c_void) -> StatusNumber;

/// The parameters that a callback fills in, with room for members that a later version adds. A program that was compiled with its header may write them.
#[repr(C)]
struct Row<C> {
    params: C,
    later: [usize; LATER_MEMBERS],
}

const LATER_MEMBERS: usize = 64;

/// The source of the rows.
struct Source<C> {
    next_row: NextRow<C>,
    userdata: *mut c_void,
    /// Number of rows that were pulled.
    pulled: u64,
    /// The rows whose arguments are invalid: there is no kind of error for these in the core.
    invalid: HashSet<u64>,
    /// The status with which the callback has failed.
    failure: Option<c_int>,
    has_ended: bool,
}

// SAFETY: the header permits one thread at a time to use the source, which may be any.
unsafe impl<C> Send for Source<C> {}

/// A bulk run and its source.
pub(crate) struct Run<C: RowParams> {
    run: BulkRun<C::Row>,
    /// Locked by the thread that waits for the next result.
    source: Mutex<Source<C>>,
}

impl<C: RowParams> Run<C> {
    /// # Safety
    ///
    /// `options` and what it refers to are valid, and the callback may be called with its userdata, as the header requires.
    pub(crate) unsafe fn begin(
        client: &Client,
        next_row: Option<NextRow<C>>,
        userdata: *mut c_void,
        options: *const zexa_bulk_options,
    ) -> Result<Run<C>, Failure> {
        let next_row = next_row.ok_or_else(|| Failure::argument("next_row", "must not be NULL"))?;
        // SAFETY: as the caller promised.
        let options = match unsafe { input::optional_struct("bulk_options", options) }? {
            // SAFETY: likewise.
            Some(options) => unsafe { read(&options) }?,
            None => BulkOptions::new(),
        };
        let source = Source { next_row, userdata, pulled: 0, invalid: HashSet::new(), failure: None, has_ended: false };
        Ok(Run { run: binding::begin_run(client, &options)?, source: Mutex::new(source) })
    }

    /// Pulls rows until there is a result, and returns it. Returns [`Failure::Done`] at the end. `name` is the name of the run's argument.
    pub(crate) fn next<O>(&self, name: &str) -> Result<ResultOf<O>, Failure>
    where
        O: From<<C::Row as BulkRow>::Model>,
    {
        let mut source = self.source(name)?;
        let _cancellation_guard = CancellationGuard::new();
        while !source.has_ended {
            match self.run.step(true) {
                Step::Pull => source.pull(&self.run),
                Step::Result(result) => return Ok(source.result(result)),
                Step::Wait => {
                    self.run.wait(None).inspect_err(|_| source.has_ended = true)?;
                }
                Step::End(error) => {
                    source.has_ended = true;
                    return Err(error.map_or(Failure::Done, |error| source.end(error)));
                }
            }
        }
        Err(Failure::Done)
    }

    /// Locks the source. Fails instead of waiting if it is in use: by another thread, by the callback itself, or by a thread of the parent process.
    fn source(&self, name: &str) -> Result<MutexGuard<'_, Source<C>>, Failure> {
        match self.source.try_lock() {
            Ok(source) => Ok(source),
            Err(TryLockError::Poisoned(poisoned)) => Ok(PoisonError::into_inner(poisoned)),
            Err(TryLockError::WouldBlock) if self.run.is_of_this_process() => {
                Err(Failure::argument(name, "must not be used by two threads at a time, or by its own callback"))
            }
            Err(TryLockError::WouldBlock) => match self.run.step(false) {
                Step::End(Some(error)) => Err(error.into()),
                // In a forked child, each step is the end.
                _ => Err(Failure::Done),
            },
        }
    }

    /// NULL in a forked child.
    pub(crate) fn stats<S: From<zexa::BulkStats>>(&self) -> *mut S {
        match self.run.is_of_this_process() {
            true => Box::into_raw(Box::new(self.run.stats().into())),
            false => ptr::null_mut(),
        }
    }

    pub(crate) fn stop(&self) {
        self.run.stop();
    }

    pub(crate) fn cancel(&self) {
        self.run.cancel();
    }

    pub(crate) fn has_created_ledger(&self) -> bool {
        self.run.ledger().is_some_and(|(_, is_new)| is_new)
    }
}

/// # Safety
///
/// The strings and the token are valid, as the header requires.
unsafe fn read(options: &zexa_bulk_options) -> Result<BulkOptions, Failure> {
    // SAFETY: as the caller promised.
    let (mut reader, token) = unsafe { (Reader::new(options), options.cancel.as_ref()) };
    let options = binding::read_bulk_options(&mut reader)?;
    Ok(token.into_iter().fold(options, |options, token| options.cancel(&token.0)))
}

impl<C: RowParams> Source<C> {
    /// Calls the callback for the next row.
    fn pull(&mut self, run: &BulkRun<C::Row>) {
        let mut row = Row { params: C::INIT, later: [0; LATER_MEMBERS] };
        // SAFETY: the header requires a function with this signature, and userdata to match. The row has the size that its first member says.
        let status = unsafe { (self.next_row)((&raw mut row).cast(), self.userdata) };
        match zexa_status::of(status) {
            Some(zexa_status::ZEXA_OK) => self.push(run, &row),
            Some(zexa_status::ZEXA_DONE) => run.end(),
            _ => {
                self.failure = Some(status);
                run.fail_source();
            }
        }
    }

    fn push(&mut self, run: &BulkRun<C::Row>, row: &Row<C>) {
        let params = match row.later.iter().all(|member| *member == 0) {
            // SAFETY: the header requires valid strings and arrays until the callback is called again.
            true => unsafe { input::sized_struct("row", &row.params).and_then(|params| params.read_row()) },
            false => Err(Failure::argument("row", "has members that this version of libzexa does not have")),
        };
        match params {
            Ok(params) => run.push(params),
            Err(Failure::Error(error)) => {
                let (status, error) = error.into_parts();
                if status == zexa_status::ZEXA_INVALID_ARGUMENT {
                    self.invalid.insert(self.pulled);
                }
                run.push_invalid(error);
            }
            // Not returned for parameters.
            Err(Failure::Done) => run.end(),
        }
        self.pulled += 1;
    }

    fn result<M, O: From<M>>(&mut self, result: RowResult<M>) -> ResultOf<O> {
        let is_invalid = self.invalid.remove(&result.index);
        let error = |error| match is_invalid {
            true => zexa_error::new(zexa_status::ZEXA_INVALID_ARGUMENT, error),
            false => zexa_error::from(error),
        };
        ResultOf {
            index: result.index,
            // Keys are checked, so they contain no NUL.
            key: result.idempotency_key.map(|key| CString::new(key).unwrap_or_default()),
            object: result.value.map(O::from),
            error: result.error.map(error),
            outcome: result.outcome.into(),
            replayed: result.replayed,
            recorded: result.recorded,
            exists: result.exists,
        }
    }

    /// The error of a run that has stopped. It has the status of the callback, if that has failed.
    fn end(&self, error: zexa::Error) -> Failure {
        match self.failure {
            Some(status) => {
                let status = zexa_status::of(status).unwrap_or(zexa_status::ZEXA_OTHER);
                Failure::Error(Box::new(zexa_error::new(status, error)))
            }
            None => error.into(),
        }
    }
}

/// The result of a row, with objects that C borrows. `O` is the type of the message or contact in C.
pub(crate) struct ResultOf<O> {
    pub(crate) index: u64,
    key: Option<CString>,
    object: Option<O>,
    error: Option<zexa_error>,
    pub(crate) outcome: zexa_outcome,
    pub(crate) replayed: bool,
    pub(crate) recorded: bool,
    pub(crate) exists: bool,
}

impl<O> ResultOf<O> {
    pub(crate) fn key(&self) -> *const c_char {
        self.key.as_ref().map_or(ptr::null(), |key| key.as_ptr())
    }

    pub(crate) fn object(&self) -> *const O {
        self.object.as_ref().map_or(ptr::null(), ptr::from_ref)
    }

    pub(crate) fn error(&self) -> *const zexa_error {
        self.error.as_ref().map_or(ptr::null(), ptr::from_ref)
    }
}

//! Ledgers that are opened to count their rows, to settle doubts and to export them.

use std::ffi::{CString, c_char};
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicUsize, Ordering};

use zexa::{DoubtfulRow, Ledger, binding};

use crate::cancellation_guard::CancellationGuard;
use crate::error::zexa_error;
use crate::generated::ledger::{zexa_doubtful_row, zexa_ledger_counts};
use crate::input;
use crate::number::{self, ZEXA_DEFAULT};
use crate::output::Output;
use crate::panic_boundary::{self, Failure};
use crate::status::zexa_status;

/// A ledger: the record of what was sent, by idempotency key.
///
/// A client with the option `ledger` writes the file. This object reads it, also while a client uses it, and settles rows in doubt.
///
/// Thread-safe. The functions block while they use the file. In a forked child they return `ZEXA_CLOSED` for a ledger that the parent process opened; the
/// child can open the file again.
///
/// Free it with zexa_ledger_free().
pub struct zexa_ledger {
    ledger: Ledger,
    path: CString,
}

impl From<Ledger> for zexa_ledger {
    fn from(ledger: Ledger) -> zexa_ledger {
        // The path of a file contains no NUL.
        let path = CString::new(ledger.path().to_string_lossy().as_bytes()).unwrap_or_default();
        zexa_ledger { ledger, path }
    }
}

/// Returns a ledger, with the signals of the thread guarded: the functions of files are points at which pthread_cancel() ends a thread.
///
/// # Safety
///
/// `ledger` is valid, as the header requires.
unsafe fn active<'a>(ledger: *const zexa_ledger) -> Result<(&'a Ledger, CancellationGuard), Failure> {
    // SAFETY: as the caller promised.
    let ledger = unsafe { input::object("ledger", ledger) }?;
    Ok((&ledger.ledger, CancellationGuard::new()))
}

/// An optional output: a number of rows.
struct Count(Option<NonNull<i64>>);

impl Count {
    /// Sets the number to the one of a failure.
    ///
    /// # Safety
    ///
    /// `count` is valid until this is dropped, or NULL.
    unsafe fn new(count: *mut i64) -> Count {
        let count = Count(NonNull::new(count));
        count.write(ZEXA_DEFAULT);
        count
    }

    fn set(&self, number: u64) {
        self.write(number::to_c(number));
    }

    fn write(&self, number: i64) {
        if let Some(count) = self.0 {
            // SAFETY: as promised when this was created.
            unsafe { count.write(number) }
        }
    }
}

/// Open a ledger. Thread-safe.
///
/// @param path         path of the file, or URL of a ledger in a PostgreSQL database
/// @param create       whether to create the ledger if it does not exist. A new ledger belongs to the first account that uses it
/// @param[out] ledger  the ledger; free with zexa_ledger_free()
/// @param[out] error   [optional] the error on failure; free with zexa_error_free()
/// @return `ZEXA_OK`; `ZEXA_CONFIG` if the ledger does not exist, cannot be created, or cannot be used; `ZEXA_CONNECT` if the database cannot be reached; `ZEXA_OTHER` if another
///     process does not release the file;
///     or `ZEXA_INVALID_ARGUMENT`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_ledger_open(
    path: *const c_char,
    create: bool,
    ledger: *mut *mut zexa_ledger,
    error: *mut *mut zexa_error,
) -> zexa_status {
    let open = || {
        // SAFETY: the caller's pointers are valid, as the header requires.
        let (output, path) = unsafe { (Output::required("ledger", ledger)?, input::string("path", path)?) };
        let _cancellation_guard = CancellationGuard::new();
        output.set(if create { Ledger::create(path) } else { Ledger::open(path) }?)
    };
    // SAFETY: likewise.
    unsafe { panic_boundary::fallible(error, open) }
}

/// Return the absolute path of a ledger, or its URL without the password. Bytes that are not UTF-8 are replaced by U+FFFD. NULL if `ledger` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_ledger_path(ledger: *const zexa_ledger) -> *const c_char {
    // SAFETY: the caller's pointers are valid, as the header requires.
    unsafe { panic_boundary::read(ledger, ptr::null(), |ledger| ledger.path.as_ptr()) }
}

/// Count the rows of a ledger by state. Thread-safe.
///
/// @param ledger       the ledger
/// @param[out] counts  the numbers; free with zexa_ledger_counts_free()
/// @param[out] error   [optional] the error on failure; free with zexa_error_free()
/// @return `ZEXA_OK`, `ZEXA_OTHER` if the file cannot be read, `ZEXA_CLOSED` in a forked child, or `ZEXA_INVALID_ARGUMENT`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_ledger_count(
    ledger: *const zexa_ledger,
    counts: *mut *mut zexa_ledger_counts,
    error: *mut *mut zexa_error,
) -> zexa_status {
    let count = || {
        // SAFETY: the caller's pointers are valid, as the header requires.
        let (counts, (ledger, _cancellation_guard)) = unsafe { (Output::required("counts", counts)?, active(ledger)?) };
        counts.set(ledger.counts()?)
    };
    // SAFETY: likewise.
    unsafe { panic_boundary::fallible(error, count) }
}

/// An iterator over the rows of a ledger that were in doubt when it was created. Free it with zexa_doubtful_row_iter_free(), before or after the ledger. Threads
/// may share it.
pub struct zexa_doubtful_row_iter {
    rows: Vec<DoubtfulRow>,
    /// Index of the next row.
    next: AtomicUsize,
}

/// Create an iterator over the rows in doubt, in the order in which they were first claimed. Read it with zexa_doubtful_row_iter_next().
///
/// A row is in doubt if its request was sent, or may have been, and no result is recorded. Nothing is sent for its key until a person has found out what
/// happened and has settled it, by zexa_ledger_mark_sent() or zexa_ledger_mark_not_sent(). Settling a row does not change the iterator. Thread-safe.
///
/// @param ledger      the ledger
/// @param[out] iter   the iterator; free with zexa_doubtful_row_iter_free()
/// @param[out] error  [optional] the error on failure; free with zexa_error_free()
/// @return `ZEXA_OK`, `ZEXA_OTHER` if the file cannot be read, `ZEXA_CLOSED` in a forked child, or `ZEXA_INVALID_ARGUMENT`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_ledger_in_doubt(
    ledger: *const zexa_ledger,
    iter: *mut *mut zexa_doubtful_row_iter,
    error: *mut *mut zexa_error,
) -> zexa_status {
    let list = || {
        // SAFETY: the caller's pointers are valid, as the header requires.
        let (iter, (ledger, _cancellation_guard)) = unsafe { (Output::required("iter", iter)?, active(ledger)?) };
        iter.set(zexa_doubtful_row_iter { rows: ledger.in_doubt()?, next: AtomicUsize::new(0) })
    };
    // SAFETY: likewise.
    unsafe { panic_boundary::fallible(error, list) }
}

/// Return the next row in doubt. Does not use the file. Thread-safe.
///
/// @param iter               the iterator
/// @param[out] doubtful_row  the row; free with zexa_doubtful_row_free(). NULL at the end
/// @param[out] error         [optional] the error on failure; free with zexa_error_free()
/// @return `ZEXA_OK`, `ZEXA_DONE` at the end, or `ZEXA_INVALID_ARGUMENT`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_doubtful_row_iter_next(
    iter: *mut zexa_doubtful_row_iter,
    doubtful_row: *mut *mut zexa_doubtful_row,
    error: *mut *mut zexa_error,
) -> zexa_status {
    let next = || {
        // SAFETY: the caller's pointers are valid, as the header requires.
        let (output, iter) = unsafe { (Output::required("doubtful_row", doubtful_row)?, input::object("iter", iter)?) };
        let row = iter.rows.get(iter.next.fetch_add(1, Ordering::Relaxed)).ok_or(Failure::Done)?;
        output.set(row.clone())
    };
    // SAFETY: likewise.
    unsafe { panic_boundary::fallible(error, next) }
}

/// Free an iterator. NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_doubtful_row_iter_free(iter: *mut zexa_doubtful_row_iter) {
    // SAFETY: the caller's pointers are valid, as the header requires.
    unsafe { panic_boundary::free(iter) }
}

/// Settle a row in doubt: its request was processed. Later calls with its key return the message or campaign with this id, and send nothing.
///
/// Records the time and the name of the user. Thread-safe.
///
/// @param ledger      the ledger
/// @param key         idempotency key of the row
/// @param id          [optional] id of the message or campaign; NULL if it is not known. Later calls then return `ZEXA_DECODE` and `ZEXA_OUTCOME_ACCEPTED`
/// @param[out] error  [optional] the error on failure; free with zexa_error_free()
/// @return `ZEXA_OK`; `ZEXA_NOT_FOUND` if the ledger does not have the key; `ZEXA_CONFLICT` if the row is not in doubt; `ZEXA_INVALID_REQUEST` if `id` is
///     empty; `ZEXA_OTHER` if the file cannot be written; `ZEXA_CLOSED` in a forked child; or `ZEXA_INVALID_ARGUMENT`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_ledger_mark_sent(
    ledger: *const zexa_ledger,
    key: *const c_char,
    id: *const c_char,
    error: *mut *mut zexa_error,
) -> zexa_status {
    let mark = || {
        // SAFETY: the caller's pointers are valid, as the header requires.
        unsafe {
            let (ledger, _cancellation_guard) = active(ledger)?;
            ledger.mark_sent(input::string("key", key)?, input::optional_string("id", id)?)?;
        }
        Ok(())
    };
    // SAFETY: likewise.
    unsafe { panic_boundary::fallible(error, mark) }
}

/// Settle a row in doubt: its request was not processed. The next call with its key sends it.
///
/// Records the time and the name of the user. Thread-safe.
///
/// @param ledger      the ledger
/// @param key         idempotency key of the row
/// @param[out] error  [optional] the error on failure; free with zexa_error_free()
/// @return `ZEXA_OK`; `ZEXA_NOT_FOUND` if the ledger does not have the key; `ZEXA_CONFLICT` if the row is not in doubt; `ZEXA_OTHER` if the file cannot be
///     written; `ZEXA_CLOSED` in a forked child; or `ZEXA_INVALID_ARGUMENT`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_ledger_mark_not_sent(
    ledger: *const zexa_ledger,
    key: *const c_char,
    error: *mut *mut zexa_error,
) -> zexa_status {
    let mark = || {
        // SAFETY: the caller's pointers are valid, as the header requires.
        unsafe {
            let (ledger, _cancellation_guard) = active(ledger)?;
            ledger.mark_not_sent(input::string("key", key)?)?;
        }
        Ok(())
    };
    // SAFETY: likewise.
    unsafe { panic_boundary::fallible(error, mark) }
}

/// Replace the rows that were accepted before a time by their keys, which are never sent again. Rows in other states are kept. Thread-safe.
///
/// Later calls with such a key return `ZEXA_DECODE` and `ZEXA_OUTCOME_ACCEPTED`, because the id of the message is no longer known.
///
/// @param ledger      the ledger
/// @param before      RFC 3339 time with an offset, such as "2026-07-01T00:00:00Z"
/// @param[out] count  [optional] the number of replaced rows; `ZEXA_DEFAULT` (-1) on failure
/// @param[out] error  [optional] the error on failure; free with zexa_error_free()
/// @return `ZEXA_OK`, `ZEXA_VALIDATION` if `before` is not a time, `ZEXA_OTHER` if the file cannot be written, `ZEXA_CLOSED` in a forked child, or
///     `ZEXA_INVALID_ARGUMENT`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_ledger_prune(
    ledger: *const zexa_ledger,
    before: *const c_char,
    count: *mut i64,
    error: *mut *mut zexa_error,
) -> zexa_status {
    let prune = || {
        // SAFETY: the caller's pointers are valid, as the header requires.
        let count = unsafe { Count::new(count) };
        // SAFETY: likewise.
        let ((ledger, _cancellation_guard), before) = unsafe { (active(ledger)?, input::string("before", before)?) };
        count.set(ledger.prune(binding::timestamp("before", before)?)?);
        Ok(())
    };
    // SAFETY: likewise.
    unsafe { panic_boundary::fallible(error, prune) }
}

/// Write all rows of a ledger to a CSV file, with a header. An existing file is replaced when the new one is complete. Thread-safe.
///
/// The columns are `key`, `operation`, `state`, `id`, `status`, `created_at`, `error`, `http_status`, `code`, `request_id`, `claims`, `claimed_at`,
/// `settled_at`, `settled_by`, `may_be_second` and `possible_duplicate`.
///
/// @param ledger      the ledger
/// @param path        path of the CSV file
/// @param[out] count  [optional] the number of rows; `ZEXA_DEFAULT` (-1) on failure
/// @param[out] error  [optional] the error on failure; free with zexa_error_free()
/// @return `ZEXA_OK`, `ZEXA_VALIDATION` if `path` is a file of the ledger, `ZEXA_OTHER` if a file cannot be read or written, `ZEXA_CLOSED` in a forked child, or
///     `ZEXA_INVALID_ARGUMENT`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_ledger_export(
    ledger: *const zexa_ledger,
    path: *const c_char,
    count: *mut i64,
    error: *mut *mut zexa_error,
) -> zexa_status {
    let export = || {
        // SAFETY: the caller's pointers are valid, as the header requires.
        let count = unsafe { Count::new(count) };
        // SAFETY: likewise.
        let ((ledger, _cancellation_guard), path) = unsafe { (active(ledger)?, input::string("path", path)?) };
        count.set(ledger.export_to_file(path)?);
        Ok(())
    };
    // SAFETY: likewise.
    unsafe { panic_boundary::fallible(error, export) }
}

/// Close a ledger and free the object. In a forked child it does not affect the parent. NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_ledger_free(ledger: *mut zexa_ledger) {
    // SAFETY: the caller's pointers are valid, as the header requires.
    unsafe { panic_boundary::free_with_cancellation_guard(ledger) }
}

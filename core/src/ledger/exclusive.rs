//! [`Exclusive`]: keeps other programs out of a ledger for the time of a transaction.
//!
//! The locks of SQLite are record locks of POSIX, which belong to the process. Another copy of SQLite in the same process, such as Python's `sqlite3`,
//! does not see them: it takes the journal of the transaction for one that a crash has left, and undoes the transaction. On Linux, SQLite therefore
//! opens a ledger without locks, and the bytes that SQLite locks are locked here, by an open file description. These locks conflict with the locks of
//! every other SQLite, also in this process, and are not lost when other code closes the file.

use std::fs::{File, OpenOptions};
use std::io;
use std::mem;
use std::path::Path;
use std::time::Instant;

use nix::fcntl::{FcntlArg, fcntl};

use super::record_lock::{self, EXCLUSIVE, PATIENCE, UNLOCKED};

/// The module of SQLite that accesses the file without locks.
pub(crate) const SQLITE_WITHOUT_LOCKS: &std::ffi::CStr = c"unix-none";

// The bytes that every SQLite locks, from its file format.

/// Locked by a program that waits for the readers. New readers then wait, too.
const PENDING: i64 = 0x4000_0000;
/// Locked by a program that is about to write. The following 510 bytes are locked by readers.
const RESERVED: i64 = PENDING + 1;
const RESERVED_AND_SHARED: i64 = 1 + 510;

/// The lock. The system releases it when the file is closed, in one step: if it were released before, another copy of SQLite in this process could lock
/// the file in between, and would lose its lock when this file is closed. No child is forked in the meantime, which would have the file open, too.
pub(crate) struct Exclusive {
    _file: File,
}

impl Exclusive {
    /// Waits for the programs that read or write the file, and locks it.
    ///
    /// The file is opened each time, so that a forked child, which shares an open file, shares no lock that is taken after the fork.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::TimedOut`] if another program holds a lock for too long.
    pub(crate) fn lock(path: &Path) -> io::Result<Exclusive> {
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        let end = Instant::now() + PATIENCE;
        match wait_for(&file, PENDING, 1, end).and_then(|()| wait_for(&file, RESERVED, RESERVED_AND_SHARED, end)) {
            Ok(()) => Ok(Exclusive { _file: file }),
            Err(error) => {
                // If the other program is part of this process, closing the file would release its locks. They must stay, so the file stays open.
                unlock(&file);
                mem::forget(file);
                Err(error)
            }
        }
    }
}

fn wait_for(file: &File, start: i64, length: i64, end: Instant) -> io::Result<()> {
    let lock = record_lock::range(EXCLUSIVE, start, length);
    record_lock::wait_for(end, || record_lock::was_taken(fcntl(file, FcntlArg::F_OFD_SETLK(&lock))))
}

fn unlock(file: &File) {
    // Cannot fail for a valid descriptor.
    let _ = fcntl(file, FcntlArg::F_OFD_SETLK(&record_lock::range(UNLOCKED, PENDING, 1 + RESERVED_AND_SHARED)));
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rusqlite::Connection;

    use super::*;

    #[test]
    fn another_sqlite_in_this_process_waits() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("june.db");
        let other = Connection::open(&path).expect("a database");
        other.execute_batch("CREATE TABLE t (a)").expect("a table");
        let read = || other.query_row("SELECT count(*) FROM t", [], |row| row.get::<_, u32>(0));
        other.busy_timeout(Duration::ZERO).expect("an option");

        let exclusive = Exclusive::lock(&path).expect("locked");
        read().expect_err("locked");
        // Other code of this process may open and close the file.
        drop(File::open(&path).expect("readable"));
        read().expect_err("still locked");
        drop(exclusive);
        assert_eq!(read(), Ok(0));
    }

    #[test]
    fn a_transaction_waits_for_readers() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("june.db");
        let other = Connection::open(&path).expect("a database");
        other.execute_batch("CREATE TABLE t (a); BEGIN; SELECT * FROM t").expect("a reader");
        let file = OpenOptions::new().write(true).open(&path).expect("writable");
        let error = wait_for(&file, RESERVED, RESERVED_AND_SHARED, Instant::now()).expect_err("a reader");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        other.execute_batch("COMMIT").expect("the end");
        wait_for(&file, RESERVED, RESERVED_AND_SHARED, Instant::now()).expect("no reader");
    }
}

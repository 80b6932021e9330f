//! [`Locks`]: locks of the operating system in the file `<ledger>-lock`.
//!
//! Each process holds a lock on one byte of the file while it runs, so that others see whether the owner of a claim is alive. The kernel releases the
//! lock when the process dies, however it dies, and keeps it while the process is stopped. No clock is involved.
//!
//! These are the record locks of POSIX (`fcntl`). They belong to a process, and a forked child does not have them; the locks of `flock` would be
//! shared with it. On the other hand, a process loses all its locks of a file when it closes any descriptor of that file. Therefore the file is
//! opened once per process, and never closed. The ledger itself has SQLite's own locks, which a process can lose in the same way: if it opens the
//! ledger with another copy of SQLite, such as that of Python. Transactions are therefore protected by a lock in this file, too.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use nix::fcntl::{FcntlArg, fcntl};
use nix::libc;

use super::file::{LOCK, identity, identity_of, with_suffix};
use super::record_lock::{self, EXCLUSIVE, PATIENCE, UNLOCKED};
use crate::engine::{NoFork, PerProcess, SQLITE, generation};
use crate::lazy::Lazy;

/// Locked for the time of a transaction.
const TRANSACTION: u64 = 0;

/// Locked for the time of a bulk run.
const RUN: u64 = 1;

/// The byte of an owner is this plus its number.
const FIRST_OWNER: u64 = 1024;

/// The locks of a ledger in this process.
pub(crate) struct Locks {
    file: File,
    /// The device and the inode of the file.
    identity: (u64, u64),
    /// The owner that this process is; 0 if it has claimed nothing.
    owner: AtomicU64,
    transaction: Mutex<()>,
    has_run: AtomicBool,
}

/// The lock files that this process has open.
type Open = Mutex<Vec<Arc<Locks>>>;

impl Locks {
    /// Opens the locks of the ledger with this path, and creates their file if needed.
    pub(crate) fn open(ledger: &Path) -> io::Result<Arc<Locks>> {
        static OPEN: Lazy<PerProcess<Open>> = Lazy::new(|| PerProcess::new(Mutex::default()));
        let open = OPEN.get(|_| Mutex::default());
        let mut open = open.lock().unwrap_or_else(PoisonError::into_inner);
        let path = with_suffix(ledger, LOCK);
        // Not opened to find out, because it must not be closed.
        if let Ok(identity) = identity(&path)
            && let Some(locks) = open.iter().find(|locks| locks.identity == identity)
        {
            return Ok(locks.clone());
        }
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&path)?;
        let identity = identity_of(&file.metadata()?);
        let locks = Arc::new(Locks {
            file,
            identity,
            owner: AtomicU64::new(0),
            transaction: Mutex::default(),
            has_run: AtomicBool::new(false),
        });
        open.push(locks.clone());
        Ok(locks)
    }

    /// Waits for the transactions of other threads and processes.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::TimedOut`] if another process holds the lock for too long, and another kind if this process cannot use SQLite.
    pub(crate) fn begin_transaction(&self) -> io::Result<Transaction<'_>> {
        let guard = self.transaction.lock().unwrap_or_else(PoisonError::into_inner);
        record_lock::wait_for(Instant::now() + PATIENCE, || self.try_lock(TRANSACTION))?;
        let no_fork = NoFork::begin(&SQLITE).inspect_err(|_| self.unlock(TRANSACTION))?;
        let transaction = Transaction { locks: self, _guard: guard, _no_fork: no_fork };
        // Restored if other code of this process has opened and closed the file.
        if let Some(owner) = self.owner() {
            self.try_lock(FIRST_OWNER + owner)?;
        }
        if self.has_run.load(Ordering::Relaxed) {
            self.try_lock(RUN)?;
        }
        Ok(transaction)
    }

    /// The owner that this process is, if it has claimed anything.
    pub(crate) fn owner(&self) -> Option<u64> {
        Some(self.owner.load(Ordering::Relaxed)).filter(|owner| *owner != 0)
    }

    /// Makes this process the owner with this number, which no process has had before.
    pub(crate) fn become_owner(&self, owner: u64) -> io::Result<()> {
        if !self.try_lock(FIRST_OWNER + owner)? {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        self.owner.store(owner, Ordering::Relaxed);
        Ok(())
    }

    /// Whether the process with this number runs. A process that is stopped counts as running.
    ///
    /// If the system cannot tell, the process counts as running, so that nothing is sent twice.
    pub(crate) fn is_alive(&self, owner: u64) -> bool {
        if self.owner() == Some(owner) {
            return true;
        }
        let mut lock = lock(EXCLUSIVE, FIRST_OWNER + owner);
        match fcntl(&self.file, FcntlArg::F_GETLK(&mut lock)) {
            Ok(_) => lock.l_type != UNLOCKED,
            Err(_) => true,
        }
    }

    /// Takes the lock of bulk runs. `None` if a run holds it, in this process or in another one.
    pub(crate) fn begin_run(self: &Arc<Self>) -> io::Result<Option<Run>> {
        if self.has_run.swap(true, Ordering::AcqRel) {
            return Ok(None);
        }
        let locked = self.try_lock(RUN);
        if !matches!(locked, Ok(true)) {
            self.has_run.store(false, Ordering::Release);
        }
        Ok(locked?.then(|| Run { locks: self.clone(), generation: generation() }))
    }

    /// Locks a byte. Returns false if another process has locked it.
    fn try_lock(&self, byte: u64) -> io::Result<bool> {
        record_lock::was_taken(fcntl(&self.file, FcntlArg::F_SETLK(&lock(EXCLUSIVE, byte))))
    }

    fn unlock(&self, byte: u64) {
        // Cannot fail for a valid descriptor.
        let _ = fcntl(&self.file, FcntlArg::F_SETLK(&lock(UNLOCKED, byte)));
    }
}

fn lock(kind: libc::c_short, byte: u64) -> libc::flock {
    record_lock::range(kind, i64::try_from(byte).unwrap_or(i64::MAX), 1)
}

/// The lock of a transaction.
pub(crate) struct Transaction<'a> {
    locks: &'a Locks,
    _guard: MutexGuard<'a, ()>,
    _no_fork: NoFork,
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        self.locks.unlock(TRANSACTION);
    }
}

/// The lock of a bulk run.
pub(crate) struct Run {
    locks: Arc<Locks>,
    generation: u64,
}

impl Drop for Run {
    fn drop(&mut self) {
        // A forked child does not have the lock.
        if self.generation == generation() {
            self.locks.unlock(RUN);
            self.locks.has_run.store(false, Ordering::Release);
        }
    }
}

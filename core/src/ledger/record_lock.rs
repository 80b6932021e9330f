//! Locks on bytes of a file, and the wait for them.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::libc;

/// How long a transaction waits for those of others.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// A lock that excludes all others, in the type of the field: the type of the constant differs between systems.
pub(super) const EXCLUSIVE: libc::c_short = libc::F_WRLCK as libc::c_short;

/// No lock.
pub(super) const UNLOCKED: libc::c_short = libc::F_UNLCK as libc::c_short;

/// The description of a lock: its kind, and the bytes.
pub(super) fn range(kind: libc::c_short, start: i64, length: i64) -> libc::flock {
    libc::flock {
        l_type: kind,
        l_whence: libc::SEEK_SET as libc::c_short,
        l_start: start as libc::off_t,
        l_len: length as libc::off_t,
        l_pid: 0,
    }
}

/// Whether the lock was taken. False if others hold it.
pub(super) fn was_taken(result: nix::Result<libc::c_int>) -> io::Result<bool> {
    match result {
        Ok(_) => Ok(true),
        Err(Errno::EACCES | Errno::EAGAIN) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Tries until the lock is taken. The system could wait, but not for a limited time.
///
/// # Errors
///
/// [`io::ErrorKind::TimedOut`] if others hold the lock until the end.
pub(super) fn wait_for(end: Instant, try_lock: impl Fn() -> io::Result<bool>) -> io::Result<()> {
    let mut pause = Duration::from_micros(200);
    while !try_lock()? {
        if Instant::now() >= end {
            return Err(io::ErrorKind::TimedOut.into());
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(10));
    }
    Ok(())
}

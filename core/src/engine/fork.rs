//! Detects that the process is a forked child, without a system call per check.
//!
//! The process id is not enough: a child in a new PID namespace can have the id of its parent (both are 1). Instead, the kernel clears one page in
//! every child (`MADV_WIPEONFORK`), also in children that were created with a raw `clone()`. If the kernel does not support that, a handler that libc
//! runs in each child (`pthread_atfork`) clears the number.
//!
//! This is the only module of the crate with unsafe code. A comment at each block explains why it is sound.
#![allow(unsafe_code, reason = "mapping a page and registering a fork handler need the C library")]

use std::io;
#[cfg(unix)]
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, Ordering};

use crate::{Error, Kind, Outcome};

/// The error of a call that was started before the process was forked. Its sockets belong to the parent, where the call continues.
pub(crate) fn forked_error(outcome: Outcome) -> Error {
    Error::new(Kind::Closed, outcome, "the process was forked during the call, which continues in the parent process")
}

/// The generation of this process: 1 in the first process, and a larger number in each forked child.
#[cfg(unix)]
pub fn generation() -> u64 {
    let cell = CELL.load(Ordering::Acquire);
    let cell = if cell.is_null() { create_cell() } else { cell };
    if cell.is_null() {
        // Neither a page nor a fork handler is available, so the process id has to do. The high bit makes it differ from every generation.
        return 1 << 63 | u64::from(std::process::id());
    }
    // SAFETY: `CELL` only ever holds the address of `FALLBACK` or of a mapped page. Neither is ever freed, and both are aligned.
    let cell = unsafe { &*cell };
    match cell.load(Ordering::Relaxed) {
        0 => renew(cell),
        generation => generation,
    }
}

/// No other system has `fork()`.
#[cfg(not(unix))]
pub fn generation() -> u64 {
    1
}

/// Points to the generation of this process: 0 until it is known, and again in a new child.
#[cfg(unix)]
static CELL: AtomicPtr<AtomicU64> = AtomicPtr::new(std::ptr::null_mut());

/// The highest generation so far. Ordinary memory: a child inherits it.
#[cfg(unix)]
static LATEST: AtomicU64 = AtomicU64::new(0);

/// The generation if there is no page that the kernel clears.
#[cfg(unix)]
static FALLBACK: AtomicU64 = AtomicU64::new(0);

#[cfg(unix)]
fn renew(cell: &AtomicU64) -> u64 {
    // Several threads may get here at the same time. The first one sets the generation; skipped numbers do no harm.
    let next = LATEST.fetch_add(1, Ordering::Relaxed) + 1;
    cell.compare_exchange(0, next, Ordering::Relaxed, Ordering::Relaxed).err().unwrap_or(next)
}

/// Uses no lock: one that another thread holds during a fork would stay locked in the child.
#[cfg(unix)]
fn create_cell() -> *mut AtomicU64 {
    let page = wiped_page();
    let cell = page.or_else(cell_with_handler).unwrap_or(std::ptr::null_mut());
    match CELL.compare_exchange(std::ptr::null_mut(), cell, Ordering::AcqRel, Ordering::Acquire) {
        Ok(_) => cell,
        Err(existing) => {
            if let Some(page) = page {
                // SAFETY: mapped by this function with this length, and not shared.
                unsafe { nix::libc::munmap(page.cast(), PAGE_SIZE) };
            }
            existing
        }
    }
}

/// The kernel rounds this up to its page size.
#[cfg(unix)]
const PAGE_SIZE: usize = 4096;

/// A page that the kernel clears in each child.
#[cfg(target_os = "linux")]
fn wiped_page() -> Option<*mut AtomicU64> {
    use nix::libc;

    // SAFETY: a new private mapping at an address that the kernel chooses affects no existing memory.
    let page = unsafe {
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        libc::mmap(std::ptr::null_mut(), PAGE_SIZE, protection, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1, 0)
    };
    if page == libc::MAP_FAILED {
        return None;
    }
    // SAFETY: the mapping of this length that was made above.
    if unsafe { libc::madvise(page, PAGE_SIZE, libc::MADV_WIPEONFORK) } != 0 {
        // SAFETY: as above; the mapping is not shared.
        unsafe { libc::munmap(page, PAGE_SIZE) };
        return None;
    }
    // Zeroed by the kernel, which is an atomic 0, and aligned to a page.
    Some(page.cast())
}

#[cfg(all(unix, not(target_os = "linux")))]
fn wiped_page() -> Option<*mut AtomicU64> {
    None
}

/// A number that a fork handler clears in each child.
#[cfg(unix)]
fn cell_with_handler() -> Option<*mut AtomicU64> {
    extern "C" fn clear() {
        FALLBACK.store(0, Ordering::Relaxed);
    }
    // SAFETY: the handler only stores to an atomic, which is allowed in the child of a multi-threaded process. Registering it twice does no harm.
    let registered = unsafe { nix::libc::pthread_atfork(None, None, Some(clear)) } == 0;
    registered.then_some((&raw const FALLBACK).cast_mut())
}

/// Something that a forked child cannot use if another thread of its parent is using it at the moment of the fork: it has locks in global variables, which
/// the child inherits as they are. A fork waits until nobody uses it.
pub(crate) struct Global {
    /// The number of its users, and [`FORK`] times the number of threads that are about to fork.
    #[cfg(unix)]
    users: AtomicU64,
    /// Whether this is a child that was forked during a use.
    #[cfg(unix)]
    is_unusable: AtomicBool,
    #[cfg_attr(not(unix), allow(dead_code, reason = "no other system has `fork()`"))]
    unusable: &'static str,
}

/// SQLite, with its locks of files and its mutexes.
pub(crate) static SQLITE: Global =
    Global::new("this process was forked while another thread used a ledger, and cannot use ledgers itself");

/// The creation of a tokio runtime. If a program enables tokio's feature `signal`, the first one initialises a global variable.
pub(crate) static RUNTIMES: Global =
    Global::new("this process was forked while another thread began its first call, and cannot make calls itself");

#[cfg(unix)]
static ALL: [&Global; 2] = [&SQLITE, &RUNTIMES];

#[cfg(unix)]
const FORK: u64 = 1 << 32;

/// A fork waits for at most this time, for example if another program has locked a ledger. Then the child cannot use what it has waited for.
#[cfg(unix)]
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(2);

/// A use of a [`Global`]. Meanwhile, a fork waits.
pub(crate) struct NoFork {
    #[cfg(unix)]
    global: &'static Global,
}

impl Global {
    const fn new(unusable: &'static str) -> Global {
        Global {
            #[cfg(unix)]
            users: AtomicU64::new(0),
            #[cfg(unix)]
            is_unusable: AtomicBool::new(false),
            unusable,
        }
    }

    #[cfg(unix)]
    fn has_users(&self) -> bool {
        !self.users.load(Ordering::Acquire).is_multiple_of(FORK)
    }
}

impl NoFork {
    /// Waits until no fork is in progress. A thread that uses something must not begin another use: a fork would wait for the first one, and the second one
    /// for the fork.
    ///
    /// # Errors
    ///
    /// If this is a forked child that would wait forever for a thread of its parent.
    pub(crate) fn begin(global: &'static Global) -> io::Result<NoFork> {
        #[cfg(unix)]
        {
            if global.is_unusable.load(Ordering::Relaxed) {
                return Err(io::Error::other(global.unusable));
            }
            register();
            let enter = |users: u64| (users < FORK).then_some(users + 1);
            while global.users.fetch_update(Ordering::Acquire, Ordering::Relaxed, enter).is_err() {
                std::thread::yield_now();
            }
            Ok(NoFork { global })
        }
        #[cfg(not(unix))]
        {
            let _ = global;
            Ok(NoFork {})
        }
    }
}

impl Drop for NoFork {
    fn drop(&mut self) {
        #[cfg(unix)]
        self.global.users.fetch_sub(1, Ordering::Release);
    }
}

/// Registers the handlers of [`NoFork`], once.
#[cfg(unix)]
fn register() {
    extern "C" fn prepare() {
        for global in ALL {
            global.users.fetch_add(FORK, Ordering::Acquire);
        }
        let started = std::time::Instant::now();
        while ALL.iter().any(|global| global.has_users()) && started.elapsed() < PATIENCE {
            std::thread::sleep(std::time::Duration::from_micros(100));
        }
    }
    extern "C" fn in_parent() {
        for global in ALL {
            global.users.fetch_sub(FORK, Ordering::Release);
        }
    }
    extern "C" fn in_child() {
        for global in ALL {
            // The users, and the other threads that fork, are threads of the parent.
            if !global.users.swap(0, Ordering::AcqRel).is_multiple_of(FORK) {
                global.is_unusable.store(true, Ordering::Relaxed);
            }
        }
    }
    static REGISTERED: AtomicBool = AtomicBool::new(false);
    if !REGISTERED.swap(true, Ordering::Relaxed) {
        // SAFETY: the handlers use only atomics, the clock and sleep. If this fails, a forked child may find that its ledger is in use.
        unsafe { nix::libc::pthread_atfork(Some(prepare), Some(in_parent), Some(in_child)) };
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// Runs the closure in a forked child and returns the byte that it exits with.
    fn in_child(run: impl FnOnce() -> bool) -> bool {
        // SAFETY: the child calls the closure and exits with `_exit`, so the test harness does not run in it.
        match unsafe { nix::libc::fork() } {
            -1 => panic!("fork: {}", std::io::Error::last_os_error()),
            // SAFETY: it does not return.
            0 => unsafe { nix::libc::_exit(i32::from(run())) },
            pid => {
                let mut status = 0;
                // SAFETY: a child of this process, and a valid pointer for its status.
                assert_eq!(unsafe { nix::libc::waitpid(pid, &mut status, 0) }, pid);
                assert!(nix::libc::WIFEXITED(status));
                nix::libc::WEXITSTATUS(status) == 1
            }
        }
    }

    #[test]
    fn a_child_has_its_own_generation() {
        let parent = generation();
        assert!(in_child(|| {
            let child = generation();
            child > parent && generation() == child && in_child(|| generation() > child)
        }));
        assert_eq!(generation(), parent);
    }

    /// Runs a test in a process of its own, in which no other test uses a ledger or forks.
    fn in_process(test: &str) {
        let mut command = std::process::Command::new(std::env::current_exe().expect("this test program"));
        let output = command.args(["--exact", &format!("engine::fork::tests::{test}"), "--ignored"]).output();
        let output = output.expect("it starts");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("1 passed"), "{text}");
    }

    #[test]
    fn forks_wait_for_the_users_of_a_library() {
        in_process("two_threads_use_a_library_and_two_fork");
    }

    #[test]
    #[ignore = "run by the test above, in a process of its own"]
    fn two_threads_use_a_library_and_two_fork() {
        let is_done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while !is_done.load(Ordering::Relaxed) {
                        let _user = NoFork::begin(&SQLITE).expect("usable");
                        std::thread::yield_now();
                    }
                });
            }
            let forking = [(); 2].map(|()| {
                scope.spawn(|| {
                    (0..50).all(|_| {
                        in_child(|| SQLITE.users.load(Ordering::Relaxed) == 0 && NoFork::begin(&SQLITE).is_ok())
                    })
                })
            });
            let results = forking.map(|thread| thread.join().expect("no panic"));
            is_done.store(true, Ordering::Relaxed);
            assert_eq!(results, [true, true]);
        });
    }

    #[test]
    fn a_child_knows_that_it_cannot_use_a_library() {
        in_process("a_fork_during_a_use");
    }

    #[test]
    #[ignore = "run by the test above, in a process of its own"]
    fn a_fork_during_a_use() {
        let user = NoFork::begin(&SQLITE).expect("usable");
        // The fork does not wait indefinitely. Nothing else is affected.
        assert!(in_child(|| NoFork::begin(&SQLITE).is_err() && NoFork::begin(&RUNTIMES).is_ok()));
        drop(user);
        assert!(in_child(|| NoFork::begin(&SQLITE).is_ok()));
    }

    #[test]
    fn the_fork_handler_clears_the_number_too() {
        let cell = cell_with_handler().expect("the C library takes a handler");
        assert_eq!(cell.cast_const(), &raw const FALLBACK);
        FALLBACK.store(7, Ordering::Relaxed);
        assert!(in_child(|| FALLBACK.load(Ordering::Relaxed) == 0));
        assert_eq!(FALLBACK.load(Ordering::Relaxed), 7);
    }
}

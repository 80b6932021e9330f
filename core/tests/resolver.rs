//! Host names that cannot be resolved.
//!
//! The system's resolver function is replaced in this program, because a test cannot have a name server that does not respond.
#![allow(unsafe_code, reason = "a function of the C library is replaced, and one called")]
#![cfg(target_os = "linux")]

mod support;

use std::env;
use std::ffi::{CStr, c_char, c_int};
use std::fs;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use support::{builder, message, until};
use zexa::{CallOptions, Client, Kind, Outcome};
use zexa_sandbox::Sandbox;

type GetAddrInfo =
    unsafe extern "C" fn(*const c_char, *const c_char, *const libc::addrinfo, *mut *mut libc::addrinfo) -> c_int;

/// The number of lookups of `slow.test` that have started, and whether they may end.
static LOOKUPS: AtomicUsize = AtomicUsize::new(0);
static IS_RELEASED: (Mutex<bool>, Condvar) = (Mutex::new(false), Condvar::new());

/// Resolves a name like the C library, but `slow.test` only when it is released, and then as localhost.
#[unsafe(no_mangle)]
unsafe extern "C" fn getaddrinfo(
    node: *const c_char,
    service: *const c_char,
    hints: *const libc::addrinfo,
    result: *mut *mut libc::addrinfo,
) -> c_int {
    // SAFETY: the caller passes a NUL-terminated string or NULL.
    let is_slow = !node.is_null() && unsafe { CStr::from_ptr(node) } == c"slow.test";
    if is_slow {
        LOOKUPS.fetch_add(1, Ordering::SeqCst);
        let (lock, condition) = &IS_RELEASED;
        let mut is_released = lock.lock().unwrap_or_else(PoisonError::into_inner);
        while !*is_released {
            is_released = condition.wait(is_released).unwrap_or_else(PoisonError::into_inner);
        }
    }
    // SAFETY: the next function with this name is that of the C library, which has this type.
    unsafe {
        let next = libc::dlsym(libc::RTLD_NEXT, c"getaddrinfo".as_ptr());
        assert!(!next.is_null(), "the C library has one");
        let next: GetAddrInfo = std::mem::transmute(next);
        next(if is_slow { c"127.0.0.1".as_ptr() } else { node }, service, hints, result)
    }
}

fn threads() -> usize {
    fs::read_dir("/proc/self/task").expect("Linux").count()
}

#[test]
fn concurrent_lookups_of_a_name_share_one_thread() {
    let sandbox = Sandbox::start();
    let url = sandbox.url().replace("127.0.0.1", "slow.test");
    let client = builder(&sandbox).base_url(url).allow_http(true).build().expect("a client");
    let before = threads();
    let hasty = client.with_options(CallOptions::new().deadline(Duration::from_millis(5)));
    for _ in 0..100 {
        let error = hasty.messages().send(&message("late")).expect_err("no address");
        assert_eq!((error.kind(), error.outcome()), (Kind::Timeout, Outcome::NotSent));
    }
    assert_eq!(LOOKUPS.load(Ordering::SeqCst), 1);
    assert!(threads() <= before + 1, "{} threads more", threads() - before);

    thread::scope(|scope| {
        let calls: Vec<_> = (0..5).map(|_| scope.spawn(|| client.messages().send(&message("Hello")))).collect();
        *IS_RELEASED.0.lock().expect("no panic") = true;
        IS_RELEASED.1.notify_all();
        for call in calls {
            call.join().expect("no panic").expect("sent");
        }
    });
    assert_eq!(sandbox.messages().len(), 5);
    until("the thread of the lookup ends", || threads() <= before);
}

#[test]
fn an_unknown_name() {
    let client = Client::builder()
        .base_url("https://no-such-host.invalid/v1")
        .api_key("k")
        .max_retries(0)
        .build()
        .expect("a client");
    let error = client.messages().send(&message("Hello")).expect_err("no address");
    assert_eq!((error.kind(), error.outcome()), (Kind::Connect, Outcome::NotSent));
    let start = "cannot connect to no-such-host.invalid:443: the host name cannot be resolved (";
    assert!(error.message().starts_with(start), "{error}");
}

/// Runs the test with this name in a separate process, which it may limit.
fn in_process(test: &str, sandbox: &Sandbox) -> String {
    let mut command = Command::new(env::current_exe().expect("this test program"));
    command.args(["--exact", test, "--ignored", "--nocapture"]);
    let url = sandbox.url().replace("127.0.0.1", "localhost");
    command.env("ZEXA_API_KEY", sandbox.api_key()).env("ZEXA_BASE_URL", url);
    let output = command.output().expect("it runs");
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn a_system_without_free_threads() {
    let sandbox = Sandbox::start();
    let printed = in_process("child_without_threads", &sandbox);
    assert!(printed.contains("Connect NotSent 2 cannot connect to localhost:"), "{printed}");
    assert!(printed.contains("cannot start a thread for the DNS lookup"), "{printed}");
    assert_eq!(sandbox.requests().len(), 0);
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn child_without_threads() {
    let client = Client::builder().max_retries(1).build().expect("a client");
    // SAFETY: the arguments are numbers and a valid struct. The superuser has no limit, so this process changes its user to nobody.
    unsafe {
        if libc::geteuid() == 0 {
            assert_eq!(libc::setresuid(65534, 65534, 65534), 0);
        }
        let none = libc::rlimit { rlim_cur: 1, rlim_max: 1 };
        assert_eq!(libc::setrlimit(libc::RLIMIT_NPROC, &none), 0);
    }
    let error = client.messages().send(&message("Hello")).expect_err("no thread");
    println!("\n{:?} {:?} {} {}", error.kind(), error.outcome(), error.attempts(), error.message());
}

#[test]
fn a_system_without_free_file_descriptors() {
    let sandbox = Sandbox::start();
    let printed = in_process("child_without_files", &sandbox);
    assert!(printed.contains("NotSent"), "{printed}");
    assert!(printed.contains("sent when there are files again"), "{printed}");
    assert_eq!(sandbox.messages().len(), 1);
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn child_without_files() {
    let client = Client::builder().max_retries(0).build().expect("a client");
    let limit = |files: libc::rlim_t| {
        let limit = libc::rlimit { rlim_cur: files, rlim_max: 4096 };
        // SAFETY: the arguments are a number and a valid struct.
        assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &limit) }, 0);
    };
    // Each iteration allows one more step: the event queue, the socket for the lookup, the connection.
    let open = fs::read_dir("/proc/self/fd").expect("Linux").count() as libc::rlim_t;
    for files in 0..=open + 2 {
        limit(files);
        if let Err(error) = client.messages().send(&message("too many files")) {
            println!("\n{:?} {:?} {}", error.kind(), error.outcome(), error.message());
            assert_eq!(error.outcome(), Outcome::NotSent);
        } else {
            panic!("the message was sent with a limit of {files} open files");
        }
    }
    limit(1024);
    client.messages().send(&message("Hello")).expect("sent");
    println!("\nsent when there are files again");
}

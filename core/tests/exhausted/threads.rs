//! No threads.

use std::os::unix::fs::PermissionsExt;
use std::{env, fs};

use futures_executor::block_on;
use zexa::{Client, Kind, Outcome};
use zexa_sandbox::Sandbox;

use super::child::{command, limit, run};
use crate::support::message;

#[test]
fn calls_that_need_a_thread_fail_before_they_send_and_work_when_there_are_threads_again() {
    let sandbox = Sandbox::start();
    let directory = tempfile::tempdir().expect("a directory");
    // The child runs as another user.
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o777)).expect("a directory");
    let _ = run(command("threads::child", &sandbox).env("LEDGER", directory.path().join("june.db")));
    assert_eq!(sandbox.messages().len(), 5);
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn child() {
    become_another_user();
    let client = Client::builder().max_retries(0);
    let blocking = client.clone().build().expect("a client");
    let other = client.clone().build_async().expect("a client");
    let with_ledger = client.ledger(env::var_os("LEDGER").expect("a path")).build().expect("a client");
    let keyed = message("Hello").idempotency_key("order-1");
    limit(libc::RLIMIT_NPROC, 1);

    blocking.messages().send(&message("Hello")).expect("a blocking call to an address needs no thread");
    for what in ["the first call", "a later call"] {
        let error = block_on(other.messages().send(&message("Hello"))).expect_err(what);
        assert_eq!((error.kind(), error.outcome()), (Kind::Other, Outcome::NotSent), "{error}");
        assert!(error.message().contains("cannot start the background thread"), "{error}");
        let error = with_ledger.messages().send(&keyed).expect_err(what);
        assert_eq!((error.kind(), error.outcome()), (Kind::Other, Outcome::NotSent), "{error}");
    }
    // A runtime must not be dropped inside of another one.
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let error = runtime.block_on(async { other.messages().send(&message("Hello")).await }).expect_err("no thread");
    assert_eq!((error.kind(), error.outcome()), (Kind::Other, Outcome::NotSent), "{error}");

    // The background thread can be started, and then that of the ledger cannot.
    let threads = fs::read_dir("/proc/self/task").expect("Linux").count() as libc::rlim_t;
    limit(libc::RLIMIT_NPROC, threads + 1);
    let error = with_ledger.messages().send(&keyed).expect_err("only one thread");
    assert_eq!((error.kind(), error.outcome()), (Kind::Other, Outcome::NotSent), "{error}");
    assert!(error.message().contains("cannot start the thread that writes the ledger"), "{error}");

    limit(libc::RLIMIT_NPROC, libc::RLIM_INFINITY);
    block_on(other.messages().send(&message("Hello"))).expect("sent");
    with_ledger.messages().send(&keyed).expect("sent");
    with_ledger.messages().send(&keyed).expect("replayed");
    with_ledger.messages().send(&message("Hello").idempotency_key("order-2")).expect("sent");
    blocking.messages().send(&message("Hello")).expect("sent");
}

/// The superuser has no limit, so the process changes its user. Nobody else uses this one, whose threads would count.
fn become_another_user() {
    const USER: libc::uid_t = 64_217;
    // SAFETY: the arguments are numbers.
    unsafe {
        if libc::geteuid() == 0 {
            assert_eq!(libc::setresuid(USER, USER, USER), 0);
        }
    }
}

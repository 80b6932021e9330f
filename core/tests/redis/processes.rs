//! Forked children: each process has its own connection to the limiter.
#![allow(unsafe_code, reason = "fork itself")]

use std::panic::{AssertUnwindSafe, catch_unwind};

use zexa::CallOptions;
use zexa_sandbox::Sandbox;

use super::limited;
use super::server::Redis;
use super::support::message;

#[test]
#[ignore = "needs Redis"]
fn parent_and_child_use_the_limiter() {
    let (sandbox, redis) = (Sandbox::start(), Redis::start());
    let client = limited(&sandbox, &redis).build().expect("a client");
    client.messages().send(&message("before")).expect("sent");
    // SAFETY: the child runs only a copy of this thread and exits with _exit, so the test harness does not run in it.
    match unsafe { libc::fork() } {
        -1 => panic!("fork: {}", std::io::Error::last_os_error()),
        0 => {
            let sent = catch_unwind(AssertUnwindSafe(|| {
                client.messages().send(&message("child")).expect("sent");
                drop(client);
            }));
            // SAFETY: this does not return.
            unsafe { libc::_exit(sent.is_err().into()) }
        }
        pid => {
            let mut status = 0;
            // SAFETY: a child of this process, and a valid pointer for its status.
            assert_eq!(unsafe { libc::waitpid(pid, &mut status, 0) }, pid);
            assert!(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0, "the child failed: {status}");
        }
    }
    // Its own connection is intact.
    let once = client.with_options(CallOptions::new().max_retries(0));
    once.messages().send(&message("after")).expect("sent");
    assert_eq!(sandbox.messages().len(), 3);
    // One script call of each attempt, and no more.
    assert_eq!(redis.field("count"), 3.0);
}

//! A system clock that jumps by ten years in either direction: between two calls, during a call, and during a wait.
//!
//! The function of the C library that reads the clock is replaced in this program.

use std::sync::atomic::{AtomicI64, Ordering};
use std::thread;
use std::time::Duration;

use futures_executor::block_on;
use serde_json::json;
use zexa::{AsyncClient, CallOptions, Client};
use zexa_sandbox::Sandbox;

use super::child::{command, run};
use crate::support::{async_client, builder, client, message};

const TEN_YEARS: i64 = 10 * 365 * 86_400;

/// The number of seconds that the system clock is ahead.
static AHEAD: AtomicI64 = AtomicI64::new(0);

/// Reads a clock like the C library. The system clock is ahead.
#[unsafe(no_mangle)]
unsafe extern "C" fn clock_gettime(clock: libc::clockid_t, time: *mut libc::timespec) -> libc::c_int {
    // SAFETY: the caller passes a pointer to a struct, which the kernel fills.
    unsafe {
        let result = libc::syscall(libc::SYS_clock_gettime, clock, time);
        if result == 0 && clock == libc::CLOCK_REALTIME {
            (*time).tv_sec += AHEAD.load(Ordering::SeqCst);
        }
        result as libc::c_int
    }
}

fn jump(seconds: i64) {
    AHEAD.fetch_add(seconds, Ordering::SeqCst);
}

/// Runs with a clock that jumps forward, and with one that jumps back.
fn with_jumps(test: &str) {
    for seconds in [TEN_YEARS, -TEN_YEARS] {
        // The child has a sandbox of its own, whose clock jumps, too.
        let unused = Sandbox::start();
        let _ = run(command(test, &unused).env("JUMP", seconds.to_string()));
    }
}

fn seconds() -> i64 {
    std::env::var("JUMP").expect("a number").parse().expect("a number")
}

#[test]
fn calls_work_after_the_clock_has_jumped() {
    with_jumps("clock::child_between_calls");
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn child_between_calls() {
    let directory = tempfile::tempdir().expect("a directory");
    for uses_tls in [false, true] {
        let sandbox = Sandbox::from_json(json!({"state": {"tls": uses_tls}}));
        let (client, other) = (client(&sandbox), async_client(&sandbox));
        let path = directory.path().join(format!("{uses_tls}.db"));
        let with_ledger = builder(&sandbox).ledger(path).build().expect("a client");
        let send_all = |key: &str| {
            client.messages().send(&message("Hello")).expect("sent");
            block_on(other.messages().send(&message("Hello"))).expect("sent");
            with_ledger.messages().send(&message("Hello").idempotency_key("order-1")).expect("sent or replayed");
            with_ledger.messages().send(&message("Hello").idempotency_key(key)).expect("sent");
        };
        send_all("before");
        jump(seconds());
        send_all("after");
        jump(-seconds());
        send_all("again");
        assert_eq!(sandbox.messages().len(), 10);
    }
}

/// While a system is suspended, only its system clock advances. Its connections are lost, without a sign of that.
#[test]
fn connections_from_before_a_suspension_are_not_used() {
    let unused = Sandbox::start();
    let _ = run(&mut command("clock::child_that_was_suspended", &unused));
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn child_that_was_suspended() {
    let check = |sandbox: &Sandbox, send: &dyn Fn()| {
        send();
        send();
        assert_eq!(sandbox.connections(), 1);
        jump(60);
        send();
        send();
        assert_eq!(sandbox.connections(), 2);
    };
    for http2 in [false, true] {
        let sandbox = Sandbox::from_json(json!({"state": {"tls": http2}}));
        let client = builder(&sandbox).http2(http2).build().expect("a client");
        check(&sandbox, &|| drop(client.messages().send(&message("Hello")).expect("sent")));
        let sandbox = Sandbox::from_json(json!({"state": {"tls": http2}}));
        let client = builder(&sandbox).http2(http2).build_async().expect("a client");
        check(&sandbox, &|| drop(block_on(client.messages().send(&message("Hello"))).expect("sent")));
    }
}

#[test]
fn a_call_in_flight_does_not_notice_that_the_clock_jumps() {
    with_jumps("clock::child_during_a_call");
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn child_during_a_call() {
    let sandbox = Sandbox::start();
    let options = CallOptions::new().deadline(Duration::from_secs(60));
    let client: Client = client(&sandbox).with_options(options.clone());
    let other: AsyncClient = async_client(&sandbox).with_options(options);
    for send in [&(|| drop(client.messages().send(&message("Hello")).expect("sent"))) as &(dyn Fn() + Sync), &|| {
        drop(block_on(other.messages().send(&message("Hello"))).expect("sent"))
    }] {
        // The response is due when another request has arrived.
        let requests = sandbox.requests().len();
        sandbox.add_fault(json!({"path": "/messages", "process": true, "after_requests": requests + 2}));
        during(send, &sandbox, requests + 1, || drop(client.credits().get().expect("credits")));
        // The call waits for a second after the first response.
        let requests = sandbox.requests().len();
        sandbox.add_fault(json!({"path": "/messages", "status": 429, "headers": {"Retry-After": "1"}}));
        during(send, &sandbox, requests + 1, || ());
    }
    assert_eq!(sandbox.messages().len(), 4);
}

/// Lets the clock jump when the sandbox has received this number of requests.
fn during(call: &(dyn Fn() + Sync), sandbox: &Sandbox, requests: usize, release: impl FnOnce()) {
    thread::scope(|scope| {
        let calling = scope.spawn(call);
        let _ = sandbox.wait_for_requests(requests);
        jump(seconds());
        release();
        calling.join().expect("no panic");
        jump(-seconds());
    });
}

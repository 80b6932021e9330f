//! No memory. A Rust program aborts if an allocation fails, and nothing else may happen than that, or an error with a true outcome.

use std::fs;
use std::os::unix::process::ExitStatusExt;

use futures_executor::block_on;
use zexa::{Client, Outcome};
use zexa_sandbox::Sandbox;

use super::child::{command, limit, printed, report};
use crate::support::message;

/// The sizes of the memory that is available to a process, in bytes.
const AVAILABLE: [u64; 7] = [0, 32 << 10, 256 << 10, 1 << 20, 3 << 20, 8 << 20, 64 << 20];

#[test]
fn a_process_without_memory_aborts_or_reports_a_true_outcome() {
    let (mut sent, mut aborted) = (0, 0);
    for kind in ["blocking", "async"] {
        for available in AVAILABLE {
            let sandbox = Sandbox::start();
            let mut child = command("memory::child", &sandbox);
            let output = child.envs([("KIND", kind), ("AVAILABLE", &available.to_string())]).output().expect("it runs");
            let printed = printed(&output);
            let what = format!("{kind}, {available} bytes, {}: {printed}", output.status);
            let received = sandbox.messages().len();
            if output.status.success() {
                match printed.lines().find_map(|line| line.strip_prefix("report: ")).expect(&what) {
                    "Ok(())" => assert_eq!(received, 1, "{what}"),
                    "Err(NotSent)" => assert_eq!(received, 0, "{what}"),
                    other => assert_eq!(other, "Err(Unknown)", "{what}"),
                }
                sent += received;
            } else {
                assert_eq!(output.status.signal(), Some(libc::SIGABRT), "{what}");
                assert!(printed.contains("memory allocation of "), "{what}");
                aborted += 1;
            }
        }
    }
    assert!(sent >= 2 && aborted >= 1, "{sent} sent, {aborted} aborted");
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn child() {
    let available: u64 = std::env::var("AVAILABLE").expect("a number").parse().expect("a number");
    let builder = Client::builder().max_retries(0);
    let sent = if std::env::var("KIND").as_deref() == Ok("async") {
        let client = builder.build_async().expect("a client");
        leave(available);
        block_on(client.messages().send(&message("Hello"))).map(drop)
    } else {
        let client = builder.build().expect("a client");
        leave(available);
        client.messages().send(&message("Hello")).map(drop)
    };
    limit(libc::RLIMIT_AS, libc::RLIM_INFINITY);
    let outcome: Result<(), Outcome> = sent.map_err(|error| error.outcome());
    report(outcome);
}

/// Limits the memory of this process to what it uses now and this number of bytes.
fn leave(available: u64) {
    let status = fs::read_to_string("/proc/self/statm").expect("Linux");
    let pages: u64 = status.split(' ').next().expect("a number").parse().expect("a number");
    // SAFETY: the argument is a number.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as u64;
    limit(libc::RLIMIT_AS, pages * page + available);
    // Free memory of the allocator does not count as used.
    let mut hoard: Vec<Vec<u8>> = Vec::with_capacity(1 << 16);
    for size in [64 << 10, 4 << 10, 512, 64] {
        while available == 0 && hoard.len() < hoard.capacity() {
            let mut block = Vec::new();
            match block.try_reserve_exact(size) {
                Ok(()) => hoard.push(block),
                Err(_) => break,
            }
        }
    }
    std::mem::forget(hoard);
}

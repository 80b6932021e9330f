//! No file descriptors.

use std::fs;

use futures_executor::block_on;
use zexa::{AsyncClient, Client, Kind, Outcome, Result};
use zexa_sandbox::Sandbox;

use super::child::{CALLS, command, limit, run};
use crate::support::message;

#[test]
fn each_call_fails_before_it_sends_and_works_when_there_are_files_again() {
    for kind in ["blocking", "async"] {
        let sandbox = Sandbox::start();
        let printed = run(command("files::child", &sandbox).env("KIND", kind));
        let sent = printed.lines().find_map(|line| line.strip_prefix("sent ")).expect("a number");
        assert_eq!(sandbox.messages().len().to_string(), sent, "{kind}");
    }
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn child() {
    let mut sent = 0;
    if std::env::var("KIND").as_deref() == Ok("async") {
        let call = |client: &AsyncClient| block_on(client.messages().send(&message("Hello"))).map(drop);
        check("send", call, || Client::builder().max_retries(0).build_async());
        sent += 2;
    } else {
        for (name, call) in CALLS {
            check(name, call, || Client::builder().max_retries(0).build());
            sent += if matches!(name, "send" | "wait") { 2 } else { 0 };
        }
    }
    println!("\nsent {sent}");
}

/// Makes a call with each number of free file descriptors, until it succeeds. Then it is made again without a limit.
fn check<C>(name: &str, call: impl Fn(&C) -> Result<()>, client: impl Fn() -> Result<C>) {
    let client = client().expect("a client");
    let open = fs::read_dir("/proc/self/fd").expect("Linux").count() as libc::rlim_t;
    let mut failures = 0;
    // Each iteration allows one more step: the parts of the event queue, and the connection.
    for files in open - 1.. {
        limit(libc::RLIMIT_NOFILE, files);
        match call(&client) {
            Ok(()) => break,
            Err(error) => {
                failures += 1;
                assert_eq!(error.outcome(), Outcome::NotSent, "{name} with {files} files: {error}");
                assert!(matches!(error.kind(), Kind::Connect | Kind::Other), "{name} with {files} files: {error:?}");
            }
        }
        assert!(failures < 20, "{name} never succeeds");
    }
    assert!(failures >= 2, "{name} succeeded without files");
    limit(libc::RLIMIT_NOFILE, 1024);
    call(&client).unwrap_or_else(|error| panic!("{name} without a limit: {error}"));
}

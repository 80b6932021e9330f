//! Processes that are killed, stopped or forked while they use a ledger.
#![allow(unsafe_code, reason = "signals, limits and forks of processes of these tests")]

use std::cell::Cell;
use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::{env, fs};

use serde_json::{Value, json};
use zexa::{BulkOptions, Client, Kind, Outcome, SendMessage, SendResult};

use super::bulk::{assert_no_duplicates, rows, run, with};
use super::bulk_stops::reason;
use super::{World, keyed};
use crate::support::{self, until};

const ROWS: u32 = 600;
const CONCURRENCY: u32 = 16;

/// A process of its own that runs one of the ignored tests below.
struct Process {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Process {
    fn start(world: &World, test: &str) -> Process {
        let mut child = Command::new(env::current_exe().expect("this test program"))
            .args(["--exact", &format!("processes::{test}"), "--ignored", "--nocapture"])
            .envs([("ZEXA_API_KEY", world.sandbox.api_key()), ("ZEXA_BASE_URL", world.sandbox.url())])
            .env("LEDGER", world.path())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        Process { child, lines }
    }

    fn signal(&self, signal: i32) {
        // SAFETY: a child of this process that was not waited for yet.
        assert_eq!(unsafe { libc::kill(self.child.id().cast_signed(), signal) }, 0);
    }

    fn kill(mut self) {
        self.signal(libc::SIGKILL);
        self.child.wait().expect("it is dead");
    }

    /// Waits until the process has stopped after SIGSTOP.
    fn stop(&self) {
        self.signal(libc::SIGSTOP);
        support::until_stopped(self.child.id());
    }

    /// The rest of the line of the report that begins with this word.
    fn report(&mut self, word: &str) -> String {
        let mut lines = self.lines.by_ref().map(|line| line.expect("text"));
        lines.find_map(|line| line.strip_prefix(word).map(|rest| rest.trim().to_owned())).expect("a report")
    }
}

fn client_of_environment() -> (Client, BulkOptions) {
    let ledger = env::var_os("LEDGER").expect("a path");
    let client = Client::builder().ledger(&ledger).build().expect("a client");
    (client, BulkOptions::new().concurrency(CONCURRENCY))
}

#[test]
#[ignore = "run by other tests, in a process of its own"]
fn child_with_a_run() {
    let (client, options) = client_of_environment();
    let (results, stop) = run(&client, rows(ROWS), &options);
    println!("\nended {} {stop:?}", results.len());
}

#[test]
#[ignore = "run by other tests, in a process of its own"]
fn child_with_a_call() {
    let (client, _) = client_of_environment();
    match client.messages().send(&keyed("order-1")) {
        Ok(message) => println!("\nsent {}", message.id),
        Err(error) => println!("\nfailed {error}"),
    }
}

#[test]
fn a_run_that_is_killed_is_continued() {
    let world = World::new();
    world.sandbox.add_fault(json!({"process": true, "delay": 0.02, "times": 0}));
    let mut doubts = 0;
    for kills in 1..=4 {
        let process = Process::start(&world, "child_with_a_run");
        until("messages are sent", || world.sandbox.messages().len() >= 100 * kills);
        process.kill();
        let counts = world.counts();
        assert_eq!(counts.claimed, 0);
        assert!(counts.in_doubt <= doubts + u64::from(CONCURRENCY), "{counts:?} after {doubts}");
        doubts = counts.in_doubt;
        assert!(counts.accepted >= (100 * kills) as u64 - doubts);
    }
    let client = support::client(&world.sandbox);
    let (results, stop) = run(&client, rows(ROWS), &with(BulkOptions::new(), &world));
    assert!(stop.is_none(), "{stop:?}");
    let in_doubt = |result: &&SendResult| result.error.as_ref().is_some_and(|error| error.kind() == Kind::InDoubt);
    assert_eq!(results.iter().filter(in_doubt).count() as u64, doubts);
    assert!(results.iter().all(|result| result.value.is_some() || result.outcome == Outcome::Unknown));
    assert_eq!(world.counts().accepted + doubts, u64::from(ROWS));
    assert_no_duplicates(&world);
    let missing = u64::from(ROWS) - world.sandbox.messages().len() as u64;
    assert!(missing <= doubts, "{missing} of {doubts}");
}

#[test]
fn a_process_that_is_stopped_keeps_its_claim() {
    let world = World::new();
    world.sandbox.add_fault(json!({"process": true, "delay": 0.2}));
    let mut process = Process::start(&world, "child_with_a_call");
    until("the request has arrived", || !world.sandbox.requests().is_empty());
    process.stop();
    let error = world.client().messages().send(&keyed("order-1")).expect_err("in progress");
    assert_eq!((error.kind(), error.outcome()), (Kind::InProgress, Outcome::Unknown));
    assert_eq!((world.counts().claimed, world.counts().in_doubt), (1, 0));
    process.signal(libc::SIGCONT);
    let id = process.report("sent");
    assert_eq!(world.client().messages().send(&keyed("order-1")).expect("replayed").id, id);
    assert_eq!(world.sandbox.messages().len(), 1);
}

#[test]
fn a_kill_while_the_gate_is_closed_leaves_no_doubt() {
    let world = World::new();
    world.sandbox.add_fault(json!({"skip": 50, "status": 429, "times": 0, "headers": {"Retry-After": "60"}}));
    let process = Process::start(&world, "child_with_a_run");
    until("the run has sent what it may", || world.sandbox.messages().len() == 50);
    until("all other rows wait", || world.counts().claimed == 0);
    process.kill();
    assert_eq!(world.counts().in_doubt, 0);
    world.sandbox.clear_faults();
    let (_, stop) = run(&support::client(&world.sandbox), rows(ROWS), &with(BulkOptions::new(), &world));
    assert!(stop.is_none());
    assert_eq!(world.sandbox.messages().len(), ROWS as usize);
}

#[test]
#[ignore = "run by another test, in a process of its own"]
fn child_whose_disk_becomes_full() {
    let (client, options) = client_of_environment();
    let mut sending = client.messages().send_many(rows(ROWS), &options).expect("a run");
    let limit = || {
        let path = env::var_os("LEDGER").expect("a path");
        let size = fs::metadata(path).expect("a file").len();
        let limit = libc::rlimit { rlim_cur: size, rlim_max: libc::RLIM_INFINITY };
        // SAFETY: this process ignores the signal for a file that is too large, so that writes fail instead.
        unsafe {
            libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
            assert_eq!(libc::setrlimit(libc::RLIMIT_FSIZE, &limit), 0);
        }
    };
    let (mut results, mut unrecorded) = (0, 0);
    let stop = loop {
        match sending.next() {
            Some(Ok(result)) => {
                results += 1;
                unrecorded += u32::from(!result.recorded && result.value.is_some());
            }
            Some(Err(stop)) => break stop,
            None => panic!("the run did not stop"),
        }
        if results == 50 {
            limit();
        }
    };
    println!("\nstopped {}", json!({"reason": reason(&Some(stop)).0, "unrecorded": unrecorded}));
}

#[test]
fn a_full_disk_stops_the_run() {
    let world = World::new();
    let mut process = Process::start(&world, "child_whose_disk_becomes_full");
    let report: Value = serde_json::from_str(&process.report("stopped")).expect("JSON");
    assert_eq!(report["reason"], "ledger");
    assert!(process.child.wait().expect("it ends").success());
    // What was sent and could not be recorded is in doubt, unless it could be recorded later.
    let counts = world.counts();
    assert!(counts.in_doubt <= u64::from(CONCURRENCY) && counts.claimed == 0, "{report} {counts:?}");
    assert_eq!(counts.accepted + counts.in_doubt, world.sandbox.messages().len() as u64);
    let (_, stop) = run(&support::client(&world.sandbox), rows(ROWS), &with(BulkOptions::new(), &world));
    assert!(stop.is_none());
    assert_no_duplicates(&world);
}

#[test]
fn a_ledger_that_is_removed_stops_the_run() {
    let world = World::new();
    world.sandbox.add_fault(json!({"process": true, "delay": 0.3, "times": 0}));
    let client = support::client(&world.sandbox);
    let options = with(BulkOptions::new().concurrency(CONCURRENCY), &world);
    let mut sending = client.messages().send_many(rows(ROWS), &options).expect("a run");
    sending.next().expect("a result").expect("no stop");
    fs::remove_file(world.path()).expect("removed");
    let mut unrecorded = 0;
    let stop = loop {
        match sending.next().expect("a result or an error") {
            Ok(result) => unrecorded += u32::from(!result.recorded),
            Err(stop) => break stop,
        }
    };
    assert_eq!(reason(&Some(stop)).0, "ledger");
    assert!(unrecorded > 0 && unrecorded <= 2 * CONCURRENCY, "{unrecorded}");
    assert!(world.sandbox.messages().len() <= 3 * CONCURRENCY as usize);
}

/// Waits for a forked child, which must succeed.
fn wait_for(pid: libc::pid_t) {
    let mut status = 0;
    // SAFETY: a child of this process, and a valid pointer for its status.
    assert_eq!(unsafe { libc::waitpid(pid, &mut status, 0) }, pid);
    assert!(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0, "{status}");
}

#[test]
fn a_forked_child_does_not_continue_a_run() {
    let world = World::new();
    Process::start(&world, "child_that_forks_during_a_run").report("done");
    assert_eq!((world.sandbox.messages().len(), world.counts().accepted), (101, 101));
}

#[test]
fn a_run_whose_source_forks_ends_in_the_child() {
    let world = World::new();
    Process::start(&world, "child_whose_source_forks").report("done");
    assert_eq!((world.sandbox.messages().len(), world.counts().accepted), (10, 10));
}

/// Not in the process of the other tests: some of them use SQLite directly, and a child that is forked at that moment could not use SQLite.
#[test]
#[ignore = "run by other tests, in a process of its own"]
fn child_that_forks_during_a_run() {
    let (client, _) = client_of_environment();
    let mut sending = client.messages().send_many(rows(100), &BulkOptions::new()).expect("a run");
    sending.next().expect("a result").expect("no stop");
    // SAFETY: the child exits with `_exit`, so the test harness does not run in it.
    match unsafe { libc::fork() } {
        -1 => panic!("fork"),
        0 => {
            let error = sending.next().expect("an error").expect_err("the run of the parent");
            let is_closed = error.kind() == Kind::Closed && sending.next().is_none();
            drop(sending);
            // Its own calls work, and its own runs as soon as the parent's has ended.
            let replayed =
                client.messages().send(&SendMessage::sms("+244912345678", "ZEXA", "Hello").idempotency_key("child"));
            // SAFETY: does not return.
            unsafe { libc::_exit(i32::from(!(is_closed && replayed.is_ok()))) }
        }
        pid => wait_for(pid),
    }
    assert_eq!(
        sending.by_ref().filter(|result| result.as_ref().is_ok_and(|result| result.value.is_some())).count(),
        99
    );
    println!("\ndone");
}

/// The child returns from the source into the run of its parent.
#[test]
#[ignore = "run by other tests, in a process of its own"]
fn child_whose_source_forks() {
    let (client, _) = client_of_environment();
    let child = Cell::new(-1);
    let source = rows(10).inspect(|row| {
        if row.idempotency_key.as_deref() == Some("june-5") {
            // SAFETY: the child exits with `_exit`, so the test harness does not run in it.
            child.set(unsafe { libc::fork() });
        }
    });
    let mut sending = client.messages().send_many(source, &BulkOptions::new().ordered(true)).expect("a run");
    let last = sending.by_ref().last().expect("a result");
    if child.get() == 0 {
        let is_closed = last.is_err_and(|error| error.kind() == Kind::Closed);
        let stats = sending.stats();
        sending.stop();
        sending.cancel();
        drop(sending);
        // SAFETY: does not return.
        unsafe { libc::_exit(i32::from(!(is_closed && (stats.pulled, stats.in_flight) == (0, 0)))) }
    }
    wait_for(child.get());
    assert_eq!(last.expect("no stop").index, 9);
    println!("\ndone");
}

//! SIGTERM and SIGHUP during `zexa bulk send`.

use std::io::{PipeReader, PipeWriter, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::signal::Signal;
use serde_json::json;

use super::{assert_once, people, recipients, report, send, until_posts, value, write};
use crate::support::{Run, World, kill, until_stderr_says};

/// Starts a program that sends 100 messages, and waits until four of them have arrived. `answers`: they are answered after the request of
/// [`answer`].
fn start(world: &World, command: &mut Command, answers: bool) -> Child {
    let mut fault = json!({"method": "POST", "path": "/messages", "times": 4, "process": true, "after_requests": 7});
    if !answers {
        (fault["then"], fault["times"]) = (json!("stall"), json!(0));
    }
    world.sandbox.add_fault(fault);
    write(world, "people.csv", people(100));
    let child = crate::support::spawn(command);
    until_posts(world, 4);
    child
}

/// Lets the sandbox answer.
fn answer(world: &World) {
    world.run(&["credits"]).exits(0);
}

/// Sends with the program, which another program starts.
fn send_with(world: &World, starter: &[&str]) -> Command {
    let mut command = Command::new(starter[0]);
    command.args(&starter[1..]).arg(env!("CARGO_BIN_EXE_zexa")).args(send(&["--concurrency", "4"]));
    command.env_clear().envs(world.environment()).current_dir(world.home.path());
    command
}

/// Sends with the usual effect of signals, which may have another one for the tests.
fn usual(world: &World) -> Command {
    send_with(world, &["env", "--default-signal=HUP,TERM"])
}

#[test]
fn the_first_waits_for_the_rows_in_flight() {
    for signal in [Signal::SIGTERM, Signal::SIGHUP] {
        let world = World::new();
        let mut child = start(&world, &mut usual(&world), true);
        kill(&child, signal);
        until_stderr_says(&mut child, "Interrupted: waiting for 4 rows in flight.");
        answer(&world);
        let run = Run::from(child.wait_with_output().expect("the program ends")).exits(130);
        let summary = run.json_lines().pop().expect("a summary");
        let expected = json!(["interrupted", 4, 0, 96]);
        assert_eq!(json!(["stopped", "accepted", "unknown", "left"].map(|name| &summary[name])), expected, "{signal}");
        assert_eq!(report(&world).len(), 4, "the report is complete");
        let status = world.run(&["bulk", "status", "people.csv"]).exits(0).json();
        assert_eq!((&status["accepted"], &status["in_doubt"]), (&json!(4), &json!(0)));
        world.run(&["bulk", "resume", "people.csv", "--yes"]).exits(0);
        assert_once(&world, 100);
    }
}

#[test]
fn the_second_cancels_them_also_if_nobody_reads_the_output() {
    for signal in [Signal::SIGTERM, Signal::SIGHUP] {
        let world = World::new();
        let mut child = start(&world, &mut usual(&world), false);
        drop((child.stdout.take(), child.stderr.take()));
        // Two that arrive together may be one.
        while child.try_wait().expect("a child").is_none() {
            kill(&child, signal);
            std::thread::yield_now();
        }
        assert_eq!(child.wait().expect("the program ends").code(), Some(130));
        let report = report(&world);
        assert!(report.len() == 4 && report.iter().all(|line| value(line, "outcome") == "unknown"), "{report:?}");
        world.sandbox.clear_faults();
        assert_eq!(world.run(&["bulk", "status", "people.csv"]).exits(0).json()["in_doubt"], 4);
    }
}

/// A pipe that is full, and that nobody reads.
fn full_pipe() -> (PipeReader, PipeWriter) {
    let (reader, mut writer) = std::io::pipe().expect("a pipe");
    let set = |writer: &PipeWriter, flags| fcntl(writer, FcntlArg::F_SETFL(flags)).expect("a pipe");
    set(&writer, OFlag::O_NONBLOCK);
    while writer.write(&[b' '; 4096]).is_ok() {}
    while writer.write(b" ").is_ok() {}
    set(&writer, OFlag::empty());
    (reader, writer)
}

#[test]
fn a_run_that_waits_for_its_output_can_be_ended() {
    let world = World::new();
    write(&world, "people.csv", people(10));
    let (reader, writer) = full_pipe();
    let mut child = usual(&world).stdin(Stdio::null()).stdout(writer).stderr(Stdio::null()).spawn().expect("a child");
    until_posts(&world, 1);
    let started = Instant::now();
    while child.try_wait().expect("a child").is_none() && started.elapsed() < Duration::from_secs(30) {
        kill(&child, Signal::SIGTERM);
        std::thread::yield_now();
    }
    // If it does not end.
    let _ = child.kill();
    assert_eq!(child.wait().expect("the program ends").code(), Some(130));
    drop(reader);
    let status = world.run(&["bulk", "status", "people.csv"]).exits(0).json();
    let count = |name: &str| status[name].as_u64().expect("a number");
    let sent = recipients(&world).len() as u64;
    assert!((count("accepted")..=count("accepted") + count("in_doubt")).contains(&sent), "{sent}: {status}");
    world.run(&["bulk", "settle", "people.csv", "--all", "sent", "--yes"]).exits(0);
    world.run(&["bulk", "resume", "people.csv", "--yes"]).exits(0);
    let recipients = recipients(&world);
    let unique: std::collections::HashSet<_> = recipients.iter().collect();
    assert_eq!(unique.len(), recipients.len());
}

#[test]
fn nohup_keeps_its_meaning() {
    let world = World::new();
    let child = start(&world, &mut send_with(&world, &["nohup"]), true);
    kill(&child, Signal::SIGHUP);
    answer(&world);
    Run::from(child.wait_with_output().expect("the program ends")).exits(0);
    assert_once(&world, 100);
}

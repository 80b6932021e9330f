//! Ctrl-C and SIGTERM while a request is in flight, or while a command waits.

use std::io::Read;

use nix::sys::signal::Signal;
use serde_json::json;

use crate::support::terminal::Terminal;
use crate::support::{Run, World, kill, spawn, until, until_stderr_says};

/// A sandbox that does not respond to this request.
fn stalled(method: &str, path: &str) -> World {
    World::with(json!({"faults": [{"method": method, "path": path, "then": "stall"}]}))
}

/// Waits until the request has arrived.
fn until_arrived(world: &World) {
    until("a request has arrived", || !world.sandbox.requests().is_empty());
}

#[test]
fn a_read_ends_at_once() {
    let world = stalled("GET", "/credits");
    let mut terminal = Terminal::start(&world, &["credits"]);
    until_arrived(&world);
    terminal.send("\x03");
    let (code, text) = terminal.end();
    assert_eq!(code, Some(130));
    assert!(text.ends_with("error: interrupted\n"), "{text:?}");
}

#[test]
fn a_send_says_that_its_outcome_is_unknown() {
    let world = stalled("POST", "/messages");
    let send = ["send", "--to", "912345678", "--from", "ZEXA", "Hello"];
    let mut terminal = Terminal::start(&world, &send);
    until_arrived(&world);
    terminal.send("\x03");
    let (code, text) = terminal.end();
    assert_eq!(code, Some(130));
    assert!(text.contains("error: interrupted\nIt is not known whether the request took effect"), "{text:?}");
}

#[test]
fn the_question_of_a_bulk_send() {
    let world = World::new();
    std::fs::write(world.home.path().join("people.csv"), "phone\n923000001\n").expect("written");
    let send = ["bulk", "send", "people.csv", "--from", "ZEXA", "--body", "Hello"];
    for (key, end) in
        [("\x03", "[s/N] ^C\nCancelado. Nada foi enviado.\n"), ("\x04", "[s/N] \nCancelado. Nada foi enviado.\n")]
    {
        let mut terminal = Terminal::start_in_portuguese(&world, &send);
        terminal.expect("[s/N] ");
        terminal.send(key);
        let (code, text) = terminal.end();
        assert_eq!(code, Some(if key == "\x03" { 130 } else { 1 }));
        assert!(text.ends_with(end), "{text:?}");
    }
    assert!(world.sandbox.messages().is_empty());
}

#[test]
fn a_wait_for_a_message_ends_at_once() {
    let world = World::with(json!({"state": {"messages": [{"id": "msg_1", "status": "queued"}]}}));
    let mut terminal = Terminal::start_in_portuguese(&world, &["messages", "wait", "msg_1"]);
    terminal.expect("À espera de msg_1.");
    let _ = world.sandbox.wait_for_requests(1);
    terminal.send("\x03");
    let (code, text) = terminal.end();
    assert_eq!(code, Some(130));
    assert!(text.ends_with("erro: interrompido\n"), "{text:?}");
}

#[test]
fn doctor_ends_at_once() {
    let world = stalled("HEAD", "");
    let mut terminal = Terminal::start(&world, &["doctor"]);
    until_arrived(&world);
    terminal.send("\x03");
    assert_eq!(terminal.end().0, Some(130));
}

#[test]
fn sigterm_ends_waits_as_ctrl_c_does() {
    let campaign =
        json!({"method": "GET", "path": "/campaigns/cmp_1", "body": {"id": "cmp_1", "status": "sending"}, "times": 0});
    let world =
        World::with(json!({"state": {"messages": [{"id": "msg_1", "status": "queued"}]}, "faults": [campaign]}));
    for arguments in [["messages", "wait", "msg_1"], ["campaigns", "watch", "cmp_1"]] {
        let before = world.sandbox.requests().len();
        let child = spawn(&mut world.command(&arguments));
        let _ = world.sandbox.wait_for_requests(before + 1);
        kill(&child, Signal::SIGTERM);
        Run::from(child.wait_with_output().expect("the program ends")).exits(130).says("error: interrupted");
    }
}

#[test]
fn sigterm_ends_servers_in_order() {
    let world = World::new();
    let mut child = spawn(&mut world.command(&["listen", "--port", "0"]));
    until_stderr_says(&mut child, "Listening on ");
    kill(&child, Signal::SIGTERM);
    Run::from(child.wait_with_output().expect("the program ends")).exits(0);
    let mut child = spawn(&mut world.command(&["sandbox"]));
    let mut first = [0];
    child.stdout.as_mut().expect("a pipe").read_exact(&mut first).expect("the announcement");
    kill(&child, Signal::SIGTERM);
    Run::from(child.wait_with_output().expect("the program ends")).exits(0);
}

//! Ctrl-C during `zexa bulk send`.

use nix::sys::signal::Signal;
use serde_json::json;

use super::{assert_once, people, report, send, until_posts, value, write};
use crate::support::terminal::Terminal;
use crate::support::{Run, World, kill, spawn, until_stderr_says};

#[test]
fn the_first_waits_for_the_rows_in_flight() {
    // The server answers the first four messages after the seventh request, which comes only after the interrupt: the balance and the Sender IDs are
    // asked for before.
    let world = World::with(
        json!({"faults": [{"method": "POST", "path": "/messages", "times": 4, "process": true, "after_requests": 7}]}),
    );
    write(&world, "people.csv", people(100));
    let mut terminal = Terminal::start(&world, &send(&["--concurrency", "4"]));
    until_posts(&world, 4);
    terminal.send("\x03");
    terminal.expect("Interrupted: waiting for 4 rows in flight. Press Ctrl-C again to cancel them.");
    world.run(&["credits"]).exits(0);
    let (code, text) = terminal.end();
    assert_eq!(code, Some(130));
    assert!(text.contains("4 messages were accepted.\n96 messages are left to send.\n"), "{text:?}");
    assert!(text.contains("Send the rest with `zexa bulk resume people.csv`."), "{text:?}");
    assert_once(&world, 4);
    world.run(&["bulk", "resume", "people.csv", "--yes"]).exits(0);
    assert_once(&world, 100);
}

#[test]
fn an_import_waits_too() {
    let world = World::with(
        json!({"faults": [{"method": "POST", "path": "/contacts", "times": 4, "process": true, "after_requests": 5}]}),
    );
    let before = world.sandbox.contacts().len();
    write(&world, "people.csv", people(100));
    let mut terminal = Terminal::start(&world, &["contacts", "import", "people.csv", "--concurrency", "4"]);
    until_posts(&world, 4);
    terminal.send("\x03");
    terminal.expect("Interrupted: waiting for 4 rows in flight.");
    world.run(&["credits"]).exits(0);
    let (code, text) = terminal.end();
    assert_eq!(code, Some(130));
    assert!(text.contains("4 contacts were added.\n"), "{text:?}");
    assert_eq!(world.sandbox.contacts().len(), before + 4);
}

#[test]
fn the_second_cancels_them() {
    let world = World::with(
        json!({"faults": [{"method": "POST", "path": "/messages", "times": 0, "process": true, "then": "stall"}]}),
    );
    write(&world, "people.csv", people(100));
    let mut terminal = Terminal::start(&world, &send(&["--concurrency", "4"]));
    until_posts(&world, 4);
    terminal.send("\x03");
    terminal.expect("Interrupted: waiting for 4 rows in flight.");
    terminal.send("\x03");
    let (code, text) = terminal.end();
    assert_eq!(code, Some(130));
    assert!(
        text.contains(
            "4 messages are in doubt: it is not known whether they were sent.\n96 messages are left to send.\n"
        ),
        "{text:?}"
    );
    world.sandbox.clear_faults();
    assert_eq!(world.run(&["bulk", "status", "people.csv"]).exits(0).json()["in_doubt"], 4);
    world.run(&["bulk", "resume", "people.csv", "--yes"]).exits(3);
    assert_once(&world, 100);
}

#[test]
fn the_second_during_a_response_tells_what_is_known_and_what_is_not_recorded() {
    let world = World::with(json!({"faults": [
        {"method": "POST", "path": "/messages", "times": 4, "process": true, "then": "stall", "at": "body", "bytes": 10},
    ]}));
    write(&world, "people.csv", people(100));
    let mut child = spawn(&mut world.command(&send(&["--concurrency", "4", "--key-column", "id"])));
    until_posts(&world, 4);
    kill(&child, Signal::SIGINT);
    until_stderr_says(&mut child, "Interrupted: waiting for 4 rows in flight.");
    kill(&child, Signal::SIGINT);
    let run = Run::from(child.wait_with_output().expect("the program ends")).exits(130);

    // A row whose status 201 has arrived is accepted. Nothing of it is recorded, because its id was being waited for.
    let mut lines = run.json_lines();
    let summary = lines.pop().expect("a summary");
    assert!(lines.len() == 4 && lines.iter().all(|line| line["recorded"] == false), "{lines:?}");
    let mut known: Vec<_> = lines.iter().filter(|line| line["outcome"] == "accepted").collect();
    known.sort_by_key(|line| line["row"].as_u64());
    assert!(known.iter().all(|line| line["http_status"] == 201), "{known:?}");
    let rows: Vec<_> = known.iter().map(|line| &line["row"]).collect();
    let expected = json!([known.len(), 4 - known.len(), known.len(), rows, 96]);
    let names = ["accepted", "unknown", "not_recorded", "rows_not_recorded", "left"];
    assert_eq!(json!(names.map(|name| &summary[name])), expected);
    for line in report(&world) {
        let row: u64 = value(&line, "row").parse().expect("a number");
        let json = lines.iter().find(|json| json["row"] == row).expect("a row");
        assert_eq!(
            (value(&line, "outcome"), value(&line, "recorded")),
            (json["outcome"].as_str().expect("a text"), "false")
        );
    }
    let status = world.run(&["bulk", "status", "people.csv"]).exits(0).json();
    assert_eq!((&status["accepted"], &status["in_doubt"]), (&json!(0), &json!(4)));
    world.run(&["bulk", "resume", "people.csv", "--yes"]).exits(3);
    assert_once(&world, 100);
}

//! Ctrl-C during `zexa bulk send`.

use serde_json::json;

use super::{assert_once, people, send, write};
use crate::support::World;
use crate::support::terminal::Terminal;

/// Waits until this number of messages has arrived.
fn until_arrived(world: &World, count: usize) {
    while world.sandbox.requests().iter().filter(|request| request.method == "POST").count() < count {
        std::thread::yield_now();
    }
}

#[test]
fn the_first_waits_for_the_rows_in_flight() {
    // The server answers the first four messages after the seventh request, which comes only after the interrupt: the balance and the Sender IDs are
    // asked for before.
    let world = World::with(
        json!({"faults": [{"method": "POST", "path": "/messages", "times": 4, "process": true, "after_requests": 7}]}),
    );
    write(&world, "people.csv", people(100));
    let mut terminal = Terminal::start(&world, &send(&["--concurrency", "4"]));
    until_arrived(&world, 4);
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
    until_arrived(&world, 4);
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
    until_arrived(&world, 4);
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

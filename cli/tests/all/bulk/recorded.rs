//! Results that cannot be recorded in the ledger.

use std::fs;

use serde_json::json;

use super::{assert_once, people, report, send, until_posts, value, write};
use crate::support::World;

#[test]
fn a_result_that_is_not_recorded_is_named() {
    // Two messages are accepted, and their responses arrive after the third request, which is that of `credits` below.
    let world = World::with(
        json!({"faults": [{"method": "POST", "path": "/messages", "times": 2, "process": true, "after_requests": 5}]}),
    );
    write(&world, "people.csv", people(20));
    let child = crate::support::spawn(&mut world.command(&send(&["--concurrency", "2", "--key-column", "id"])));
    until_posts(&world, 2);
    let (ledger, moved) = (world.home.path().join("people.csv.zexa.db"), world.home.path().join("moved.db"));
    fs::rename(&ledger, &moved).expect("moved");
    world.run(&["credits"]).exits(0);
    let run = crate::support::Run::from(child.wait_with_output().expect("the program ends")).exits(1);

    let lines = run.json_lines();
    let (summary, rows) = lines.split_last().expect("a summary");
    let sent: Vec<_> = rows.iter().filter(|row| row["outcome"] == "accepted").collect();
    assert!(sent.len() == 2 && sent.iter().all(|row| row["recorded"] == false && row["id"].is_string()), "{rows:?}");
    assert!(rows.iter().all(|row| row["outcome"] == "accepted" || row["recorded"].is_null()), "{rows:?}");
    assert_eq!(
        (&summary["accepted"], &summary["not_recorded"], &summary["stopped"]),
        (&json!(2), &json!(2), &json!("ledger"))
    );
    assert_eq!(summary["rows_not_recorded"], json!([2, 3]));
    let run = run.says("are in the report with `recorded` = false");
    assert!(run.stderr.contains("zexa bulk settle people.csv KEY sent ID"), "{run:?}");
    let report: Vec<_> = report(&world).into_iter().filter(|line| value(line, "outcome") == "accepted").collect();
    assert!(report.len() == 2 && report.iter().all(|line| value(line, "recorded") == "false"), "{report:?}");

    // It is true: the ledger has them in doubt, until they are settled as in the report.
    fs::rename(&moved, &ledger).expect("moved back");
    let status = world.run(&["bulk", "status", "people.csv"]).exits(0).json();
    assert_eq!((&status["accepted"], &status["in_doubt"]), (&json!(0), &json!(2)));
    for line in &report {
        let settle = ["bulk", "settle", "people.csv", value(line, "key"), "sent", value(line, "id")];
        world.run(&settle).exits(0);
    }
    let lines = world.run(&["bulk", "resume", "people.csv", "--yes"]).exits(0).json_lines();
    assert!(lines[..20].iter().all(|row| row["recorded"] == true), "{lines:?}");
    assert_once(&world, 20);
}

#[test]
fn the_summary_names_the_rows() {
    let world =
        World::with(json!({"faults": [{"method": "POST", "path": "/messages", "process": true, "after_requests": 4}]}));
    write(&world, "people.csv", people(3));
    let mut terminal =
        crate::support::terminal::Terminal::start(&world, &send(&["--concurrency", "1", "--key-column", "id"]));
    until_posts(&world, 1);
    let ledger = world.home.path().join("people.csv.zexa.db");
    fs::rename(&ledger, world.home.path().join("moved.db")).expect("moved");
    world.run(&["credits"]).exits(0);
    terminal.expect("One message was accepted.");
    terminal.expect("One of these results is not recorded in the ledger: that of row 2.");
    assert_eq!(terminal.end().0, Some(1));
}

//! `zexa bulk resume`, `status`, `export` and `settle`.

use serde_json::{Value, json};

use super::{PEOPLE, assert_once, people, report, send, until_posts, write};
use crate::support::World;
use crate::support::terminal::Terminal;

#[test]
fn a_killed_job_is_continued_and_nothing_is_sent_twice() {
    // After 20 messages, the server processes requests, and does not answer.
    let world = World::with(
        json!({"faults": [{"method": "POST", "path": "/messages", "skip": 20, "times": 0, "process": true, "then": "stall"}]}),
    );
    write(&world, "people.csv", people(200));
    let mut child = crate::support::spawn(&mut world.command(&send(&["--concurrency", "4"])));
    until_posts(&world, 24);
    // A job that runs is not run a second time.
    world.run(&["bulk", "resume", "people.csv", "--yes"]).exits(2).says("is used by another bulk run");
    child.kill().expect("SIGKILL");
    child.wait().expect("the program ends");
    world.sandbox.clear_faults();

    let status = world.run(&["bulk", "status", "people.csv"]).exits(0).json();
    assert_eq!((&status["accepted"], &status["in_doubt"]), (&json!(20), &json!(4)));
    let lines = world.run(&["bulk", "resume", "people.csv", "--yes"]).exits(3).json_lines();
    let summary = lines.last().expect("a summary");
    assert_eq!((&summary["accepted"], &summary["replayed"], &summary["unknown"]), (&json!(196), &json!(20), &json!(4)));
    assert_once(&world, 200);

    // The rows in doubt were sent.
    for row in status["rows_in_doubt"].as_array().expect("rows") {
        let key = row["key"].as_str().expect("a key");
        let settled = world.run(&["bulk", "settle", "people.csv", key, "sent"]).exits(0).json();
        assert_eq!((&settled["key"], &settled["state"]), (&json!(key), &json!("accepted")));
    }
    let status = world.run(&["bulk", "status", "people.csv.zexa.db"]).exits(0).json();
    assert_eq!(
        (&status["accepted"], &status["in_doubt"], &status["rows_in_doubt"]),
        (&json!(200), &json!(0), &json!([]))
    );
    // Nothing is left to ask for.
    let (code, text) = Terminal::start(&world, &["bulk", "resume", "people.csv"]).end();
    assert_eq!(code, Some(0), "{text}");
    assert_once(&world, 200);
    assert_eq!(report(&world).len(), 200);
}

#[test]
fn a_row_that_was_not_sent_is_sent_by_resume() {
    let world = World::with(json!({"faults": [{"method": "POST", "path": "/messages", "then": "reset"}]}));
    write(&world, "people.csv", PEOPLE);
    world.run(&send(&["--concurrency", "1", "--key-column", "id"])).exits(3);
    world.run(&["bulk", "settle", "people.csv", "1002", "not-sent"]).exits(1).says("not in doubt");
    world.run(&["bulk", "settle", "people.csv", "9999", "not-sent"]).exits(1);
    let (code, text) = Terminal::start(&world, &["bulk", "status", "people.csv"]).end();
    assert_eq!(code, Some(0));
    assert!(
        text.contains("row 2, to +244923000001: begun at ")
            && text.contains("zexa bulk settle people.csv --row 2 not-sent"),
        "{text}"
    );
    world.run(&["bulk", "settle", "people.csv", "1001", "not-sent"]).exits(0);
    let mut terminal = Terminal::start(&world, &["bulk", "resume", "people.csv"]);
    terminal.expect("2 of 3 messages were accepted before.");
    terminal.expect("Text: Olá {{nome}}");
    terminal.expect("Send one message from ZEXA? [y/N] ");
    terminal.send("y\r");
    assert_eq!(terminal.end().0, Some(0));
    assert_once(&world, 3);
}

#[test]
fn a_run_that_ends_early_counts_what_was_sent_before() {
    let world = World::with(json!({"faults": [
        {"method": "POST", "path": "/messages", "skip": 5, "then": "reset"},
        {"method": "POST", "path": "/messages", "skip": 5, "status": 422, "body": {"error": {"code": "validation_error"}}},
    ]}));
    write(&world, "people.csv", people(20));
    world.run(&send(&["--concurrency", "1", "--limit", "12"])).exits(3);
    let names = ["accepted", "rejected", "left"];
    for arguments in [&send(&["--limit", "2"])[..], &["bulk", "resume", "people.csv", "--yes", "--max-duration", "1ms"]]
    {
        let run = world.run(arguments);
        let summary = run.json_lines().pop().expect("a summary");
        let status = world.run(&["bulk", "status", "people.csv"]).exits(0).json();
        assert_eq!(names.map(|name| &summary[name]), names.map(|name| &status[name]), "{run:?}");
        assert_eq!((&summary["unknown"], &status["in_doubt"]), (&json!(1), &json!(1)));
        run.exits(3);
    }
    world.run(&["bulk", "settle", "people.csv", "--all", "--yes", "sent"]).exits(0);
    world.run(&["bulk", "resume", "people.csv", "--rejected", "--yes"]).exits(0);
    let run = world.run(&send(&["--limit", "2"])).exits(0);
    let summary = run.json_lines().pop().expect("a summary");
    assert_eq!(
        (&summary["accepted"], &summary["replayed"], &summary["left"], &summary["stopped"]),
        (&json!(20), &json!(20), &json!(0), &Value::Null)
    );
    assert!(!run.stderr.contains("bulk resume"), "{run:?}");
}

#[test]
fn resume_takes_no_arguments_that_change_the_messages() {
    let world = World::new();
    write(&world, "people.csv", PEOPLE);
    world.run(&["bulk", "resume", "people.csv", "--yes"]).exits(2).says("does not exist");
    world.run(&send(&["--limit", "1"])).exits(0);
    for argument in
        ["--body=x", "--from=x", "--country=PT", "--map=to=x", "--schedule=2099-01-01T00:00:00Z", "--limit=1"]
    {
        world.run(&["bulk", "resume", "people.csv", "--yes", argument]).exits(2);
    }
    world.run(&["bulk", "resume", "people.csv"]).exits(2).says("--yes");
    super::assert_once(&world, 1);
}

#[test]
fn a_job_is_found_by_its_ledger() {
    let world = World::new();
    write(&world, "people.csv", PEOPLE);
    let pilot = send(&["--limit", "1", "--ledger", "jobs.db"]);
    world.run(&pilot).exits(0).says("`zexa bulk resume people.csv --ledger jobs.db`");
    world
        .run(&[&pilot[..], &["--subject", "x", "--channel", "email", "--map", "to=nome"]].concat())
        .exits(2)
        .says("`zexa bulk resume people.csv --ledger jobs.db`");
    world.run(&["bulk", "status", "people.csv"]).exits(2).says("people.csv.zexa.db does not exist");
    assert_eq!(world.run(&["bulk", "status", "jobs.db"]).exits(0).json()["accepted"], 1);
    std::fs::rename(world.home.path().join("people.csv"), world.home.path().join("moved.csv")).expect("a file");
    world.run(&["bulk", "resume", "jobs.db", "--yes"]).exits(1).says("people.csv");
    world.run(&["bulk", "resume", "moved.csv", "--ledger", "jobs.db", "--yes"]).exits(0);
    super::assert_once(&world, 3);
}

#[test]
fn the_record_can_be_exported() {
    let world = World::new();
    write(&world, "people.csv", PEOPLE);
    world.run(&send(&["--key-column", "id"])).exits(0);
    let export = world.run(&["bulk", "export", "people.csv"]).exits(0).stdout;
    assert!(export.starts_with("key,operation,state,") && export.contains("\n1001,/messages,accepted,"), "{export}");
    world
        .run(&["bulk", "export", "people.csv", "--output", "record.csv"])
        .exits(0)
        .says("3 rows were written to record.csv");
    assert_eq!(super::read(&world, "record.csv"), export);
    world.run(&["bulk", "export", "people.csv", "--output", "people.csv.zexa.db"]).exits(2);
    world.run(&["bulk", "status", "people.csv"]).exits(0);
    for other in ["people.csv", "other.db"] {
        write(&world, "other.db", "SQLite format 3\0");
        world.run(&["bulk", "export", "people.csv", "--output", other]).exits(2).says(other);
    }
    assert_eq!(super::read(&world, "people.csv"), PEOPLE);
    let mut child = crate::support::spawn(&mut world.command(&["bulk", "export", "people.csv"]));
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("the program ends").code(), Some(0), "a reader may stop reading");
}

#[test]
fn old_rows_are_pruned_and_never_sent_again() {
    let world = World::new();
    write(&world, "people.csv", PEOPLE);
    world.run(&send(&["--key-column", "id"])).exits(0);
    let prune = ["bulk", "prune", "people.csv", "--before"];
    let pruned = |time| world.run(&[&prune[..], &[time]].concat()).exits(0).json_lines()[0]["rows"].clone();
    assert_eq!(pruned("2020-01-01T00:00:00Z"), json!(0));
    assert_eq!(pruned("2999-01-01T00:00:00Z"), json!(3));
    world.run(&prune[..3]).exits(2);
    world.run(&[&prune[..], &["yesterday"]].concat()).exits(2).says("UTC offset");
    let status = world.run(&["bulk", "status", "people.csv"]).exits(0).json_lines();
    assert_eq!((&status[0]["accepted"], &status[0]["left"]), (&json!(3), &json!(0)));
    let export = world.run(&["bulk", "export", "people.csv"]).exits(0).stdout;
    assert!(export.contains("\n1001,/messages,pruned,,"), "{export}");
    world.run(&["bulk", "resume", "people.csv", "--yes"]).exits(0);
    assert_eq!(world.sandbox.messages().len(), 3);
}

#[test]
fn a_ledger_without_a_job_is_not_continued() {
    let world = World::new();
    let path = world.home.path().join("other.db");
    let ledger = zexa::Ledger::create(&path).expect("a ledger");
    world.run(&["bulk", "resume", "other.db", "--yes"]).exits(2).says("has no job");
    ledger.set_job(r#"{"version":2}"#).expect("a job");
    world.run(&["bulk", "status", "other.db"]).exits(1).says("later version");
}

//! Jobs whose ledger is in PostgreSQL. The tests need a server, so they are run by the step `postgres`.

#[path = "../../../../core/tests/support/postgres.rs"]
mod server;

use serde_json::{Value, json};

use self::server::{PASSWORD, Postgres};
use super::{PEOPLE, assert_once, people, send, write};
use crate::support::{Run, World};

/// Asserts that the program has not shown the password.
fn hidden(run: Run) -> Run {
    assert!(!run.stdout.contains("zx_top") && !run.stderr.contains("zx_top"), "{run:?}");
    run
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_job_is_sent_settled_and_continued() {
    let world = World::with(json!({"faults": [{"method": "POST", "path": "/messages", "status": 502, "skip": 1}]}));
    write(&world, "people.csv", PEOPLE);
    let url = Postgres::shared().ledger("june");
    let ledger = ["--ledger", url.as_str()];
    let run = hidden(world.run(&send(&["--concurrency", "1", "--key-column", "id", "--ledger", &url]))).exits(3);
    let lines = run.json_lines();
    let summary = lines.last().expect("a summary");
    let shown = summary["ledger"].as_str().expect("a URL");
    assert!(shown.starts_with("postgres://zexa@127.0.0.1:") && shown.ends_with("/postgres?ledger=june"), "{shown}");
    assert_eq!((&summary["accepted"], &summary["ledger_created"]), (&json!(2), &json!(true)));
    assert_eq!(summary["report"], json!("people.csv.june.report.csv"));
    // The advice names the ledger, without the password.
    assert!(run.stderr.contains(&format!("--ledger '{shown}'")), "{run:?}");

    // By the file and the ledger, or by the ledger alone.
    let by_file = hidden(world.run(&[&["bulk", "status", "people.csv"][..], &ledger].concat())).exits(0).json();
    let by_ledger = hidden(world.run(&["bulk", "status", &url])).exits(0).json();
    for status in [&by_file, &by_ledger] {
        assert_eq!(
            (&status["accepted"], &status["in_doubt"], &status["ledger"]),
            (&json!(2), &json!(1), &json!(shown))
        );
        assert_eq!(status["rows_in_doubt"][0]["key"], "1002");
    }
    hidden(world.run(&[&["bulk", "settle", "people.csv", "1002", "not-sent"][..], &ledger].concat())).exits(0);
    let resumed = [&["bulk", "resume", "people.csv", "--yes"][..], &ledger].concat();
    let lines = hidden(world.run(&resumed)).exits(0).json_lines();
    assert_eq!(lines.last().expect("a summary")["accepted"], json!(3), "{lines:?}");
    let record = hidden(world.run(&[&["bulk", "export", "people.csv"][..], &ledger].concat())).exits(0).stdout;
    assert_eq!(record.lines().filter(|line| line.contains(",/messages,accepted,")).count(), 3, "{record}");
    assert_once(&world, 3);
}

#[test]
#[ignore = "needs PostgreSQL"]
fn the_password_can_be_in_the_environment() {
    let world = World::new();
    write(&world, "people.csv", people(5));
    let url = Postgres::shared().ledger("july").replace(":zx_top_secret%2F%2B@", "@");
    let arguments = send(&["--ledger", &url]);
    let run = world.run(&arguments);
    assert!(run.code != Some(0) && run.stderr.contains("password missing"), "{run:?}");
    let run = crate::support::run(world.command(&arguments).env("PGPASSWORD", PASSWORD), "");
    let lines = hidden(run).exits(0).json_lines();
    assert_eq!(lines.last().map(|summary| &summary["accepted"]), Some(&json!(5)));
    let status = world.command(&["bulk", "status", &url]).env("PGPASSWORD", PASSWORD).output().expect("it ends");
    let status: Value = serde_json::from_slice(&status.stdout).expect("JSON");
    assert_eq!((&status["accepted"], &status["left"]), (&json!(5), &json!(0)));
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_ledger_that_does_not_exist_is_named() {
    let world = World::new();
    write(&world, "people.csv", people(5));
    let url = Postgres::shared().ledger("none");
    let run = hidden(world.run(&["bulk", "status", "people.csv", "--ledger", &url])).exits(2);
    assert!(run.stderr.contains("ledger=none"), "{run:?}");
    let url = "postgres://zexa:zx_top_secret@127.0.0.1:1/postgres";
    hidden(world.run(&["bulk", "status", "people.csv", "--ledger", url])).exits(1);
}

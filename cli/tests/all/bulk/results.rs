//! What a bulk run leaves out, and what it shows: invalid rows, the progress, the report, and errors in the language of the user.

use serde_json::json;

use super::{PEOPLE, about, assert_once, report, send, value, write};
use crate::support::World;
use crate::support::terminal::Terminal;

#[test]
fn the_progress_counts_messages() {
    let file = "nome;telefone\nAna;923000001\nRui;12\nEva;923000001\nIvo;923000004\n";
    for command in [&send(&["--skip-invalid"])[..], &["contacts", "import", "people.csv", "--skip-invalid"]] {
        let world = World::new();
        write(&world, "people.csv", file);
        let (code, text) = Terminal::start(&world, command).end();
        assert_eq!(code, Some(0), "{text}");
        let line = text.split(['\r', '\n']).rfind(|line| line.contains("/s")).expect("a progress line");
        assert!(line.contains(" 2 of 2 · "), "neither invalid nor repeated rows: {line:?}");
    }
}

#[test]
fn invalid_rows_are_left_out_only_on_purpose() {
    let world = World::new();
    write(&world, "people.csv", "nome;telefone\nAna;923000001\nRui;12\nEva;923000003\n");
    world.run(&send(&[])).exits(1).says("one row is invalid: correct it, or send the others with --skip-invalid");
    let error = world.run(&send(&["--json"])).exits(1).json_error();
    assert_eq!((&error["code"], &error["outcome"]), (&json!("invalid_rows"), &json!("not_sent")));
    assert!(world.sandbox.messages().is_empty() && !world.home.path().join("people.csv.zexa.db").exists());
    // A person sees them, and decides.
    let mut terminal = Terminal::start(&world, &about("send", &["--limit", "1"]));
    terminal.expect("Send one message from ZEXA, and leave out one invalid row? [y/N] ");
    terminal.send("y\r");
    assert_eq!(terminal.end().0, Some(0));
    // They were left out on purpose, so they are no failure of the job.
    world.run(&["bulk", "resume", "people.csv", "--yes"]).exits(0).json_lines();
    world.run(&["bulk", "resume", "people.csv", "--yes"]).exits(0).json_lines();
    assert_once(&world, 2);
    assert_eq!(world.run(&["bulk", "status", "people.csv"]).exits(0).json()["left"], 0);
}

#[test]
fn a_message_that_the_client_would_reject_is_an_invalid_row() {
    let world = World::new();
    write(&world, "people.csv", "nome;telefone\nAna;+12345678901\n");
    let arguments = ["bulk", "check", "people.csv", "--from", "", "--body", "x", "--country", "none"];
    let lines = world.run(&arguments).exits(1).json_lines();
    assert_eq!((&lines[0]["problem"], &lines[1]["messages"]), (&json!("refused"), &json!(0)));
}

#[test]
fn the_report_is_in_the_order_of_the_file() {
    // The first message is answered after the others.
    let world =
        World::with(json!({"faults": [{"method": "POST", "path": "/messages", "process": true, "after_requests": 8}]}));
    write(&world, "people.csv", "nome;telefone\nAna;923000001\nZé;12\nEva;923000003\nRui;923000004\nIvo;923000001\n");
    let mut child = crate::support::spawn(&mut world.command(&send(&["--skip-invalid"])));
    drop(child.stdin.take());
    while world.sandbox.messages().len() < 2 {
        std::thread::yield_now();
    }
    for _ in 0..8 {
        world.run(&["credits"]).exits(0);
    }
    assert_eq!(child.wait().expect("the program ends").code(), Some(0));
    let report = report(&world);
    let rows: Vec<_> = report.iter().map(|line| (value(line, "row"), value(line, "outcome"))).collect();
    let expected = [("2", "accepted"), ("3", "not_sent"), ("4", "accepted"), ("5", "accepted"), ("6", "duplicate")];
    assert_eq!(rows, expected);
    let names: Vec<_> = report[0].iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names[..6], ["row", "key", "to", "outcome", "message", "column"]);
}

#[test]
fn errors_of_the_client_are_in_the_language_of_the_user() {
    let world = World::with(json!({"faults": [{"method": "POST", "path": "/messages", "then": "reset"}]}));
    write(&world, "people.csv", PEOPLE);
    let lines = world.run_in_portuguese(&send(&["--concurrency", "1"])).exits(3).json_lines();
    let english = lines[0]["message"].as_str().expect("a message").to_owned();
    let message = value(&report(&world)[0], "message").to_owned();
    assert_eq!(message, format!("a ligação perdeu-se antes de a API responder ({english})"));
    world.run_in_portuguese(&["bulk", "resume", "people.csv", "--yes"]).exits(3);
    assert!(value(&report(&world)[0], "message").starts_with("não se sabe se um envio anterior enviou a mensagem"));
    let run = world.run_in_portuguese(&["bulk", "check", "x.csv", "--from", "ZEXA", "--body", "x"]).exits(1);
    run.says("x.csv: o ficheiro ou a sua pasta não existe").says("Nada foi enviado.");
    let world = World::with(json!({"state": {"credits": 1}}));
    write(&world, "people.csv", PEOPLE);
    world.run_in_portuguese(&send(&["--concurrency", "1"])).exits(1).says("a conta não tem créditos suficientes");
}

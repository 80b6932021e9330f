//! `zexa bulk send`.

use std::os::unix::fs::PermissionsExt;

use serde_json::json;
use zexa_sandbox::{Listen, Sandbox, ServerSpec};

use super::{PEOPLE, about, people, read, recipients, report, send, value, write};
use crate::support::World;
use crate::support::terminal::Terminal;

#[test]
fn sends_one_message_per_row() {
    let world = World::new();
    write(&world, "people.csv", PEOPLE);
    let lines = world.run(&send(&["--key-column", "id"])).exits(0).json_lines();
    assert_eq!(lines.len(), 4);
    let first = lines.iter().find(|line| line["row"] == 2).expect("the first row");
    let expected = json!({
        "type": "row", "row": 2, "key": "1001", "to": "+244923000001", "outcome": "accepted", "status": "queued", "error": null, "column": null,
        "http_status": null, "code": null, "request_id": null, "message": null, "replayed": false, "recorded": true, "id": first["id"],
    });
    assert_eq!(first, &expected);
    let summary = lines.last().expect("a summary");
    assert_eq!(
        (&summary["type"], &summary["accepted"], &summary["left"], &summary["stopped"]),
        (&json!("summary"), &json!(3), &json!(0), &json!(null))
    );
    let bodies: Vec<_> = world.sandbox.messages().iter().map(|message| message["body"].clone()).collect();
    assert!(["Olá Ana", "Olá Rui", "Olá Eva"].iter().all(|body| bodies.contains(&json!(body))), "{bodies:?}");
    assert_eq!(recipients(&world), ["+244923000001", "+244923000002", "+244923000003"]);

    let report = report(&world);
    assert_eq!(report.len(), 3);
    let line = report.iter().find(|line| value(line, "row") == "4").expect("a line");
    assert_eq!((value(line, "key"), value(line, "to"), value(line, "outcome")), ("1003", "+244923000003", "accepted"));
    assert!(value(line, "id").starts_with("msg_"));
    for name in ["people.csv.report.csv", "people.csv.zexa.db"] {
        let mode = std::fs::metadata(world.home.path().join(name)).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn asks_first() {
    let world = World::new();
    write(&world, "people.csv", PEOPLE);
    let mut terminal = Terminal::start(&world, &about("send", &[]));
    terminal.expect("Cost: at least 3 credits; balance: 4250 credits");
    terminal.expect("row 2, to +244923000001: Olá Ana");
    terminal.expect("Send 3 messages from ZEXA? [y/N] ");
    terminal.send("\r");
    let (code, text) = terminal.end();
    assert_eq!(code, Some(1));
    assert!(text.ends_with("Nothing was sent.\n"), "{text:?}");
    assert!(world.sandbox.messages().is_empty());
    assert!(!world.home.path().join("people.csv.zexa.db").exists(), "no ledger before the answer");

    let mut terminal = Terminal::start_in_portuguese(&world, &about("send", &[]));
    terminal.expect("Enviar 3 mensagens de ZEXA? [s/N] ");
    terminal.send("sim\r");
    let (code, text) = terminal.end();
    assert_eq!(code, Some(0));
    assert!(text.contains("3 mensagens foram aceites.\n"), "{text:?}");
    assert_eq!(recipients(&world).len(), 3);
}

#[test]
fn ctrl_c_ends_the_question() {
    let world = World::new();
    write(&world, "people.csv", PEOPLE);
    let mut terminal = Terminal::start(&world, &about("send", &[]));
    terminal.expect("[y/N] ");
    terminal.send("\x03");
    assert_eq!(terminal.end().0, Some(130));
    assert!(world.sandbox.messages().is_empty());
}

#[test]
fn without_a_terminal_it_needs_yes() {
    let world = World::new();
    write(&world, "people.csv", PEOPLE);
    world.run(&about("send", &[])).exits(2).says("--yes");
    world.run_without_key(&send(&[]), "").exits(4);
    assert!(world.sandbox.messages().is_empty());
}

#[test]
fn progress_is_shown_on_a_terminal() {
    let world = World::new();
    write(&world, "people.csv", people(400));
    let mut terminal = Terminal::start(&world, &send(&["--rate", "200"]));
    terminal.expect(" of 400 · ");
    terminal.expect("/s · ");
    terminal.expect(" left");
    let (code, text) = terminal.end();
    assert_eq!(code, Some(0));
    // The last state stays on the screen, above the summary.
    let line = text.split(['\r', '\n']).rfind(|line| line.contains(" of 400")).expect("a progress line");
    assert!(line.contains("400 of 400") && !line.contains("left"), "{line:?}");
    assert!(text.contains("400 messages were accepted.\nReport: people.csv.report.csv\n"), "{text:?}");
}

#[test]
fn invalid_rows_are_reported_and_not_sent() {
    let world = World::new();
    write(&world, "people.csv", "nome;telefone\nAna;923000001\nRui;9,23E+08\nEva;923000001\n");
    let lines = world.run(&send(&["--skip-invalid"])).exits(0).says("row 3, column `telefone`").json_lines();
    let row = |row: u64| lines.iter().find(|line| line["row"] == row).expect("a row");
    assert_eq!(
        (&row(3)["outcome"], &row(3)["error"], &row(3)["column"]),
        (&json!("not_sent"), &json!("scientific_number"), &json!("telefone"))
    );
    assert_eq!((&row(4)["outcome"], &row(4)["error"]), (&json!("duplicate"), &json!("duplicate")));
    let summary = lines.last().expect("a summary");
    assert_eq!((&summary["accepted"], &summary["invalid"], &summary["repeated"]), (&json!(1), &json!(1), &json!(1)));
    let report = report(&world);
    let line = report.iter().find(|line| value(line, "row") == "3").expect("a line");
    assert_eq!((value(line, "to"), value(line, "error")), ("9,23E+08", "scientific_number"));
    assert!(value(line, "message").contains("Excel has shortened"));
}

#[test]
fn repeated_recipients_alone_are_no_failure() {
    let world = World::new();
    write(&world, "people.csv", "nome;telefone\nAna;923000001\nAna;923 000 001\n");
    world.run(&send(&[])).exits(0);
    assert_eq!(recipients(&world).len(), 1);
}

#[test]
fn rejected_and_unknown_rows_have_their_exit_codes() {
    let world = World::with(
        json!({"faults": [{"method": "POST", "path": "/messages", "status": 422, "body": {"error": {"code": "validation_error"}}}]}),
    );
    write(&world, "people.csv", PEOPLE);
    let lines = world.run(&send(&["--concurrency", "1"])).exits(1).json_lines();
    assert_eq!((&lines[0]["outcome"], &lines[0]["http_status"]), (&json!("rejected"), &json!(422)));
    let again = world.run(&["bulk", "resume", "people.csv", "--yes"]).exits(1);
    let again = again.says("`zexa bulk resume people.csv --rejected` sends the rejected messages again").json_lines();
    let summary = again.last().expect("a summary");
    assert_eq!((&summary["rejected"], &summary["reasons"]), (&json!(1), &json!([])), "the ledger has no reasons");
    assert_eq!(value(&report(&world)[0], "message"), "the API rejected it in an earlier run");
    let again = world.run(&["bulk", "resume", "people.csv", "--yes", "--rejected"]).exits(0).json_lines();
    assert_eq!((&again[3]["accepted"], &again[3]["replayed"]), (&json!(3), &json!(2)));

    let world =
        World::with(json!({"faults": [{"method": "POST", "path": "/messages", "then": "reset", "process": true}]}));
    write(&world, "people.csv", PEOPLE);
    let run = world.run(&send(&["--concurrency", "1"])).exits(3).says("zexa bulk status people.csv");
    assert_eq!(run.json_lines()[0]["outcome"], "unknown");
    assert_eq!(recipients(&world).len(), 3);
}

#[test]
fn a_key_that_is_not_accepted() {
    let world = World::new();
    write(&world, "people.csv", PEOPLE);
    let mut command = world.command(&send(&[]));
    let run = crate::support::run(command.env("ZEXA_API_KEY", "zx_wrong"), "").exits(4);
    assert!(run.stdout.is_empty() && world.sandbox.messages().is_empty());
    // The ledger does not belong to the wrong key.
    world.run(&send(&["--limit", "1"])).exits(0);
    // A key that is revoked during the run.
    world.sandbox.add_fault(json!({"method": "POST", "path": "/messages", "status": 401}));
    let run = world.run(&["bulk", "resume", "people.csv", "--yes", "--concurrency", "1"]).exits(4);
    assert_eq!(run.json_lines().last().expect("a summary")["stopped"], "unauthorized");
}

#[test]
fn a_new_key_of_the_same_account() {
    let world = World::new();
    write(&world, "people.csv", PEOPLE);
    world.run(&send(&["--limit", "1"])).exits(0);
    // The same server, with another key.
    let World { sandbox, home } = world;
    let (_, port) = sandbox.url().trim_end_matches("/v1").rsplit_once(':').expect("a port");
    let listen = Listen { port: port.parse().expect("a port"), ..Listen::default() };
    drop(sandbox);
    let spec = ServerSpec::from_json(json!({"state": {"api_key": "zx_new"}})).expect("a spec");
    let world = World { sandbox: Sandbox::try_start(spec, listen).expect("the port is free again"), home };
    let resume = ["bulk", "resume", "people.csv", "--yes"];
    world.run(&resume).exits(2).says("belongs to another API key").says("use --same-account");
    world.run_in_portuguese(&resume).exits(2).says("pertence a outra chave de API").says("use --same-account");
    world.run(&[&resume[..], &["--same-account"]].concat()).exits(0);
    super::assert_once(&world, 2);
}

#[test]
fn a_job_is_continued_with_its_own_server_only() {
    let world = World::new();
    write(&world, "people.csv", PEOPLE);
    world.run(&send(&["--limit", "1"])).exits(0);
    let world = World { sandbox: Sandbox::start(), home: world.home };
    let resume = ["bulk", "resume", "people.csv", "--yes"];
    // Another ledger would send everything again.
    let run = world.run(&resume).exits(2).says("continue the job with the same server");
    assert!(!run.stderr.contains("another file"), "{}", run.stderr);
    world.run_in_portuguese(&resume).exits(2).says("continue o envio com o mesmo servidor");
    assert!(world.sandbox.messages().is_empty());
}

#[test]
fn the_commands_that_are_shown_name_the_ledger() {
    let world = World::new();
    write(&world, "os clientes.csv", people(3));
    let job = ["os clientes.csv", "--ledger", "june 2.db"];
    let send =
        |body| [&["bulk", "send"], &job[..], &["--from", "ZEXA", "--yes", "--limit", "1", "--body", body]].concat();
    let resume = "`zexa bulk resume 'os clientes.csv' --ledger 'june 2.db'`";
    world.run(&send("Hello")).exits(0).says(&format!("Send the rest with {resume}."));
    let other = world.run(&send("Bye")).exits(2);
    other.says(&format!("use {resume}")).says("recipients of the other job then get this message as well");
}

#[test]
fn a_job_without_enough_credits_is_continued_later() {
    let world = World::with(json!({"state": {"credits": 2}}));
    write(&world, "people.csv", PEOPLE);
    let mut terminal = Terminal::start(&world, &about("send", &[]));
    terminal.expect("Warning: the balance is too low for all messages.");
    terminal.expect("[y/N] ");
    terminal.send("\r");
    assert_eq!(terminal.end().0, Some(1));
    let run = world
        .run(&send(&["--concurrency", "1"]))
        .exits(1)
        .says("The run has stopped: the account does not have enough credits")
        .says("zexa bulk resume people.csv");
    let summary = run.json_lines().pop().expect("a summary");
    assert_eq!((&summary["stopped"], &summary["accepted"]), (&json!("insufficient_credits"), &json!(2)));
    // The counts are those of the ledger.
    let status = world.run(&["bulk", "status", "people.csv"]).exits(0).json();
    for (name, count) in [("accepted", 2), ("rejected", 0), ("left", 1)] {
        assert_eq!((&summary[name], &status[name]), (&json!(count), &json!(count)), "{name}");
    }
    assert_eq!((&summary["not_sent"], &summary["reasons"][0]["count"]), (&json!(1), &json!(1)));
    world.sandbox.set_credits(10.0);
    world.run(&["bulk", "resume", "people.csv", "--yes"]).exits(0);
    super::assert_once(&world, 3);
}

#[test]
fn a_file_without_a_valid_row_is_not_sent() {
    let world = World::new();
    write(&world, "people.csv", "nome;telefone\nAna;12\n");
    world.run(&send(&[])).exits(1).says("no message can be sent");
    write(&world, "people.csv", "nome;telefone\n");
    world.run(&send(&[])).exits(1).says("no message can be sent");
    assert!(world.sandbox.messages().is_empty() && !world.home.path().join("people.csv.zexa.db").exists());
}

#[test]
fn a_pilot_sends_the_first_rows_and_resume_the_rest() {
    let world = World::new();
    write(&world, "people.csv", people(50));
    let lines = world.run(&send(&["--limit", "10"])).exits(0).says("zexa bulk resume people.csv").json_lines();
    assert_eq!((lines.len(), &lines[10]["stopped"], &lines[10]["left"]), (11, &json!("limit"), &json!(40)));
    let expected: Vec<_> = (0..10).map(|row| format!("+244{}", 923_000_000 + row)).collect();
    assert_eq!(recipients(&world), expected);
    let lines = world.run(&["bulk", "resume", "people.csv", "--yes"]).exits(0).json_lines();
    let summary = lines.last().expect("a summary");
    assert_eq!((&summary["accepted"], &summary["replayed"], &summary["left"]), (&json!(50), &json!(10), &json!(0)));
    super::assert_once(&world, 50);
    assert_eq!(report(&world).len(), 50, "the report is complete");
}

#[test]
fn a_limit_of_time_leaves_the_rest() {
    let world = World::new();
    write(&world, "people.csv", people(200));
    let run = world.run(&send(&["--rate", "20", "--max-duration", "200ms"])).exits(1).says("--max-duration has passed");
    let summary = run.json_lines().pop().expect("a summary");
    assert_eq!(summary["stopped"], "max_duration");
    let left = summary["left"].as_u64().expect("a number");
    assert!(left > 0 && left < 200, "{left}");
    world.run(&["bulk", "resume", "people.csv", "--yes"]).exits(0);
    super::assert_once(&world, 200);
}

#[test]
fn the_same_command_again_sends_nothing_twice() {
    let world = World::new();
    write(&world, "people.csv", PEOPLE);
    world.run(&send(&[])).exits(0);
    let lines = world.run(&send(&[])).exits(0).json_lines();
    assert_eq!(lines.last().expect("a summary")["replayed"], 3);
    let other = ["bulk", "send", "people.csv", "--from", "ZEXA", "--yes", "--body", "Adeus {{nome}}"];
    let before = read(&world, "people.csv.report.csv");
    world.run(&other).exits(2).says("belongs to another job").says("zexa bulk resume people.csv");
    assert_eq!(read(&world, "people.csv.report.csv"), before, "the report of the other job is kept");
    super::assert_once(&world, 3);
    world.run(&[&other[..], &["--ledger", "second.db"]].concat()).exits(0);
    assert_eq!(recipients(&world).len(), 6);
}

#[test]
fn a_ledger_of_another_program_is_not_used() {
    let world = World::new();
    write(&world, "people.csv", PEOPLE);
    let client = zexa::Client::builder().base_url(world.sandbox.url()).api_key(world.sandbox.api_key());
    let client = client.ledger(world.home.path().join("people.csv.zexa.db")).build().expect("a client");
    let message = zexa::SendMessage::sms("+244923000009", "ZEXA", "Hello").idempotency_key("other");
    client.messages().send(&message).expect("sent");
    world.run(&send(&[])).exits(2).says("another program");
}

#[test]
fn the_report_replaces_no_file_that_is_needed() {
    let world = World::new();
    write(&world, "people.csv", PEOPLE);
    world.run(&send(&["--report", "people.csv"])).exits(2).says("cannot be the report");
    assert_eq!(read(&world, "people.csv"), PEOPLE);
    assert!(world.sandbox.messages().is_empty());
    world.run(&send(&["--report", "missing/report.csv"])).exits(1).says("missing/report.csv");
    assert!(world.sandbox.messages().is_empty());
    // The ledger of another job.
    world.run(&send(&["--ledger", "june.db"])).exits(0);
    world.run(&send(&["--report", "june.db"])).exits(2).says("cannot be the report");
    world.run(&["contacts", "import", "people.csv", "--report", "june.db"]).exits(2).says("cannot be the report");
    world.run(&send(&["--ledger", "june.db"])).exits(0);
    super::assert_once(&world, 3);
}

#[cfg(target_os = "linux")]
#[test]
fn a_report_that_cannot_be_written_does_not_deny_the_messages() {
    let world = World::new();
    write(&world, "people.csv", PEOPLE);
    let mut arguments = vec!["--json"];
    arguments.extend(send(&["--report", "/dev/full"]));
    let run = world.run(&arguments).exits(1);
    assert_eq!(run.json_lines().last().expect("a summary")["accepted"], 3);
    assert_eq!(run.json_error()["outcome"], "unknown");
    assert_eq!(world.sandbox.messages().len(), 3);
}

#[test]
fn messages_can_be_scheduled() {
    let world = World::new();
    write(&world, "people.csv", PEOPLE);
    world.run(&send(&["--schedule", "2099-07-01T09:00:00+01:00"])).exits(0);
    let requests = world.sandbox.requests();
    let posts: Vec<_> = requests.iter().filter(|request| request.method == "POST").collect();
    assert!(posts.len() == 3 && posts.iter().all(|request| request.body["scheduled_at"] == "2099-07-01T08:00:00Z"));
}

#[test]
fn the_output_may_be_closed() {
    let world = World::new();
    write(&world, "people.csv", people(100));
    let mut child = crate::support::spawn(&mut world.command(&send(&[])));
    drop(child.stdout.take());
    drop(child.stdin.take());
    assert_eq!(child.wait().expect("the program ends").code(), Some(0));
    super::assert_once(&world, 100);
}

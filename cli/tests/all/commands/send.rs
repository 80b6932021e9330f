//! `zexa send` and `zexa credits`.

use serde_json::json;

use crate::support::terminal::Terminal;
use crate::support::{World, run};

const SEND: [&str; 6] = ["send", "--to", "912 345 678", "--from", "ZEXA", "Hello"];

#[test]
fn a_message_is_sent_and_printed_as_json() {
    let world = World::new();
    let run = world.run(&SEND).exits(0).says("`912 345 678` was read as +244912345678");
    let message = run.json();
    assert_eq!((&message["status"], &message["to"]), (&json!("queued"), &json!("+244912345678")));
    assert_eq!(message["id"], world.sandbox.messages()[0]["id"]);
}

#[test]
fn on_a_terminal_the_result_is_text_with_colours() {
    let world = World::new();
    let mut terminal = Terminal::start(&world, &SEND);
    let (code, text) = terminal.end_with_colours();
    assert_eq!(code, Some(0));
    assert!(text.contains("The message is \u{1b}[33mqueued\u{1b}[0m."), "{text:?}");

    let (code, text) = Terminal::start_in_portuguese(&world, &SEND).end();
    assert_eq!(code, Some(0));
    assert!(text.contains("Estado da mensagem: em fila.\nId"), "{text:?}");
    assert!(text.contains("«912 345 678» foi lido como +244912345678"), "{text:?}");
}

#[test]
fn without_colours() {
    let world = World::new();
    let mut terminal = Terminal::start_with(&world, &["credits"], &[("NO_COLOR", "1")], world.environment());
    assert_eq!(terminal.end_with_colours(), (Some(0), "4250 credits\r\n".to_owned()));
}

#[test]
fn an_invalid_recipient_sends_nothing() {
    let world = World::new();
    let send = ["send", "--to", "91234567", "--from", "ZEXA", "Hello"];
    world
        .run(&send)
        .exits(2)
        .says("error: the phone number cannot be used: `91234567` is not a number that exists in AO");
    world
        .run_in_portuguese(&send)
        .exits(2)
        .says("erro: o número de telefone não pode ser usado: «91234567» não é um número que exista em AO");
    assert!(world.sandbox.requests().is_empty());
}

#[test]
fn the_outcome_of_a_failure_is_reported() {
    let faults = json!([
        {"method": "POST", "path": "/messages", "status": 503},
        {"method": "POST", "path": "/messages", "status": 422, "body": {"error": "insufficient_credits", "message": "Too few credits"}},
    ]);
    let world = World::with(json!({"faults": faults}));
    let unknown = world.run(&SEND).exits(3);
    unknown.says("It is not known whether the request took effect").says("Before you repeat it");
    world.run(&SEND).exits(1).says("nothing was sent").says("zexa credits");
}

#[test]
fn errors_are_json_with_json() {
    let world = World::with(json!({"faults": [{"method": "POST", "path": "/messages", "status": 503}]}));
    let mut arguments = vec!["--json"];
    arguments.extend(SEND);
    let error = world.run(&arguments).exits(3).json_error();
    assert_eq!(
        (&error["kind"], &error["outcome"], &error["status"]),
        (&json!("server"), &json!("unknown"), &json!(503))
    );
    let usage = world.run(&["send", "--json", "Hello"]).exits(2).json_error();
    assert_eq!((&usage["kind"], &usage["outcome"]), (&json!("usage"), &json!("not_sent")));
}

#[test]
fn the_text_can_be_read_from_stdin() {
    let world = World::new();
    let mut command = world.command(&["send", "--to", "912345678", "--from", "ZEXA", "-"]);
    crate::support::run(&mut command, "Olá\nAna\r\n").exits(0);
    assert_eq!(world.sandbox.messages()[0]["body"], "Olá\nAna");
}

#[test]
fn all_options_reach_the_api() {
    let world = World::new();
    let send = [
        "send",
        "--channel",
        "email",
        "--to",
        "ana@example.com",
        "--from",
        "hello@zexa.example",
        "--subject",
        "Invoice",
        "--html",
        "<p>Hi</p>",
        "--schedule",
        "2030-07-01T09:00:00+01:00",
        "--extra",
        "priority=5",
        "--extra",
        "tag=june",
        "Hi",
    ];
    world.run(&send).exits(0);
    let body = &world.sandbox.requests()[0].body;
    assert_eq!(body["priority"], 5);
    assert_eq!(body["tag"], "june");
    assert_eq!(body["scheduled_at"], "2030-07-01T08:00:00Z");
    let template =
        ["send", "--channel", "whatsapp", "--to", "912345678", "--from", "ZEXA", "--template", "{\"name\":\"a\"}"];
    world.run(&template).exits(0);
    assert_eq!(world.sandbox.requests()[1].body["template"], json!({"name": "a"}));
}

#[test]
fn without_a_valid_key_the_exit_code_is_4() {
    let world = World::new();
    world.run_without_key(&["credits"], "").exits(4).says("there is no API key").says("zexa login");
    let mut command = world.command(&["credits"]);
    command.env("ZEXA_API_KEY", "wrong");
    crate::support::run(&mut command, "").exits(4).says("Set ZEXA_API_KEY to a valid API key, or unset it");
    let run = world.run_without_key(&["credits", "--api-key-stdin"], "wrong\n").exits(4);
    assert!(run.stderr.contains("unauthorized") && !run.stderr.contains("wrong"), "{run:?}");
    let run = world.run_without_key(&["credits", "--api-key-stdin"], world.sandbox.api_key()).exits(0);
    assert_eq!(run.json()["credits"], 4250.0);
}

#[test]
fn a_sandbox_for_one_command() {
    let world = World::new();
    let mut send = vec!["--sandbox"];
    send.extend(SEND);
    let run = world.run_without_key(&send, "").exits(0).says("nothing is really sent");
    assert_eq!(run.json()["status"], "queued");
    assert!(world.sandbox.requests().is_empty(), "another sandbox");
}

/// The message was sent, so repeating the command would send it again.
#[test]
fn a_result_that_cannot_be_written() {
    let world = World::new();
    let full = || std::fs::File::options().write(true).open("/dev/full").expect("a device");
    let status = |command: &mut std::process::Command| command.stdout(full()).output().map(crate::support::Run::from);
    let run = status(&mut world.command(&SEND)).expect("it ends").exits(3);
    let id = world.sandbox.messages()[0]["id"].as_str().expect("an id").to_owned();
    run.says(&format!("error: {id} was sent, but cannot write to stdout")).says("Do not repeat it");
    let mut arguments = SEND.to_vec();
    arguments.push("--json");
    let error = status(&mut world.command(&arguments)).expect("it ends").exits(3).json_error();
    assert_eq!((&error["kind"], &error["outcome"]), (&json!("local"), &json!("accepted")));
    status(&mut world.command(&["credits"])).expect("it ends").exits(1).says("cannot write to stdout");
}

#[test]
fn a_time_that_has_passed_is_rejected_before_anything_is_sent() {
    let world = World::new();
    let past = ["--schedule", "2026-07-01T09:00:00Z"];
    let send = ["send", "--to", "912345678", "--from", "ZEXA", "Hello"];
    let create = ["campaigns", "create", "--name", "June", "--list", "lst_demo", "--from", "ZEXA", "--yes", "Hello"];
    for arguments in [send.as_slice(), &create] {
        let arguments = [arguments, &past].concat();
        world.run(&arguments).exits(2).says("the time of --schedule has passed");
        world.run_in_portuguese(&arguments).exits(2).says("a hora de --schedule já passou");
    }
    assert!(world.sandbox.requests().is_empty());
}

/// JSON stays in UTC.
#[test]
fn times_are_local_for_people() {
    let world = World::with(json!({"state": {"speed": "manual"}}));
    let send = [&SEND[..], &["--schedule", "2030-07-01T09:00:00+05:00"]].concat();
    let zone = [("TZ", "WAT-1")];
    let (_, text) = Terminal::start_with(&world, &send, &zone, world.environment()).end();
    assert!(text.contains("Scheduled  2030-07-01 05:00:00 +01:00\n"), "{text}");
    let mut command = world.command(&send);
    command.envs(zone);
    assert_eq!(crate::support::run(&mut command, "").exits(0).json()["scheduled_at"], "2030-07-01T04:00:00Z");
}

#[test]
fn stdin_contains_one_thing() {
    let world = World::new();
    let send = ["send", "--to", "912345678", "--from", "ZEXA", "--api-key-stdin", "-"];
    world.run_without_key(&send, "zx_test_sandbox").exits(2).says("both the API key and a text");
}

#[test]
fn an_empty_text_is_not_sent() {
    let world = World::new();
    for body in ["", " ", "-"] {
        world.run(&["send", "--to", "912345678", "--from", "ZEXA", body]).exits(2).says("the text is empty");
        let create = ["campaigns", "create", "--name", "June", "--list", "lst_demo", "--from", "ZEXA", "--yes", body];
        world.run(&create).exits(2).says("the text is empty");
    }
    assert!(world.sandbox.requests().is_empty());
}

#[test]
fn a_key_in_the_wrong_place_is_not_shown() {
    let world = World::new();
    for arguments in [["login", "zx_live_0123abc"].as_slice(), &["--profile", "zx_live_0123abc", "credits"]] {
        let run = world.run(arguments).says("zx_…");
        assert!(!run.stderr.contains("0123abc"), "{}", run.stderr);
    }
}

/// The command line has no options for client certificates.
#[test]
fn a_server_that_requires_a_client_certificate_is_named_without_options() {
    let world = World::with(json!({"state": {"tls": true, "require_client_certificate": true}}));
    let mut command = world.command(&SEND);
    command.env("SSL_CERT_FILE", world.sandbox.ca_file().expect("a file"));
    let run = run(&mut command, "").exits(1).says("the server requires a client certificate");
    assert!(!run.stderr.contains("client_cert_file"), "{run:?}");
    assert_eq!(world.sandbox.requests().len(), 0);
}

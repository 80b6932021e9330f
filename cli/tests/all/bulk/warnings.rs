//! What `zexa bulk check` and the preview of `zexa bulk send` warn of.

use serde_json::json;

use super::{PEOPLE, about, send, write};
use crate::support::World;
use crate::support::terminal::Terminal;

/// The output of `bulk check` on a terminal.
fn shown(world: &World, arguments: &[&str]) -> String {
    Terminal::start(world, arguments).end().1
}

/// A world with these Sender IDs.
fn with_senders(senders: serde_json::Value) -> World {
    let world = World::with(json!({"state": {"sender_ids": senders}}));
    write(&world, "people.csv", PEOPLE);
    world
}

#[test]
fn a_sender_that_is_not_approved() {
    let world = with_senders(json!([
        {"sender_id": "ZEXA", "channel": "sms", "status": "pending"},
        {"sender_id": "LOJA", "channel": "sms", "status": "approved"},
        {"sender_id": "NAO", "channel": "sms", "status": "rejected"},
        {"sender_id": "CHAT", "channel": "whatsapp", "status": "approved"},
    ]));
    let check = |from| ["bulk", "check", "people.csv", "--body", "Olá {{nome}}", "--from", from];
    assert_eq!(world.run(&check("LOJA")).exits(0).json()["sender"], json!({"status": "approved"}));
    for (from, sender, text) in [
        ("ZEXA", json!({"status": "pending"}), "the Sender ID ZEXA is not approved yet for sms"),
        ("NAO", json!({"status": "rejected"}), "the Sender ID NAO was not approved for sms"),
        ("CHAT", json!({"status": "missing", "approved": ["LOJA"]}), "no Sender ID CHAT for sms"),
    ] {
        assert_eq!(world.run(&check(from)).exits(1).json()["sender"], sender);
        let shown = shown(&world, &check(from));
        assert!(shown.contains("Warning: ") && shown.contains(text), "{shown}");
    }
    assert!(shown(&world, &check("CHAT")).contains("Approved Sender IDs: LOJA"));
    let mut terminal = Terminal::start(&world, &about("send", &[]));
    terminal.expect("the Sender ID ZEXA is not approved yet");
    terminal.expect("[y/N] ");
    terminal.send("n\r");
    assert_eq!(terminal.end().0, Some(1));
    assert!(world.sandbox.messages().is_empty());
}

#[test]
fn senders_that_are_not_known_are_no_problem() {
    // The API does not document the names in its list.
    let world = World::with(
        json!({"faults": [{"path": "/sender-ids", "body": {"data": [{"status": "approved"}]}, "times": 0}]}),
    );
    write(&world, "people.csv", PEOPLE);
    assert_eq!(world.run(&about("check", &[])).exits(0).json()["sender"], json!({"status": "unknown"}));
    let world = World::with(json!({"faults": [{"path": "/sender-ids", "status": 404, "times": 0}]}));
    write(&world, "people.csv", PEOPLE);
    assert_eq!(world.run(&about("check", &[])).exits(0).json()["sender"], json!({"status": "unknown"}));
    assert_eq!(world.run_without_key(&about("check", &[]), "").json()["sender"], json!({"status": "unknown"}));
    // A verified email address need not be a Sender ID.
    let world = with_senders(json!([]));
    write(&world, "people.csv", "nome;email\nAna;ana@example.com\n");
    let arguments = [
        "bulk",
        "check",
        "people.csv",
        "--channel",
        "email",
        "--from",
        "a@example.com",
        "--subject",
        "x",
        "--body",
        "x",
    ];
    assert_eq!(world.run(&arguments).exits(0).json()["sender"], json!({"status": "unknown"}));
}

#[test]
fn the_reasons_of_rejections_are_shown() {
    let world = World::new();
    write(&world, "people.csv", PEOPLE);
    let mut arguments = send(&["--concurrency", "1"]);
    let from = arguments.iter().position(|argument| *argument == "ZEXA").expect("a sender");
    arguments[from] = "NOBODY";
    let summary = world.run(&arguments).exits(1).json_lines().pop().expect("a summary");
    let reasons = json!([{"count": 3, "code": "validation_error", "message": "`from` is not registered for sms."}]);
    assert_eq!(summary["reasons"], reasons);
    arguments.extend(["--ledger", "other.db", "--report", "other.csv"]);
    let text = Terminal::start_in_portuguese(&world, &arguments).end().1;
    assert!(text.contains("3 mensagens foram recusadas.\n"), "{text}");
    assert!(text.contains("Motivo da API (3 mensagens): `from` is not registered for sms."), "{text}");
}

#[test]
fn numbers_that_receive_no_sms_or_cost_more() {
    let world = World::new();
    write(&world, "people.csv", "nome;telefone\nAna;222123456\nRui;923000002\nEva;+351 912 345 678\n");
    let lines = world.run(&about("check", &[])).exits(0).json_lines();
    let landline =
        json!({"type": "problem", "row": 2, "column": "telefone", "problem": "landline", "value": "+244222123456"});
    assert_eq!(lines[0], landline);
    let check = &lines[1];
    assert_eq!((&check["messages"], &check["landlines"], &check["abroad"]), (&json!(3), &json!(1), &json!(1)));
    let text = shown(&world, &about("check", &[]));
    assert!(text.contains("one number is that of a landline") && text.contains("row 2, column `telefone`"), "{text}");
    assert!(text.contains("one message goes to another country, for 2 to 5 credits per segment"), "{text}");
    let text = shown(&world, &about("check", &["--channel", "carrier-pigeon", "--map", "to=telefone"]));
    assert!(text.contains("Cost: not documented for the channel carrier-pigeon"), "{text}");
}

#[test]
fn placeholders_of_other_programs() {
    let world = World::new();
    write(&world, "people.csv", PEOPLE);
    let arguments = ["bulk", "check", "people.csv", "--from", "ZEXA", "--body", "Olá {nome} «Nome» {cidade}"];
    let check = world.run(&arguments).exits(0).json();
    let expected = json!([{"text": "{nome}", "name": "nome"}, {"text": "«Nome»", "name": "Nome"}]);
    assert_eq!(check["other_placeholders"], expected);
    let text = shown(&world, &arguments);
    assert!(
        text.contains("the text contains {nome}, which is not replaced. For the value of the column, write {{nome}}."),
        "{text}"
    );
}

#[test]
fn the_time_is_local_and_the_numbers_are_readable() {
    let world = World::new();
    write(&world, "people.csv", "nome;telefone\nAna;923000001\n");
    let arguments = about("check", &["--schedule", "2099-07-01T09:00:00Z"]);
    let variables = [("LANG", "pt_AO"), ("TZ", "Africa/Luanda")];
    let text = Terminal::start_with(&world, &arguments, &variables, world.environment()).end().1;
    assert!(text.contains("As mensagens são enviadas a 2099-07-01 10:00:00 +01:00.\n"), "{text}");
    assert!(text.contains("Segmentos: 1 por mensagem, 1 ao todo\n"), "{text}");
    assert!(text.contains("Custo: pelo menos 1 crédito; saldo: 4250 créditos\n"), "{text}");
}

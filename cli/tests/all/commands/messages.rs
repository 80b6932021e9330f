//! `zexa messages`, `zexa sender-ids` and `zexa webhooks`.

use serde_json::json;

use crate::support::World;
use crate::support::terminal::Terminal;

/// Messages that never change.
fn world() -> World {
    World::with(json!({"state": {"messages": [
        {"id": "msg_1", "status": "delivered", "channel": "sms", "to": "+244912345678", "body": "Olá\u{1b}[31m"},
        {"id": "msg_2", "status": "failed", "error": "no credit", "channel": "sms"},
        {"id": "msg_3", "status": "sent"},
        {"id": "msg_4", "status": "queued"},
    ]}}))
}

#[test]
fn get() {
    let world = world();
    assert_eq!(world.run(&["messages", "get", "msg_1"]).exits(0).json()["status"], "delivered");
    world.run(&["messages", "get", "msg_9"]).exits(1).says("not_found");
    let (code, text) = Terminal::start(&world, &["messages", "get", "msg_1"]).end();
    assert_eq!(code, Some(0));
    assert!(text.contains("The message is delivered.\nId"), "{text:?}");
    assert!(text.contains("Text     Olá [31m\n"), "control characters are removed: {text:?}");
    let (_, text) = Terminal::start_in_portuguese(&world, &["messages", "get", "msg_2"]).end();
    assert!(text.contains("Motivo  no credit"), "{text:?}");
    assert!(text.contains("Estado da mensagem: falhada.\n"), "{text:?}");
    assert_eq!(world.run_in_portuguese(&["messages", "get", "msg_2"]).exits(0).json()["status"], "failed");
}

#[test]
fn wait() {
    let world = world();
    world.run(&["messages", "wait", "msg_1"]).exits(0);
    assert_eq!(world.run(&["messages", "wait", "msg_2"]).exits(1).json()["error"], "no credit");
    world.run(&["messages", "wait", "msg_3", "--until", "sent"]).exits(0);
    world.run(&["messages", "wait", "msg_1", "--until", "sent"]).exits(0);
    world.run(&["messages", "wait", "msg_2", "--until", "sent"]).exits(1);
    world.run(&["messages", "wait", "msg_9"]).exits(1).says("not_found");
    world.run(&["messages", "wait", ""]).exits(2).says("`id` is required");
    let (code, text) = Terminal::start(&world, &["messages", "wait", "msg_2"]).end();
    assert_eq!(code, Some(1));
    assert!(text.contains("The message is failed.\n") && text.contains("Reason   no credit\n"), "{text:?}");
    world
        .run(&["messages", "wait", "msg_4", "--timeout", "300ms"])
        .exits(1)
        .says("error: the message did not reach the status in time\n")
        .says("Repeat the command to continue waiting");
    world
        .run_in_portuguese(&["messages", "wait", "msg_4", "--timeout", "300ms"])
        .exits(1)
        .says("erro: a mensagem não atingiu o estado a tempo\nRepita o comando para continuar à espera.\n");
    world.run(&["messages", "wait", "msg_4", "--timeout", "0s"]).exits(2).says("expected a duration");
    world.run_in_portuguese(&["messages", "wait", "msg_4", "--timeout", "5"]).exits(2).says("espera-se uma duração");
}

#[test]
fn wait_polls_until_the_message_is_delivered() {
    let world = World::with(json!({"state": {"speed": 100}}));
    let sent = world.run(&["send", "--to", "912345678", "--from", "ZEXA", "Hello"]).exits(0).json();
    let id = sent["id"].as_str().expect("an id");
    assert_eq!(world.run(&["messages", "wait", id]).exits(0).json()["status"], "delivered");
}

#[test]
fn sender_ids() {
    let world = World::new();
    let lines = world.run(&["sender-ids"]).exits(0).json_lines();
    assert_eq!(lines.len(), 5);
    assert_eq!((&lines[0]["sender_id"], &lines[4]["status"]), (&json!("ZEXA"), &json!("rejected")));
    let (code, text) = Terminal::start(&world, &["sender-ids"]).end();
    assert_eq!(code, Some(0));
    let expected = "\
Sender ID           Channel   Status    Use case
ZEXA                sms       approved  transactional
ZEXA                whatsapp  approved  transactional
hello@zexa.example  email     approved  transactional
NEWBRAND            sms       pending   transactional
BANNED              sms       rejected  transactional
";
    assert_eq!(text, expected);
    let (_, text) = Terminal::start_in_portuguese(&world, &["sender-ids"]).end();
    assert!(text.starts_with("Sender ID           Canal     Estado    Finalidade\n"), "{text}");
    assert!(text.contains("NEWBRAND            sms       pendente  transactional\n"), "{text}");
    let world = World::with(json!({"state": {"sender_ids": []}}));
    assert_eq!(Terminal::start(&world, &["sender-ids"]).end(), (Some(0), "The list is empty.\n".to_owned()));
    assert_eq!(world.run(&["sender-ids"]).exits(0).stdout, "");
}

#[test]
fn webhooks() {
    let world = World::new();
    let create =
        ["webhooks", "create", "https://127.0.0.1:1/hook", "--event", "message.delivered", "--event", "message.failed"];
    let webhook = world.run(&create).exits(0).json();
    assert_eq!(webhook["events"], json!(["message.delivered", "message.failed"]));
    assert_eq!(world.run(&["webhooks", "create", "https://127.0.0.1:1/"]).exits(0).json()["events"], json!(["*"]));
    world.run(&["webhooks", "create", "http://127.0.0.1:1/"]).exits(2).says("url");
    let (code, text) = Terminal::start(&world, &create).end();
    assert_eq!(code, Some(0));
    assert!(text.contains("Events  message.delivered, message.failed\n"), "{text}");
}

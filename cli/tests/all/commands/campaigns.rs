//! `zexa campaigns`.

use serde_json::json;

use crate::support::World;
use crate::support::terminal::Terminal;

const CREATE: [&str; 9] = ["campaigns", "create", "--name", "June", "--list", "lst_demo", "--from", "ZEXA", "Hello"];

fn with_yes() -> Vec<&'static str> {
    let mut arguments = CREATE.to_vec();
    arguments.push("--yes");
    arguments
}

#[test]
fn create_asks_before_it_spends() {
    let world = World::new();
    let mut terminal = Terminal::start(&world, &CREATE);
    terminal.expect("Send to the 5 contacts of lst_demo, for at least 5 credits? (Balance: 4250) [y/N] ");
    terminal.send("\r");
    let (code, text) = terminal.end();
    assert_eq!(code, Some(1));
    assert!(text.contains("The campaign was not created. Nothing was sent."), "{text}");

    let mut terminal = Terminal::start_in_portuguese(&world, &CREATE);
    terminal.expect("Enviar aos 5 contactos de lst_demo, por pelo menos 5 créditos? (Saldo: 4250) [s/N] ");
    assert!(world.sandbox.requests().iter().all(|request| request.method == "GET"));
    terminal.send("s\r");
    let (code, text) = terminal.end();
    assert_eq!(code, Some(0));
    assert!(text.contains("Estado da campanha: em envio.\n"), "{text}");
}

#[test]
fn ctrl_c_ends_the_question() {
    let world = World::new();
    let mut terminal = Terminal::start(&world, &CREATE);
    terminal.expect("[y/N] ");
    terminal.send("\x03");
    let (code, text) = terminal.end();
    assert_eq!(code, Some(130));
    assert!(text.ends_with("[y/N] ^C\nCancelled. Nothing was sent.\n"), "{text:?}");
    assert!(world.sandbox.requests().iter().all(|request| request.method == "GET"));
}

#[test]
fn ctrl_d_ends_the_question() {
    let world = World::new();
    let mut terminal = Terminal::start_in_portuguese(&world, &CREATE);
    terminal.expect("[s/N] ");
    terminal.send("\x04");
    let (code, text) = terminal.end();
    assert_eq!(code, Some(1));
    assert!(text.ends_with("[s/N] \nCancelado. Nada foi enviado.\n"), "{text:?}");
    assert!(world.sandbox.requests().iter().all(|request| request.method == "GET"));
}

/// What cannot succeed is not asked.
#[test]
fn the_list_and_the_sender_are_checked_before_the_question() {
    let world = World::new();
    let create = |list: &'static str, from: &'static str, body: &'static str| {
        let arguments = ["campaigns", "create", "--name", "June", "--list", list, "--from", from, body];
        let (code, text) = Terminal::start(&world, &arguments).end();
        assert!(!text.contains("[y/N]"), "{text}");
        (code, text)
    };
    for (list, from, body, code, reason) in [
        (
            "lst_nobody",
            "ZEXA",
            "Hello",
            1,
            "the contact list `lst_nobody` is empty or does not exist; nothing was sent",
        ),
        ("lst_demo", "NOBODY", "Hello", 1, "the Sender ID `NOBODY` is not registered for sms; nothing was sent"),
        ("lst_demo", "NEWBRAND", "Hello", 1, "the Sender ID `NEWBRAND` cannot send on sms: it is pending"),
        ("lst_demo", "", "Hello", 2, "`--from` is required"),
        ("", "ZEXA", "Hello", 2, "`--list <ID>` requires a value"),
    ] {
        let (found, text) = create(list, from, body);
        assert_eq!(found, Some(code), "{text}");
        assert!(text.contains(reason), "{text}");
    }
    assert!(world.sandbox.requests().iter().all(|request| request.method == "GET"));
}

#[test]
fn the_question_says_what_is_known() {
    let world = World::with(json!({"state": {"credits": 2}}));
    let mut terminal = Terminal::start(&world, &CREATE);
    terminal.expect("The balance of 2 credits is too low for this campaign.\n");
    terminal.expect("for at least 5 credits? (Balance: 2) [y/N] ");
    let page = json!({"method": "GET", "path": "/contacts", "body": {"data": [{"id": "cnt_1"}]}});
    let world = World::with(json!({"faults": [page]}));
    Terminal::start(&world, &CREATE).expect("Send to the contacts of lst_demo? (Balance: 4250) [y/N] ");
}

#[test]
fn without_a_terminal_create_needs_yes() {
    let world = World::new();
    world.run(&CREATE).exits(2).says("--yes");
    world.run_in_portuguese(&CREATE).exits(2).says("sem terminal");
    assert!(world.sandbox.requests().is_empty());
    let campaign = world.run(&with_yes()).exits(0).json();
    assert_eq!((&campaign["name"], &campaign["status"]), (&json!("June"), &json!("sending")));
    let world = World::with(json!({"faults": [{"method": "POST", "path": "/campaigns", "then": "reset"}]}));
    world.run(&with_yes()).exits(3).says("It is not known");
}

#[test]
fn watch_ends_with_the_campaign() {
    let world = World::with(json!({"state": {"speed": 50}}));
    let campaign = world.run(&with_yes()).exits(0).json();
    let id = campaign["id"].as_str().expect("an id");
    let lines = world.run(&["campaigns", "watch", id, "--interval", "50ms"]).exits(0).json_lines();
    assert_eq!(lines.last().expect("a line")["status"], "completed");
    assert!(lines.windows(2).all(|pair| pair[0] != pair[1]), "only changes: {lines:?}");
    let (code, text) = Terminal::start(&world, &["campaigns", "watch", id]).end();
    assert_eq!(code, Some(0));
    assert!(text.contains("The campaign is completed.\n") && text.contains("Delivered      5"), "{text:?}");
    let (code, text) = Terminal::start_in_portuguese(&world, &["campaigns", "get", id]).end();
    assert_eq!(code, Some(0));
    assert!(text.contains("Estado da campanha: concluída.\n"), "{text}");
}

#[test]
fn watch_shows_progress_until_ctrl_c() {
    let world = World::with(json!({"state": {"speed": "manual"}}));
    let campaign = world.run(&with_yes()).exits(0).json();
    let id = campaign["id"].as_str().expect("an id");
    let mut terminal = Terminal::start(&world, &["campaigns", "watch", id, "--interval", "10m"]);
    terminal.expect("0/5  sending: 0 delivered, 0 failed");
    terminal.send("\x03");
    let (code, text) = terminal.end();
    assert_eq!(code, Some(130));
    assert!(text.ends_with("error: interrupted\n"), "{text:?}");
}

#[test]
fn list_and_failures() {
    let world = World::with(json!({"state": {"campaigns_count": 3}}));
    assert_eq!(world.run(&["campaigns", "list"]).exits(0).json_lines().len(), 3);
    world.run(&["campaigns", "list", "--limit", "0"]).exits(2).says("expected a whole number of 1 or more");
    assert_eq!(world.run(&["campaigns", "list", "--limit", "2"]).exits(0).json_lines().len(), 2);
    let (code, text) = Terminal::start(&world, &["campaigns", "list"]).end();
    assert_eq!((code, text.lines().count()), (Some(0), 4));
    world.run(&["campaigns", "get", "cmp_nobody"]).exits(1).says("not_found");
    let campaign = json!({"id": "cmp_1", "status": "failed"});
    let world = World::with(json!({"faults": [{"method": "GET", "path": "/campaigns/*", "body": campaign}]}));
    world.run(&["campaigns", "watch", "cmp_1"]).exits(1);
}

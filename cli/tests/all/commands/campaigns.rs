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
    assert!(text.contains("O estado da campanha é sending.\n"), "{text}");
}

#[test]
fn ctrl_c_ends_the_question() {
    let world = World::new();
    let mut terminal = Terminal::start(&world, &CREATE);
    terminal.expect("[y/N] ");
    terminal.send("\x03");
    assert_eq!(terminal.end().0, Some(130));
    assert!(world.sandbox.requests().iter().all(|request| request.method == "GET"));
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
    assert!(text.contains("O estado da campanha é completed.\n"), "{text}");
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
    assert_eq!(world.run(&["campaigns", "list", "--limit", "2"]).exits(0).json_lines().len(), 2);
    let (code, text) = Terminal::start(&world, &["campaigns", "list"]).end();
    assert_eq!((code, text.lines().count()), (Some(0), 4));
    world.run(&["campaigns", "get", "cmp_nobody"]).exits(1).says("not_found");
    let campaign = json!({"id": "cmp_1", "status": "failed"});
    let world = World::with(json!({"faults": [{"method": "GET", "path": "/campaigns/*", "body": campaign}]}));
    world.run(&["campaigns", "watch", "cmp_1"]).exits(1);
}

//! `zexa contacts`.

use serde_json::json;

use crate::support::World;
use crate::support::terminal::Terminal;

#[test]
fn list() {
    let world = World::new();
    let lines = world.run(&["contacts", "list"]).exits(0).json_lines();
    assert_eq!((lines.len(), &lines[0]["name"]), (5, &json!("Contact 0001")));
    assert_eq!(world.run(&["contacts", "list", "--limit", "2"]).exits(0).json_lines().len(), 2);
    assert_eq!(world.run(&["contacts", "list", "--list", "lst_abc123"]).exits(0).json_lines().len(), 0);
    assert_eq!(world.run(&["contacts", "list", "--search", "0003"]).exits(0).json_lines().len(), 1);
    let (_, text) = Terminal::start_in_portuguese(&world, &["contacts", "list", "--limit", "1"]).end();
    assert!(text.contains("Nome          Telefone       Correio electrónico    Listas\n"), "{text}");
}

/// More than the rows that determine the widths.
#[test]
fn a_long_list_is_complete() {
    let world = World::with(json!({"state": {"contacts_count": 250}}));
    let (code, text) = Terminal::start(&world, &["contacts", "list"]).end();
    assert_eq!((code, text.lines().count()), (Some(0), 251));
    let columns = |line: &str| line.find("lst_demo").expect("a list");
    let positions: std::collections::BTreeSet<_> = text.lines().skip(1).map(columns).collect();
    assert_eq!(positions.len(), 1, "aligned: {text}");
}

#[test]
fn a_list_that_ends_early_is_a_failure() {
    let page = |number: u64, data: serde_json::Value| {
        json!({"method": "GET", "path": "/contacts", "query": {"page": number.to_string()},
               "body": {"data": data, "meta": {"total": 900, "page": number, "per_page": 100}}, "times": 0})
    };
    let faults = json!([page(1, json!([{"id": "cnt_1"}])), {"method": "GET", "path": "/contacts", "body": {"data": [], "meta": {"total": 900}}, "times": 0}]);
    let world = World::with(json!({"faults": &faults}));
    let run = world.run(&["contacts", "list"]).exits(1).says("items may be missing");
    assert_eq!(run.json()["id"], "cnt_1");
    let world = World::with(json!({"faults": faults}));
    let run = world.run(&["contacts", "list", "--json"]).exits(1);
    let lines =
        run.stderr.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON")["kind"].clone());
    let kinds: Vec<_> = lines.collect();
    let (last, others) = kinds.split_last().expect("lines");
    assert!(last == "local" && !others.is_empty() && others.iter().all(|kind| kind == "warning"), "{kinds:?}");
}

#[test]
fn add_and_delete() {
    let world = World::new();
    let add = [
        "contacts",
        "add",
        "--name",
        "Ana",
        "--phone",
        "923 456 789",
        "--list",
        "lst_demo",
        "--email",
        "ana@example.com",
    ];
    let contact = world.run(&add).exits(0).says("was read as +244923456789").json();
    assert_eq!((&contact["phone"], &contact["lists"]), (&json!("+244923456789"), &json!(["lst_demo"])));
    world.run(&add).exits(1).says("conflict").says("nothing was changed");
    world.run(&["contacts", "add", "--name", "Ana", "--phone", "12"]).exits(2).says("the phone number cannot be used");
    let id = contact["id"].as_str().expect("an id");
    let run = world.run(&["contacts", "delete", "cnt_nobody", id]).exits(1).says("not_found");
    assert_eq!(run.json(), json!({"id": id, "deleted": true}));
    assert_eq!(world.sandbox.contacts().len(), 5);
    world.run(&["contacts", "delete"]).exits(2);
    let first = world.sandbox.contacts()[0]["id"].as_str().expect("an id").to_owned();
    let (code, text) = Terminal::start_in_portuguese(&world, &["contacts", "delete", &first]).end();
    assert_eq!((code, text), (Some(0), format!("O contacto {first} foi apagado.\n")));
}

#[test]
fn all_contacts_are_deleted_also_if_nobody_reads_the_output() {
    let world = World::new();
    let ids: Vec<_> =
        world.sandbox.contacts().iter().map(|contact| contact["id"].as_str().expect("an id").to_owned()).collect();
    world.run_unread(&["contacts", "delete", &ids[0], "cnt_nobody", &ids[1], &ids[2]]).exits(1);
    assert_eq!(world.sandbox.contacts().len(), 2);
}

#[test]
fn export() {
    let contacts = json!([{"id": "cnt_1", "name": "Ana, \"Lda\"", "phone": "+244912345678", "lists": ["lst_a", "lst_b"], "created_at": "2026-07-01T09:00:00Z"}]);
    let world = World::with(json!({"state": {"contacts": contacts}}));
    let csv = "id,name,phone,email,lists,created_at\ncnt_1,\"Ana, \"\"Lda\"\"\",+244912345678,,lst_a;lst_b,2026-07-01T09:00:00Z\n";
    assert_eq!(world.run(&["contacts", "export"]).exits(0).stdout, csv);
    assert_eq!(world.run(&["contacts", "export", "--format", "json"]).exits(0).json()["name"], "Ana, \"Lda\"");
    world.run(&["contacts", "export", "--format", "xml"]).exits(2).says("use one of csv, json");
    // Also on a terminal.
    let (_, text) = Terminal::start(&world, &["contacts", "export"]).end();
    assert_eq!(text, csv);
}

#[test]
fn a_reader_that_stops_reading_is_not_an_error() {
    use std::io::{BufRead, BufReader};

    let world = World::with(json!({"state": {"contacts_count": 3000}}));
    let mut child = crate::support::spawn(&mut world.command(&["contacts", "list"]));
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
    let run = crate::support::Run::from(child.wait_with_output().expect("the program ends"));
    assert_eq!(run.exits(0).stderr, "");
}

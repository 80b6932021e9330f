//! `zexa contacts import`.

use serde_json::json;

use super::{read, report_of, value, write};
use crate::support::World;
use crate::support::terminal::Terminal;

const PEOPLE: &str = "Nome;Telemóvel;E-mail\nAna;923 000 001;ana@example.com\nRui;923000002;\nEva;923000002;\nZé;12;\nIvo;923000005;ivo\n";

#[test]
fn adds_people_and_counts_those_that_exist() {
    let world = World::new();
    let before = world.sandbox.contacts().len();
    world.run(&["contacts", "add", "--name", "Rui", "--phone", "923000002"]).exits(0);
    write(&world, "people.csv", PEOPLE);
    let lines = world
        .run(&["contacts", "import", "people.csv", "--list", "lst_abc123"])
        .exits(1)
        .says("row 5, column `Telemóvel`")
        .json_lines();
    let summary = lines.last().expect("a summary");
    let expected = json!({
        "type": "summary", "rows": 5, "added": 1, "existing": 1, "rejected": 0, "not_sent": 0, "unknown": 0, "repeated": 1, "invalid": 2,
        "stopped": null, "report": "people.csv.import-report.csv",
    });
    assert_eq!(summary, &expected);
    let contacts = world.sandbox.contacts();
    assert_eq!(contacts.len(), before + 2);
    let ana = contacts.iter().find(|contact| contact["phone"] == "+244923000001").expect("a contact");
    assert_eq!(
        (&ana["name"], &ana["email"], &ana["lists"]),
        (&json!("Ana"), &json!("ana@example.com"), &json!(["lst_abc123"]))
    );
    let report = report_of(&world, "people.csv.import-report.csv");
    let outcome =
        |row: &str| value(report.iter().find(|line| value(line, "row") == row).expect("a line"), "outcome").to_owned();
    assert_eq!(["2", "3", "4", "5", "6"].map(outcome), ["accepted", "exists", "duplicate", "not_sent", "not_sent"]);
    // Again: everything exists.
    let again = world.run(&["contacts", "import", "people.csv"]).exits(1).json_lines();
    assert_eq!((&again[5]["added"], &again[5]["existing"]), (&json!(0), &json!(2)));
    // A trial in a sandbox does not replace the report of the real import.
    let before = read(&world, "people.csv.import-report.csv");
    let trial = world.run(&["--sandbox", "contacts", "import", "people.csv"]).exits(1).json_lines();
    assert_eq!((&trial[5]["added"], &trial[5]["report"]), (&json!(2), &json!("people.csv.sandbox-import-report.csv")));
    assert_eq!(read(&world, "people.csv.import-report.csv"), before);
    world.run(&["contacts", "import", "people.csv", "--skip-invalid"]).exits(0);
}

#[cfg(target_os = "linux")]
#[test]
fn an_import_whose_results_cannot_be_written_keeps_its_exit_code() {
    let world = World::with(json!({"faults": [
        {"method": "POST", "path": "/contacts", "status": 422, "body": {"error": {"code": "validation_error"}}},
    ]}));
    write(&world, "people.csv", PEOPLE);
    let import = ["--json", "contacts", "import", "people.csv", "--concurrency", "1", "--skip-invalid"];
    world.run_unread(&import).exits(1);
    let run = world.run(&[&import[..], &["--report", "/dev/full"]].concat()).exits(1);
    assert_eq!(run.json_lines().last().expect("a summary")["added"], 1);
    assert_eq!(run.json_error()["outcome"], "unknown");
    world
        .run(&["contacts", "import", "people.csv", "--report", "/dev/full"])
        .exits(1)
        .says("contacts that exist are not added again");
}

#[test]
fn a_check_adds_nothing_and_needs_no_key() {
    let world = World::new();
    write(&world, "people.csv", PEOPLE);
    let lines = world.run_without_key(&["contacts", "import", "people.csv", "--check"], "").exits(1).json_lines();
    let problems: Vec<_> = lines[..3].iter().map(|line| (line["row"].clone(), line["problem"].clone())).collect();
    let expected = [(4, "duplicate_recipient"), (5, "invalid_number"), (6, "not_an_address")];
    assert_eq!(problems, expected.map(|(row, problem)| (json!(row), json!(problem))));
    assert_eq!((&lines[3]["type"], &lines[3]["invalid"]), (&json!("check"), &json!(2)));
    assert!(world.sandbox.requests().is_empty());
    let (code, text) = Terminal::start_in_portuguese(&world, &["contacts", "import", "people.csv", "--check"]).end();
    assert_eq!(code, Some(1));
    assert!(
        text.contains("2 contactos podem ser adicionados. Nada foi adicionado.\n2 linhas são inválidas."),
        "{text}"
    );
}

#[test]
fn columns_are_found_or_named() {
    let world = World::new();
    write(&world, "people.csv", "Cliente;Pai;Número\nAna;x;923000001\n");
    world.run(&["contacts", "import", "people.csv"]).exits(0);
    write(&world, "people.csv", "Cliente;Pai\nAna;923000002\n");
    world.run(&["contacts", "import", "people.csv"]).exits(2).says("--map phone=COLUMN");
    world.run(&["contacts", "import", "people.csv", "--map", "phone=Pai"]).exits(0);
    world.run(&["contacts", "import", "people.csv", "--map", "fax=Pai"]).exits(2).says("--map fax=… has no effect");
    world.run(&["contacts", "import", "people.csv", "--report", "people.csv"]).exits(2);
    assert_eq!(read(&world, "people.csv"), "Cliente;Pai\nAna;923000002\n");
}

#[test]
fn a_key_that_is_not_accepted_adds_nothing() {
    let world = World::new();
    write(&world, "people.csv", PEOPLE);
    let mut command = world.command(&["contacts", "import", "people.csv"]);
    crate::support::run(command.env("ZEXA_API_KEY", "zx_wrong"), "").exits(4);
    world.run_without_key(&["contacts", "import", "people.csv"], "").exits(4);
}

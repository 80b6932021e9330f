//! `zexa bulk check`.

use serde_json::json;

use super::{BODY, PEOPLE, about, people, write};
use crate::support::World;
use crate::support::terminal::Terminal;

#[test]
fn shows_what_would_be_sent_and_sends_nothing() {
    let world = World::new();
    write(&world, "people.csv", PEOPLE);
    let check = world.run(&about("check", &[])).exits(0).json();
    let expected = json!({
        "type": "check", "rows": 3, "messages": 3, "invalid": 0, "repeated_recipients": 0, "encoding": "UTF-8", "delimiter": ";",
        "recipient_column": "Telemóvel", "cost": 3.0, "balance": 4250.0, "segments": {"min": 1, "max": 1, "total": 3},
        "ucs2_characters": {}, "campaign_recommended": false, "landlines": 0, "abroad": 0, "other_placeholders": [], "sender": {"status": "approved"}, "file": world.home.path().join("people.csv"),
        "first_messages": [
            {"row": 2, "to": "+244923000001", "body": "Olá Ana"}, {"row": 3, "to": "+244923000002", "body": "Olá Rui"},
            {"row": 4, "to": "+244923000003", "body": "Olá Eva"},
        ],
    });
    assert_eq!(check, expected);
    assert!(world.sandbox.requests().iter().all(|request| request.method == "GET"));
    assert_eq!(std::fs::read_dir(world.home.path()).expect("a folder").count(), 1, "nothing was written");
}

#[test]
fn works_without_a_key() {
    let world = World::new();
    write(&world, "people.csv", PEOPLE);
    let check = world.run_without_key(&about("check", &[]), "").exits(0).json();
    assert_eq!(check["balance"], json!(null));
    assert!(world.sandbox.requests().is_empty());
}

#[test]
fn every_problem_has_its_row_and_column() {
    let world = World::new();
    let file = "Nome;Telemóvel\nAna;923000001\nRui;9,23E+08\n;923000003\nEva;912345\nZé;923000001\nIvo;923000006;x\n";
    write(&world, "people.csv", file);
    let lines = world.run(&about("check", &[])).exits(1).json_lines();
    let problems: Vec<_> = lines.iter().filter(|line| line["type"] == "problem").cloned().collect();
    let expected = json!([
        {"type": "problem", "row": 3, "column": "Telemóvel", "problem": "scientific_number", "value": "9,23E+08"},
        {"type": "problem", "row": 4, "column": "Nome", "problem": "empty_value"},
        {"type": "problem", "row": 5, "column": "Telemóvel", "problem": "invalid_number", "value": "912345", "country": "AO"},
        {"type": "problem", "row": 6, "column": "Telemóvel", "problem": "duplicate_recipient", "value": "+244923000001", "earlier": 2},
        {"type": "problem", "row": 7, "column": null, "problem": "extra_fields", "found": 3, "expected": 2},
    ]);
    assert_eq!(json!(problems), expected);
    let check = lines.last().expect("a check");
    assert_eq!(
        (&check["messages"], &check["invalid"], &check["repeated_recipients"]),
        (&json!(1), &json!(4), &json!(1))
    );

    let (code, text) = Terminal::start(&world, &about("check", &[])).end();
    assert_eq!(code, Some(1));
    assert!(text.contains("row 3, column `Telemóvel`: Excel has shortened the number to `9,23E+08`"), "{text}");
    assert!(text.contains("4 rows are invalid and are not sent:") && text.contains("Nothing was sent."), "{text}");
    let (_, text) = Terminal::start_in_portuguese(&world, &about("check", &[])).end();
    assert!(text.contains("linha 3, coluna «Telemóvel»: o Excel abreviou o número"), "{text}");
}

#[test]
fn only_the_first_problems_are_text() {
    let world = World::new();
    let rows: String = (0..50).map(|row| format!("Ana {row};12\n")).collect();
    write(&world, "people.csv", format!("nome;telefone\n{rows}"));
    let (_, text) = Terminal::start(&world, &about("check", &[])).end();
    assert_eq!(text.matches("is not a number that exists").count(), 10, "{text}");
    assert!(text.contains("… and 40 more.") && text.contains("No message can be sent."), "{text}");
    assert_eq!(world.run(&about("check", &[])).exits(1).json_lines().len(), 51);
}

#[test]
fn usage_errors_come_before_anything_else() {
    let world = World::new();
    write(&world, "people.csv", PEOPLE);
    let with_body = |body| ["bulk", "check", "people.csv", "--from", "ZEXA", "--body", body];
    world.run(&with_body("Olá {{name}}")).exits(2).says("there is no column `name`").says("--map name=COLUMN");
    world.run(&with_body("Olá {{nome")).exits(2).says("the placeholder at character 5");
    world.run(&with_body(" ")).exits(2).says("the text is empty");
    world.run(&about("check", &["--map", "to=Fax"])).exits(2).says("there is no column `Fax`");
    world.run(&about("check", &["--map", "nme=Nome"])).exits(2).says("--map nme=… has no effect");
    world.run(&about("check", &["--encoding", "klingon"])).exits(2).says("`klingon` is unknown");
    world.run(&about("check", &["--delimiter", ";;"])).exits(2);
    world.run(&about("check", &["--country", "XX"])).exits(2);
    world.run(&about("check", &["--schedule", "2020-01-01T00:00:00Z"])).exits(2).says("has passed");
    world.run(&about("check", &["--subject", "Hi"])).exits(2).says("emails only");
    world.run(&about("check", &["--key-column", "chave"])).exits(2).says("there is no column `chave`");
    world.run(&["bulk", "check", "nobody.csv", "--from", "ZEXA", "--body", BODY]).exits(1).says("nobody.csv");
    assert!(world.sandbox.requests().is_empty());
    let error = world.run(&about("check", &["--json", "--map", "to=Fax"])).exits(2).json_error();
    assert_eq!(
        (&error["kind"], &error["code"], &error["outcome"]),
        (&json!("usage"), &json!("no_column"), &json!("not_sent"))
    );
}

#[test]
fn files_of_spreadsheets_are_read_alike() {
    let world = World::new();
    let expected = world_check(&world, PEOPLE.as_bytes());
    let windows_1252: Vec<u8> = PEOPLE
        .replace('\n', "\r\n")
        .chars()
        .map(|character| u8::try_from(u32::from(character)).expect("Latin-1"))
        .collect();
    let utf16: Vec<u8> =
        format!("\u{feff}{}", PEOPLE.replace(';', "\t")).encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in
        [windows_1252, utf16, format!("\u{feff}sep=;\n{PEOPLE}").into_bytes(), PEOPLE.replace(';', ",").into_bytes()]
    {
        assert_eq!(world_check(&world, &bytes), expected);
    }
    write(&world, "people.csv", b"PK\x03\x04xl");
    world.run(&about("check", &[])).exits(1).says("workbook");
}

/// The messages of a file.
fn world_check(world: &World, bytes: &[u8]) -> serde_json::Value {
    write(world, "people.csv", bytes);
    world.run(&about("check", &[])).exits(0).json()["first_messages"].clone()
}

#[test]
fn json_does_not_change_with_the_language() {
    let world = World::new();
    write(&world, "people.csv", "Nome;Telemóvel\nAna;923000001\nRui;9,23E+08\nEva;923000001\n");
    let english = world.run(&about("check", &[])).exits(1);
    let portuguese = world.run_in_portuguese(&about("check", &[])).exits(1);
    assert_eq!(english.stdout, portuguese.stdout);
}

#[test]
fn damaged_files_are_not_guessed() {
    let world = World::new();
    write(&world, "people.csv", "nome;telefone\nAna;\"923000001\nRui;923000002\n");
    world
        .run(&about("check", &[]))
        .exits(1)
        .says("a quote in row 2, column `telefone`, is not closed")
        .says("Nothing was sent.");
    let error = world.run(&about("check", &["--json"])).exits(1).json_error();
    assert_eq!((&error["kind"], &error["code"]), (&json!("local"), &json!("unclosed_quote")));
    write(&world, "people.csv", "Ana;923000001\nRui;923000002\n");
    world.run(&about("check", &[])).exits(1).says("the first row must have names of columns");
    write(
        &world,
        "people.csv",
        b"nome;telefone\nJos\xc3\xa9;923000001\nConcei\xc3\xa7\xc3\xa3o;923000002\nM\xe1rio;923000003\n",
    );
    let lines = world.run(&about("check", &[])).exits(1).json_lines();
    assert_eq!(
        (&lines[0]["row"], &lines[0]["problem"], &lines[0]["column"]),
        (&json!(4), &json!("undecodable"), &json!("nome"))
    );
}

#[test]
fn keys_allow_several_messages_to_a_recipient() {
    let world = World::new();
    write(
        &world,
        "people.csv",
        "id;nome;telefone\n1;Ana;923000001\n2;Ana;923000001\n2;Rui;923000002\n;Eva;923000003\n",
    );
    let lines = world.run(&about("check", &["--key-column", "ID"])).exits(1).json_lines();
    let problems: Vec<_> = lines[..3].iter().map(|line| (line["row"].clone(), line["problem"].clone())).collect();
    let expected = [(3, "duplicate_recipient"), (4, "duplicate_key"), (5, "empty_value")];
    assert_eq!(problems, expected.map(|(row, problem)| (json!(row), json!(problem))));
    assert_eq!(lines[3]["messages"], 2);
}

#[test]
fn a_character_that_costs_segments_is_named() {
    let world = World::new();
    write(&world, "people.csv", PEOPLE);
    let body = format!("Olá {}", "a".repeat(100));
    let arguments = ["bulk", "check", "people.csv", "--from", "ZEXA", "--body", &body];
    let check = world.run(&arguments).exits(0).json();
    assert_eq!((&check["ucs2_characters"], &check["segments"]["total"]), (&json!({"á": 3}), &json!(6)));
    assert_eq!(check["campaign_recommended"], true);
    let (_, text) = Terminal::start(&world, &arguments).end();
    assert!(
        text.contains("because of the character á") && text.contains("a campaign sends it with one request"),
        "{text}"
    );
}

#[test]
fn a_balance_that_is_too_low_is_a_failure() {
    let world = World::with(json!({"state": {"credits": 2}}));
    write(&world, "people.csv", PEOPLE);
    assert_eq!(world.run(&about("check", &[])).exits(1).json()["balance"], 2.0);
}

#[test]
fn a_text_can_be_a_file_and_a_channel_has_its_recipients() {
    let world = World::new();
    write(&world, "people.csv", "nome,E-mail\nAna,ana@example.com\nRui,rui\n");
    write(&world, "text.txt", b"Ol\xe1 {{Nome}}!\r\n");
    let arguments = [
        "bulk",
        "check",
        "people.csv",
        "--channel",
        "email",
        "--from",
        "hello@zexa.example",
        "--subject",
        "Para {{nome}}",
        "--body-file",
        "text.txt",
    ];
    let lines = world.run(&arguments).exits(1).json_lines();
    assert_eq!((&lines[0]["problem"], &lines[0]["row"]), (&json!("not_an_address"), &json!(3)));
    assert_eq!(lines[1]["first_messages"], json!([{"row": 2, "to": "ana@example.com", "body": "Olá Ana!"}]));
    assert_eq!((&lines[1]["cost"], &lines[1]["segments"]["total"]), (&json!(0.5), &json!(0)));
}

#[test]
fn large_files_are_checked() {
    let world = World::new();
    write(&world, "people.csv", people(5_000));
    let check = world.run(&about("check", &[])).json();
    assert_eq!((&check["messages"], &check["invalid"]), (&json!(5_000), &json!(0)));
}

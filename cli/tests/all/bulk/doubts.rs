//! Rows in doubt: `zexa bulk status` shows their rows and recipients, and `zexa bulk settle` settles them.

use std::fs;

use serde_json::{Value, json};

use super::{PEOPLE, assert_once, recipients, send, write};
use crate::support::World;
use crate::support::terminal::Terminal;

/// A job whose rows are all in doubt. They were not processed.
fn doubts(more: &[&str]) -> World {
    let world = World::with(json!({"faults": [{"method": "POST", "path": "/messages", "times": 0, "then": "reset"}]}));
    write(&world, "people.csv", PEOPLE);
    world.run(&send(more)).exits(3);
    world.sandbox.clear_faults();
    world
}

fn status(world: &World) -> Value {
    world.run(&["bulk", "status", "people.csv"]).exits(0).json()
}

/// Row and recipient of each row in doubt.
fn places(status: &Value) -> Vec<(Value, Value)> {
    let rows = status["rows_in_doubt"].as_array().expect("rows");
    rows.iter().map(|row| (row["row"].clone(), row["to"].clone())).collect()
}

/// The status as a person sees it.
fn shown(world: &World, language: &str) -> String {
    let variables = [("LANG", language), ("TZ", "Africa/Luanda")];
    let (code, text) =
        Terminal::start_with(world, &["bulk", "status", "people.csv"], &variables, world.environment()).end();
    assert_eq!(code, Some(0), "{text}");
    text
}

#[test]
fn rows_and_recipients_are_found_in_the_file() {
    let people = [(2, "+244923000001"), (3, "+244923000002"), (4, "+244923000003")];
    let people = people.map(|(row, to)| (json!(row), json!(to)));
    for keys in [&[][..], &["--key-column", "id"]] {
        let world = doubts(keys);
        assert_eq!(places(&status(&world)), people, "{keys:?}");
        write(&world, "people.csv", PEOPLE.replace(';', ","));
        assert_eq!(places(&status(&world)), people, "saved with another delimiter");
        // The key of a row with a column of keys may be that of another recipient now. A default key is that of a recipient.
        write(&world, "people.csv", PEOPLE.replace("id;Nome", "id;Nome;x").replace("1001;", "1001;A;"));
        let found = places(&status(&world)).into_iter().filter(|(_, to)| !to.is_null());
        let expected = if keys.is_empty() { vec![(json!(null), json!("+244923000001"))] } else { Vec::new() };
        assert_eq!(found.collect::<Vec<_>>(), expected, "{keys:?}");
        assert!(
            shown(&world, "en_GB").contains("people.csv has changed since it was sent, so the numbers of some rows")
        );
        // The number may be that of another row in the report.
        world.run(&["bulk", "settle", "people.csv", "--row", "2", "sent"]).exits(1).says("not in doubt: row 2");
        fs::remove_file(world.home.path().join("people.csv")).expect("deleted");
        let text = shown(&world, "en_GB");
        assert!(text.contains("The rows and recipients are not known, because the file cannot be read"), "{text}");
        assert!(text.contains("3 messages") || text.contains("In doubt    3"), "{text}");
    }
}

#[test]
fn the_status_says_what_to_do() {
    let world = doubts(&["--limit", "2"]);
    let text = shown(&world, "en_GB");
    assert!(text.contains("It is not known whether these messages were sent:"), "{text}");
    assert!(text.contains("  row 2, to +244923000001: begun at 20"), "{text}");
    assert!(text.contains(" +01:00, no answer is recorded"), "local times: {text}");
    assert!(!text.contains("default:"), "keys that people do not know: {text}");
    for advice in ["--row 2 sent`", "--row 2 not-sent`", "--all sent`"] {
        assert!(text.contains(&format!("zexa bulk settle people.csv {advice}")), "{text}");
    }
    let text = shown(&world, "pt_AO");
    assert!(text.contains("  linha 2, para +244923000001: iniciada a 20"), "{text}");
    assert!(text.contains("Em dúvida") && text.contains("«zexa bulk settle people.csv --row 2 sent»"), "{text}");
    let time = status(&world)["rows_in_doubt"][0]["claimed_at"].as_str().expect("a time").to_owned();
    assert!(time.ends_with('Z'), "JSON is in UTC: {time}");
}

#[test]
fn each_message_has_one_count() {
    let world = World::with(json!({"faults": [
        {"method": "POST", "path": "/messages", "then": "reset"},
        {"method": "POST", "path": "/messages", "status": 422, "body": {"error": {"code": "validation_error"}}},
    ]}));
    write(&world, "people.csv", super::people(10));
    world.run(&send(&["--concurrency", "1", "--limit", "5"])).exits(3);
    let status = status(&world);
    let expected = [("messages", 10), ("accepted", 3), ("rejected", 1), ("in_doubt", 1), ("claimed", 0), ("left", 5)];
    for (name, count) in expected {
        assert_eq!(status[name], count, "{name}");
    }
    let text = shown(&world, "en_GB");
    for line in ["Messages    10\n", "Accepted    3\n", "Rejected    1\n", "In doubt    1\n", "Left        5\n"] {
        assert!(text.contains(line), "{line:?}: {text}");
    }
}

#[test]
fn several_rows_are_settled_by_their_keys_or_rows() {
    let world = doubts(&["--key-column", "id"]);
    let settle = |arguments: &[&str]| world.run(&[&["bulk", "settle", "people.csv"], arguments].concat());
    settle(&["1001", "7", "sent"]).exits(1).says("this is not in doubt: key 7");
    settle(&["--row", "2,9", "sent"]).exits(1).says("this is not in doubt: row 9");
    settle(&["1001", "1002", "sent", "msg_1"]).exits(2).says("an id belongs to one message");
    settle(&["sent"]).exits(2).says("name the rows");
    settle(&["1001"]).exits(2).says("expected `not-sent`");
    settle(&["1001", "maybe"]).exits(2).says("expected `not-sent`");
    settle(&["1001", "not-sent", "msg_1"]).exits(2).says("expected `not-sent`");
    settle(&["1001", "--all", "sent"]).exits(2);
    assert_eq!(status(&world)["in_doubt"], 3, "nothing was settled");
    let settled = settle(&["1001", "not-sent", "--row", "2", "--row", "4"]).exits(0).json_lines();
    let rows: Vec<_> = settled.iter().map(|line| (line["row"].clone(), line["key"].clone())).collect();
    assert_eq!(rows, [(json!(2), json!("1001")), (json!(4), json!("1003"))]);
    world.run(&["bulk", "resume", "people.csv", "--yes"]).exits(3);
    assert_eq!(recipients(&world), ["+244923000001", "+244923000003"]);
    settle(&["1002", "sent", "msg_1"]).exits(0);
    world.run(&["bulk", "resume", "people.csv", "--yes"]).exits(0);
    assert_once(&world, 2);
}

#[test]
fn rows_of_a_file_that_is_missing_are_settled_by_their_keys() {
    let world = doubts(&["--key-column", "id"]);
    fs::remove_file(world.home.path().join("people.csv")).expect("deleted");
    world
        .run(&["bulk", "settle", "people.csv", "--row", "2", "sent"])
        .exits(1)
        .says("the file cannot be read")
        .says("use the keys");
    world.run(&["bulk", "settle", "people.csv", "1001", "sent"]).exits(0);
    assert_eq!(status(&world)["in_doubt"], 2);
}

#[test]
fn rows_are_settled_also_if_nobody_reads_the_output() {
    let world = doubts(&["--key-column", "id"]);
    world.run_unread(&["bulk", "settle", "people.csv", "1001", "1002", "sent"]).exits(0);
    assert_eq!(status(&world)["in_doubt"], 1);
}

#[test]
fn all_rows_are_settled_after_a_question() {
    let world = doubts(&[]);
    let all = ["bulk", "settle", "people.csv", "--all", "not-sent"];
    world.run(&all).exits(2).says("--all needs --yes");
    let mut terminal = Terminal::start(&world, &all);
    terminal.expect("row 2, to +244923000001: begun at");
    terminal.expect("Do these 3 messages count as not sent?");
    terminal.send("n\r");
    let (code, text) = terminal.end();
    assert!(code == Some(1) && text.ends_with("Nothing was settled.\n"), "{text}");
    assert_eq!(status(&world)["in_doubt"], 3);
    let mut terminal = Terminal::start_in_portuguese(&world, &all);
    terminal.expect("Estas 3 mensagens contam como não enviadas?");
    terminal.send("s\r");
    assert_eq!(terminal.end().0, Some(0));
    assert_eq!(status(&world)["left"], 3);
    world.run(&["bulk", "settle", "people.csv", "--all", "sent", "--yes"]).exits(0).says("No row is in doubt.");
    world.run(&["bulk", "resume", "people.csv", "--yes"]).exits(0);
    assert_once(&world, 3);
}

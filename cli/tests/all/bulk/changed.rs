//! What was confirmed is what is sent: files that change before or while they are sent.

use std::fs;

use serde_json::json;

use super::{PEOPLE, about, assert_once, people, read, send, write};
use crate::support::World;
use crate::support::terminal::Terminal;

#[test]
fn a_file_that_changes_after_the_question_is_not_sent() {
    let world = World::new();
    write(&world, "people.csv", PEOPLE);
    let mut terminal = Terminal::start(&world, &about("send", &[]));
    terminal.expect("[y/N] ");
    write(&world, "people.csv", PEOPLE.replace("923 000 001", "923 000 009"));
    terminal.send("y\r");
    let (code, text) = terminal.end();
    assert_eq!(code, Some(1));
    assert!(text.contains("rows 2 to 4 of people.csv are not the rows that were confirmed"), "{text}");
    assert!(world.sandbox.messages().is_empty());
}

#[test]
fn blocks_before_the_change_are_sent() {
    let world = World::new();
    let file = people(1010);
    write(&world, "people.csv", &file);
    let mut terminal = Terminal::start(&world, &about("send", &[]));
    terminal.expect("[y/N] ");
    write(&world, "people.csv", file.replace("1005;Pessoa 1005;", "1005;Pessoa X;"));
    terminal.send("y\r");
    let (code, text) = terminal.end();
    assert_eq!(code, Some(1));
    assert!(text.contains("rows 1002 to 1011 of people.csv are not the rows"), "{text}");
    assert_once(&world, 1000);
    // Restored, it is continued.
    write(&world, "people.csv", &file);
    world.run(&["bulk", "resume", "people.csv", "--yes", "--concurrency", "64"]).exits(0);
    assert_once(&world, 1010);
}

#[test]
fn a_file_that_has_changed_is_not_resumed() {
    let world = World::new();
    write(&world, "people.csv", PEOPLE);
    world.run(&send(&["--limit", "1"])).exits(0);
    let resume = ["bulk", "resume", "people.csv", "--yes"];
    let changes = [
        PEOPLE.replace("1003", "1004"),
        PEOPLE.replace("Nome", "Cidade;Nome"),
        format!("{PEOPLE}1004;Ivo;923000004\n"),
        PEOPLE.lines().take(3).map(|line| format!("{line}\n")).collect(),
        PEOPLE.replace("1002;", "\n1002;"),
    ];
    for changed in changes {
        write(&world, "people.csv", &changed);
        let run = world.run(&resume).exits(1).says("Nothing was sent.").says("confirmed");
        assert!(run.stdout.is_empty(), "{run:?}");
    }
    world.run(&send(&[])).exits(2).says("people.csv has changed since it was sent");
    let error = world.run(&["bulk", "resume", "people.csv", "--yes", "--json"]).exits(1).json_error();
    assert_eq!((&error["code"], &error["outcome"]), (&json!("changed"), &json!("not_sent")));
    write(&world, "people.csv", PEOPLE.lines().take(1).collect::<String>());
    world.run(&resume).exits(1).says("fewer rows");
    fs::remove_file(world.home.path().join("people.csv")).expect("deleted");
    world.run(&resume).exits(1);
    assert_once(&world, 1);
    write(&world, "people.csv", PEOPLE);
    world.run(&resume).exits(0);
    assert_once(&world, 3);
    assert_eq!(read(&world, "people.csv"), PEOPLE);
}

#[test]
fn the_change_is_named() {
    let world = World::new();
    write(&world, "people.csv", PEOPLE);
    world.run(&send(&["--limit", "1"])).exits(0);
    let resume = ["bulk", "resume", "people.csv", "--yes"];
    let appended = format!("{PEOPLE}1004;Ivo;923000004\n1005;Isa;923000005\n");
    for (file, text) in [
        (appended.clone(), "2 rows were added at the end of people.csv"),
        (appended.replace(';', ","), "2 rows were added at the end of people.csv"),
        (PEOPLE.lines().take(3).collect::<Vec<_>>().join("\n"), "has fewer rows than were confirmed: 2 instead of 3"),
        (PEOPLE.replace("id;", "nr;"), "the names of the columns, or something in the rows up to 4 of people.csv"),
        (PEOPLE.replace("Ana", "Eva"), "something in the rows up to 4 of people.csv"),
    ] {
        write(&world, "people.csv", file);
        world.run(&resume).exits(1).says(text).says("confirmed").says("Nothing was sent.").says(". Restore the file");
    }
    let run = crate::support::run(world.command(&resume).env("LANG", "pt_AO.UTF-8"), "").exits(1);
    run.says("não são os que foram confirmados. Reponha o ficheiro");
    assert_once(&world, 1);
}

#[test]
fn a_file_that_was_only_saved_in_another_way_is_continued() {
    for again in [&["bulk", "resume", "people.csv", "--yes"][..], &send(&[])] {
        let world = World::new();
        write(&world, "people.csv", PEOPLE);
        world.run(&send(&["--limit", "1"])).exits(0);
        let utf16: Vec<u8> = format!("\u{feff}{}", PEOPLE.replace(';', "\t").replace('\n', "\r\n"))
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        write(&world, "people.csv", PEOPLE.replace(';', ","));
        world.run(&[again, &["--max-duration", "1h"]].concat()).exits(0);
        write(&world, "people.csv", utf16);
        world.run(again).exits(0);
        assert_once(&world, 3);
    }
}

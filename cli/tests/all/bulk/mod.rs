//! Tests of the commands that read CSV files.

mod changed;
mod check;
mod database;
mod doubts;
mod files;
mod import;
mod interrupts;
mod recorded;
mod results;
mod resume;
mod send;
#[cfg(target_os = "linux")]
mod signals;
mod warnings;

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::support::{World, until};

/// A text with a name.
const BODY: &str = "Olá {{nome}}";

/// Three people.
const PEOPLE: &str = "id;Nome;Telemóvel\n1001;Ana;923 000 001\n1002;Rui;00244923000002\n1003;Eva;+244 923-000-003\n";

/// The arguments of a command about `people.csv`, with a sender and a text.
fn about<'a>(command: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec!["bulk", command, "people.csv", "--from", "ZEXA", "--body", BODY];
    arguments.extend(more);
    arguments
}

/// `bulk send --yes` of `people.csv`.
fn send<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = about("send", &["--yes"]);
    arguments.extend(more);
    arguments
}

/// Writes a file in the folder of the world.
fn write(world: &World, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = world.home.path().join(name);
    fs::write(&path, bytes).expect("a file");
    path
}

fn read(world: &World, name: &str) -> String {
    fs::read_to_string(world.home.path().join(name)).expect("a file")
}

/// A file with this number of people, with an id each.
fn people(count: usize) -> String {
    let row = |row: usize| format!("{row};Pessoa {row};{}\n", 923_000_000 + row);
    (0..count).map(row).fold("id;nome;telefone\n".to_owned(), |text, row| text + &row)
}

/// The recipients of the messages that the sandbox has accepted, in order of number.
fn recipients(world: &World) -> Vec<String> {
    let to = |message: Value| message["to"].as_str().expect("a recipient").to_owned();
    let mut recipients: Vec<String> = world.sandbox.messages().into_iter().map(to).collect();
    recipients.sort();
    recipients
}

/// Asserts that no recipient got two messages, and that there are as many as this.
#[track_caller]
fn assert_once(world: &World, count: usize) {
    let recipients = recipients(world);
    let unique: std::collections::HashSet<_> = recipients.iter().collect();
    assert_eq!((unique.len(), recipients.len()), (count, count));
}

/// Waits until this number of messages or contacts has arrived at the sandbox.
fn until_posts(world: &World, count: usize) {
    let posts = || world.sandbox.requests().iter().filter(|request| request.method == "POST").count();
    until("the requests have arrived", || posts() >= count);
}

/// The lines of a report, as fields by their names.
fn report(world: &World) -> Vec<Vec<(String, String)>> {
    report_of(world, "people.csv.report.csv")
}

fn report_of(world: &World, name: &str) -> Vec<Vec<(String, String)>> {
    let text = read(world, name);
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(text.as_bytes());
    let names = reader.headers().expect("a header").clone();
    let line = |record: csv::StringRecord| {
        names.iter().zip(record.iter()).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    };
    reader.records().map(|record| line(record.expect("a line"))).collect()
}

/// A value of a line of a report.
fn value<'a>(line: &'a [(String, String)], name: &str) -> &'a str {
    line.iter().find(|(column, _)| column == name).map(|(_, value)| value.as_str()).expect("a column")
}

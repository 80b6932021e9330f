//! The files of bulk commands: which ledger and which report belong to a file, and what replaces them.

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::json;

use super::{PEOPLE, about, assert_once, people, read, report, send, until_posts, value, write};
use crate::support::World;
use crate::support::terminal::Terminal;

const RESUME: [&str; 4] = ["bulk", "resume", "people.csv", "--yes"];

#[test]
fn a_killed_run_keeps_the_earlier_report() {
    let world = World::new();
    write(&world, "people.csv", people(50));
    world.run(&send(&["--limit", "10"])).exits(0);
    let before = read(&world, "people.csv.report.csv");
    world
        .sandbox
        .add_fault(json!({"method": "POST", "path": "/messages", "times": 0, "process": true, "then": "stall"}));
    let mut child = crate::support::spawn(&mut world.command(&[&RESUME[..], &["--concurrency", "4"]].concat()));
    until_posts(&world, 14);
    child.kill().expect("SIGKILL");
    child.wait().expect("the program ends");
    assert_eq!(read(&world, "people.csv.report.csv"), before);
    assert!(world.home.path().join("people.csv.report.csv.part").exists(), "the new one was begun");

    world.sandbox.clear_faults();
    world.run(&RESUME).exits(3);
    assert_eq!(report(&world).len(), 50);
    assert!(!world.home.path().join("people.csv.report.csv.part").exists());
}

#[test]
fn a_run_that_is_stopped_keeps_the_lines_of_the_other_rows() {
    let world = World::new();
    write(&world, "people.csv", people(50));
    world.run(&send(&["--limit", "40"])).exits(0);
    let outcomes = || {
        let mut rows: Vec<u64> = report(&world).iter().map(|line| value(line, "row").parse().expect("a row")).collect();
        rows.sort_unstable();
        rows
    };
    assert_eq!(outcomes(), (2..42).collect::<Vec<_>>());
    world.run(&send(&["--limit", "10"])).exits(0);
    assert_eq!(outcomes(), (2..42).collect::<Vec<_>>());
    world.run(&RESUME).exits(0);
    assert_eq!(outcomes(), (2..52).collect::<Vec<_>>());
}

#[test]
fn a_report_that_cannot_be_begun_sends_nothing() {
    let world = World::new();
    write(&world, "people.csv", PEOPLE);
    world.run(&send(&["--limit", "1"])).exits(0);
    let before = read(&world, "people.csv.report.csv");
    fs::create_dir(world.home.path().join("people.csv.report.csv.part")).expect("a folder");
    world.run(&RESUME).exits(1).says("people.csv.report.csv");
    assert_eq!(read(&world, "people.csv.report.csv"), before);
    assert_once(&world, 1);
}

#[test]
fn reports_of_other_commands_and_other_jobs_are_kept() {
    let world = World::new();
    write(&world, "people.csv", PEOPLE);
    world.run(&send(&[])).exits(0);
    let before = read(&world, "people.csv.report.csv");
    let report_of = |arguments: &[&str]| {
        let lines = world.run(arguments).exits(0).json_lines();
        lines.last().expect("a summary")["report"].as_str().expect("a path").to_owned()
    };
    assert_eq!(report_of(&["contacts", "import", "people.csv"]), "people.csv.import-report.csv");
    assert_eq!(report_of(&send(&["--ledger", "june.db"])), "june.db.report.csv");
    let june = fs::canonicalize(world.home.path()).expect("a folder").join("june.db.report.csv");
    let resume = report_of(&[&RESUME[..], &["--ledger", "june.db"]].concat());
    assert_eq!(resume, june.display().to_string(), "that of the ledger");
    assert_eq!(read(&world, "people.csv.report.csv"), before);
    // The default ledger, by its name.
    assert_eq!(report_of(&["bulk", "resume", "people.csv.zexa.db", "--yes"]), {
        fs::canonicalize(world.home.path()).expect("a folder").join("people.csv.report.csv").display().to_string()
    });
}

#[test]
fn a_link_to_a_file_has_the_ledger_of_the_file() {
    let world = World::new();
    let file = write(&world, "people.csv", PEOPLE);
    world.run(&send(&[])).exits(0);
    let folder = world.home.path().join("folder");
    fs::create_dir(&folder).expect("a folder");
    symlink(&file, folder.join("link.csv")).expect("a link");
    symlink(world.home.path(), folder.join("up")).expect("a link");
    for path in ["folder/link.csv", "folder/up/people.csv", "folder/../people.csv"] {
        let lines = world.run(&send(&[]).replaced("people.csv", path)).exits(0).json_lines();
        let summary = lines.last().expect("a summary");
        assert_eq!((&summary["replayed"], &summary["ledger_created"]), (&json!(3), &json!(false)), "{path}");
        assert_eq!(world.run(&["bulk", "status", path]).exits(0).json()["accepted"], 3, "{path}");
    }
    assert_once(&world, 3);
    assert_eq!(fs::read_dir(&folder).expect("a folder").count(), 2, "no files beside the link");
}

#[test]
fn a_copy_of_a_file_is_a_new_job_which_is_said_before_anything_is_sent() {
    let world = World::new();
    write(&world, "people.csv", PEOPLE);
    write(&world, "copy.csv", PEOPLE);
    let mut terminal = Terminal::start(&world, &about("send", &["--limit", "1"]));
    terminal.expect("No ledger at people.csv.zexa.db: this is a new job.");
    terminal.expect("Send one message from ZEXA? [y/N] ");
    terminal.send("y\r");
    assert_eq!(terminal.end().0, Some(0));

    let mut terminal = Terminal::start(&world, &about("send", &[]));
    terminal
        .expect("The ledger people.csv.zexa.db continues this job: 1 of 3 messages were accepted before, 2 are left");
    terminal.expect("Send 2 messages from ZEXA? [y/N] ");
    terminal.send("n\r");
    assert_eq!(terminal.end().0, Some(1));
    let mut terminal = Terminal::start_in_portuguese(&world, &about("send", &["--limit", "1"]));
    terminal.expect("Enviar no máximo uma mensagem de ZEXA? [s/N] ");
    terminal.send("n\r");
    assert_eq!(terminal.end().0, Some(1));
    assert_once(&world, 1);

    let copy = about("send", &[]).replaced("people.csv", "copy.csv");
    let mut terminal = Terminal::start(&world, &copy);
    terminal.expect("No ledger at copy.csv.zexa.db: this is a new job.");
    terminal.expect("Send 3 messages from ZEXA? [y/N] ");
    terminal.send("n\r");
    assert_eq!(terminal.end().0, Some(1));
    // Without a question as well.
    world.run(&send(&[])).exits(0).says("1 of 3 messages were accepted before, 2 are left to send.");
    let (code, text) = Terminal::start(&world, &about("send", &[])).end();
    assert_eq!(code, Some(0), "nothing is left to ask for: {text}");
    assert!(text.contains("3 of 3 messages were accepted before, 0 are left to send."), "{text}");
    assert_once(&world, 3);
}

#[test]
fn another_job_is_refused_before_the_question() {
    let world = World::new();
    write(&world, "people.csv", PEOPLE);
    world.run(&send(&["--limit", "1"])).exits(0);
    let other = ["bulk", "send", "people.csv", "--from", "ZEXA", "--body", "Adeus {{nome}}"];
    let (code, text) = Terminal::start(&world, &other).end();
    assert_eq!(code, Some(2));
    assert!(text.contains("belongs to another job") && !text.contains("[y/N]"), "{text}");
    assert!(text.contains("recipients of the other job then get this message as well"), "{text}");
}

#[test]
fn another_job_that_sent_nothing_is_no_reason_for_caution() {
    let world = World::with(json!({"faults": [{"method": "POST", "path": "/messages", "times": 0, "status": 422}]}));
    // The run stops at the twentieth rejection.
    write(&world, "people.csv", people(20));
    let run = world.run(&send(&["--concurrency", "1"])).exits(1).says("The run has stopped");
    assert!(!run.stderr.contains("Send the rest"), "nothing is left: {}", run.stderr);
    let other = ["bulk", "send", "people.csv", "--from", "ZEXA", "--yes", "--body", "Adeus {{nome}}"];
    world.run(&other).exits(2).says("no message of the other job was sent");
}

#[test]
fn a_trial_in_a_sandbox_leaves_nothing_to_continue() {
    let world = World::new();
    write(&world, "people.csv", PEOPLE);
    let trial = |more: &[&str]| {
        let arguments = [&["--sandbox"], &send(more)[..]].concat();
        world.run_without_key(&arguments, "").exits(0)
    };
    let run = trial(&["--limit", "1"]).says("This was a trial in a sandbox");
    assert!(!run.stderr.contains("bulk resume") && !run.stderr.contains("ledger at"), "{run:?}");
    let summary = run.json_lines().pop().expect("a summary");
    let expected = json!([1, 0, null, false, "people.csv.sandbox-report.csv"]);
    let names = ["accepted", "not_recorded", "ledger", "ledger_created", "report"];
    assert_eq!(json!(names.map(|name| &summary[name])), expected);
    trial(&["--ledger", "june.db"]);
    let mut files: Vec<_> = fs::read_dir(world.home.path())
        .expect("a folder")
        .map(|entry| entry.expect("a file").file_name().into_string().expect("UTF-8"))
        .collect();
    files.sort();
    assert_eq!(files, ["people.csv", "people.csv.sandbox-report.csv"]);

    // A real job is neither changed nor continued by a trial.
    world.run(&send(&["--limit", "1"])).exits(0);
    let before = read(&world, "people.csv.report.csv");
    trial(&[]);
    assert_eq!(read(&world, "people.csv.report.csv"), before);
    world.run_without_key(&[&["--sandbox"], &RESUME[..]].concat(), "").exits(2).says("without --sandbox");
    world.run(&send(&[])).exits(0);
    assert_once(&world, 3);
}

#[test]
fn only_files_are_read() {
    let world = World::new();
    let home = world.home.path();
    let pipe = home.join("pipe");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).expect("a pipe");
    fs::create_dir(home.join("folder")).expect("a folder");
    write(&world, "people.csv", PEOPLE);
    for (path, reason) in [
        ("/dev/zero", "this is not a file"),
        ("pipe", "this is not a file"),
        ("folder", "this is a folder"),
        ("missing.csv", "the file or its folder does not exist"),
        ("people.csv/x", "a part of the path is not a folder"),
    ] {
        let check = about("check", &[]).replaced("people.csv", path);
        world.run(&check).exits(1).says(path).says(reason).says("Nothing was sent.");
        world.run(&send(&[]).replaced("people.csv", path)).exits(1).says(reason);
        world.run(&["contacts", "import", path]).exits(1).says(reason);
        let body = ["bulk", "check", "people.csv", "--from", "ZEXA", "--body-file", path];
        world.run(&body).exits(1).says(path).says(reason);
        world.run(&["bulk", "status", path]).exits(2).says("does not exist");
    }
    let error = world.run(&about("check", &["--json"]).replaced("people.csv", "pipe")).exits(1).json_error();
    assert_eq!((&error["kind"], &error["code"]), (&json!("local"), &json!("not_a_file")));
    let pipe = about("check", &[]).replaced("people.csv", "pipe");
    world.run_in_portuguese(&pipe).exits(1).says("isto não é um ficheiro");
    assert!(world.sandbox.messages().is_empty());
}

/// Arguments with another file.
trait Replaced<'a> {
    fn replaced(self, file: &str, other: &'a str) -> Self;
}

impl<'a> Replaced<'a> for Vec<&'a str> {
    fn replaced(self, file: &str, other: &'a str) -> Self {
        self.into_iter().map(|argument| if argument == file { other } else { argument }).collect()
    }
}

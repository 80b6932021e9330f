//! The file of a ledger.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::json;
use zexa::{Client, Kind, Ledger, Outcome};
use zexa_sandbox::Sandbox;

use super::{World, keyed};
use crate::support;

#[test]
fn a_ledger_belongs_to_one_api_and_one_key() {
    let world = World::new();
    world.client().messages().send(&keyed("order-1")).expect("sent");
    let elsewhere = Sandbox::start();
    let error = support::builder(&elsewhere).ledger(world.path()).build().expect_err("another API");
    assert_eq!(error.kind(), Kind::Config);
    assert!(error.message().contains(&format!("belongs to {}", world.sandbox.url())), "{error}");
    let other_key = || world.builder().api_key("zx_other");
    let error = other_key().build().expect_err("another key");
    assert!(error.kind() == Kind::Config && error.message().contains("`ledger_same_account`"), "{error}");
    other_key().ledger_same_account(true).build().expect("the same account");
}

#[test]
fn a_secret_must_be_the_same() {
    let world = World::new();
    let with = |secret: &str| world.builder().ledger_secret(secret);
    let client = with("s3cret").build().expect("a client");
    let message = client.messages().send(&keyed("order-1")).expect("sent");
    let again = with("s3cret").build().expect("a client").messages().send(&keyed("order-1"));
    assert_eq!(again.expect("replayed").id, message.id);
    for builder in [world.builder(), with("other")] {
        let error = builder.build().expect_err("another secret");
        assert!(error.kind() == Kind::Config && error.message().contains("`ledger_secret`"), "{error}");
        assert!(!format!("{error:?}").contains("s3cret"));
    }
}

#[test]
fn a_ledger_must_exist_to_be_looked_at() {
    let world = World::new();
    let error = Ledger::open(world.path()).expect_err("absent");
    assert_eq!(error.kind(), Kind::Config);
    assert!(error.message().contains(world.path().to_str().expect("text")), "{error}");
    assert!(!world.path().exists());
    Ledger::create(world.path()).expect("created");
    // It belongs to the first client.
    world.client();
    let elsewhere = Sandbox::start();
    support::builder(&elsewhere).ledger(world.path()).build().expect_err("another API");
}

#[test]
fn the_file_can_be_read_only_by_its_owner() {
    let world = World::new();
    world.client().messages().send(&keyed("order-1")).expect("sent");
    let mut files: Vec<_> =
        fs::read_dir(world.directory.path()).expect("a directory").map(|file| file.expect("a file")).collect();
    files.sort_by_key(fs::DirEntry::file_name);
    let names: Vec<_> = files.iter().map(|file| file.file_name().into_string().expect("text")).collect();
    assert_eq!(names, ["june.db", "june.db-journal", "june.db-lock"]);
    for file in files {
        assert_eq!(file.metadata().expect("metadata").permissions().mode() & 0o777, 0o600, "{file:?}");
    }
}

#[test]
fn the_files_contain_no_number_and_no_text() {
    let world = World::new();
    let client = world.client();
    client.messages().send(&keyed("order-1")).expect("sent");
    let number = "+244912345678";
    let error = json!({"error": number, "message": format!("{number} is blocked"), "details": {"to": number}});
    world.sandbox.add_fault(json!({"status": 422, "body": error}));
    client.messages().send(&keyed("order-2")).expect_err("rejected");
    world.sandbox.add_fault(json!({"status": 500, "text": format!("the text to {number} was Hello")}));
    client.messages().send(&keyed("order-3")).expect_err("failed");
    for file in fs::read_dir(world.directory.path()).expect("a directory") {
        let bytes = fs::read(file.expect("a file").path()).expect("readable");
        let text = String::from_utf8_lossy(&bytes);
        for secret in ["912345678", "Hello", "blocked", world.sandbox.api_key()] {
            assert!(!text.contains(secret), "{secret}");
        }
    }
}

#[test]
fn files_that_are_not_ledgers_are_rejected() {
    let world = World::new();
    let path = world.path();
    let reason = || {
        let error = world.builder().build().expect_err("not a ledger");
        assert_eq!(error.kind(), Kind::Config);
        error.details().expect("details")["reason"].as_str().expect("text").to_owned()
    };
    fs::write(&path, "to;body\n".repeat(1000)).expect("written");
    assert!(reason().ends_with("june.db is not a ledger"), "{}", reason());
    fs::remove_file(&path).expect("removed");
    rusqlite::Connection::open(&path).expect("a database").execute_batch("CREATE TABLE t (a)").expect("a table");
    assert!(reason().ends_with("is an SQLite file, but not a ledger"), "{}", reason());
    fs::remove_file(&path).expect("removed");
    world.client();
    let newer = rusqlite::Connection::open(&path).expect("a database");
    newer.pragma_update(None, "user_version", 2).expect("newer");
    drop(newer);
    assert!(reason().ends_with("has version 2, and this library knows version 1: update it"), "{}", reason());
    fs::remove_file(&path).expect("removed");
    fs::create_dir(&path).expect("a directory");
    assert!(reason().ends_with("is not a file"), "{}", reason());
    for invalid in ["", "postgres://localhost/zexa?ledger="] {
        let error = Client::builder().api_key("k").ledger(invalid).build().expect_err(invalid);
        assert_eq!(error.kind(), Kind::Config);
    }
}

#[test]
fn a_ledger_that_was_cut_off_does_not_become_a_new_one() {
    let world = World::new();
    world.client().messages().send(&keyed("order-1")).expect("sent");
    let bytes = fs::read(world.path()).expect("readable");
    for length in [0, 1, 99, 511, 512, 4095, 4096, bytes.len() / 2, bytes.len() - 1] {
        fs::write(world.path(), &bytes[..length]).expect("cut off");
        let error = world.builder().build().expect_err(&format!("{length} bytes"));
        assert_eq!((error.kind(), error.outcome()), (Kind::Config, Outcome::NotSent), "{length}: {error}");
    }
    fs::write(world.path(), &bytes).expect("restored");
    world.client().messages().send(&keyed("order-1")).expect("replayed");
    assert_eq!(world.sandbox.messages().len(), 1);
    // A new ledger begins only if the file was deleted, or has never been a ledger.
    fs::remove_file(world.path()).expect("removed");
    world.client().messages().send(&keyed("order-1")).expect("sent");
    assert_eq!(world.sandbox.messages().len(), 2);
    let empty = world.directory.path().join("july.db");
    fs::write(&empty, "").expect("created");
    world.builder().ledger(&empty).build().expect("a new ledger");
}

#[test]
fn a_ledger_that_is_replaced_is_not_used() {
    let world = World::new();
    let client = world.client();
    client.messages().send(&keyed("order-1")).expect("sent");
    fs::rename(world.path(), world.directory.path().join("old.db")).expect("moved");
    let error = client.messages().send(&keyed("order-2")).expect_err("moved");
    assert_eq!((error.kind(), error.outcome()), (Kind::Other, Outcome::NotSent));
    assert!(error.message().ends_with("was moved, deleted or replaced"), "{error}");
    assert_eq!(world.sandbox.messages().len(), 1);
}

#[test]
fn a_copy_of_a_ledger_has_its_rows() {
    let world = World::new();
    world.client().messages().send(&keyed("order-1")).expect("sent");
    let copy = world.directory.path().join("copy.db");
    fs::copy(world.path(), &copy).expect("copied");
    let client = support::builder(&world.sandbox).ledger(&copy).build().expect("a client");
    client.messages().send(&keyed("order-1")).expect("replayed");
    assert_eq!(world.sandbox.messages().len(), 1);
}

#[test]
fn another_sqlite_in_the_process_does_no_harm() {
    let world = World::new();
    let client = world.client();
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut last = 0;
            while !is_done.load(Ordering::Relaxed) {
                let other = rusqlite::Connection::open(world.path()).expect("a database");
                let count: u32 = other.query_row("SELECT count(*) FROM rows", [], |row| row.get(0)).expect("a count");
                assert!(count >= last, "a committed row has vanished");
                last = count;
            }
        });
        let sent = (0..50).map(|number| client.messages().send(&keyed(&format!("order-{number}"))));
        let failed: Vec<_> = sent.filter_map(Result::err).collect();
        is_done.store(true, Ordering::Relaxed);
        reader.join().expect("no panic");
        assert!(failed.is_empty(), "{failed:?}");
    });
    assert_eq!(world.counts().accepted, 50);
}

#[test]
fn an_export_does_not_replace_the_ledger() {
    let world = World::new();
    world.client().messages().send(&keyed("order-1")).expect("sent");
    let ledger = world.ledger();
    let link = world.directory.path().join("link.csv");
    std::os::unix::fs::symlink(world.path(), &link).expect("a link");
    let beside = |suffix| world.directory.path().join(format!("june.db{suffix}"));
    for path in [world.path(), link, beside("-lock"), beside("-journal")] {
        let error = ledger.export_to_file(&path).expect_err("a file of the ledger");
        assert_eq!((error.kind(), error.outcome()), (Kind::Validation, Outcome::NotSent), "{path:?}");
    }
    assert_eq!(ledger.export_to_file(beside(".csv")).expect("exported"), 1);
    assert_eq!(world.counts().accepted, 1);
}

#[test]
fn an_export_has_a_line_per_row() {
    let world = World::new();
    let client = world.client();
    let message = client.messages().send(&keyed("order, \"1\"")).expect("sent");
    world.sandbox.add_fault(json!({"status": 502}));
    client.messages().send(&keyed("order-2")).expect_err("a bad gateway");
    let path = world.directory.path().join("june.csv");
    assert_eq!(world.ledger().export_to_file(&path).expect("exported"), 2);
    assert_eq!(fs::metadata(&path).expect("metadata").permissions().mode() & 0o777, 0o600);
    let mut csv = Vec::new();
    assert_eq!(world.ledger().export(&mut csv).expect("exported"), 2);
    let csv = String::from_utf8(csv).expect("text");
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[0].starts_with("key,operation,state,id,status,"));
    assert!(lines[1].starts_with(&format!("\"order, \"\"1\"\"\",/messages,accepted,{},queued,", message.id)), "{csv}");
    assert!(lines[2].starts_with("order-2,/messages,unknown,,,,server,502,"), "{csv}");
}

#[test]
fn a_job_is_stored_once() {
    let world = World::new();
    let ledger = Ledger::create(world.path()).expect("a ledger");
    assert_eq!(ledger.job().expect("no job"), None);
    ledger.set_job(r#"{"from":"ZEXA"}"#).expect("a job");
    ledger.set_job(r#"{"from":"ZEXA"}"#).expect("the same job");
    let error = ledger.set_job(r#"{"from":"OTHER"}"#).expect_err("another job");
    assert_eq!((error.kind(), error.outcome()), (Kind::Conflict, Outcome::NotSent));
    assert_eq!(world.ledger().job().expect("the job").as_deref(), Some(r#"{"from":"ZEXA"}"#));
}

#[test]
fn a_failed_export_keeps_the_earlier_one() {
    let world = World::new();
    let client = world.client();
    client.messages().send(&keyed("order-1")).expect("sent");
    let folder = world.directory.path().join("exports");
    fs::create_dir(&folder).expect("a folder");
    let (path, link) = (folder.join("june.csv"), folder.join("link.csv"));
    fs::write(&path, "earlier").expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("permissions");
    std::os::unix::fs::symlink(&path, &link).expect("a link");
    let ledger = world.ledger();
    // The ledger cannot be read.
    fs::OpenOptions::new().write(true).open(world.path()).expect("a file").set_len(4096).expect("cut off");
    ledger.export_to_file(&path).expect_err("a broken ledger");
    assert_eq!(fs::read_to_string(&path).expect("a file"), "earlier");
    assert_eq!(fs::read_dir(&folder).expect("a folder").count(), 2, "no other file is left");

    let world = World::new();
    world.client().messages().send(&keyed("order-1")).expect("sent");
    assert_eq!(world.ledger().export_to_file(&link).expect("exported"), 1);
    assert!(fs::symlink_metadata(&link).expect("a link").is_symlink());
    assert!(fs::read_to_string(&path).expect("a file").contains("order-1"));
    assert_eq!(fs::metadata(&path).expect("metadata").permissions().mode() & 0o777, 0o640);
    assert_eq!(fs::read_dir(&folder).expect("a folder").count(), 2);
}

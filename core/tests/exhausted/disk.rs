//! A full disk below a ledger: nothing is sent without a record, and what was sent is recorded when there is space again.

use std::fs;
use std::path::{Path, PathBuf};
use std::{env, thread};

use serde_json::json;
use zexa::{BulkOptions, Client, Kind, Ledger, Outcome, SendMessage};
use zexa_sandbox::Sandbox;

use super::child::{command, limit, run};
use crate::support::{builder, message};

#[test]
fn nothing_is_sent_while_the_disk_is_full() {
    let sandbox = Sandbox::start();
    let directory = tempfile::tempdir().expect("a directory");
    for test in ["disk::child_with_a_full_disk", "disk::child_with_limited_files"] {
        let _ = run(command(test, &sandbox).env("FOLDER", directory.path()));
    }
}

/// What fills the disk of a process, and empties it again.
trait Disk {
    fn fill(&self);
    fn free(&self);
}

/// Files cannot grow. The system reports the same error as for a file that is too large for its file system.
struct LimitedFiles;

impl Disk for LimitedFiles {
    fn fill(&self) {
        limit(libc::RLIMIT_FSIZE, 0);
    }

    fn free(&self) {
        limit(libc::RLIMIT_FSIZE, libc::RLIM_INFINITY);
    }
}

/// A file system of its own with a file that fills it.
struct FullDisk(PathBuf);

impl Disk for FullDisk {
    fn fill(&self) {
        // Large blocks first, and then the rest.
        let mut filler = fs::File::create(&self.0).expect("a file");
        for size in [1 << 16, 1] {
            while std::io::Write::write_all(&mut filler, &vec![0; size]).is_ok() {}
        }
    }

    fn free(&self) {
        fs::remove_file(&self.0).expect("a file");
    }
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn child_with_limited_files() {
    // SAFETY: the arguments are numbers. The default action of the signal would end the process.
    assert_ne!(unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) }, libc::SIG_ERR);
    let folder = PathBuf::from(env::var_os("FOLDER").expect("a path"));
    check(&folder, &LimitedFiles);
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn child_with_a_full_disk() {
    let folder = PathBuf::from(env::var_os("FOLDER").expect("a path")).join("disk");
    fs::create_dir(&folder).expect("a directory");
    let path = std::ffi::CString::new(folder.to_str().expect("a path")).expect("a path");
    // SAFETY: the arguments are numbers, and strings that are valid during the calls. The mounts of this process are separate from all others, and end
    // with it.
    let is_mounted = unsafe {
        libc::unshare(libc::CLONE_NEWNS) == 0
            && libc::mount(
                c"none".as_ptr(),
                c"/".as_ptr(),
                std::ptr::null(),
                libc::MS_REC | libc::MS_PRIVATE,
                std::ptr::null(),
            ) == 0
            && libc::mount(c"none".as_ptr(), path.as_ptr(), c"tmpfs".as_ptr(), 0, c"size=1m".as_ptr().cast()) == 0
    };
    if !is_mounted {
        println!("skipped: this process must not mount a file system ({})", std::io::Error::last_os_error());
        return;
    }
    check(&folder, &FullDisk(folder.join("filler")));
}

fn check(folder: &Path, disk: &dyn Disk) {
    // A server of this process, which writes no files.
    let sandbox = Sandbox::start();
    let path = folder.join("june.db");
    let client = || builder(&sandbox).ledger(&path).max_retries(0).build();
    a_ledger_cannot_be_created(disk, client);
    let client = client().expect("a client");
    let send = |key: &str| client.messages().send(&message("Hello").idempotency_key(key));
    send("before").expect("sent");

    disk.fill();
    // Each transaction makes the files grow, or finds no place for its journal.
    let error = (0..50).map(|number| send(&format!("full {number}"))).find_map(Result::err).expect("no space");
    assert_eq!((error.kind(), error.outcome()), (Kind::Other, Outcome::NotSent), "{error}");
    assert!(error.message().contains("june.db cannot be"), "{error}");
    let sent = sandbox.messages().len();
    let rows = (0..3).map(|number| SendMessage::sms(format!("+24492300000{number}"), "ZEXA", "Hello"));
    let mut run = client.messages().send_many(rows, &BulkOptions::new()).expect("a run");
    let stop = run.find_map(Result::err).expect("the run stops");
    assert_eq!(stop.kind(), Kind::Stopped, "{stop}");
    assert_eq!(sandbox.messages().len(), sent);
    disk.free();

    send("after").expect("sent");
    assert_eq!(send("after").expect("replayed").id, send("after").expect("replayed").id);
    assert_eq!(sandbox.messages().len(), sent + 1);
    a_result_is_recorded_later(&sandbox, &client, &path, disk);
}

fn a_ledger_cannot_be_created(disk: &dyn Disk, client: impl Fn() -> zexa::Result<Client>) {
    disk.fill();
    let error = client().expect_err("no space");
    assert_eq!((error.kind(), error.outcome()), (Kind::Config, Outcome::NotSent), "{error}");
    disk.free();
}

/// The disk is full when the response arrives.
fn a_result_is_recorded_later(sandbox: &Sandbox, client: &Client, path: &Path, disk: &dyn Disk) {
    let requests = sandbox.requests().len();
    sandbox.add_fault(json!({"path": "/messages", "process": true, "after_requests": requests + 2}));
    let sent = thread::scope(|scope| {
        let sending = scope.spawn(|| client.messages().send(&message("Hello").idempotency_key("late")));
        let _ = sandbox.wait_for_requests(requests + 1);
        disk.fill();
        // The server responds to the first request when it has received this one.
        builder(sandbox).build().expect("a client").credits().get().expect("credits");
        sending.join().expect("no panic")
    });
    let id = sent.expect("sent, whether it can be recorded or not").id;
    disk.free();
    // The next change records the result, too.
    client.messages().send(&message("Hello").idempotency_key("next")).expect("sent");
    let counts = Ledger::open(path).expect("a ledger").counts().expect("counts");
    assert_eq!((counts.claimed, counts.in_doubt), (0, 0), "{counts:?}");
    assert_eq!(client.messages().send(&message("Hello").idempotency_key("late")).expect("replayed").id, id);
}

//! A name server that receives queries and never answers.
//!
//! The child has its own `/etc/resolv.conf` and `/etc/hosts`. This needs the rights to mount files and to use the port of DNS.

use std::ffi::{CStr, CString};
use std::fs;
use std::net::UdpSocket;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use futures_executor::block_on;
use zexa::{CallOptions, Client, Error, Kind, Outcome};
use zexa_sandbox::Sandbox;

use super::child::{CALLS, command, run};
use crate::support::{client, message};

const SERVER: &str = "127.53.0.17";
const HOST: &str = "zexa-without-an-answer.example";

#[test]
fn calls_end_at_their_limits_and_work_when_the_name_is_known() {
    let sandbox = Sandbox::start();
    let directory = tempfile::tempdir().expect("a directory");
    let url = sandbox.url().replace("127.0.0.1", HOST);
    let printed = run(command("names::child", &sandbox).env("ZEXA_BASE_URL", url).env("FOLDER", directory.path()));
    if let Some(reason) = printed.lines().find(|line| line.starts_with("skipped: ")) {
        println!("{reason}");
        return;
    }
    assert_eq!(sandbox.messages().len(), 3);
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn child() {
    let folder = std::env::var_os("FOLDER").expect("a path");
    let hosts = Path::new(&folder).join("hosts");
    let queries = match replace_name_server(Path::new(&folder)) {
        Ok(queries) => queries,
        Err(error) => return println!("\nskipped: this process cannot replace the name server ({error})"),
    };
    let builder = Client::builder().allow_http(true).max_retries(0).connect_timeout(Duration::from_millis(50));
    let (blocking, other) = (builder.clone().build().expect("a client"), builder.build_async().expect("a client"));
    for (name, call) in CALLS {
        let error = call(&blocking).expect_err(name);
        assert_without_address(&error);
    }
    let error = block_on(other.messages().send(&message("Hello"))).expect_err("no address");
    assert_without_address(&error);
    let hasty = blocking.with_options(CallOptions::new().max_retries(100).deadline(Duration::from_millis(200)));
    let error = hasty.messages().send(&message("Hello")).expect_err("no address");
    assert_without_address(&error);
    assert!(queries.load(Ordering::SeqCst) > 0);
    // Meanwhile, other names are resolved.
    let sandbox = Sandbox::start();
    client(&sandbox).messages().send(&message("Hello")).expect("sent");

    fs::write(&hosts, format!("127.0.0.1 localhost {HOST}\n")).expect("a file");
    // The lookup that is in progress fails first.
    let patient = CallOptions::new().max_retries(100).deadline(Duration::from_secs(60));
    blocking.with_options(patient.clone()).messages().send(&message("Hello")).expect("sent");
    block_on(other.with_options(patient).messages().send(&message("Hello"))).expect("sent");
    blocking.messages().send(&message("Hello")).expect("sent without a retry");
}

/// Asserts that a call has failed at its limit. On a busy machine, the lookup may end before, because the resolver of the system has a limit, too.
fn assert_without_address(error: &Error) {
    let has_failed = error.kind() == Kind::Connect && error.message().contains("the host name cannot be resolved");
    assert!(error.kind() == Kind::Timeout || has_failed, "{error}");
    assert_eq!(error.outcome(), Outcome::NotSent, "{error}");
}

/// Starts a name server that never answers. It is used by this process only. Returns the number of queries.
fn replace_name_server(folder: &Path) -> std::io::Result<Arc<AtomicUsize>> {
    let socket = UdpSocket::bind((SERVER, 53))?;
    let queries = Arc::new(AtomicUsize::new(0));
    let counted = queries.clone();
    thread::spawn(move || {
        while socket.recv(&mut [0; 512]).is_ok() {
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    // SAFETY: the argument is a number. The mounts of this thread are separate from all others, and end with it.
    check(unsafe { libc::unshare(libc::CLONE_FS | libc::CLONE_NEWNS) })?;
    mount(c"none", c"/", libc::MS_REC | libc::MS_PRIVATE)?;
    let settings = format!("nameserver {SERVER}\noptions timeout:1 attempts:1\n");
    for (name, content) in [("resolv.conf", settings.as_str()), ("hosts", "127.0.0.1 localhost\n")] {
        let file = folder.join(name);
        fs::write(&file, content)?;
        let source = CString::new(file.to_str().expect("a path")).expect("a path");
        let target = CString::new(format!("/etc/{name}")).expect("a path");
        mount(&source, &target, libc::MS_BIND)?;
    }
    Ok(queries)
}

fn mount(source: &CStr, target: &CStr, flags: libc::c_ulong) -> std::io::Result<()> {
    // SAFETY: the strings are valid during the call.
    check(unsafe { libc::mount(source.as_ptr(), target.as_ptr(), std::ptr::null(), flags, std::ptr::null()) })
}

fn check(result: libc::c_int) -> std::io::Result<()> {
    if result == 0 { Ok(()) } else { Err(std::io::Error::last_os_error()) }
}

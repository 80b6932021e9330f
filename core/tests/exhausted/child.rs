//! Processes that run one of the ignored tests, and the limits that they set for themselves.

use std::env;
use std::fmt::Debug;
use std::process::{Command, Output};

use zexa::{CallOptions, Client, CreateContact, ListContacts, Result};
use zexa_sandbox::Sandbox;

use crate::support::message;

/// The command that runs the ignored test with this name, such as `files::child`, in a process of its own.
pub(crate) fn command(test: &str, sandbox: &Sandbox) -> Command {
    let mut command = Command::new(env::current_exe().expect("this test program"));
    command.args(["--exact", test, "--ignored", "--nocapture", "--test-threads=1"]);
    command.envs([("ZEXA_API_KEY", sandbox.api_key()), ("ZEXA_BASE_URL", sandbox.url())]);
    command
}

/// Runs the command. Returns what it has printed.
///
/// # Panics
///
/// If it fails.
pub(crate) fn run(command: &mut Command) -> String {
    let output = command.output().expect("it runs");
    let printed = printed(&output);
    assert!(output.status.success(), "{}: {printed}", output.status);
    printed
}

pub(crate) fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Sets a limit of this process, which can be raised again.
pub(crate) fn limit(resource: libc::__rlimit_resource_t, soft: libc::rlim_t) {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the structs are valid during the calls.
    unsafe {
        assert_eq!(libc::getrlimit(resource, &raw mut limit), 0);
        limit.rlim_cur = soft.min(limit.rlim_max);
        assert_eq!(libc::setrlimit(resource, &raw const limit), 0);
    }
}

/// The name of a call, and the function that makes it.
type Call = (&'static str, fn(&Client) -> Result<()>);

/// Calls of all kinds.
pub(crate) const CALLS: [Call; 5] = [
    ("send", |client| client.messages().send(&message("Hello")).map(drop)),
    ("get", |client| client.credits().get().map(drop)),
    ("list", |client| client.contacts().list(&ListContacts::new()).next().transpose().map(drop)),
    ("create", |client| {
        let created = client.contacts().create(&CreateContact::new("Ana", "+244923000001"));
        let id = created?.id;
        // Without limits, because the contact would remain.
        client.with_options(CallOptions::new().max_retries(3)).contacts().delete(&id)
    }),
    ("wait", |client| {
        let sent = client.messages().send(&message("Hello"))?;
        client.messages().get(&sent.id).map(drop)
    }),
];

/// Prints a line for the parent, apart from the output of the test program.
pub(crate) fn report(line: impl Debug) {
    println!("\nreport: {line:?}");
}

//! Processes of their own, which run one of the programs below.

use std::env;
use std::io::{BufRead, BufReader, Lines, Write as _};
use std::process::{self, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;
use std::time::Duration;

use zexa::{Client, ClientBuilder, Kind};

use super::support;
use super::{World, keyed};

/// A process that runs one of the programs. It is killed when this is dropped.
pub(crate) struct Child {
    process: process::Child,
    lines: Lines<BufReader<ChildStdout>>,
    input: ChildStdin,
}

impl Child {
    /// Starts a program, with the sandbox and the ledger of the world.
    pub(crate) fn start(world: &World, program: &str, variables: &[(&str, &str)]) -> Child {
        let mut process = Command::new(env::current_exe().expect("this test program"))
            .args(["--exact", &format!("children::{program}"), "--ignored", "--nocapture"])
            .envs([("ZEXA_API_KEY", world.sandbox.api_key()), ("ZEXA_BASE_URL", world.sandbox.url())])
            .env("LEDGER", &world.url)
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let lines = BufReader::new(process.stdout.take().expect("it is piped")).lines();
        let input = process.stdin.take().expect("it is piped");
        Child { process, lines, input }
    }

    /// Waits for a line that begins with this word. Returns the rest of the line.
    pub(crate) fn wait_for(&mut self, word: &str) -> String {
        let mut lines = self.lines.by_ref().map(|line| line.expect("text"));
        lines.find_map(|line| line.strip_prefix(word).map(|rest| rest.trim().to_owned())).expect("a report")
    }

    /// Writes a line.
    pub(crate) fn tell(&mut self, line: &str) {
        writeln!(self.input, "{line}").expect("written");
    }

    /// Stops the process, until [`Child::resume`].
    pub(crate) fn stop(&self) {
        self.signal(libc::SIGSTOP);
        support::until_stopped(self.process.id());
    }

    pub(crate) fn resume(&self) {
        self.signal(libc::SIGCONT);
    }

    #[allow(unsafe_code, reason = "signals to a process of the test")]
    fn signal(&self, signal: i32) {
        // SAFETY: a child of this process that was not waited for yet.
        assert_eq!(unsafe { libc::kill(self.process.id().cast_signed(), signal) }, 0);
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn builder() -> ClientBuilder {
    Client::builder().ledger(env::var_os("LEDGER").expect("a URL"))
}

/// Eight threads that send the same keys when they receive a line.
#[test]
#[ignore = "run by other tests, in a process of its own"]
fn claimers() {
    let client = builder().build().expect("a client");
    println!("\nready");
    std::io::stdin().read_line(&mut String::new()).expect("a word");
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for key in 1..=40 {
                    match client.messages().send(&keyed(&format!("order-{key}"))) {
                        Ok(_) => {}
                        Err(error) => assert_eq!(error.kind(), Kind::InProgress, "{error}"),
                    }
                }
            });
        }
    });
    println!("\ndone");
}

/// Sends one message.
#[test]
#[ignore = "run by other tests, in a process of its own"]
fn one_call() {
    // The tests wait for the lease, which is longer by 5 s. Before that, they need time on a busy machine.
    let mut builder = builder().timeout(Duration::from_secs(4));
    if let Ok(proxy) = env::var("PROXY") {
        builder = builder.proxy(proxy);
    }
    match builder.build().expect("a client").messages().send(&keyed("order-1")) {
        Ok(message) => println!("\nsent {}", message.id),
        Err(error) => println!("\nfailed {error}"),
    }
}

/// Sends messages in a parent and in its forked child, which must not use the connection of its parent.
#[test]
#[ignore = "run by other tests, in a process of its own"]
#[allow(unsafe_code, reason = "forks")]
fn forks() {
    let client = builder().build().expect("a client");
    client.messages().send(&keyed("before")).expect("sent");
    let ledger = zexa::Ledger::open(env::var_os("LEDGER").expect("a URL")).expect("a ledger");
    // SAFETY: the child exits with `_exit`, so the test harness does not run in it.
    match unsafe { libc::fork() } {
        -1 => panic!("fork"),
        0 => {
            let is_replayed = client.messages().send(&keyed("before")).is_ok();
            let is_sent = client.messages().send(&keyed("child")).is_ok();
            let is_closed = ledger.counts().is_err_and(|error| error.kind() == Kind::Closed);
            drop((client, ledger));
            // SAFETY: does not return.
            unsafe { libc::_exit(i32::from(!(is_replayed && is_sent && is_closed))) }
        }
        pid => {
            let mut status = 0;
            // SAFETY: a child of this process, and a valid pointer for its status.
            assert_eq!(unsafe { libc::waitpid(pid, &mut status, 0) }, pid);
            assert!(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0, "{status}");
        }
    }
    // Its own connections are intact.
    client.messages().send(&keyed("after")).expect("sent");
    assert_eq!(ledger.counts().expect("counts").accepted, 3);
    println!("\ndone");
}

//! nginx as a load balancer whose connections end while messages are sent: after a few requests, and when it is reloaded.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use futures_executor::block_on;
use zexa::{Client, ClientBuilder, Outcome};
use zexa_sandbox::Sandbox;

use crate::certificates::{Authority, localhost};
use crate::program::{self, Program};
use crate::{nginx, support};

/// Threads that send at the same time, half of them with the async client.
const SENDERS: usize = 8;
/// The lowest number of messages of each thread.
const MESSAGES: usize = 20;
const RELOADS: usize = 10;

/// A load balancer with TLS in front of a sandbox, with HTTP/1.1 and HTTP/2 on one port.
struct Balancer {
    sandbox: Arc<Sandbox>,
    nginx: Program,
    folder: tempfile::TempDir,
}

impl Balancer {
    /// Starts one whose servers have these directives.
    fn start(directives: &str) -> Balancer {
        let (sandbox, folder) = (Arc::new(Sandbox::start()), tempfile::tempdir().expect("a folder"));
        let authority = Authority::new("Peers");
        program::write(folder.path(), "ca.pem", &authority.pem);
        let pair = authority.issue(localhost());
        let backend = sandbox.url().trim_end_matches("/v1").to_owned();
        let command = |folder: &Path, ports: &[u16]| -> Command {
            let chain = program::write(folder, "chain.pem", &pair.chain);
            let key = program::write(folder, "key.pem", &pair.key);
            let server = format!(
                "server {{ listen 127.0.0.1:{} ssl http2; ssl_certificate {}; ssl_certificate_key {}; {directives}
                    location / {{ proxy_pass {backend}; proxy_set_header X-Worker $pid; }} }}",
                ports[0],
                chain.display(),
                key.display()
            );
            nginx::command_with(folder, "worker_processes 1;", &server)
        };
        Balancer { nginx: Program::start(1, command), sandbox, folder }
    }

    fn client(&self, http2: bool) -> ClientBuilder {
        let url = format!("https://localhost:{}/v1", self.nginx.port(0));
        let ca_file = self.folder.path().join("ca.pem");
        Client::builder().api_key(self.sandbox.api_key()).base_url(url).ca_file(ca_file).http2(http2)
    }

    /// Sends messages with several threads until `meanwhile` has returned on this thread. Returns the outcome of each call.
    fn send(&self, http2: bool, meanwhile: impl FnOnce()) -> BTreeMap<String, Outcome> {
        let blocking = self.client(http2).build().expect("a client");
        let asynchronous = self.client(http2).build_async().expect("a client");
        let is_over = AtomicBool::new(false);
        let send_all = |sender: usize| -> Vec<_> {
            let mut outcomes = Vec::new();
            while outcomes.len() < MESSAGES || !is_over.load(Ordering::Relaxed) {
                let text = format!("{sender} {}", outcomes.len());
                let message = support::message(&text);
                let sent = match sender % 2 {
                    0 => blocking.messages().send(&message),
                    _ => block_on(async { asynchronous.messages().send(&message).await }),
                };
                outcomes.push((text, sent.map_or_else(|error| error.outcome(), |_| Outcome::Accepted)));
            }
            outcomes
        };
        thread::scope(|scope| {
            let senders: Vec<_> = (0..SENDERS)
                .map(|sender| {
                    scope.spawn({
                        let send_all = &send_all;
                        move || send_all(sender)
                    })
                })
                .collect();
            meanwhile();
            is_over.store(true, Ordering::Relaxed);
            senders.into_iter().flat_map(|sender| sender.join().expect("no panic")).collect()
        })
    }

    /// The number of worker processes that have received requests.
    fn workers(&self) -> usize {
        let requests = self.sandbox.requests();
        requests.into_iter().map(|request| request.headers["x-worker"].clone()).collect::<BTreeSet<_>>().len()
    }

    /// Asserts that the sandbox agrees with the outcomes, and returns how many are unknown.
    fn check(&self, outcomes: &BTreeMap<String, Outcome>) -> usize {
        let mut received = BTreeMap::<String, usize>::new();
        for message in self.sandbox.messages() {
            *received.entry(message["body"].as_str().expect("a text").to_owned()).or_default() += 1;
        }
        for (text, outcome) in outcomes {
            let count = received.get(text).copied().unwrap_or(0);
            let expected = match outcome {
                Outcome::Accepted => 1..=1,
                Outcome::Unknown => 0..=1,
                _ => 0..=0,
            };
            assert!(expected.contains(&count), "{text}: {outcome:?}, and {count} messages were received");
        }
        outcomes.values().filter(|outcome| **outcome == Outcome::Unknown).count()
    }
}

/// A balancer that says that it ends a connection, as with `keepalive_requests`, causes no error.
#[test]
#[ignore = "requires nginx"]
fn connections_that_end_after_a_few_requests() {
    for http2 in [false, true] {
        let balancer = Balancer::start("keepalive_requests 3;");
        let outcomes = balancer.send(http2, || ());
        balancer.check(&outcomes);
        let failed: Vec<_> = outcomes.iter().filter(|(_, outcome)| **outcome != Outcome::Accepted).collect();
        assert!(failed.is_empty() && outcomes.len() >= SENDERS * MESSAGES, "HTTP/2 {http2}: {failed:?}");
    }
}

/// When nginx is reloaded, its old worker closes idle connections without a warning. A request on its way at that moment may be lost, which the outcome says.
#[test]
#[ignore = "requires nginx"]
fn reloads() {
    for http2 in [false, true] {
        let balancer = Balancer::start("");
        let outcomes = balancer.send(http2, || {
            for reload in 1..=RELOADS {
                support::until("requests to the new worker", || balancer.workers() >= reload);
                balancer.nginx.signal("HUP");
            }
        });
        let unknown = balancer.check(&outcomes);
        println!("HTTP/2 {http2}: {unknown} of {} unknown", outcomes.len());
        let is_final = |outcome: &Outcome| matches!(outcome, Outcome::Accepted | Outcome::Unknown);
        assert!(outcomes.values().all(is_final), "an attempt that was not sent must be repeated: {outcomes:?}");
    }
}

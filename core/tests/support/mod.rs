//! Helpers of the client tests.
#![allow(dead_code, reason = "each test uses its part")]

pub(crate) mod storm;

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use zexa::{AsyncClient, Client, ClientBuilder, SendMessage};
use zexa_sandbox::Sandbox;

/// A client builder with the options for this sandbox.
pub(crate) fn builder(sandbox: &Sandbox) -> ClientBuilder {
    let builder = Client::builder().base_url(sandbox.url()).api_key(sandbox.api_key());
    match sandbox.ca_file() {
        Some(file) => builder.ca_file(file),
        None => builder,
    }
}

pub(crate) fn client(sandbox: &Sandbox) -> Client {
    builder(sandbox).build().expect("a client")
}

pub(crate) fn async_client(sandbox: &Sandbox) -> AsyncClient {
    builder(sandbox).build_async().expect("a client")
}

pub(crate) fn message(text: &str) -> SendMessage {
    SendMessage::sms("+244912345678", "ZEXA", text)
}

/// A page of a list, as the API returns it.
pub(crate) fn json_page(items: &[Value], total: u64, page: u32, per_page: u32) -> Value {
    json!({"data": items, "meta": {"total": total, "page": page, "per_page": per_page}})
}

/// Waits until the condition is true. Panics after 2 minutes: other work can keep all processors busy.
pub(crate) fn until(what: &str, mut happened: impl FnMut() -> bool) {
    let started = Instant::now();
    while !happened() {
        assert!(started.elapsed() < Duration::from_secs(120), "timeout while waiting for: {what}");
        // Leaves the processor to what it waits for.
        thread::park_timeout(Duration::from_millis(1));
    }
}

/// Waits until a process has stopped after SIGSTOP.
pub(crate) fn until_stopped(id: u32) {
    let path = format!("/proc/{id}/stat");
    until("the process has stopped", || std::fs::read_to_string(&path).is_ok_and(|stat| stat.contains(") T ")));
}

const SECRETS: [&str; 5] = ["zx_top_secret", "912345678", "the code is 4711", "ana@example.com", "Ana Mendes"];

/// Asserts that the text contains none of the values that must not be logged.
pub(crate) fn assert_no_secrets(text: &str) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

/// A proxy that forwards all requests to a sandbox, and records them.
pub(crate) struct Proxy {
    address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    pub(crate) fn start(sandbox: &Sandbox) -> Proxy {
        let url = sandbox.url();
        let target = url.split('/').nth(2).expect("a host").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let heads = Arc::new(Mutex::new(Vec::new()));
        let seen = heads.clone();
        thread::spawn(move || {
            for client in listener.incoming() {
                let (client, server) =
                    (client.expect("a connection"), TcpStream::connect(&target).expect("the sandbox"));
                pass(client, server, &seen);
            }
        });
        Proxy { address, heads }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The request lines that the proxy has received.
    pub(crate) fn request_lines(&self) -> Vec<String> {
        self.heads().iter().map(|head| head.lines().next().unwrap_or_default().to_owned()).collect()
    }

    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().expect("no thread panicked").clone()
    }
}

fn pass(mut client: TcpStream, mut server: TcpStream, seen: &Mutex<Vec<String>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if client.read(&mut byte).expect("a head") == 0 {
            return;
        }
        head.push(byte[0]);
    }
    let text = String::from_utf8(head.clone()).expect("a head is text");
    if text.starts_with("CONNECT ") {
        client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").expect("an answer");
    } else {
        // A proxy replaces the URL in the request line by a path. This one does so only for the first request.
        let url = text.split(' ').nth(1).expect("a URL");
        let path = url.splitn(4, '/').nth(3).expect("a path");
        server.write_all(text.replacen(url, &format!("/{path}"), 1).as_bytes()).expect("passed on");
    }
    seen.lock().expect("no thread panicked").push(text);
    let (mut from_server, mut to_client) =
        (server.try_clone().expect("a handle"), client.try_clone().expect("a handle"));
    thread::spawn(move || io::copy(&mut from_server, &mut to_client));
    thread::spawn(move || io::copy(&mut client, &mut server));
}

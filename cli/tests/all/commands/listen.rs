//! `zexa listen`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStderr, ChildStdout};
use std::sync::mpsc;
use std::thread;

use serde_json::{Value, json};

use crate::support::terminal::Terminal;
use crate::support::{World, spawn};

/// The program, which listens on a free port.
struct Listener {
    child: Child,
    port: u16,
    stdout: Option<BufReader<ChildStdout>>,
    stderr: BufReader<ChildStderr>,
}

impl Listener {
    fn start(world: &World, arguments: &[&str]) -> Listener {
        let mut all = vec!["listen", "--port", "0"];
        all.extend(arguments);
        let mut child = spawn(&mut world.command(&all));
        let stdout = child.stdout.take().map(BufReader::new);
        let mut stderr = BufReader::new(child.stderr.take().expect("a pipe"));
        let line = read_line(&mut stderr);
        let port = line.split([':', '.']).find_map(|part| part.trim().parse().ok().filter(|port| *port > 1023));
        Listener { child, port: port.unwrap_or_else(|| panic!("no port in {line}")), stdout, stderr }
    }

    /// Sends bytes, and returns the response.
    fn send(&self, request: &[u8]) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("connected");
        // The server may close the connection before it has read everything.
        let _ = stream.write_all(request);
        let mut response = Vec::new();
        let _ = stream.read_to_end(&mut response);
        String::from_utf8_lossy(&response).into_owned()
    }

    /// Sends bytes, and closes the connection without waiting for a response.
    fn send_only(&self, request: &[u8]) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("connected");
        stream.write_all(request).expect("sent");
    }

    /// Posts an event, and returns the status.
    fn post(&self, body: &str) -> u16 {
        let head = "POST /hook HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Zexa-Test: 1\r\n";
        status(&self.send(format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes()))
    }

    fn event(&mut self) -> Value {
        let line = read_line(self.stdout.as_mut().expect("open"));
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
    }

    fn says(&mut self, text: &str) {
        let line = read_line(&mut self.stderr);
        assert!(line.contains(text), "{text:?} is missing in {line:?}");
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read_line(reader: &mut impl BufRead) -> String {
    let mut line = String::new();
    reader.read_line(&mut line).expect("UTF-8");
    line
}

fn status(response: &str) -> u16 {
    response
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .unwrap_or_else(|| panic!("no status: {response:?}"))
}

/// A server that answers each request with this status. Returns its URL, and the requests.
fn target(answer: &'static str) -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/zexa", listener.local_addr().expect("an address"));
    let (sender, requests) = mpsc::channel();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = Vec::new();
            let mut buffer = [0; 4096];
            // Each body of the tests ends with this.
            while !request.ends_with(b"}}") {
                match stream.read(&mut buffer) {
                    Ok(count @ 1..) => request.extend(&buffer[..count]),
                    _ => break,
                }
            }
            let _ = sender.send(String::from_utf8_lossy(&request).into_owned());
            let _ = write!(stream, "HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
    });
    (url, requests)
}

fn event(number: u32) -> String {
    format!(
        "{{\"id\": \"evt_{number}\", \"event\": \"message.delivered\",  \"data\": {{\"id\": \"msg_{number}\", \"status\": \"delivered\"}}}}"
    )
}

#[test]
fn events_are_printed_once() {
    let world = World::new();
    let mut listener = Listener::start(&world, &[]);
    for body in [event(1), event(1), event(2)] {
        assert_eq!(listener.post(&body), 204);
    }
    assert_eq!(listener.event()["id"], "evt_1");
    assert_eq!(listener.event()["data"], json!({"id": "msg_2", "status": "delivered"}));
    assert_eq!(listener.post("{\"id\": \"msg_1\", \"status\": \"sent\"}"), 204);
    assert_eq!(listener.post("{\"id\": \"msg_1\", \"status\": \"delivered\"}"), 204);
    assert_eq!(listener.event()["status"], "sent");
    assert_eq!(listener.event()["status"], "delivered", "the id is that of the message, not of the event");
}

#[test]
fn garbage_is_survived() {
    let world = World::new();
    let mut listener = Listener::start(&world, &[]);
    assert_eq!(listener.post("<html>"), 400);
    listener.says("A request from 127.0.0.1 was refused: its body is not a JSON object");
    let get = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    assert_eq!(status(&listener.send(get)), 405);
    assert_eq!(status(&listener.send(b"\x16\x03\x01 is TLS\r\n\r\n")), 400);
    listener.send_only(b"");
    listener.send_only(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\n{\"cut");
    // Too large, with and without a length. Without one, the server may close the connection while the body is still being sent.
    assert_eq!(status(&listener.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n")), 413);
    let chunk = format!("{:x}\r\n{}\r\n0\r\n\r\n", 2_000_000, "a".repeat(2_000_000));
    let chunked = format!("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}");
    let response = listener.send(chunked.as_bytes());
    assert!(response.is_empty() || status(&response) == 413, "{response}");
    let deep = "{\"a\":".repeat(10_000);
    assert_eq!(listener.post(&deep), 400);
    let mut many = Vec::new();
    for _ in 0..100 {
        many.push(TcpStream::connect(("127.0.0.1", listener.port)).expect("connected"));
    }
    drop(many);
    assert_eq!(listener.post(&event(1)), 204);
    assert_eq!(listener.event()["id"], "evt_1");
}

/// A client that opens connections and sends nothing cannot keep out others.
#[test]
fn half_open_connections_make_way() {
    let world = World::new();
    let mut listener = Listener::start(&world, &[]);
    let open = |_| {
        let mut stream = TcpStream::connect(("127.0.0.1", listener.port)).expect("connected");
        stream.write_all(b"POST / HTTP/1.1\r\nHost: a\r\n").expect("sent");
        stream
    };
    let mut streams: Vec<_> = (0..300).map(open).collect();
    assert_eq!(listener.post(&event(1)), 204);
    assert_eq!(listener.event()["id"], "evt_1");
    // The first ones were closed for it. Those of the second half are open, because it did not wait for their timeouts.
    assert!(matches!(streams[0].read(&mut [0]), Ok(0) | Err(_)), "it was closed");
    let body = event(2);
    let later = &mut streams[200];
    write!(later, "Connection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len()).expect("it is open");
    let mut response = String::new();
    later.read_to_string(&mut response).expect("a response");
    assert_eq!(status(&response), 204);
}

/// The API does not document the form of events, so each JSON object is one. Anything else is refused, and not forwarded.
#[test]
fn unusual_events() {
    let world = World::new();
    let (url, requests) = target("204 No Content");
    let mut listener = Listener::start(&world, &["--forward-to", &url]);
    let nameless = "{\"data\": {\"id\": \"msg_1\"}}";
    let head = "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n";
    let invalid = [b"{\"data\": {\"body\": \"Ol\xe1".as_slice(), b"\"}}"].concat();
    assert_eq!(listener.post("[1]"), 400);
    assert_eq!(listener.post(""), 400);
    for _ in 0..2 {
        assert_eq!(listener.post(nameless), 204);
        assert_eq!(listener.event(), json!({"data": {"id": "msg_1"}}), "without an id, repetitions are not known");
    }
    let request = [format!("{head}Content-Length: {}\r\n\r\n", invalid.len()).as_bytes(), &invalid].concat();
    assert_eq!(status(&listener.send(&request)), 204);
    assert_eq!(listener.event()["data"]["body"], "Ol\u{fffd}");
    listener.says("A request from 127.0.0.1 was refused");
    let forwarded: Vec<_> = (0..3).map(|_| requests.recv().expect("a request")).collect();
    assert!(forwarded[0].ends_with(nameless) && forwarded[1].ends_with(nameless), "{forwarded:?}");
    // The test's own target has replaced the byte, which was forwarded unchanged.
    assert!(forwarded[2].ends_with("Ol\u{fffd}\"}}"), "{forwarded:?}");
    assert!(forwarded[2].contains(&format!("content-length: {}\r\n", invalid.len())), "{forwarded:?}");
}

/// Programs need the port that was selected.
#[test]
fn the_address_is_printed_as_json() {
    let world = World::new();
    let mut child = spawn(&mut world.command(&["listen", "--json", "--port", "0"]));
    let mut stderr = BufReader::new(child.stderr.take().expect("a pipe"));
    let line: Value = serde_json::from_str(&read_line(&mut stderr)).expect("JSON");
    let url = line["url"].as_str().expect("a URL");
    assert_eq!(
        (&line["kind"], &line["message"]),
        (&json!("listen"), &json!(format!("Listening on {url}. Press Ctrl-C to stop.")))
    );
    TcpStream::connect(url.strip_prefix("http://").expect("http")).expect("it listens");
    child.kill().expect("it runs");
    child.wait().expect("it ends");
}

#[test]
fn events_are_forwarded_unchanged() {
    let world = World::new();
    let (url, requests) = target("204 No Content");
    let mut listener = Listener::start(&world, &["--forward-to", &url]);
    assert_eq!(listener.post(&event(1)), 204);
    assert_eq!(listener.event()["id"], "evt_1");
    let request = requests.recv().expect("a request");
    assert!(request.starts_with("POST /zexa HTTP/1.1\r\n") && request.ends_with(&event(1)), "{request}");
    assert!(request.contains("x-zexa-test: 1\r\n") && !request.contains("host: a\r\n"), "{request}");
}

#[test]
fn failures_of_forwarding_are_reported() {
    let world = World::new();
    let (url, _requests) = target("500 Internal Server Error");
    let mut listener = Listener::start(&world, &["--forward-to", &url]);
    assert_eq!(listener.post(&event(1)), 204);
    listener.says("The event message.delivered evt_1 was not forwarded");
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port();
    let mut listener = Listener::start(&world, &["--forward-to", &format!("http://127.0.0.1:{port}/")]);
    assert_eq!(listener.post(&event(2)), 204);
    listener.says("the connection was refused");
    world.run(&["listen", "--forward-to", "localhost:3000"]).exits(2).says("is not a URL");
    world.run_in_portuguese(&["listen", "--forward-to", "localhost:3000"]).exits(2).says("não é um URL");
}

#[test]
fn an_address_is_registered_while_the_server_runs() {
    let world = World::new();
    let mut listener =
        Listener::start(&world, &["--register", "https://127.0.0.1:1/hook", "--event", "message.failed"]);
    listener.says("Registered https://127.0.0.1:1/hook (wh_");
    assert_eq!(world.sandbox.requests()[0].body["events"], json!(["message.failed"]));
    world.run(&["listen", "--port", "0", "--register", "http://a.example/"]).exits(2).says("https://");
    world.run_without_key(&["listen", "--port", "0", "--register", "https://a.example/"], "").exits(4);
    let port = listener.port.to_string();
    world.run(&["listen", "--port", &port]).exits(1).says("cannot listen");
}

/// The sandbox posts real events.
#[test]
fn events_of_a_message() {
    let world = World::with(json!({"state": {"allow_http_webhooks": true, "speed": 100}}));
    let mut listener = Listener::start(&world, &[]);
    let webhook = json!({"url": format!("http://127.0.0.1:{}/", listener.port), "events": ["message.delivered"]});
    world.run(&["request", "post", "/webhooks", &webhook.to_string()]).exits(0);
    world.run(&["send", "--to", "912345678", "--from", "ZEXA", "Hello"]).exits(0);
    loop {
        let event = listener.event();
        if event["event"] == "message.delivered" {
            assert_eq!(event["data"]["to"], "+244912345678");
            break;
        }
    }
}

#[test]
fn on_a_terminal_until_ctrl_c() {
    let world = World::new();
    let (url, requests) = target("204 No Content");
    let arguments = ["listen", "--port", "0", "--forward-to", &url];
    let variables = [("LANG", "pt_AO.UTF-8"), ("TZ", "WAT-1")];
    let mut terminal = Terminal::start_with(&world, &arguments, &variables, world.environment());
    let port = terminal.expect_number("À escuta em http://127.0.0.1:");
    let body = "{\"id\": \"evt_1\", \"event\": \"message.failed\", \"created_at\": \"2026-07-01T09:00:00Z\", \"data\": {\"id\": \"msg_1\", \"to\": \"+244912345678\", \"status\": \"failed\"}}";
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("connected");
    write!(stream, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{body}", body.len()).expect("sent");
    terminal.expect("2026-07-01 10:00:00 +01:00  message.failed  msg_1  +244912345678  falhada\n");
    terminal.send("\x03");
    assert_eq!(terminal.end().0, Some(0));
    assert!(requests.recv().expect("forwarded").ends_with(body));
}

#[test]
fn it_ends_when_nobody_reads_the_output() {
    let world = World::new();
    let mut listener = Listener::start(&world, &[]);
    drop(listener.stdout.take());
    // A program that another test is starting may still have the pipe open for a moment, so there are several events. One is refused with status 503,
    // or not answered, if the program ends first. Both make Zexa post the event again.
    let head = "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n";
    let mut responses = (1..)
        .map(event)
        .map(|event| listener.send(format!("{head}Content-Length: {}\r\n\r\n{event}", event.len()).as_bytes()));
    let response = responses.find(|response| !response.starts_with("HTTP/1.1 204")).expect("there is no end");
    assert!(response.is_empty() || status(&response) == 503, "{response}");
    assert_eq!(listener.child.wait().expect("it ends").code(), Some(0));
}

//! `zexa-bench-server`: responds within a few microseconds, so that benchmarks measure the client.
//!
//! The response to any POST is a message, and to any GET the requested page of 10,000 contacts, 100 per page. Some paths are answered later, see [`DELAYS`].
//! The program prints its address, and exits when its stdin closes.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

const PAGES: usize = 100;
const PER_PAGE: usize = 100;

/// Parts of a path, and how much later it is answered.
const DELAYS: [(&str, Duration); 2] = [
    // The latency of a server that is far away.
    ("/slow/", Duration::from_millis(20)),
    // Every response arrives after the client has begun to wait for it, so that all calls execute the same code, also in a slow tool that counts.
    ("/delayed/", Duration::from_millis(4)),
];

fn main() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("{}", listener.local_addr()?);
    thread::spawn(|| {
        // The parent process keeps the pipe open while it needs the server.
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        std::process::exit(0);
    });
    let responses = Arc::new(Responses::new());
    for stream in listener.incoming() {
        let (stream, responses) = (stream?, responses.clone());
        // A client may disconnect at any time.
        thread::spawn(move || drop(serve(stream, &responses)));
    }
    Ok(())
}

/// All responses, built in advance.
struct Responses {
    message: Vec<u8>,
    pages: Vec<Vec<u8>>,
}

impl Responses {
    fn new() -> Responses {
        let message = r#"{"id":"msg_01hzy","status":"queued","channel":"sms","to":"+244912345678","from":"ZEXA","body":"Hello","created_at":"2026-07-01T09:00:00Z"}"#;
        Responses { message: response("201 Created", message), pages: (1..=PAGES).map(page).collect() }
    }

    fn to(&self, head: &str) -> &[u8] {
        if !head.starts_with("GET ") {
            return &self.message;
        }
        let number = head.split_once("page=").map_or("1", |(_, rest)| rest);
        // `per_page=` contains `page=` too, so the last match counts.
        let number = number.rsplit_once("&page=").map_or(number, |(_, rest)| rest);
        let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
        let number = digits.parse::<usize>().unwrap_or(1);
        &self.pages[number.clamp(1, PAGES) - 1]
    }
}

fn page(number: usize) -> Vec<u8> {
    let contact = |index: usize| {
        format!(
            r#"{{"id":"cnt_{index:08}","name":"Contact {index}","phone":"+2449{index:08}","email":"contact{index}@example.ao","lists":["lst_abc123"],"created_at":"2026-07-01T09:00:00Z"}}"#
        )
    };
    let contacts: Vec<String> = ((number - 1) * PER_PAGE..number * PER_PAGE).map(contact).collect();
    let meta = format!(r#"{{"total":{},"page":{number},"per_page":{PER_PAGE}}}"#, PAGES * PER_PAGE);
    response("200 OK", &format!(r#"{{"data":[{}],"meta":{meta}}}"#, contacts.join(",")))
}

fn response(status: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

fn serve(mut stream: TcpStream, responses: &Responses) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = vec![0; 16 * 1024];
    let mut filled = 0;
    loop {
        let read = stream.read(&mut buffer[filled..])?;
        if read == 0 {
            return Ok(());
        }
        filled += read;
        // Clients do not pipeline, so the buffer contains at most one request.
        if let Some(head) = whole_request(&buffer[..filled]) {
            let line = head.lines().next().unwrap_or_default();
            if let Some((_, delay)) = DELAYS.iter().find(|(part, _)| line.contains(part)) {
                thread::sleep(*delay);
            }
            stream.write_all(responses.to(head))?;
            filled = 0;
        }
    }
}

/// The head of the request, if the request is complete.
fn whole_request(bytes: &[u8]) -> Option<&str> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = str::from_utf8(&bytes[..end]).ok()?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    (bytes.len() >= end + 4 + length.unwrap_or(0)).then_some(head)
}

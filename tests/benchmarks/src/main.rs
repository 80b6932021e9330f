//! `zexa-bench-server`: answers in a few microseconds, so that what is measured is the client.
//!
//! Any POST is answered with a message, and any GET with the page of contacts that its query asks for, 100 of 10,000. It prints its address, and ends when
//! its standard input does.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

const PAGES: usize = 100;
const PER_PAGE: usize = 100;

fn main() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("{}", listener.local_addr()?);
    thread::spawn(|| {
        // Whoever started this has it open for as long as it wants a server.
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        std::process::exit(0);
    });
    let answers = Arc::new(Answers::new());
    for stream in listener.incoming() {
        let (stream, answers) = (stream?, answers.clone());
        // A client that goes away in the midst of a request is none of our business.
        thread::spawn(move || drop(serve(stream, &answers)));
    }
    Ok(())
}

/// Everything that can be answered, made beforehand.
struct Answers {
    message: Vec<u8>,
    pages: Vec<Vec<u8>>,
}

impl Answers {
    fn new() -> Answers {
        let message = r#"{"id":"msg_01hzy","status":"queued","channel":"sms","to":"+244912345678","from":"ZEXA","body":"Hello","created_at":"2026-07-01T09:00:00Z"}"#;
        Answers { message: answer("201 Created", message), pages: (1..=PAGES).map(page).collect() }
    }

    fn to(&self, head: &str) -> &[u8] {
        if !head.starts_with("GET ") {
            return &self.message;
        }
        let number = head.split_once("page=").map_or("1", |(_, rest)| rest);
        // `per_page=` ends like it, so the last one counts.
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
    answer("200 OK", &format!(r#"{{"data":[{}],"meta":{meta}}}"#, contacts.join(",")))
}

fn answer(status: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

fn serve(mut stream: TcpStream, answers: &Answers) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = vec![0; 16 * 1024];
    let mut have = 0;
    loop {
        let read = stream.read(&mut buffer[have..])?;
        if read == 0 {
            return Ok(());
        }
        have += read;
        // Clients here send a request when they have the answer to the last, so what is there is one.
        if let Some(head) = whole_request(&buffer[..have]) {
            stream.write_all(answers.to(head))?;
            have = 0;
        }
    }
}

/// The head of the request, where all of it has come.
fn whole_request(bytes: &[u8]) -> Option<&str> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = str::from_utf8(&bytes[..end]).ok()?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    (bytes.len() >= end + 4 + length.unwrap_or(0)).then_some(head)
}

//! A lower bound: a socket without an HTTP client. It understands the responses of the benchmark server only.

use std::io::{Read, Write};
use std::net::TcpStream;

pub(crate) struct Raw {
    stream: TcpStream,
    host: String,
    path: String,
    request: String,
    response: Vec<u8>,
}

impl Raw {
    /// Connects to a URL such as `http://127.0.0.1:8000/slow`.
    pub(crate) fn connect(url: &str) -> Raw {
        let rest = url.trim_start_matches("http://");
        let (host, path) =
            rest.split_once('/').map_or((rest, String::new()), |(host, path)| (host, format!("/{path}")));
        let stream = TcpStream::connect(host).expect("the server listens");
        stream.set_nodelay(true).expect("a socket");
        Raw { stream, host: host.to_owned(), path, request: String::new(), response: vec![0; 64 * 1024] }
    }

    /// Sends a request, and returns the body of the response.
    pub(crate) fn exchange(&mut self, method: &str, path: &str, body: &str) -> &[u8] {
        self.request = format!(
            "{method} {}{path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer k\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.path,
            self.host,
            body.len()
        );
        self.stream.write_all(self.request.as_bytes()).expect("the server reads");
        let mut filled = 0;
        loop {
            let read = self.stream.read(&mut self.response[filled..]).expect("the server responds");
            assert_ne!(read, 0, "the response is complete");
            filled += read;
            if let Some((start, end)) = body_of(&self.response[..filled]) {
                return &self.response[start..end];
            }
        }
    }
}

/// Start and end of the body, if the response is complete.
fn body_of(bytes: &[u8]) -> Option<(usize, usize)> {
    let start = bytes.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let head = str::from_utf8(&bytes[..start]).ok()?;
    let length: usize = head.split_once("content-length: ")?.1.split("\r\n").next()?.parse().ok()?;
    (bytes.len() >= start + length).then_some((start, start + length))
}

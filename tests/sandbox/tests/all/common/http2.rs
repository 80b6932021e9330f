//! An HTTP/2 client that sends and returns single frames, and ignores stream limits.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;

use rustls::{ClientConnection, StreamOwned};
use zexa_sandbox::Sandbox;

pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
pub(crate) const RST_STREAM: u8 = 3;
pub(crate) const SETTINGS: u8 = 4;
pub(crate) const PING: u8 = 6;
pub(crate) const GOAWAY: u8 = 7;

pub(crate) const NO_ERROR: u32 = 0;
pub(crate) const REFUSED_STREAM: u32 = 7;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const END_STREAM: u8 = 1;
const ACK: u8 = 1;
const END_HEADERS: u8 = 4;

pub(crate) struct Connection {
    tls: StreamOwned<ClientConnection, TcpStream>,
    key: String,
    last_stream: u32,
    /// Last frames of the streams that have ended.
    ended: BTreeMap<u32, Frame>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) kind: u8,
    pub(crate) flags: u8,
    pub(crate) stream: u32,
    pub(crate) payload: Vec<u8>,
}

/// The bytes that a client sends for one GET on a new connection.
pub(crate) fn one_get(path: &str, key: &str) -> Vec<u8> {
    let settings = frame(SETTINGS, 0, 0, &[]);
    let headers = frame(HEADERS, END_STREAM | END_HEADERS, 1, &header_block("GET", path, key));
    [PREFACE, &settings, &headers].concat()
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let [.., a, b, c] = payload.len().to_be_bytes();
    [&[a, b, c, kind, flags], &stream.to_be_bytes()[..], payload].concat()
}

fn header_block(method: &str, path: &str, key: &str) -> Vec<u8> {
    let path = format!("/v1{path}");
    let authorization = format!("Bearer {key}");
    let fields = [
        (":method", method),
        (":scheme", "https"),
        (":authority", "localhost"),
        (":path", &path),
        ("authorization", &authorization),
        ("content-type", "application/json"),
    ];
    let mut block = Vec::new();
    for (name, value) in fields {
        // Literals without indexing (RFC 7541, section 6.2.2), all shorter than 127 bytes.
        block.push(0);
        for text in [name, value] {
            block.push(u8::try_from(text.len()).unwrap());
            block.extend_from_slice(text.as_bytes());
        }
    }
    block
}

impl Connection {
    /// Connects, and sends the preface and empty SETTINGS.
    pub(crate) fn open(sandbox: &Sandbox) -> Self {
        let mut connection = Self {
            tls: StreamOwned::new(super::tls_session(sandbox, &["h2"]), super::socket(sandbox)),
            key: sandbox.api_key().to_owned(),
            last_stream: 0,
            ended: BTreeMap::new(),
        };
        connection.tls.write_all(PREFACE).unwrap();
        connection.send(SETTINGS, 0, 0, &[]);
        connection
    }

    pub(crate) fn send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        self.tls.write_all(&frame(kind, flags, stream, payload)).unwrap();
    }

    /// Sends a GET; returns its stream id.
    pub(crate) fn get(&mut self, path: &str) -> u32 {
        self.headers("GET", path, END_STREAM)
    }

    /// Sends a POST without its body; returns its stream id.
    pub(crate) fn begin_post(&mut self, path: &str) -> u32 {
        self.headers("POST", path, 0)
    }

    /// Sends the complete body of a POST.
    pub(crate) fn body(&mut self, stream: u32, body: &serde_json::Value) {
        self.send(DATA, END_STREAM, stream, body.to_string().as_bytes());
    }

    /// Sends a POST with its body; returns its stream id.
    pub(crate) fn post(&mut self, path: &str, body: &serde_json::Value) -> u32 {
        let stream = self.begin_post(path);
        self.body(stream, body);
        stream
    }

    fn headers(&mut self, method: &str, path: &str, flags: u8) -> u32 {
        self.last_stream = if self.last_stream == 0 { 1 } else { self.last_stream + 2 };
        let block = header_block(method, path, &self.key);
        self.send(HEADERS, flags | END_HEADERS, self.last_stream, &block);
        self.last_stream
    }

    /// Resets a stream, as a call that is cancelled does.
    pub(crate) fn cancel(&mut self, stream: u32) {
        const CANCEL: u32 = 8;
        self.send(RST_STREAM, 0, stream, &CANCEL.to_be_bytes());
    }

    pub(crate) fn acknowledge_settings(&mut self) {
        self.send(SETTINGS, ACK, 0, &[]);
    }

    /// Sends a PING and reads until its acknowledgement; returns the frames before it.
    pub(crate) fn all_to_pong(&mut self) -> Vec<Frame> {
        self.send(PING, 0, 0, b"question");
        let frames = std::iter::from_fn(|| Some(self.next().expect("the connection ended")));
        frames.take_while(|frame| frame.payload != b"question").collect()
    }

    /// Shuts down the sending side of the connection.
    pub(crate) fn close(&mut self) {
        self.tls.conn.send_close_notify();
        self.tls.flush().unwrap();
        self.tls.sock.shutdown(std::net::Shutdown::Write).unwrap();
    }

    /// Returns the next frame, and acknowledges a PING. `None` at the end of the connection.
    pub(crate) fn next(&mut self) -> Option<Frame> {
        let mut head = [0; 9];
        if self.tls.read(&mut head[..1]).unwrap() == 0 {
            return None;
        }
        self.tls.read_exact(&mut head[1..]).unwrap();
        let [a, b, c, kind, flags, stream @ ..] = head;
        let mut payload = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
        self.tls.read_exact(&mut payload).unwrap();
        if kind == PING && flags & ACK == 0 {
            self.send(PING, ACK, 0, &payload);
        }
        let frame = Frame { kind, flags, stream: u32::from_be_bytes(stream), payload };
        if kind == RST_STREAM || frame.ends_stream() {
            self.ended.insert(frame.stream, frame.clone());
        }
        Some(frame)
    }

    /// Reads until a frame matches; returns it.
    pub(crate) fn until(&mut self, matches: impl Fn(&Frame) -> bool) -> Frame {
        std::iter::from_fn(|| self.next()).find(matches).expect("the connection ended")
    }

    /// Reads until a stream has ended or was reset; returns its last frame.
    pub(crate) fn end_of(&mut self, stream: u32) -> Frame {
        self.all_to_end_of(stream);
        self.ended[&stream].clone()
    }

    /// Reads until a stream has ended; returns all frames read.
    pub(crate) fn all_to_end_of(&mut self, stream: u32) -> Vec<Frame> {
        let mut frames = Vec::new();
        while !self.ended.contains_key(&stream) {
            frames.push(self.next().expect("the connection ended"));
        }
        frames
    }

    /// Reads to the end of the connection.
    pub(crate) fn rest(&mut self) -> Vec<Frame> {
        std::iter::from_fn(|| self.next()).collect()
    }
}

impl Frame {
    pub(crate) fn ends_stream(&self) -> bool {
        matches!(self.kind, DATA | HEADERS) && self.flags & END_STREAM != 0
    }

    pub(crate) fn is_new_settings(&self) -> bool {
        self.kind == SETTINGS && self.flags & ACK == 0
    }

    /// The limits of concurrent streams in a SETTINGS frame.
    pub(crate) fn stream_limits(&self) -> Vec<u32> {
        let entries = self.payload.chunks(6).filter(|entry| entry[..2] == [0, 3]);
        entries.map(|entry| u32::from_be_bytes(entry[2..].try_into().unwrap())).collect()
    }

    /// The error code in a RST_STREAM frame.
    pub(crate) fn reset_reason(&self) -> Option<u32> {
        (self.kind == RST_STREAM).then(|| u32::from_be_bytes(self.payload[..4].try_into().unwrap()))
    }

    /// The last stream id and the error code in a GOAWAY frame.
    pub(crate) fn goaway(&self) -> Option<(u32, u32)> {
        let number = |from: usize| u32::from_be_bytes(self.payload[from..from + 4].try_into().unwrap());
        (self.kind == GOAWAY).then(|| (number(0), number(4)))
    }
}

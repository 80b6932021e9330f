//! What a server has received: every request, in order, to be read by tests.

use std::collections::{BTreeMap, VecDeque};
use std::time::Instant;

use hyper::header::HeaderName;
use hyper::{HeaderMap, Method, Uri, Version};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// So many requests are kept; older ones are forgotten, and the numbers go on.
const KEPT: usize = 100_000;

/// A request as a test sees it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RecordedRequest {
    /// 1 for the first request of the server.
    pub number: u64,
    /// The method.
    pub method: String,
    /// The path as it was sent, without the query.
    pub path: String,
    /// The query, decoded.
    pub query: BTreeMap<String, String>,
    /// The headers, by their names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body, where it is JSON.
    pub body: Value,
    /// The body, where it is not JSON and not empty.
    pub text: Option<String>,
    /// Which TCP connection it came by: 1 for the first that brought a request.
    pub connection: u64,
    /// Its HTTP/2 stream on the connection; `None` over HTTP/1.1.
    pub stream: Option<u32>,
    /// Seconds since the request before it came; 0 for the first.
    pub since_previous: f64,
    /// `1.0`, `1.1` or `2`.
    pub http_version: String,
    /// The status that was answered, once it was.
    pub status: Option<u16>,
    /// The fault that hit it.
    pub fault: Option<String>,
    /// The message that it made.
    pub message_id: Option<String>,
}

/// The head of a request.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) version: Version,
    pub(crate) headers: HeaderMap,
    pub(crate) connection: u64,
    pub(crate) stream: Option<u32>,
    pub(crate) received: Instant,
}

/// What became of a request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcome {
    pub(crate) status: Option<u16>,
    pub(crate) fault: Option<String>,
    pub(crate) message_id: Option<String>,
}

/// A request, kept as it came until somebody asks.
///
/// All is copied: the parts of a request share the connection's read buffer, and would keep it alive.
#[derive(Debug)]
struct Entry {
    number: u64,
    method: Method,
    path: Box<str>,
    query: Option<Box<str>>,
    headers: Box<[(HeaderName, Box<[u8]>)]>,
    body: Box<[u8]>,
    version: Version,
    connection: u64,
    stream: Option<u32>,
    since_previous: f64,
    outcome: Outcome,
}

#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    entries: VecDeque<Entry>,
    last_number: u64,
    last_received: Option<Instant>,
    settled: usize,
}

impl RequestLog {
    /// Adds a request and gives its number.
    pub(crate) fn add(&mut self, head: &Head, body: &[u8]) -> u64 {
        let since = |last| head.received.saturating_duration_since(last).as_secs_f64();
        let since_previous = self.last_received.map_or(0.0, since);
        self.last_received = Some(head.received);
        self.last_number += 1;
        if self.entries.len() == KEPT {
            self.entries.pop_front();
        }
        self.entries.push_back(Entry {
            number: self.last_number,
            method: head.method.clone(),
            path: head.uri.path().into(),
            query: head.uri.query().map(Box::from),
            headers: head.headers.iter().map(|(name, value)| (name.clone(), value.as_bytes().into())).collect(),
            body: body.into(),
            version: head.version,
            connection: head.connection,
            stream: head.stream,
            since_previous,
            outcome: Outcome::default(),
        });
        self.last_number
    }

    pub(crate) fn outcome(&mut self, number: u64) -> Option<&mut Outcome> {
        let first = self.entries.front()?.number;
        let index = usize::try_from(number.checked_sub(first)?).ok()?;
        self.entries.get_mut(index).map(|entry| &mut entry.outcome)
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The request counts for who waits for requests.
    pub(crate) fn settle(&mut self, number: u64) {
        self.settled += usize::from(self.outcome(number).is_some());
    }

    /// How many requests have been carried out, or hit by a fault that prevents that.
    pub(crate) fn settled(&self) -> usize {
        self.settled
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.last_number = 0;
        self.last_received = None;
        self.settled = 0;
    }

    pub(crate) fn list(&self) -> Vec<RecordedRequest> {
        self.entries.iter().map(Entry::shown).collect()
    }
}

impl Entry {
    fn shown(&self) -> RecordedRequest {
        let json = serde_json::from_slice(&self.body).ok();
        let text = match json {
            None if !self.body.is_empty() => Some(String::from_utf8_lossy(&self.body).into_owned()),
            _ => None,
        };
        RecordedRequest {
            number: self.number,
            method: self.method.to_string(),
            path: self.path.to_string(),
            query: query_pairs(self.query.as_deref()).collect(),
            headers: shown_headers(&self.headers),
            body: json.unwrap_or(Value::Null),
            text,
            connection: self.connection,
            stream: self.stream,
            since_previous: self.since_previous,
            http_version: shown_version(self.version).to_owned(),
            status: self.outcome.status,
            fault: self.outcome.fault.clone(),
            message_id: self.outcome.message_id.clone(),
        }
    }
}

fn shown_headers(headers: &[(HeaderName, Box<[u8]>)]) -> BTreeMap<String, String> {
    let mut shown = BTreeMap::<String, String>::new();
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value);
        shown
            .entry(name.as_str().to_owned())
            .and_modify(|all| {
                all.push_str(", ");
                all.push_str(&value);
            })
            .or_insert_with(|| value.into_owned());
    }
    shown
}

fn shown_version(version: Version) -> &'static str {
    match version {
        Version::HTTP_10 => "1.0",
        Version::HTTP_2 => "2",
        _ => "1.1",
    }
}

/// The pairs of a query, decoded.
pub(crate) fn query_pairs(query: Option<&str>) -> impl Iterator<Item = (String, String)> {
    query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name, true), decode(value, true))
    })
}

/// Undoes percent-encoding, and in a query `+` for a space.
pub(crate) fn decode(text: &str, plus_is_space: bool) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = text.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        match (bytes[at], escaped.and_then(|hex| u8::from_str_radix(hex, 16).ok())) {
            (_, Some(byte)) => {
                decoded.push(byte);
                at += 2;
            }
            (b'+', None) if plus_is_space => decoded.push(b' '),
            (byte, None) => decoded.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_decoded() {
        let pairs: Vec<_> = query_pairs(Some("search=Ana+%C3%A9%2B&flag&bad=%zz%")).collect();
        let expected = [("search", "Ana é+"), ("flag", ""), ("bad", "%zz%")];
        assert_eq!(pairs, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
}

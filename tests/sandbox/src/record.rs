//! The requests that a server has received, in order, for tests to read.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use hyper::header::HeaderName;
use hyper::{HeaderMap, Method, Uri, Version};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Maximum number of requests that are kept. Older ones are discarded; the numbering continues.
const MAX_REQUESTS: usize = 100_000;

/// A recorded request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RecordedRequest {
    /// Sequence number; 1 for the first request of the server.
    pub number: u64,
    /// HTTP method.
    pub method: String,
    /// Path as sent, without the query.
    pub path: String,
    /// Decoded query parameters.
    pub query: BTreeMap<String, String>,
    /// Headers; the names are in lower case.
    pub headers: BTreeMap<String, String>,
    /// Body, if it is JSON; otherwise null.
    pub body: Value,
    /// Body, if it is neither JSON nor empty.
    pub text: Option<String>,
    /// Number of the TCP connection, in the order of their first requests, starting at 1.
    pub connection: u64,
    /// HTTP/2 stream id. `None` over HTTP/1.1.
    pub stream: Option<u32>,
    /// Seconds since the previous request arrived; 0 for the first.
    pub since_previous: f64,
    /// HTTP version: `1.0`, `1.1` or `2`.
    pub http_version: String,
    /// Common name of the certificate with which the client authenticated itself. `None` without one.
    pub client_certificate: Option<String>,
    /// Status of the response. `None` if no status was sent.
    pub status: Option<u16>,
    /// Description of the fault that hit the request. `None` without a fault.
    pub fault: Option<String>,
    /// Id of the message that the request created. `None` if it created no message.
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
    pub(crate) client_certificate: Option<Arc<str>>,
    pub(crate) received: Instant,
}

/// The result of a request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcome {
    pub(crate) status: Option<u16>,
    pub(crate) fault: Option<String>,
    pub(crate) message_id: Option<String>,
}

/// A request as received. It is converted only when a test reads it.
///
/// All parts are copied: references into the connection's read buffer would keep the buffer alive.
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
    client_certificate: Option<Arc<str>>,
    since_previous: f64,
    outcome: Outcome,
}

#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    entries: VecDeque<Entry>,
    last_number: u64,
    last_received: Option<Instant>,
    processed: usize,
}

impl RequestLog {
    /// Adds a request and returns its number.
    pub(crate) fn add(&mut self, head: &Head, body: &[u8]) -> u64 {
        let since = |last| head.received.saturating_duration_since(last).as_secs_f64();
        let since_previous = self.last_received.map_or(0.0, since);
        self.last_received = Some(head.received);
        self.last_number += 1;
        if self.entries.len() == MAX_REQUESTS {
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
            client_certificate: head.client_certificate.clone(),
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

    /// Counts the request as processed, for callers that wait for requests.
    pub(crate) fn mark_processed(&mut self, number: u64) {
        self.processed += usize::from(self.outcome(number).is_some());
    }

    /// Number of requests that have been processed, or hit by a fault that prevents it.
    pub(crate) fn processed(&self) -> usize {
        self.processed
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.last_number = 0;
        self.last_received = None;
        self.processed = 0;
    }

    pub(crate) fn list(&self) -> Vec<RecordedRequest> {
        self.entries.iter().map(Entry::to_record).collect()
    }
}

impl Entry {
    fn to_record(&self) -> RecordedRequest {
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
            headers: headers_json(&self.headers),
            body: json.unwrap_or(Value::Null),
            text,
            connection: self.connection,
            stream: self.stream,
            since_previous: self.since_previous,
            http_version: version_name(self.version).to_owned(),
            client_certificate: self.client_certificate.as_deref().map(str::to_owned),
            status: self.outcome.status,
            fault: self.outcome.fault.clone(),
            message_id: self.outcome.message_id.clone(),
        }
    }
}

fn headers_json(headers: &[(HeaderName, Box<[u8]>)]) -> BTreeMap<String, String> {
    let mut joined = BTreeMap::<String, String>::new();
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value);
        joined
            .entry(name.as_str().to_owned())
            .and_modify(|all| {
                all.push_str(", ");
                all.push_str(&value);
            })
            .or_insert_with(|| value.into_owned());
    }
    joined
}

fn version_name(version: Version) -> &'static str {
    match version {
        Version::HTTP_10 => "1.0",
        Version::HTTP_2 => "2",
        _ => "1.1",
    }
}

/// The decoded parameters of a query.
pub(crate) fn query_pairs(query: Option<&str>) -> impl Iterator<Item = (String, String)> {
    query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name, true), decode(value, true))
    })
}

/// Decodes percent-encoding, and `+` as a space if requested.
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

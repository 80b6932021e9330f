//! Forwards events to another server, one after the other, in the order in which they arrived.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Bytes;
use hyper::header::{self, HeaderMap, HeaderName};
use reqwest::Client;
use reqwest::redirect::Policy;
use tokio::sync::mpsc::{self, Permit, Receiver, Sender};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use url::Url;

use super::server::Report;
use crate::failure::{Failure, Result};
use crate::io_reason::io_reason;
use crate::texts::text;

/// Number of events that may wait to be forwarded.
const MAX_EVENTS: usize = 1000;

/// Total size of the bodies of these events.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// Timeout of one request.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Headers that concern only one connection.
const NOT_FORWARDED: [HeaderName; 8] = [
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::EXPECT,
    header::HOST,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// The events that wait to be forwarded.
#[derive(Clone)]
pub(super) struct Queue {
    sender: Sender<Forwarded>,
    bytes: Arc<Semaphore>,
}

/// A reserved place in the queue.
pub(super) struct Place<'a> {
    permit: Permit<'a, Forwarded>,
    bytes: OwnedSemaphorePermit,
}

/// A request to forward.
pub(super) struct Forwarded {
    headers: HeaderMap,
    body: Bytes,
    /// The event, for messages.
    name: String,
    /// The size of the body, which is released when it was forwarded.
    _bytes: OwnedSemaphorePermit,
}

impl Queue {
    pub(super) fn new() -> (Queue, Receiver<Forwarded>) {
        let (sender, receiver) = mpsc::channel(MAX_EVENTS);
        (Queue { sender, bytes: Arc::new(Semaphore::new(MAX_BYTES)) }, receiver)
    }

    /// Reserve a place for a body of this size. `None` if the queue is full.
    pub(super) fn reserve(&self, size: usize) -> Option<Place<'_>> {
        let bytes = self.bytes.clone().try_acquire_many_owned(u32::try_from(size).ok()?).ok()?;
        Some(Place { permit: self.sender.try_reserve().ok()?, bytes })
    }

    /// Return the number of events that wait.
    pub(super) fn len(&self) -> usize {
        self.sender.max_capacity() - self.sender.capacity()
    }
}

impl Place<'_> {
    /// Add an event to the queue.
    pub(super) fn add(self, headers: HeaderMap, body: Bytes, name: String) {
        self.permit.send(Forwarded { headers, body, name, _bytes: self.bytes });
    }
}

/// Sends requests to one URL.
pub(super) struct Forwarder {
    client: Client,
    url: Url,
}

impl Forwarder {
    pub(super) fn new(url: &str) -> Result<Forwarder> {
        let parsed = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let url = parsed.ok_or_else(|| Failure::Usage(text!("listen-forward-url", url = url)))?;
        // It fails if there is one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = Client::builder().timeout(TIMEOUT).redirect(Policy::none());
        if url.host_str().is_some_and(|host| host == "localhost" || host.starts_with("127.") || host == "[::1]") {
            builder = builder.no_proxy();
        }
        let client =
            builder.build().map_err(|error| Failure::Local(text!("listen-failed", reason = error.to_string())))?;
        Ok(Forwarder { client, url })
    }

    /// Forward requests until `stop`, and then those that are still in the queue. Failures are reported on stderr.
    pub(super) async fn run(
        self,
        mut queue: Receiver<Forwarded>,
        mut stop: oneshot::Receiver<()>,
        report: Arc<Report>,
    ) {
        loop {
            let forwarded = tokio::select! {
                forwarded = queue.recv() => forwarded,
                _ = &mut stop, if !queue.is_closed() => {
                    queue.close();
                    continue;
                }
            };
            let Some(Forwarded { headers, body, name, _bytes }) = forwarded else { return };
            if let Err(reason) = self.forward(headers, body).await {
                report(text!("listen-forward-failed", event = name, url = self.url.as_str(), reason = reason));
            }
        }
    }

    async fn forward(&self, headers: HeaderMap, body: Bytes) -> std::result::Result<(), String> {
        let mut headers = headers;
        for name in NOT_FORWARDED {
            headers.remove(name);
        }
        let request = self.client.post(self.url.clone()).headers(headers).body(body);
        let response = request.send().await.map_err(|error| reason(&error))?;
        match response.status() {
            status if status.is_success() => Ok(()),
            status => Err(status.to_string()),
        }
    }
}

/// The innermost cause of an error. The error itself only says that the request failed.
fn reason(error: &reqwest::Error) -> String {
    let first: &dyn std::error::Error = error;
    let innermost = std::iter::successors(Some(first), |error| error.source()).last().unwrap_or(first);
    innermost.downcast_ref::<io::Error>().map_or_else(|| innermost.to_string(), io_reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_queue_is_bounded() {
        let (queue, _receiver) = Queue::new();
        let add = |size: usize| match queue.reserve(size) {
            Some(place) => {
                place.add(HeaderMap::new(), Bytes::new(), String::new());
                true
            }
            None => false,
        };
        assert!(add(MAX_BYTES) && !add(1), "the size is limited");
        assert!((1..MAX_EVENTS).all(|_| add(0)) && !add(0), "the number is limited");
        assert_eq!(queue.len(), MAX_EVENTS);
    }
}

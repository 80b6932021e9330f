//! Forwards events to another server, one after the other, in the order in which they arrived.

use std::sync::Arc;
use std::time::Duration;

use hyper::body::Bytes;
use hyper::header::{self, HeaderMap, HeaderName};
use reqwest::Client;
use reqwest::redirect::Policy;
use tokio::sync::mpsc::Receiver;
use tokio::sync::oneshot;
use url::Url;

use crate::failure::{Failure, Result};
use crate::texts::text;

/// Number of events that may wait to be forwarded.
pub(super) const QUEUE: usize = 1000;

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

/// A request to forward.
pub(super) struct Forwarded {
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// The event, for messages.
    pub(super) name: String,
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
        report: Arc<dyn Fn(String) + Send + Sync>,
    ) {
        loop {
            let forwarded = tokio::select! {
                forwarded = queue.recv() => forwarded,
                _ = &mut stop, if !queue.is_closed() => {
                    queue.close();
                    continue;
                }
            };
            let Some(forwarded) = forwarded else { return };
            let name = forwarded.name.clone();
            if let Err(reason) = self.forward(forwarded).await {
                report(text!("listen-forward-failed", event = name, url = self.url.as_str(), reason = reason));
            }
        }
    }

    async fn forward(&self, mut forwarded: Forwarded) -> std::result::Result<(), String> {
        for name in NOT_FORWARDED {
            forwarded.headers.remove(name);
        }
        let request = self.client.post(self.url.clone()).headers(forwarded.headers).body(forwarded.body);
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
    std::iter::successors(Some(first), |error| error.source()).last().map(ToString::to_string).unwrap_or_default()
}

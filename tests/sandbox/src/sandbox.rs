//! The handle with which Rust programs start, inspect and stop a sandbox.

use std::io;
use std::path::Path;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::oneshot;

use crate::control;
use crate::fault::Fault;
use crate::hub::{HostedServer, Hub};
use crate::net::tls::ClientCertificate;
use crate::record::RecordedRequest;
use crate::spec::{Listen, ReplySpec, ServerSpec};

/// Timeout of the methods that wait.
const WAIT_TIMEOUT: Duration = Duration::from_secs(30);

/// A running sandbox, on its own thread and port. Dropping the handle stops the sandbox.
///
/// ```
/// let sandbox = zexa_sandbox::Sandbox::start();
/// assert!(sandbox.url().starts_with("http://127.0.0.1:"));
/// assert!(sandbox.requests().is_empty());
/// ```
#[derive(Debug)]
pub struct Sandbox {
    hosted: HostedServer,
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// Starts a sandbox with the default state, on a free port of 127.0.0.1.
    ///
    /// # Panics
    /// If no port or thread is available.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(ServerSpec::default())
    }

    /// Starts a sandbox with a state and faults, on a free port of 127.0.0.1.
    ///
    /// # Panics
    /// If no port or thread is available.
    #[must_use]
    pub fn start_with(spec: ServerSpec) -> Self {
        Self::try_start(spec, Listen::default()).expect("a sandbox needs a free port and a thread")
    }

    /// Starts a sandbox from a JSON spec: `{"state": {...}, "faults": [...]}`.
    ///
    /// # Panics
    /// If the spec is invalid, or if no port or thread is available.
    #[must_use]
    pub fn from_json(spec: Value) -> Self {
        match ServerSpec::from_json(spec) {
            Ok(spec) => Self::start_with(spec),
            Err(error) => panic!("invalid sandbox spec: {error}"),
        }
    }

    /// Starts a sandbox that listens on the given address and port.
    ///
    /// # Errors
    /// If the address or port cannot be bound, or no thread can be started.
    pub fn try_start(spec: ServerSpec, listen: Listen) -> io::Result<Self> {
        let (started, start) = mpsc::channel();
        let (end, ended) = oneshot::channel();
        let thread = std::thread::Builder::new().name("zexa-sandbox".to_owned()).spawn(move || {
            let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime,
                Err(error) => return drop(started.send(Err(error))),
            };
            // Everything runs on one thread, so no other thread writes to a connection while it is being broken.
            runtime.block_on(run(spec, listen, started, ended));
            runtime.shutdown_background();
        })?;
        let hosted = start.recv().map_err(io::Error::other)??;
        Ok(Self { hosted, end: Some(end), thread: Some(thread) })
    }

    /// Base URL: `http://127.0.0.1:PORT/v1`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.hosted.server.addresses.url
    }

    /// API key that the sandbox accepts.
    #[must_use]
    pub fn api_key(&self) -> &str {
        &self.hosted.server.api_key
    }

    /// URL of the control API: `http://127.0.0.1:PORT/_sandbox`.
    #[must_use]
    pub fn control_url(&self) -> &str {
        &self.hosted.server.addresses.control
    }

    /// File with the CA certificate to trust. `None` without TLS.
    #[must_use]
    pub fn ca_file(&self) -> Option<&Path> {
        self.hosted.server.addresses.tls.as_ref().map(|files| files.ca.as_path())
    }

    /// A client certificate that the sandbox accepts, with the common name `zexa-sandbox-client`. `None` without TLS.
    #[must_use]
    pub fn client_certificate(&self) -> Option<&ClientCertificate> {
        self.hosted.server.addresses.tls.as_ref().map(|files| &files.client)
    }

    /// Issues another client certificate with this common name.
    ///
    /// # Errors
    /// If the sandbox has no TLS, or the files cannot be written.
    pub fn issue_client_certificate(&self, name: &str) -> io::Result<ClientCertificate> {
        self.hosted.hub.issue_client_certificate(name, None)
    }

    /// Issues a client certificate with this common name for a private key: RSA, ECDSA or Ed25519, in the PEM form of PKCS#8.
    ///
    /// # Errors
    /// If the sandbox has no TLS, the key is not supported, or the files cannot be written.
    pub fn issue_client_certificate_for_key(&self, name: &str, key: &str) -> io::Result<ClientCertificate> {
        self.hosted.hub.issue_client_certificate(name, Some(key))
    }

    /// The URLs and the API key, in the form that the program `zexa-sandbox` prints.
    #[must_use]
    pub fn announcement(&self) -> Value {
        control::announcement(&self.hosted.server)
    }

    /// Requests to the API, in the order in which they arrived.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.hosted.server.log.lock().list()
    }

    /// Discards the recorded requests.
    pub fn clear_requests(&self) {
        self.hosted.server.log.lock().clear();
    }

    /// Blocks until at least `count` requests have been processed, and returns all requests.
    ///
    /// # Panics
    /// After 30 seconds.
    #[must_use]
    pub fn wait_for_requests(&self, count: usize) -> Vec<RecordedRequest> {
        let arrived = self.hosted.server.log.wait(WAIT_TIMEOUT, |log| log.processed() >= count);
        let requests = self.requests();
        assert!(arrived, "expected {count} requests within 30 s, got {}", requests.len());
        requests
    }

    /// All messages in the order in which they were created, with all fields.
    #[must_use]
    pub fn messages(&self) -> Vec<Value> {
        control::messages(&self.hosted.server)
    }

    /// All contacts.
    #[must_use]
    pub fn contacts(&self) -> Vec<Value> {
        control::contacts(&self.hosted.server)
    }

    /// All webhook deliveries, pending and finished, with their attempts.
    #[must_use]
    pub fn deliveries(&self) -> Vec<Value> {
        control::deliveries(&self.hosted.server)
    }

    /// Blocks until every webhook delivery has succeeded or finally failed, and returns all deliveries.
    ///
    /// # Panics
    /// After 30 seconds.
    #[must_use]
    pub fn wait_for_deliveries(&self) -> Vec<Value> {
        let done = self.hosted.server.world().wait(WAIT_TIMEOUT, |world| world.webhooks.all_finished());
        assert!(done, "webhook deliveries still pending after 30 s");
        self.deliveries()
    }

    /// Adds a fault from JSON.
    ///
    /// # Panics
    /// If the fault is invalid.
    pub fn add_fault(&self, fault: Value) {
        match Fault::from_json(fault) {
            Ok(fault) => self.add_faults([fault]),
            Err(error) => panic!("invalid fault: {error}"),
        }
    }

    /// Adds faults.
    pub fn add_faults(&self, faults: impl IntoIterator<Item = Fault>) {
        self.hosted.server.faults().add(faults);
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        self.hosted.server.faults().clear();
    }

    /// Advances the sandbox time, and waits until each resulting webhook delivery has been attempted once.
    ///
    /// # Panics
    /// If the deliveries take more than 30 seconds.
    pub fn advance(&self, by: Duration) {
        self.hosted.server.advance(by);
        self.wait_for_first_attempts();
    }

    /// Simulates a reply from a recipient to a Sender ID. The body `STOP` opts the recipient out.
    ///
    /// Waits until each resulting webhook delivery has been attempted once.
    ///
    /// # Panics
    /// If the deliveries take more than 30 seconds.
    pub fn reply(&self, from: &str, to: &str, body: &str) {
        let reply = ReplySpec { from: from.to_owned(), to: to.to_owned(), body: body.to_owned() };
        self.hosted.server.with_world(|world| world.add_reply(&reply));
        self.wait_for_first_attempts();
    }

    fn wait_for_first_attempts(&self) {
        let tried = self.hosted.server.world().wait(WAIT_TIMEOUT, |world| world.webhooks.all_attempted());
        assert!(tried, "webhook deliveries not attempted within 30 s");
    }

    /// Credit balance.
    #[must_use]
    pub fn credits(&self) -> f64 {
        self.hosted.server.with_world(|world| world.credits)
    }

    /// Sets the credit balance. Paused campaigns resume.
    pub fn set_credits(&self, credits: f64) {
        self.hosted.server.with_world(|world| world.set_credits(credits));
    }

    /// Number of connections accepted since the start.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.hosted.server.traffic.accepted.load(std::sync::atomic::Ordering::Relaxed)
    }

    /// Number of open connections.
    #[must_use]
    pub fn open_connections(&self) -> u64 {
        self.hosted.server.traffic.open.load(std::sync::atomic::Ordering::Relaxed)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has already been printed.
            let _ = thread.join();
        }
    }
}

/// Runs until the handle is dropped.
async fn run(
    spec: ServerSpec,
    listen: Listen,
    started: mpsc::Sender<io::Result<HostedServer>>,
    ended: oneshot::Receiver<()>,
) {
    match Hub::start(spec, listen).await {
        Ok(hosted) => {
            let hub = hosted.hub.clone();
            // If the receiver is gone, the wait below ends immediately.
            let _ = started.send(Ok(hosted));
            let _ = ended.await;
            hub.end_all();
        }
        Err(error) => drop(started.send(Err(error))),
    }
}

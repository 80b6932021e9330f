//! The handle by which Rust programs start, ask and end a sandbox.

use std::io;
use std::path::Path;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::oneshot;

use crate::control;
use crate::fault::Fault;
use crate::hub::{Hub, Site};
use crate::record::RecordedRequest;
use crate::spec::{Listen, ReplySpec, ServerSpec};

/// How long the methods that wait do so, before they give up.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running sandbox, on a thread and a port of its own. It ends when this is dropped.
///
/// ```
/// let sandbox = zexa_sandbox::Sandbox::start();
/// assert!(sandbox.url().starts_with("http://127.0.0.1:"));
/// assert!(sandbox.requests().is_empty());
/// ```
#[derive(Debug)]
pub struct Sandbox {
    site: Site,
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// Starts a sandbox as it comes, on any free port of 127.0.0.1.
    ///
    /// # Panics
    /// Where no port or thread is to be had.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(ServerSpec::default())
    }

    /// Starts a sandbox with a state and faults.
    ///
    /// # Panics
    /// Where no port or thread is to be had.
    #[must_use]
    pub fn start_with(spec: ServerSpec) -> Self {
        Self::try_start(spec, Listen::default()).expect("a sandbox needs a free port and a thread")
    }

    /// Starts a sandbox with a spec as JSON: `{"state": {...}, "faults": [...]}`.
    ///
    /// # Panics
    /// Where the spec is wrong, with what is wrong with it; where no port or thread is to be had.
    #[must_use]
    pub fn from_json(spec: Value) -> Self {
        match ServerSpec::from_json(spec) {
            Ok(spec) => Self::start_with(spec),
            Err(error) => panic!("not the spec of a sandbox: {error}"),
        }
    }

    /// Starts a sandbox that listens where it is told to.
    ///
    /// # Errors
    /// Where the port or a thread is not to be had.
    pub fn try_start(spec: ServerSpec, listen: Listen) -> io::Result<Self> {
        let (started, start) = mpsc::channel();
        let (end, ended) = oneshot::channel();
        let thread = std::thread::Builder::new().name("zexa-sandbox".to_owned()).spawn(move || {
            let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime,
                Err(error) => return drop(started.send(Err(error))),
            };
            // One thread for all: a connection is never broken while another thread still writes to it.
            runtime.block_on(run(spec, listen, started, ended));
            runtime.shutdown_background();
        })?;
        let site = start.recv().map_err(io::Error::other)??;
        Ok(Self { site, end: Some(end), thread: Some(thread) })
    }

    /// The base URL: `http://127.0.0.1:PORT/v1`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.site.server.places.url
    }

    /// The key that is accepted.
    #[must_use]
    pub fn api_key(&self) -> &str {
        &self.site.server.api_key
    }

    /// Where the control path is: `http://127.0.0.1:PORT/_sandbox`.
    #[must_use]
    pub fn control_url(&self) -> &str {
        &self.site.server.places.control
    }

    /// The file with the certificate to trust, where the sandbox speaks TLS.
    #[must_use]
    pub fn ca_file(&self) -> Option<&Path> {
        self.site.server.places.ca_file.as_deref().map(Path::new)
    }

    /// What other programs need to know, as the program `zexa-sandbox` prints it.
    #[must_use]
    pub fn announcement(&self) -> Value {
        control::announcement(&self.site.server)
    }

    /// All requests to the API so far, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.site.server.log.lock().list()
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        self.site.server.log.lock().clear();
    }

    /// Blocks until there were so many requests, and gives them all.
    ///
    /// # Panics
    /// When they have not come within 30 seconds.
    #[must_use]
    pub fn wait_for_requests(&self, count: usize) -> Vec<RecordedRequest> {
        let came = self.site.server.log.wait(PATIENCE, |log| log.settled() >= count);
        let requests = self.requests();
        assert!(came, "waited for {count} requests, and saw {}", requests.len());
        requests
    }

    /// All messages that exist, in the order they were made, with all that is known about them.
    #[must_use]
    pub fn messages(&self) -> Vec<Value> {
        control::messages(&self.site.server)
    }

    /// All contacts that exist.
    #[must_use]
    pub fn contacts(&self) -> Vec<Value> {
        control::contacts(&self.site.server)
    }

    /// All events that were or are to be posted to webhooks, with the attempts so far.
    #[must_use]
    pub fn deliveries(&self) -> Vec<Value> {
        control::deliveries(&self.site.server)
    }

    /// Blocks until each event has been posted to its webhook, or has failed for good; gives them all.
    ///
    /// # Panics
    /// When that takes more than 30 seconds.
    #[must_use]
    pub fn wait_for_deliveries(&self) -> Vec<Value> {
        let done = self.site.server.world().wait(PATIENCE, |world| world.webhooks.all_done());
        assert!(done, "webhooks are still being posted to");
        self.deliveries()
    }

    /// Adds a fault, as JSON.
    ///
    /// # Panics
    /// Where it is no fault, with what is wrong with it.
    pub fn add_fault(&self, fault: Value) {
        match Fault::from_json(fault) {
            Ok(fault) => self.add_faults([fault]),
            Err(error) => panic!("not a fault: {error}"),
        }
    }

    /// Adds faults.
    pub fn add_faults(&self, faults: impl IntoIterator<Item = Fault>) {
        self.site.server.faults().add(faults);
    }

    /// Forgets all faults.
    pub fn clear_faults(&self) {
        self.site.server.faults().clear();
    }

    /// Moves the sandbox's time ahead, and waits until webhooks were tried that this caused.
    ///
    /// # Panics
    /// When posting to webhooks takes more than 30 seconds.
    pub fn advance(&self, by: Duration) {
        self.site.server.advance(by);
        self.wait_for_first_attempts();
    }

    /// Lets a recipient write to a Sender ID. The body `STOP` opts the recipient out. Waits until webhooks were tried that this caused.
    ///
    /// # Panics
    /// When posting to webhooks takes more than 30 seconds.
    pub fn reply(&self, from: &str, to: &str, body: &str) {
        let reply = ReplySpec { from: from.to_owned(), to: to.to_owned(), body: body.to_owned() };
        self.site.server.visit(|world| world.add_reply(&reply));
        self.wait_for_first_attempts();
    }

    fn wait_for_first_attempts(&self) {
        let tried = self.site.server.world().wait(PATIENCE, |world| world.webhooks.all_tried());
        assert!(tried, "webhooks are still being posted to");
    }

    /// The balance.
    #[must_use]
    pub fn credits(&self) -> f64 {
        self.site.server.visit(|world| world.credits)
    }

    /// Sets the balance; campaigns that paused for want of it go on.
    pub fn set_credits(&self, credits: f64) {
        self.site.server.visit(|world| world.set_credits(credits));
    }

    /// How many connections were ever accepted.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.site.server.traffic.accepted.load(std::sync::atomic::Ordering::Relaxed)
    }

    /// How many connections are open now.
    #[must_use]
    pub fn open_connections(&self) -> u64 {
        self.site.server.traffic.open.load(std::sync::atomic::Ordering::Relaxed)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            // A panic over there has been printed already.
            let _ = thread.join();
        }
    }
}

/// Runs until the handle is dropped.
async fn run(spec: ServerSpec, listen: Listen, started: mpsc::Sender<io::Result<Site>>, ended: oneshot::Receiver<()>) {
    match Hub::start(spec, listen).await {
        Ok(site) => {
            let hub = site.hub.clone();
            // If nobody is there any more, the wait below is over at once.
            let _ = started.send(Ok(site));
            let _ = ended.await;
            hub.end_all();
        }
        Err(error) => drop(started.send(Err(error))),
    }
}

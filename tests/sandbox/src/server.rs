//! One server: an account, its recorded requests, its faults and its lifetime.

use std::num::NonZeroU64;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::{Notify, watch};

use crate::api::RateLimiter;
use crate::fault::LONGEST_DELAY;
use crate::fault_rules::FaultRules;
use crate::net::streams::StreamRules;
use crate::net::tls::ClientCertificate;
use crate::poster;
use crate::record::{Head, RequestLog};
use crate::spec::ServerSpec;
use crate::watched::Watched;
use crate::world::World;

#[derive(Debug)]
pub(crate) struct Server {
    /// 0 for the first server, through which instances are started.
    pub(crate) number: u64,
    pub(crate) addresses: Addresses,
    pub(crate) api_key: String,
    pub(crate) page_size_cap: Option<u64>,
    pub(crate) allow_http_webhooks: bool,
    pub(crate) rate_limiter: RateLimiter,
    pub(crate) stream_rules: StreamRules,
    pub(crate) log: Watched<RequestLog>,
    pub(crate) traffic: Traffic,
    world: Watched<World>,
    faults: Mutex<FaultRules>,
    poster: OnceLock<reqwest::Client>,
    events_changed: Notify,
    stop: watch::Sender<bool>,
    runtime: Handle,
}

/// Addresses of a server.
#[derive(Debug, Clone)]
pub(crate) struct Addresses {
    pub(crate) address: std::net::SocketAddr,
    pub(crate) url: String,
    pub(crate) control: String,
    pub(crate) tls: Option<TlsFiles>,
}

/// Files for clients of a server with TLS.
#[derive(Debug, Clone)]
pub(crate) struct TlsFiles {
    /// The CA certificate to trust.
    pub(crate) ca: PathBuf,
    /// A client certificate that the server accepts.
    pub(crate) client: ClientCertificate,
}

/// Counts of connections.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    /// Connections accepted since the start.
    pub(crate) accepted: AtomicU64,
    /// Open connections.
    pub(crate) open: AtomicU64,
    /// Connections that have received a request to the API.
    pub(crate) used: AtomicU64,
}

impl Server {
    /// Creates a server and starts its clock. The caller accepts its connections.
    pub(crate) fn start(number: u64, spec: ServerSpec, addresses: Addresses) -> Arc<Self> {
        let mut faults = FaultRules::default();
        faults.add(spec.faults);
        let server = Arc::new(Self {
            number,
            addresses,
            rate_limiter: RateLimiter::new(spec.state.rate_limit),
            log: Watched::default(),
            traffic: Traffic::default(),
            world: Watched::new(World::new(&spec.state, spec.record)),
            faults: Mutex::new(faults),
            poster: OnceLock::new(),
            events_changed: Notify::new(),
            stop: watch::Sender::new(false),
            runtime: Handle::current(),
            api_key: spec.state.api_key,
            page_size_cap: spec.state.page_size_cap,
            allow_http_webhooks: spec.state.allow_http_webhooks,
            stream_rules: StreamRules {
                limits: spec.state.max_concurrent_streams.0,
                requests_per_limit: spec.state.requests_per_stream_limit.get(),
                goaway_after: spec.state.goaway_after.map(NonZeroU64::get),
            },
        });
        tokio::spawn(Arc::clone(&server).run_clock());
        server
    }

    /// Runs timed events when they are due, even if no request arrives.
    async fn run_clock(self: Arc<Self>) {
        let clock = async {
            loop {
                let wait = self.with_world(|world| world.until_next());
                let sleep = async {
                    match wait {
                        Some(wait) => tokio::time::sleep(wait).await,
                        None => std::future::pending().await,
                    }
                };
                tokio::select! {
                    () = sleep => {}
                    () = self.events_changed.notified() => {}
                }
            }
        };
        tokio::select! {
            () = clock => {}
            () = self.stopped() => {}
        }
    }

    /// Reads or changes the account, after all due events have run.
    pub(crate) fn with_world<T>(&self, action: impl FnOnce(&mut World) -> T) -> T {
        let mut world = self.world.lock();
        world.run_due_events();
        let before = world.next_due();
        let result = action(&mut world);
        if world.next_due() != before {
            self.events_changed.notify_one();
        }
        result
    }

    /// Advances the clock, and runs the events that become due.
    pub(crate) fn advance(&self, by: Duration) {
        self.with_world(|world| world.clock.advance(by));
        self.with_world(|_| ());
        self.events_changed.notify_one();
    }

    /// The account, to wait for a change.
    pub(crate) fn world(&self) -> &Watched<World> {
        &self.world
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, FaultRules> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records a request that is not processed, and the reason.
    pub(crate) fn record_unprocessed(&self, head: &Head, body: &[u8], why: &str) {
        let mut log = self.log.lock();
        let number = log.add(head, body);
        if let Some(outcome) = log.outcome(number) {
            outcome.fault = Some(why.to_owned());
        }
        log.mark_processed(number);
        drop(log);
        self.log.notify_all();
    }

    /// Waits until this many requests have been received and processed, as far as faults let them be processed.
    pub(crate) async fn requests(&self, at_least: usize) {
        self.log.wait_async(LONGEST_DELAY, |log| log.processed() >= at_least).await;
    }

    /// Starts a task that posts deliveries to one URL, one after the other. Returns its queue.
    pub(crate) fn start_poster(self: &Arc<Self>, url: &str) -> UnboundedSender<usize> {
        let (sender, queue) = unbounded_channel();
        let client = self.poster.get_or_init(poster::client).clone();
        self.runtime.spawn(poster::post_all(Arc::clone(self), client, url.to_owned(), queue));
        sender
    }

    /// Stops the server: its listener, its connections and its clock.
    pub(crate) fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Returns when the server stops.
    pub(crate) async fn stopped(&self) {
        // The sender lives as long as `self`.
        let _ = self.stop.subscribe().wait_for(|stop| *stop).await;
    }
}

impl Traffic {
    /// Counts a connection. It counts as open until the returned guard is dropped.
    pub(crate) fn opened(&self) -> OpenConnection<'_> {
        Self::count(&self.accepted);
        Self::count(&self.open);
        OpenConnection(self)
    }

    pub(crate) fn count(counter: &AtomicU64) -> u64 {
        counter.fetch_add(1, Ordering::Relaxed) + 1
    }
}

/// Guard of an open connection.
pub(crate) struct OpenConnection<'a>(&'a Traffic);

impl Drop for OpenConnection<'_> {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

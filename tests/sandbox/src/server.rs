//! One server: an account, what it has received, what is to go wrong, and when it ends.

use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::{Notify, watch};

use crate::api::RateLimiter;
use crate::fault_book::FaultBook;
use crate::net::streams::StreamRules;
use crate::poster;
use crate::record::{Head, RequestLog};
use crate::spec::ServerSpec;
use crate::watched::Watched;
use crate::world::World;

#[derive(Debug)]
pub(crate) struct Server {
    /// 0 for the one that the others were made through.
    pub(crate) number: u64,
    pub(crate) places: Places,
    pub(crate) api_key: String,
    pub(crate) page_size_cap: Option<u64>,
    pub(crate) allow_http_webhooks: bool,
    pub(crate) rate_limiter: RateLimiter,
    pub(crate) stream_rules: StreamRules,
    pub(crate) log: Watched<RequestLog>,
    pub(crate) traffic: Traffic,
    world: Watched<World>,
    faults: Mutex<FaultBook>,
    poster: OnceLock<reqwest::Client>,
    agenda_changed: Notify,
    stop: watch::Sender<bool>,
    runtime: Handle,
}

/// Where a server is found.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    pub(crate) address: std::net::SocketAddr,
    pub(crate) url: String,
    pub(crate) control: String,
    pub(crate) ca_file: Option<String>,
}

/// Counts of connections.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    /// All that were ever accepted.
    pub(crate) accepted: AtomicU64,
    /// Those that are open now.
    pub(crate) open: AtomicU64,
    /// Those that brought a request to the API.
    pub(crate) used: AtomicU64,
}

impl Server {
    /// Makes a server and starts its clock; the caller listens for it.
    pub(crate) fn start(number: u64, spec: ServerSpec, places: Places) -> Arc<Self> {
        let mut faults = FaultBook::default();
        faults.add(spec.faults);
        let server = Arc::new(Self {
            number,
            places,
            rate_limiter: RateLimiter::new(spec.state.rate_limit),
            log: Watched::default(),
            traffic: Traffic::default(),
            world: Watched::new(World::new(&spec.state)),
            faults: Mutex::new(faults),
            poster: OnceLock::new(),
            agenda_changed: Notify::new(),
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
        tokio::spawn(Arc::clone(&server).keep_time());
        server
    }

    /// Does what falls due, when it does, whether or not anybody asks.
    async fn keep_time(self: Arc<Self>) {
        let passing = async {
            loop {
                let wait = self.visit(|world| world.until_next());
                let sleep = async {
                    match wait {
                        Some(wait) => tokio::time::sleep(wait).await,
                        None => std::future::pending().await,
                    }
                };
                tokio::select! {
                    () = sleep => {}
                    () = self.agenda_changed.notified() => {}
                }
            }
        };
        tokio::select! {
            () = passing => {}
            () = self.stopped() => {}
        }
    }

    /// Looks at or changes the account, after all that is due by now has happened.
    pub(crate) fn visit<T>(&self, visit: impl FnOnce(&mut World) -> T) -> T {
        let mut world = self.world.lock();
        world.settle();
        let before = world.next_due();
        let result = visit(&mut world);
        if world.next_due() != before {
            self.agenda_changed.notify_one();
        }
        result
    }

    /// Moves the clock ahead, and does what falls due by it.
    pub(crate) fn advance(&self, by: Duration) {
        self.visit(|world| world.clock.advance(by));
        self.visit(|_| ());
        self.agenda_changed.notify_one();
    }

    /// The account, to wait for something in it.
    pub(crate) fn world(&self) -> &Watched<World> {
        &self.world
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, FaultBook> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records a request that is not processed, and why.
    pub(crate) fn record_unserved(&self, head: &Head, body: &[u8], why: &str) {
        let mut log = self.log.lock();
        let number = log.add(head, body);
        if let Some(outcome) = log.outcome(number) {
            outcome.fault = Some(why.to_owned());
        }
        log.settle(number);
        drop(log);
        self.log.ring();
    }

    /// A queue of deliveries that are posted to one URL, one after the other.
    pub(crate) fn start_poster(self: &Arc<Self>, url: &str) -> UnboundedSender<usize> {
        let (sender, queue) = unbounded_channel();
        let client = self.poster.get_or_init(poster::client).clone();
        self.runtime.spawn(poster::post_all(Arc::clone(self), client, url.to_owned(), queue));
        sender
    }

    /// Ends the server: its listener, its connections and its clock.
    pub(crate) fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Returns when the server is to end.
    pub(crate) async fn stopped(&self) {
        // The sender lives as long as `self`.
        let _ = self.stop.subscribe().wait_for(|stop| *stop).await;
    }
}

impl Traffic {
    /// Counts a connection, as open for as long as what is returned lives.
    pub(crate) fn opened(&self) -> Opened<'_> {
        Self::count(&self.accepted);
        Self::count(&self.open);
        Opened(self)
    }

    pub(crate) fn count(counter: &AtomicU64) -> u64 {
        counter.fetch_add(1, Ordering::Relaxed) + 1
    }
}

/// An open connection.
pub(crate) struct Opened<'a>(&'a Traffic);

impl Drop for Opened<'_> {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

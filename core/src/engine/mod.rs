//! The engine: sends requests and retries them.
//!
//! - `call` runs a call, with the `history` of its attempts, and `wait` has its waits: `request` is sent by each `attempt`, `progress` records how far
//!   an attempt has got, and `response_head` and `error_body` read the response;
//! - `keyed` runs calls with idempotency keys, whose results a ledger records, and `expiry` says when it is too late to send;
//! - `retry`, `retry_after` and `gate` decide whether and when to retry, and `polling` when to poll again;
//! - `pace` and `rate` decide when the attempts of bulk runs begin, and `limiter` shares their rate with all workers of an account;
//! - `runtime_pool` drives blocking calls, `background` drives async calls, a `task` is one of these, and `admission` limits their number;
//! - `http` is the HTTP client of one runtime, `pool` has its connections, `driver` and `signal` drive them, and `connect` opens them;
//! - `tls` configures TLS: `trust` and `pinned` verify servers, `identity` is the client certificate, and `pem` reads the files of these;
//! - `secrets` removes the key and passwords from the texts of a server;
//! - `fork` detects a forked child, `process` gives each process its own state, and `thread` starts threads.

mod admission;
mod attempt;
mod background;
mod call;
mod connect;
mod driver;
mod error_body;
pub(crate) mod expiry;
mod fork;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
mod gate;
mod history;
mod http;
pub(crate) mod identity;
pub(crate) mod keyed;
#[cfg(feature = "redis")]
pub(crate) mod limiter;
#[cfg(not(feature = "redis"))]
#[path = "without_limiter.rs"]
pub(crate) mod limiter;
mod pace;
mod pem;
mod pinned;
mod polling;
mod pool;
mod process;
mod progress;
pub(crate) mod rate;
pub(crate) mod request;
mod request_url;
mod response_head;
mod retry;
mod retry_after;
mod runtime_pool;
mod secrets;
mod signal;
mod task;
pub(crate) mod thread;
mod tls;
pub(crate) mod trust;
mod wait;

use std::collections::HashSet;
use std::mem;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ::http::Uri;
use tokio::runtime::{Builder, Runtime};
use tokio_util::sync::CancellationToken;

use self::admission::{Admission, Permit, WaitResult, wait_on_thread};
use self::background::{Background, BackgroundRuntime};
use self::connect::Connector;
pub use self::fork::generation;
pub(crate) use self::fork::{NoFork, SQLITE};
use self::gate::Gate;
use self::identity::ClientAuthentication;
pub(crate) use self::pace::BulkPace;
use self::pace::Pace;
pub(crate) use self::process::PerProcess;
pub(crate) use self::rate::Priority;
use self::request::Request;
pub(crate) use self::runtime_pool::RuntimeLease;
use self::runtime_pool::RuntimePool;
pub(crate) use self::runtime_pool::{block_signals, check_blocking_allowed};
use self::task::Task;
#[cfg(feature = "postgres")]
pub(crate) use self::tls::for_database as tls_config;
use crate::call_options::{Call, Deadline};
use crate::config::Config;
use crate::decode::{Decode, ResponseDecoder};
use crate::ledger::open::OpenLedger;
use crate::observe::{self, Warning};
use crate::tolerant::notes::Note;
use crate::{CancelToken, Error, Kind, Outcome, Result};

/// The maximum idle time of a connection that is reused, unless the server reports a shorter one. The pools remove older connections at this
/// interval, so that none stays open for more than twice this time.
const MAX_IDLE_TIME: Duration = Duration::from_secs(30);

/// An idle connection is no longer used this long before the server closes it.
const KEEP_ALIVE_MARGIN: Duration = Duration::from_secs(1);

/// The state that all clones of a client share.
pub(crate) struct Shared {
    pub(crate) config: Config,
    gate: Gate,
    closed: AtomicBool,
    process: PerProcess<Process>,
}

/// The state of a client that is separate in each process.
struct Process {
    generation: u64,
    runtime_builder: Mutex<Builder>,
    admission: Admission,
    /// The maximum idle time of a connection that is reused, in milliseconds.
    longest_idle: AtomicU64,
    runtime_pool: RuntimePool,
    background: Background,
    /// Opens the connections of all pools.
    connector: OnceLock<Connector>,
    random: Mutex<fastrand::Rng>,
    /// The fields of responses, and other things, for which a warning was logged.
    warned: Mutex<HashSet<(&'static str, &'static str)>>,
    ledger: Mutex<Option<Arc<OpenLedger>>>,
    pace: Pace,
    closing: CancellationToken,
}

impl Shared {
    /// Opens no connection and starts no thread.
    pub(crate) fn new(config: Config) -> Shared {
        let process = PerProcess::new(Process::new(&config));
        Shared { config, gate: Gate::new(), closed: AtomicBool::new(false), process }
    }

    /// Makes a blocking call on the caller's thread.
    pub(crate) fn call<T: Decode>(
        self: &Arc<Self>,
        request: &Request,
        call: &Call,
        mut decoder: ResponseDecoder<T>,
    ) -> Result<T> {
        let _permit = self.admit(call)?;
        let lease = RuntimePool::check_out(self)?;
        let run = call::run(self, lease.http(), request, call, &mut decoder);
        lease.block_on(run, call.cancel.as_ref())??;
        Ok(decoder.into_inner())
    }

    /// Takes a runtime for several calls.
    pub(crate) fn check_out(self: &Arc<Self>) -> Result<RuntimeLease> {
        RuntimePool::check_out(self)
    }

    /// Waits on this thread until a blocking call is admitted.
    pub(crate) fn admit(&self, call: &Call) -> Result<Permit> {
        let admission = &self.process().admission;
        if let Some(permit) = admission.try_enter() {
            return Ok(permit);
        }
        let entering = self.unless_closed(admission.enter());
        match wait_on_thread(entering, call.deadline, call.cancel.as_ref())? {
            WaitResult::Ready(Some(permit)) => Ok(permit),
            WaitResult::Ready(None) => Err(closed(Outcome::NotSent)),
            WaitResult::Cancelled => Err(cancelled(Outcome::NotSent)),
            WaitResult::TimedOut(deadline) => Err(no_connection(deadline, Outcome::NotSent)),
            WaitResult::Forked => Err(fork::forked_error(Outcome::NotSent)),
        }
    }

    /// Takes a permit for a page that a blocking list prefetches, if at least two are free.
    pub(crate) fn admit_prefetch(&self) -> Option<Permit> {
        self.process().admission.try_enter_with_spare()
    }

    /// A call on a leased runtime. It makes progress only while it is polled. It is not spawned on the runtime, where nothing would drive or free it.
    pub(crate) fn call_with_lease<T: Decode>(
        self: &Arc<Self>,
        lease: &RuntimeLease,
        permit: Permit,
        request: Request,
        call: Call,
    ) -> impl Future<Output = Result<T>> + Send + use<T> {
        let (shared, http) = (self.clone(), lease.http().clone());
        async move {
            let _permit = permit;
            let mut decoder = ResponseDecoder::once();
            call::run(&shared, &http, &request, &call, &mut decoder).await?;
            Ok(decoder.into_inner())
        }
    }

    /// Spawns a call on the background runtime.
    pub(crate) fn spawn<T: Decode>(
        self: &Arc<Self>,
        request: Request,
        call: Call,
        mut decoder: ResponseDecoder<T>,
    ) -> Result<Task<T>> {
        let running = self.background_runtime()?;
        let (shared, runtime) = (self.clone(), running.clone());
        Ok(Task::spawn(&runtime, async move {
            call::run(&shared, running.http(&shared)?, &request, &call, &mut decoder).await?;
            Ok(decoder.into_inner())
        }))
    }

    /// Runs a call on the background runtime, wherever this future is polled. No task is needed if that is on the background runtime.
    pub(crate) async fn run_async<T: Decode>(
        self: &Arc<Self>,
        request: Request,
        call: Call,
        mut decoder: ResponseDecoder<T>,
    ) -> Result<T> {
        let running = self.background_runtime()?;
        if !running.is_current_thread() {
            return self.spawn(request, call, decoder)?.await;
        }
        call::run(self, running.http(self)?, &request, &call, &mut decoder).await?;
        Ok(decoder.into_inner())
    }

    /// Returns the background runtime, or an error if the client is closed.
    pub(crate) fn background_runtime(&self) -> Result<Arc<BackgroundRuntime>> {
        self.process().background.get(self)
    }

    /// Returns the ledger of the client, and opens it if needed. `None` if the client has none.
    pub(crate) fn ledger(&self) -> Result<Option<Arc<OpenLedger>>> {
        let Some(location) = &self.config.ledger else { return Ok(None) };
        let mut ledger = self.process().ledger.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ledger) = &*ledger {
            return Ok(Some(ledger.clone()));
        }
        let opened = OpenLedger::open(location, &self.config)?;
        Ok(Some(ledger.insert(Arc::new(opened)).clone()))
    }

    /// Returns the background runtime, if it is running.
    pub(crate) fn existing_background_runtime(&self) -> Option<Arc<BackgroundRuntime>> {
        self.process().background.get_existing()
    }

    /// Makes later calls and calls that are waiting fail, and closes idle connections. Attempts in flight are completed.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        let process = self.process();
        process.closing.cancel();
        process.runtime_pool.close();
        process.background.close();
    }

    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Returns the output of the future, or `None` if the client is closed first.
    async fn unless_closed<F: Future>(&self, future: F) -> Option<F::Output> {
        self.process().closing.run_until_cancelled(future).await
    }

    fn process(&self) -> &Process {
        self.process.get(|_| Process::new(&self.config))
    }

    fn new_runtime(&self) -> Result<Runtime> {
        // A child that is forked in the meantime would wait forever for a lock of tokio.
        let _no_fork =
            NoFork::begin(&fork::RUNTIMES).map_err(|error| no_event_queue(&error.to_string()).with_source(error))?;
        let mut builder = self.process().runtime_builder.lock().unwrap_or_else(PoisonError::into_inner);
        // If a program enables tokio's feature "signal", tokio panics when no file descriptor is left for it.
        let built = panic::catch_unwind(AssertUnwindSafe(|| builder.build()));
        match built {
            Ok(Ok(runtime)) => Ok(runtime),
            Ok(Err(error)) => Err(no_event_queue(&error.to_string()).with_source(error)),
            Err(_) => Err(no_event_queue("no file descriptors are left")),
        }
    }

    /// The rate to which bulk rows are limited at present, in requests per second.
    pub(crate) fn allowed_rate(&self) -> Option<f64> {
        self.process().pace.limit()
    }

    /// The time until the server accepts requests again, as far as it has said so.
    pub(crate) fn gate_opens_in(&self) -> Option<Duration> {
        self.gate.opens_in()
    }

    /// The maximum idle time of a connection that is reused.
    fn longest_idle(&self) -> Duration {
        Duration::from_millis(self.process().longest_idle.load(Ordering::Relaxed))
    }

    /// Records how long the server keeps idle connections open. A request on a connection that the server is closing would be lost.
    fn note_keep_alive(&self, kept_open: Duration) {
        let usable = kept_open.saturating_sub(KEEP_ALIVE_MARGIN).as_millis();
        self.process().longest_idle.fetch_min(u64::try_from(usable).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Logs a warning about fields that are not as documented, once per field.
    fn warn_of(&self, request: &Request, call: &Call, notes: &[Note]) {
        for note in notes {
            if self.is_first_warning(note.model, note.field) {
                let observer = call.observer.as_ref().or(self.config.observer.as_ref());
                let warning = Warning::new(request.method.as_str(), request.route, note.to_string());
                observe::warn(observer, &warning);
            }
        }
    }

    /// Whether no warning about this was logged before.
    fn is_first_warning(&self, about: &'static str, what: &'static str) -> bool {
        self.process().warned.lock().unwrap_or_else(PoisonError::into_inner).insert((about, what))
    }

    /// A random number from 0 to 1.
    fn random(&self) -> f64 {
        self.process().random.lock().unwrap_or_else(PoisonError::into_inner).f64()
    }

    fn connector(&self) -> Result<Connector> {
        let slot = &self.process().connector;
        if let Some(connector) = slot.get() {
            return Ok(connector.clone());
        }
        let config = &self.config;
        let tls = match config.never_uses_tls() {
            true => tls::trusting_nobody(),
            false => tls::client_config(&config.trust, config.http2)?,
        };
        let authentication = ClientAuthentication::new(config.identity.clone());
        let target =
            Uri::try_from(config.base_url.as_str()).map_err(|_| Error::config("base_url", "is not a valid URI"))?;
        let (route, timeout, user_agent) = (config.route.clone(), config.connect_timeout, config.user_agent());
        Ok(slot.get_or_init(|| Connector::new(target, route, tls, authentication, timeout, user_agent)).clone())
    }
}

/// Waits on this thread for a future that needs no runtime. `None` if the token is cancelled first.
///
/// # Errors
///
/// If this thread must not be blocked, or if the process is forked during the wait.
pub(crate) fn wait_until<T>(future: impl Future<Output = T>, cancel: Option<&CancelToken>) -> Result<Option<T>> {
    match wait_on_thread(future, None, cancel)? {
        WaitResult::Ready(output) => Ok(Some(output)),
        WaitResult::Cancelled => Ok(None),
        WaitResult::TimedOut(_) | WaitResult::Forked => Err(fork::forked_error(Outcome::Unknown)),
    }
}

const CANCELLED: &str = "the call was cancelled";

/// The error of a cancelled call.
fn cancelled(outcome: Outcome) -> Error {
    Error::new(Kind::Cancelled, outcome, CANCELLED)
}

/// The error of a call whose client was closed.
fn closed(outcome: Outcome) -> Error {
    Error::new(Kind::Closed, outcome, "the client is closed")
}

fn no_event_queue(reason: &str) -> Error {
    Error::new(Kind::Other, Outcome::NotSent, format!("cannot create an event queue for the call: {reason}"))
}

/// The error of a call that was not admitted before its deadline.
fn no_connection(deadline: Deadline, outcome: Outcome) -> Error {
    let message = format!("{deadline} passed while all connections of the client were in use");
    Error::new(Kind::Timeout, outcome, message).with_hint("see max_connections")
}

impl Process {
    fn new(config: &Config) -> Process {
        // Forked children would inherit a thread-local generator, and all of them would draw the same waits.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos() as u64;
        Process {
            generation: fork::generation(),
            runtime_builder: Mutex::new(runtime_pool::runtime_builder()),
            admission: Admission::new(config.max_connections),
            longest_idle: AtomicU64::new(MAX_IDLE_TIME.as_millis() as u64),
            runtime_pool: RuntimePool::default(),
            background: Background::default(),
            connector: OnceLock::new(),
            random: Mutex::new(fastrand::Rng::with_seed(now ^ u64::from(std::process::id()).rotate_left(32))),
            warned: Mutex::default(),
            ledger: Mutex::default(),
            pace: Pace::new(config.limiter.clone()),
            closing: CancellationToken::new(),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.generation == fork::generation() {
            self.runtime_pool.close();
        } else {
            self.runtime_pool.abandon();
            self.background.abandon();
            mem::forget(self.ledger.get_mut().unwrap_or_else(PoisonError::into_inner).take());
            self.pace.abandon();
        }
    }
}

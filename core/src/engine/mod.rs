//! The engine: how requests are sent, and sent again.
//!
//! - `request` is what is sent, `attempt` sends it once, `progress` records how far it gets, `answer` and `error_body` read what comes, `call` makes attempts until
//!   it is done;
//! - `retry`, `retry_after` and `gate` say whether and when to try again, `waiting` when to ask again for what takes its time;
//! - `lane` drives blocking calls, `background` async ones;
//! - `http` holds the connections of one runtime, `connect` opens them, `tls` and `trust` are what all of them share;
//! - `fork` detects a forked child, and `process` sees to it that it shares nothing with its parent.

mod admission;
mod answer;
mod api_key;
mod attempt;
mod background;
mod call;
mod connect;
mod error_body;
mod fork;
mod gate;
mod http;
mod lane;
mod process;
mod progress;
pub(crate) mod request;
mod retry;
mod retry_after;
mod tls;
pub(crate) mod trust;
mod waiting;

use std::collections::HashSet;
use std::panic::{self, AssertUnwindSafe};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use self::admission::{Admission, Ended, Permit, wait_on_thread};
use self::background::{Background, Running};
use self::connect::Connector;
pub use self::fork::generation;
use self::gate::Gate;
pub(crate) use self::lane::LaneInUse;
use self::lane::Lanes;
use self::process::PerProcess;
use self::request::Request;
use crate::call_options::Call;
use crate::config::Config;
use crate::decode::{Decode, Decoded};
use crate::observe::{self, Warning};
use crate::tolerant::notes::Note;
use crate::{Error, Kind, Outcome, Result};

/// For how long a connection may have been idle when it is used again, if the server says nothing of it. The pools look for older ones at this
/// interval, so that none stays open for more than twice as long: a minute.
const LONGEST_IDLE: Duration = Duration::from_secs(30);

/// How long before the server closes an idle connection it is not used any more.
const KEEP_ALIVE_MARGIN: Duration = Duration::from_secs(1);

/// What all clones of a client share.
pub(crate) struct Shared {
    pub(crate) config: Config,
    gate: Gate,
    closed: AtomicBool,
    process: PerProcess<Process>,
}

/// What a client has of its own in each process.
struct Process {
    generation: u64,
    runtimes: Mutex<Builder>,
    admission: Admission,
    /// For how long a connection may have been idle when it is used again, in milliseconds.
    longest_idle: AtomicU64,
    lanes: Lanes,
    background: Background,
    /// Opens the connections of all pools.
    connector: OnceLock<Connector>,
    random: Mutex<fastrand::Rng>,
    /// The fields of responses that a warning was logged about.
    warned: Mutex<HashSet<(&'static str, &'static str)>>,
    closing: CancellationToken,
}

impl Shared {
    /// Opens and starts nothing.
    pub(crate) fn new(config: Config) -> Shared {
        let process = PerProcess::new(Process::new(&config));
        Shared { config, gate: Gate::new(), closed: AtomicBool::new(false), process }
    }

    /// A blocking call, on the caller's thread.
    pub(crate) fn call<T: Decode>(
        self: &Arc<Self>,
        request: &Request,
        call: &Call,
        mut answer: Decoded<T>,
    ) -> Result<T> {
        let _permit = self.admit(call)?;
        let lane = Lanes::check_out(self)?;
        let run = call::run(self, lane.http(), request, call, &mut answer);
        lane.block_on(run, call.cancel.as_ref())??;
        Ok(answer.into_inner())
    }

    /// A lane for several calls.
    pub(crate) fn check_out(self: &Arc<Self>) -> Result<LaneInUse> {
        Lanes::check_out(self)
    }

    /// Waits on this thread until a blocking call may begin.
    pub(crate) fn admit(&self, call: &Call) -> Result<Permit> {
        let admission = &self.process().admission;
        if let Some(permit) = admission.try_enter() {
            return Ok(permit);
        }
        let entering = self.unless_closed(admission.enter());
        match wait_on_thread(entering, call)? {
            Ended::Ready(Some(permit)) => Ok(permit),
            Ended::Ready(None) => Err(closed(Outcome::NotSent)),
            Ended::Cancelled => Err(cancelled(Outcome::NotSent)),
            Ended::TimedOut => Err(no_connection(Outcome::NotSent)),
            Ended::Forked => Err(fork::call_of_parent(Outcome::NotSent)),
        }
    }

    /// A permit for a page that a blocking list prefetches, if there is one to spare.
    pub(crate) fn admit_prefetch(&self) -> Option<Permit> {
        self.process().admission.try_enter_with_spare()
    }

    /// A call that goes on whenever it is polled on that lane. It is not spawned there: nobody would drive it to its end, or free it.
    pub(crate) fn call_on<T: Decode>(
        self: &Arc<Self>,
        lane: &LaneInUse,
        permit: Permit,
        request: Request,
        call: Call,
    ) -> impl Future<Output = Result<T>> + Send + use<T> {
        let (shared, http) = (self.clone(), lane.http().clone());
        async move {
            let _permit = permit;
            let mut answer = Decoded::once();
            call::run(&shared, &http, &request, &call, &mut answer).await?;
            Ok(answer.into_inner())
        }
    }

    /// A call on the background runtime.
    pub(crate) fn spawn<T: Decode>(
        self: &Arc<Self>,
        request: Request,
        call: Call,
        mut answer: Decoded<T>,
    ) -> Result<Task<T>> {
        let running = self.running()?;
        let shared = self.clone();
        let handle = running.handle.clone();
        Ok(Task::new(handle.spawn(async move {
            call::run(&shared, &running.http, &request, &call, &mut answer).await?;
            Ok(answer.into_inner())
        })))
    }

    /// A call on the background runtime, wherever this is polled. Where that is on the runtime, there is no need of a task.
    pub(crate) async fn carry<T: Decode>(
        self: &Arc<Self>,
        request: Request,
        call: Call,
        mut answer: Decoded<T>,
    ) -> Result<T> {
        let running = self.running()?;
        if !running.is_here() {
            return self.spawn(request, call, answer)?.await;
        }
        call::run(self, &running.http, &request, &call, &mut answer).await?;
        Ok(answer.into_inner())
    }

    /// The background runtime, unless the client is closed.
    pub(crate) fn running(&self) -> Result<Arc<Running>> {
        if self.is_closed() {
            return Err(closed(Outcome::NotSent));
        }
        self.process().background.get(self)
    }

    /// The background runtime, where there is one.
    pub(crate) fn running_already(&self) -> Option<Arc<Running>> {
        self.process().background.get_already()
    }

    /// Refuses further calls, ends the waits of those under way, and closes idle connections. An attempt in flight goes on to its end.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        let process = self.process();
        process.closing.cancel();
        process.lanes.close();
        process.background.close();
    }

    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// The future's result, or `None` where the client is closed first.
    async fn unless_closed<F: Future>(&self, future: F) -> Option<F::Output> {
        self.process().closing.run_until_cancelled(future).await
    }

    fn process(&self) -> &Process {
        self.process.get(|_| Process::new(&self.config))
    }

    fn new_runtime(&self) -> Result<Runtime> {
        let mut builder = self.process().runtimes.lock().unwrap_or_else(PoisonError::into_inner);
        // If a program enables tokio's feature "signal", tokio panics when no file descriptor is left for it.
        let built = panic::catch_unwind(AssertUnwindSafe(|| builder.build()));
        match built {
            Ok(Ok(runtime)) => Ok(runtime),
            Ok(Err(error)) => Err(no_event_queue(&error.to_string()).with_source(error)),
            Err(_) => Err(no_event_queue("no file descriptors are left")),
        }
    }

    /// For how long a connection may have been idle when it is used again.
    fn longest_idle(&self) -> Duration {
        Duration::from_millis(self.process().longest_idle.load(Ordering::Relaxed))
    }

    /// Notes how long the server keeps idle connections open. A request on one that it is closing would be lost.
    fn note_keep_alive(&self, kept_open: Duration) {
        let usable = kept_open.saturating_sub(KEEP_ALIVE_MARGIN).as_millis();
        self.process().longest_idle.fetch_min(u64::try_from(usable).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Logs a warning about fields that are not as documented, once per field.
    fn warn_of(&self, request: &Request, call: &Call, notes: &[Note]) {
        for note in notes {
            let is_new = {
                let mut warned = self.process().warned.lock().unwrap_or_else(PoisonError::into_inner);
                warned.insert((note.model, note.field))
            };
            if is_new {
                let observer = call.observer.as_ref().or(self.config.observer.as_ref());
                let warning = Warning::new(request.method.as_str(), request.route, note.to_string());
                observe::warn(observer, &warning);
            }
        }
    }

    /// From 0 to 1.
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
        let make = || Connector::new(config.route.clone(), tls, config.connect_timeout, config.user_agent());
        Ok(slot.get_or_init(make).clone())
    }
}

const CANCELLED: &str = "the call was cancelled";

/// The error of a call that was cancelled when its request had got so far.
fn cancelled(outcome: Outcome) -> Error {
    Error::new(Kind::Cancelled, outcome, CANCELLED)
}

/// The error of a call whose client was closed when its request had got so far.
fn closed(outcome: Outcome) -> Error {
    Error::new(Kind::Closed, outcome, "the client is closed")
}

fn no_event_queue(reason: &str) -> Error {
    Error::new(Kind::Other, Outcome::NotSent, format!("cannot create an event queue for the call: {reason}"))
}

/// The error of a call that was not admitted before its deadline.
fn no_connection(outcome: Outcome) -> Error {
    Error::new(
        Kind::Timeout,
        outcome,
        "the deadline of the call passed while all connections of the client were in use: see max_connections",
    )
}

impl Process {
    fn new(config: &Config) -> Process {
        // A thread's own generator would be inherited by forked children, who would all draw the same waits.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos() as u64;
        Process {
            generation: fork::generation(),
            runtimes: Mutex::new(lane::runtime_builder()),
            admission: Admission::new(config.max_connections),
            longest_idle: AtomicU64::new(LONGEST_IDLE.as_millis() as u64),
            lanes: Lanes::default(),
            background: Background::default(),
            connector: OnceLock::new(),
            random: Mutex::new(fastrand::Rng::with_seed(now ^ u64::from(std::process::id()).rotate_left(32))),
            warned: Mutex::default(),
            closing: CancellationToken::new(),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.generation == fork::generation() {
            self.lanes.close();
        } else {
            self.lanes.abandon();
            self.background.abandon();
        }
    }
}

/// A call that was spawned. Dropping it ends the call.
pub(crate) struct Task<T> {
    /// There until it is dropped.
    handle: Option<JoinHandle<Result<T>>>,
    generation: u64,
}

impl<T> Task<T> {
    fn new(handle: JoinHandle<Result<T>>) -> Task<T> {
        Task { handle: Some(handle), generation: fork::generation() }
    }
}

impl<T> Future for Task<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T>> {
        if self.generation != fork::generation() {
            return Poll::Ready(Err(fork::call_of_parent(Outcome::Unknown)));
        }
        let handle = self.handle.as_mut().expect("taken by drop alone");
        Pin::new(handle).poll(context).map(|joined| {
            joined.unwrap_or_else(|error| match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Err(Error::new(Kind::Closed, Outcome::Unknown, "the runtime of the call was shut down")),
            })
        })
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        let Some(handle) = self.handle.take() else { return };
        // What a forked child inherits runs in its parent: to end it would reach there, by locks and sockets that both have.
        if self.generation == fork::generation() { handle.abort() } else { std::mem::forget(handle) }
    }
}

//! Calls whose results are recorded in a ledger.
//!
//! They run on the background runtime, for blocking clients, too. If the caller stops waiting, the request is revoked; if it may have been sent, the
//! attempt goes on until its result is recorded. Cancelling ends the wait, not the knowledge.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::sync::oneshot;
use tokio::time::timeout;

use super::admission::{WaitResult, wait_on_thread};
use super::request::Request;
use super::runtime_pool::check_blocking_allowed;
use super::{Shared, call, fork};
use crate::call_options::Call;
use crate::decode::{Decode, ResponseDecoder};
use crate::ledger::claim::{CallClaim, LAST_WAIT_FOR_LEDGER};
use crate::ledger::key;
use crate::ledger::open::OpenLedger;
use crate::ledger::row::Claim;
use crate::ledger::state::Resend;
use crate::observe::{self, Observer, Warning};
use crate::{CancelToken, Error, Kind, Outcome, Result};

/// A call that may be recorded.
pub(crate) struct Work<T> {
    pub(crate) request: Request,
    pub(crate) call: Call,
    pub(crate) decoder: ResponseDecoder<T>,
    pub(crate) claim: Option<(Arc<OpenLedger>, Claim)>,
}

/// The end of a call.
pub(crate) struct Done<T> {
    pub(crate) result: Result<T>,
    /// Whether the result is that of an earlier call.
    pub(crate) is_replayed: bool,
    /// Whether the ledger has the result.
    pub(crate) is_recorded: bool,
    /// Why the result could not be recorded.
    pub(crate) not_recorded: Option<Error>,
}

/// Waits for the end of a call.
pub(crate) trait Caller<T>: Send + Sync + 'static {
    /// The call has its result, which is not recorded yet, and no longer uses a connection. A result that is replayed is that of an earlier call.
    fn answered(&self, _: Result<&T, &Error>, _is_replayed: bool) {}

    /// The result is recorded, or cannot be recorded. Nothing of the call is left to do.
    fn settled(&self) {}

    /// Called once. If the call is cancelled and its request may have been sent, it is called before the call ends.
    fn done(&self, done: Done<T>);
}

impl Shared {
    /// Starts a call on the background runtime. It ends only with its result.
    ///
    /// # Errors
    ///
    /// If the call cannot be started. Nothing was claimed and nothing was sent.
    pub(crate) fn start<T: Decode>(self: &Arc<Self>, work: Work<T>, caller: Arc<impl Caller<T>>) -> Result<()> {
        let running = self.background_runtime()?;
        let shared = self.clone();
        let runtime = running.clone();
        runtime.spawn(async move {
            let Work { request, call, mut decoder, claim } = work;
            let left = Arc::new(Mutex::new(false));
            let mut claim = claim.map(|(ledger, claim)| {
                let (caller, left) = (caller.clone(), left.clone());
                CallClaim::new(ledger, claim, move |error| {
                    *left.lock().unwrap_or_else(PoisonError::into_inner) = true;
                    // The result will be recorded when it arrives. Until then, the row is claimed.
                    caller.done(Done {
                        result: Err(error),
                        is_replayed: false,
                        is_recorded: false,
                        not_recorded: None,
                    });
                })
            });
            let ran = match running.http(&shared) {
                Ok(http) => call::run_claimed(&shared, http, &request, &call, &mut decoder, claim.as_mut()).await,
                Err(error) => Err(error),
            };
            let ran = match (ran, claim.as_mut()) {
                (Err(error), Some(claim)) => Err(claim.correct(error).await),
                (ran, _) => ran,
            };
            let has_row = claim.as_ref().is_some_and(|claim| claim.has_row);
            let is_replayed = claim.as_ref().is_some_and(|claim| claim.is_replayed);
            let mut not_recorded = claim.as_mut().and_then(|claim| claim.failure.take());
            let recording = claim.as_mut().map(|claim| claim.end(&decoder, ran.as_ref().err()));
            let result = ran.map(|()| decoder.into_inner());
            caller.answered(result.as_ref(), is_replayed);
            if let Some(recording) = recording {
                not_recorded = not_recorded.or(recorded_in_time(&call, recording).await.err());
            }
            caller.settled();
            if !*left.lock().unwrap_or_else(PoisonError::into_inner) {
                let is_recorded = has_row && not_recorded.is_none();
                caller.done(Done { result, is_replayed, is_recorded, not_recorded });
            }
        });
        Ok(())
    }

    /// The work of a single call with a key.
    ///
    /// # Errors
    ///
    /// If the client has no ledger, or if the key or an option of the call is invalid.
    pub(crate) fn work_with_key<T: Decode>(
        &self,
        key: &str,
        request: Request,
        call: Call,
        decoder: ResponseDecoder<T>,
    ) -> Result<Work<T>> {
        let Some(ledger) = self.ledger()? else {
            return Err(Error::config("idempotency_key", "needs a client with a ledger: set the option `ledger`"));
        };
        self.warn_if_temporary(&ledger, request.route, call.observer.as_ref());
        if call.retry_ambiguous {
            return Err(Error::config("retry_ambiguous", "must not be set for a call with an `idempotency_key`"));
        }
        key::check(key)?;
        let claim = ledger.claim(key, &request, Resend::default(), call.timeout);
        Ok(Work { request, call, decoder, claim: Some((ledger, claim)) })
    }

    /// Logs a warning about a ledger that is lost with the machine, once.
    pub(crate) fn warn_if_temporary(&self, ledger: &OpenLedger, route: &'static str, observer: Option<&Observer>) {
        if ledger.is_temporary && self.is_first_warning("ledger", "temporary") {
            let path = ledger.path.display();
            let message =
                format!("the ledger {path} is on a file system that is lost when the machine or the container stops");
            observe::warn(observer.or(self.config.observer.as_ref()), &Warning::new("POST", route, message));
        }
    }

    /// Makes a recorded call, wherever this future is polled. Dropping the future cancels the call.
    pub(crate) async fn run_recorded<T: Decode>(self: &Arc<Self>, work: Work<T>) -> Result<T> {
        self.begin_recorded(work)?.await
    }

    /// Makes a recorded call, and waits for it on this thread.
    pub(crate) fn call_recorded<T: Decode>(self: &Arc<Self>, work: Work<T>) -> Result<T> {
        // The call itself keeps to its deadline, and knows whether its request was sent.
        // Before the call starts.
        check_blocking_allowed()?;
        let cancel = work.call.cancel.clone();
        let mut answer = self.begin_recorded(work)?;
        match wait_on_thread(&mut answer, None, cancel.as_ref())? {
            WaitResult::Ready(result) => return result,
            WaitResult::Forked => return Err(fork::forked_error(Outcome::Unknown)),
            WaitResult::Cancelled | WaitResult::TimedOut(_) => answer.cancel(),
        }
        match wait_on_thread(&mut answer, None, None)? {
            WaitResult::Ready(result) => result,
            _ => Err(fork::forked_error(Outcome::Unknown)),
        }
    }

    fn begin_recorded<T: Decode>(self: &Arc<Self>, mut work: Work<T>) -> Result<Answer<T>> {
        let cancel = work.call.cancel.as_ref().map_or_else(CancelToken::new, CancelToken::child);
        work.call.cancel = Some(cancel.clone());
        let observer = work.call.observer.clone().or_else(|| self.config.observer.clone());
        let warning = Warning::new(work.request.method.as_str(), work.request.route, NOT_RECORDED);
        let (sender, receiver) = oneshot::channel();
        self.start(work, Arc::new(OneCaller { answer: Mutex::new(Some(sender)), observer, warning }))?;
        Ok(Answer { parts: Some((receiver, cancel)), generation: fork::generation() })
    }
}

/// Waits until the result is recorded, but not for long after the deadline of the call. It is then recorded later, if the ledger can be used again.
async fn recorded_in_time(call: &Call, recording: impl Future<Output = Result<()>>) -> Result<()> {
    let wait = call.time_left().max(LAST_WAIT_FOR_LEDGER);
    timeout(wait, recording).await.unwrap_or_else(|_| {
        let message = "the deadline of the call passed before the result was recorded in the ledger";
        Err(Error::new(Kind::Timeout, Outcome::Unknown, message))
    })
}

const NOT_RECORDED: &str = "the result could not be recorded in the ledger, where the key stays in doubt";

/// The caller of a single call.
struct OneCaller<T> {
    answer: Mutex<Option<oneshot::Sender<Result<T>>>>,
    observer: Option<Observer>,
    warning: Warning,
}

impl<T: Send + 'static> Caller<T> for OneCaller<T> {
    fn done(&self, done: Done<T>) {
        if done.not_recorded.is_some() {
            observe::warn(self.observer.as_ref(), &self.warning);
        }
        if let Some(answer) = self.answer.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // If the caller has gone, nobody needs the result.
            let _ = answer.send(done.result);
        }
    }
}

/// The answer to a call in progress. Dropping it cancels the call.
struct Answer<T> {
    /// `None` only while the answer is dropped.
    parts: Option<(oneshot::Receiver<Result<T>>, CancelToken)>,
    generation: u64,
}

impl<T> Answer<T> {
    fn cancel(&self) {
        if let Some((_, cancel)) = &self.parts {
            cancel.cancel();
        }
    }
}

impl<T> Future for Answer<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T>> {
        if self.generation != fork::generation() {
            return Poll::Ready(Err(fork::forked_error(Outcome::Unknown)));
        }
        let (receiver, _) = self.parts.as_mut().expect("only drop takes them");
        Pin::new(receiver).poll(context).map(|answer| {
            answer.unwrap_or_else(|_| {
                Err(Error::new(Kind::Closed, Outcome::Unknown, "the runtime of the call was shut down"))
            })
        })
    }
}

impl<T> Drop for Answer<T> {
    fn drop(&mut self) {
        // The call runs in the process that has started it.
        match self.generation == fork::generation() {
            true => self.cancel(),
            false => std::mem::forget(self.parts.take()),
        }
    }
}

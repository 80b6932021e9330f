//! A call: its attempts, and the waits between them. One that waits for something asks for it again and again.

use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::{sleep, timeout_at};

use super::admission::Permit;
use super::attempt::attempt;
use super::gate::{MAX_SPREAD, Place};
use super::http::Http;
use super::progress::Progress;
use super::request::{Method, Request};
use super::retry::{backoff, is_ambiguous, may_repeat};
use super::waiting;
use super::{CANCELLED, Shared, cancelled, closed, fork, no_connection};
use crate::call_options::Call;
use crate::decode::Sink;
use crate::observe::{self, Attempt};
use crate::{Error, Kind, Outcome, Result};

/// Asks until the answer is enough: as a rule once.
///
/// The future is boxed to be compiled here, once. Otherwise, the compiler would compile it and all that it calls again in every crate that makes calls.
pub(crate) fn run<'a>(
    shared: &'a Shared,
    http: &'a Http,
    request: &'a Request,
    call: &'a Call,
    sink: &'a mut dyn Sink,
) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>> {
    Box::pin(ask_until_enough(shared, http, request, call, sink))
}

async fn ask_until_enough(
    shared: &Shared,
    http: &Http,
    request: &Request,
    call: &Call,
    sink: &mut dyn Sink,
) -> Result<()> {
    request.check()?;
    let (mut attempts, mut pauses) = (0, 0);
    let generation = fork::generation();
    loop {
        let mut history = History::default();
        let asked = ask(shared, http, request, call, &mut history, sink).await;
        attempts += history.attempts;
        asked.map_err(|error| history.finish(request, error).with_attempts(attempts))?;
        if sink.is_enough() {
            return Ok(());
        }
        if generation != fork::generation() {
            return Err(fork::call_of_parent(Outcome::Unknown).with_attempts(attempts));
        }
        let paused = match waiting::next_pause(pauses, call.time_left(), shared.random()) {
            // As where it is too late.
            Some(wait) => pause(shared, call, &History::default(), wait)
                .await
                .map_err(|error| error.with_outcome(Outcome::Unknown)),
            None => Err(waiting::too_late()),
        };
        paused.map_err(|error| error.with_attempts(attempts))?;
        pauses += 1;
    }
}

/// Makes attempts until one succeeds, or none may follow.
async fn ask(
    shared: &Shared,
    http: &Http,
    request: &Request,
    call: &Call,
    history: &mut History,
    sink: &mut dyn Sink,
) -> Result<()> {
    let mut place = shared.gate.place();
    let generation = fork::generation();
    loop {
        // Before the gate: it may close while this waits.
        let permit = admit(shared, http, call, history).await?;
        pass_gate(shared, call, history, &mut place).await?;
        history.attempts += 1;
        let result = observed_attempt(shared, http, request, call, history.attempts, sink).await;
        drop(permit);
        if result.as_ref().map_or_else(|error| error.status().is_some_and(|status| status != 429), |()| true) {
            shared.gate.note_progress();
        }
        let Err(error) = result else { return Ok(()) };
        if generation != fork::generation() {
            // The observer has forked.
            return Err(fork::call_of_parent(error.outcome()));
        }
        if request.method == Method::Delete && error.status() == Some(404) && history.ambiguous {
            // An attempt that seemed to fail had removed it.
            return sink.take(204, &[]).map(drop).map_err(|_| error);
        }
        let Some(wait) = wait_before_next(shared, request, call, &error, history.attempts) else {
            return Err(error);
        };
        history.ambiguous |= is_ambiguous(&error);
        history.last = Some(error);
        // A 429 makes all calls wait, this one among them, at the gate.
        if history.last_status() != Some(429) {
            pause(shared, call, history, wait).await?;
        }
    }
}

/// What has happened so far since it was asked.
#[derive(Default)]
struct History {
    attempts: u32,
    /// An attempt may have been carried out.
    ambiguous: bool,
    last: Option<Error>,
}

impl History {
    fn last_status(&self) -> Option<u16> {
        self.last.as_ref().and_then(Error::status)
    }

    /// How far the request has got when nothing is under way.
    fn outcome(&self) -> Outcome {
        self.last.as_ref().map_or(Outcome::NotSent, Error::outcome)
    }

    /// The error that the call ends with.
    fn finish(&self, request: &Request, error: Error) -> Error {
        // An earlier attempt that may have been carried out is not undone by a later one that was refused.
        let hides_it = self.ambiguous && request.method != Method::Get && error.safe_to_retry();
        if hides_it { error.with_outcome(Outcome::Unknown) } else { error }
    }
}

async fn observed_attempt(
    shared: &Shared,
    http: &Http,
    request: &Request,
    call: &Call,
    number: u32,
    sink: &mut dyn Sink,
) -> Result<()> {
    let observer = call.observer.as_ref().or(shared.config.observer.as_ref());
    let started = observe::is_observed(observer).then(Instant::now);
    let progress = Arc::new(Progress::default());
    let attempt = attempt(shared, http, request, call, &progress, sink);
    let result = call.unless_cancelled(attempt).await;
    let result = result.unwrap_or_else(|| Err(progress.abort(Kind::Cancelled, CANCELLED)));
    if let Some(started) = started {
        let mut report = Attempt::new(request.method.as_str(), request.route, number, started.elapsed());
        report.status = progress.status();
        if let Err(error) = &result {
            report = report.failed(error);
        }
        observe::report(observer, &report);
    }
    result
}

/// How long to wait before the next attempt; `None` where there is to be none.
fn wait_before_next(shared: &Shared, request: &Request, call: &Call, error: &Error, attempts: u32) -> Option<Duration> {
    if error.kind() == Kind::Cancelled {
        return None;
    }
    let most = shared.config.max_retry_wait;
    let usual = backoff(attempts - 1, shared.random()).min(most);
    let wait = error.retry_after().unwrap_or(usual);
    if error.status() == Some(429) && wait <= most {
        shared.gate.close(wait, shared.random());
    }
    let allowed = attempts <= call.max_retries && may_repeat(error, request.method.repeatable(call.retry_ambiguous));
    (allowed && wait <= most && wait < call.time_left()).then_some(wait)
}

/// Waits until an attempt may use a connection.
async fn admit(shared: &Shared, http: &Http, call: &Call, history: &History) -> Result<Option<Permit>> {
    refuse_if_over(shared, call, history)?;
    http.catch_up().await;
    if !http.needs_permit() {
        return Ok(None);
    }
    let admission = &shared.process().admission;
    if let Some(permit) = admission.try_enter() {
        return Ok(Some(permit));
    }
    let entering = async {
        let Some(deadline) = call.deadline else { return Ok(admission.enter().await) };
        let permit = timeout_at(deadline.into(), admission.enter()).await;
        permit.map_err(|_| no_connection(history.outcome()))
    };
    let permit = unless_over(shared, call, history, entering).await??;
    // The permit comes from an attempt that has just ended. Its connection is free only when its task has noticed that.
    http.catch_up().await;
    Ok(Some(permit))
}

/// Waits until the gate lets the call through.
async fn pass_gate(shared: &Shared, call: &Call, history: &mut History, place: &mut Place<'_>) -> Result<()> {
    refuse_if_over(shared, call, history)?;
    while let Some(wait) = place.wait() {
        // Others may close it again and again. As long as the server accepts any requests, the turn of this one comes; else nobody waits for longer than
        // a server may ask for.
        let most = shared.config.max_retry_wait.saturating_add(MAX_SPREAD);
        let time_left = call.time_left();
        if wait.blocked > most || wait.until_open >= time_left {
            return Err(history.last.take().unwrap_or_else(|| refused_at_gate(wait.until_open)));
        }
        if wait.sleep >= time_left {
            pause(shared, call, history, time_left).await?;
            return Err(history.last.take().unwrap_or_else(too_late_at_gate));
        }
        pause(shared, call, history, wait.sleep).await?;
    }
    Ok(())
}

fn refused_at_gate(wait: Duration) -> Error {
    let message = "an earlier call reached the rate limit, and the wait exceeds the deadline or the maximum retry wait of this call";
    Error::new(Kind::RateLimited, Outcome::NotSent, message).with_retry_after(Some(wait))
}

fn too_late_at_gate() -> Error {
    let message = "an earlier call reached the rate limit, and the deadline of this call passed before its turn";
    Error::new(Kind::RateLimited, Outcome::NotSent, message)
}

/// Sleeps, unless the call or the client ends first.
async fn pause(shared: &Shared, call: &Call, history: &History, wait: Duration) -> Result<()> {
    unless_over(shared, call, history, sleep(wait)).await
}

/// The future's result, unless the call or the client ends first.
async fn unless_over<F: Future>(shared: &Shared, call: &Call, history: &History, future: F) -> Result<F::Output> {
    let done = call.unless_cancelled(shared.unless_closed(future)).await;
    done.ok_or_else(|| cancelled(history.outcome()))?.ok_or_else(|| closed(history.outcome()))
}

/// Refuses to begin what is over already.
fn refuse_if_over(shared: &Shared, call: &Call, history: &History) -> Result<()> {
    if shared.is_closed() {
        return Err(closed(history.outcome()));
    }
    if call.cancel.as_ref().is_some_and(|token| token.is_cancelled()) {
        return Err(cancelled(history.outcome()));
    }
    if call.time_left().is_zero() {
        return Err(Error::new(Kind::Timeout, history.outcome(), "the deadline of the call has passed"));
    }
    Ok(())
}

//! A call: its attempts, and the waits between them. A call that waits for a status polls.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::{sleep, timeout, timeout_at};

use super::admission::Permit;
use super::attempt::{AttemptError, attempt};
use super::gate::{MAX_SPREAD, Waiter};
use super::history::History;
use super::http::Http;
use super::progress::Progress;
use super::rate::Epoch;
use super::request::{Method, Request};
use super::retry::{backoff, is_ambiguous, should_retry};
use super::secrets::Secrets;
use super::waiting;
use super::{CANCELLED, Shared, cancelled, closed, fork, no_connection};
use crate::call_options::Call;
use crate::decode::Decoder;
use crate::ledger::claim::{CallClaim, LAST_WAIT_FOR_LEDGER, LONGEST_CLAIMED_WAIT};
use crate::observe::{self, Attempt};
use crate::{Error, Kind, Outcome, Result};

/// Sends the request until the decoder is done, which is usually after the first response.
///
/// The future is boxed so that it is compiled only here. Otherwise, every crate that makes calls would compile the whole engine again.
pub(crate) fn run<'a>(
    shared: &'a Shared,
    http: &'a Http,
    request: &'a Request,
    call: &'a Call,
    decoder: &'a mut dyn Decoder,
) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>> {
    run_claimed(shared, http, request, call, decoder, None)
}

/// Like [`run`], for a call with a key. The claim is made before the first attempt, and is still held when the call ends.
pub(crate) fn run_claimed<'a>(
    shared: &'a Shared,
    http: &'a Http,
    request: &'a Request,
    call: &'a Call,
    decoder: &'a mut dyn Decoder,
    claim: Option<&'a mut CallClaim>,
) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>> {
    Box::pin(poll_until_done(shared, http, request, call, decoder, claim))
}

async fn poll_until_done(
    shared: &Shared,
    http: &Http,
    request: &Request,
    call: &Call,
    decoder: &mut dyn Decoder,
    mut claim: Option<&mut CallClaim>,
) -> Result<()> {
    request.check()?;
    let (mut attempts, mut pauses) = (0, 0);
    let secrets = Secrets::of(&shared.config);
    let generation = fork::generation();
    loop {
        let mut history = History::default();
        let claim = claim.as_deref_mut();
        let result = attempt_until_done(shared, http, request, call, &mut history, decoder, claim).await;
        attempts += history.attempts;
        result.map_err(|error| {
            let error = history.finish(request, error).with_attempts(attempts);
            if error.kind() != Kind::Timeout {
                return error;
            }
            // As for a deadline that passes during a pause, even if the next poll was not sent.
            let error = if pauses > 0 { error.with_outcome(Outcome::Unknown) } else { error };
            match decoder.awaited().filter(|_| call.passed_deadline().is_some()) {
                Some(awaited) => error.with_hint(secrets.redact(&awaited)),
                None => error,
            }
        })?;
        if decoder.is_done() {
            return Ok(());
        }
        if generation != fork::generation() {
            return Err(fork::forked_error(Outcome::Unknown).with_attempts(attempts));
        }
        let paused = match waiting::next_pause(pauses, call.time_left(), shared.random()) {
            // As for a deadline that has passed.
            Some(wait) => pause(shared, call, &History::default(), wait)
                .await
                .map_err(|error| error.with_outcome(Outcome::Unknown)),
            None => Err(waiting::deadline_passed(call, &secrets.redact(&decoder.awaited().unwrap_or_default()))),
        };
        paused.map_err(|error| error.with_attempts(attempts))?;
        pauses += 1;
    }
}

/// Makes attempts until one succeeds or must not be retried.
async fn attempt_until_done(
    shared: &Shared,
    http: &Http,
    request: &Request,
    call: &Call,
    history: &mut History,
    decoder: &mut dyn Decoder,
    mut claim: Option<&mut CallClaim>,
) -> Result<()> {
    let mut waiter = shared.gate.waiter(call.priority());
    let generation = fork::generation();
    loop {
        let (turn, permit) = {
            let mut waiting = pin!(wait_for_turn(shared, http, call, history, &mut waiter));
            match claim.as_deref_mut().filter(|claim| claim.is_held()) {
                None => waiting.await?,
                Some(claim) => match timeout(LONGEST_CLAIMED_WAIT, waiting.as_mut()).await {
                    Ok(ready) => ready?,
                    // The gate was closed again, or many rows are before this one.
                    Err(_) => {
                        claim.give_up().await?;
                        waiting.await?
                    }
                },
            }
        };
        // Not earlier: the waits may have been long.
        let in_time = call.expiry.check();
        if let Some(claim) = claim.as_deref_mut() {
            let claimed = begin_claim(shared, call, history, claim.begin(decoder, in_time)).await;
            if let (Some(run), Ok(false) | Err(_)) = (&call.bulk, &claimed) {
                shared.process().pace.give_back(Some(run));
            }
            if !claimed? {
                return Ok(());
            }
            history.ambiguous |= claim.may_be_second;
        } else {
            in_time?;
        }
        let epoch = turn.or_else(|| shared.process().pace.begin());
        history.attempts += 1;
        history.has_permit = http.allows_http1(permit.as_ref());
        let result = match observed_attempt(shared, http, request, call, history, decoder, claim.as_deref_mut()).await {
            Ok(()) => Ok(()),
            Err(AttemptError::Failed(error)) => Err(error),
            Err(AttemptError::NeedsPermit) => {
                withdraw(shared, call, history, epoch, claim.as_deref_mut()).await?;
                continue;
            }
        };
        drop(permit);
        if result.as_ref().map_or_else(|error| error.status().is_some_and(|status| status != 429), |()| true) {
            shared.gate.note_progress();
            shared.process().pace.report(epoch, None);
        }
        let Err(error) = result else { return Ok(()) };
        if generation != fork::generation() {
            // The observer has forked.
            return Err(fork::forked_error(error.outcome()));
        }
        if request.method == Method::Delete && error.status() == Some(404) && history.ambiguous {
            // An earlier attempt has deleted the resource, although it seemed to fail.
            return decoder.decode(204, &[]).map(drop).map_err(|_| error);
        }
        // A row of a bulk run waits for as long as the server refuses requests, or cannot be reached.
        history.uncounted += u32::from(call.bulk.is_some() && !is_ambiguous(&error));
        let (wait, error) = wait_before_next(shared, request, call, error, history, epoch)?;
        if let Some(claim) = claim.as_deref_mut() {
            claim.before_wait(wait, &error).await?;
        }
        history.ambiguous |= is_ambiguous(&error);
        history.last = Some(error);
        // After a 429, all calls wait at the gate, including this one.
        if history.last_status() != Some(429) {
            pause(shared, call, history, wait).await?;
        }
    }
}

/// Takes back an attempt that has sent nothing because it needs a permit. The wait for the permit can be long, so the claim is given up.
async fn withdraw(
    shared: &Shared,
    call: &Call,
    history: &mut History,
    epoch: Option<Epoch>,
    claim: Option<&mut CallClaim>,
) -> Result<()> {
    history.attempts -= 1;
    history.needs_permit = true;
    if epoch.is_some() {
        shared.process().pace.give_back(call.bulk.as_deref());
    }
    match claim {
        Some(claim) => claim.give_up().await,
        None => Ok(()),
    }
}

/// Waits until an attempt may begin. Returns the turn of a bulk row, and the permit to use a connection.
async fn wait_for_turn(
    shared: &Shared,
    http: &Http,
    call: &Call,
    history: &mut History,
    waiter: &mut Waiter<'_>,
) -> Result<(Option<Epoch>, Option<Permit>)> {
    let turn = match &call.bulk {
        None => None,
        Some(run) => {
            pass_gate(shared, call, history, waiter).await?;
            Some(until_over(shared, call, history, shared.process().pace.turn(run)).await?)
        }
    };
    // Before the gate, which may close during this wait.
    let permit = admit(shared, http, call, history).await?;
    pass_gate(shared, call, history, waiter).await?;
    Ok((turn, permit))
}

/// Waits for the claim. If the call is over, the ledger has a little more time to answer, so that the outcome is known.
async fn begin_claim(
    shared: &Shared,
    call: &Call,
    history: &History,
    claiming: impl Future<Output = Result<bool>>,
) -> Result<bool> {
    let mut claiming = pin!(claiming);
    let waiting = until_over(shared, call, history, claiming.as_mut());
    let over = match call.deadline {
        None => waiting.await,
        Some(deadline) => timeout_at(deadline.at.into(), waiting).await.unwrap_or_else(|_| {
            let message = format!("{deadline} passed before the ledger recorded the claim of the key");
            Err(Error::new(Kind::Timeout, history.outcome(), message))
        }),
    };
    match over {
        Ok(claimed) => claimed,
        // An earlier call may have sent the row.
        Err(error) => {
            timeout(LAST_WAIT_FOR_LEDGER, claiming).await.unwrap_or_else(|_| Err(error.with_outcome(Outcome::Unknown)))
        }
    }
}

/// Longer than any lease.
const FOREVER: Duration = Duration::from_secs(365 * 86_400);

async fn observed_attempt(
    shared: &Shared,
    http: &Http,
    request: &Request,
    call: &Call,
    history: &History,
    decoder: &mut dyn Decoder,
    claim: Option<&mut CallClaim>,
) -> Result<(), AttemptError> {
    let observer = call.observer.as_ref().or(shared.config.observer.as_ref());
    let started = observe::is_observed(observer).then(Instant::now);
    let (number, progress) = (history.attempts, Arc::new(Progress::new(history.has_permit)));
    if let Some(lease) = claim.as_deref().and_then(CallClaim::lease) {
        let now = Instant::now();
        // If the instant cannot be represented, no lease is as long.
        let end = now.checked_add(call.timeout.min(call.time_left())).unwrap_or(now + FOREVER);
        progress.set_lease(lease, end);
    }
    let mut attempt = pin!(attempt(shared, http, request, call, &progress, decoder));
    let result = match (call.unless_cancelled(attempt.as_mut()).await, claim) {
        (Some(result), _) => result,
        // The caller gets an answer, and the ledger the result.
        (None, Some(claim)) if !progress.revoke_body() => {
            claim.leave(progress.abort(Kind::Cancelled, CANCELLED).with_attempts(number));
            attempt.await
        }
        (None, _) => Err(progress.abort(Kind::Cancelled, CANCELLED).into()),
    };
    if let Some(started) = started.filter(|_| !matches!(result, Err(AttemptError::NeedsPermit))) {
        let mut report = Attempt::new(request.method.as_str(), request.route, number, started.elapsed());
        report.status = progress.status();
        if let Err(AttemptError::Failed(error)) = &result {
            report = report.failed(error);
        }
        observe::report(observer, &report);
    }
    result
}

/// Returns the wait before the next attempt, and the error of this attempt.
///
/// # Errors
///
/// The error of this attempt, if there must be no further attempt. If only the length of the requested wait prevents it, the error has a hint.
fn wait_before_next(
    shared: &Shared,
    request: &Request,
    call: &Call,
    error: Error,
    history: &History,
    epoch: Option<Epoch>,
) -> Result<(Duration, Error)> {
    if error.kind() == Kind::Cancelled {
        return Err(error);
    }
    let most = shared.config.max_retry_wait;
    let requested = error.retry_after();
    let wait = requested.unwrap_or_else(|| backoff(history.attempts - 1, shared.random()).min(most));
    if error.status() == Some(429) && wait <= most {
        let closed_for = shared.gate.close(wait, shared.random());
        shared.process().pace.report(epoch, Some(closed_for));
    }
    let allowed = history.attempts - history.uncounted <= call.max_retries
        && should_retry(&error, request.method.idempotency(call.retry_ambiguous));
    let is_too_long = wait > most || wait >= call.time_left();
    match (allowed, is_too_long, requested) {
        (true, false, _) => Ok((wait, error)),
        (true, true, Some(wait)) => {
            let limit = limit_of_wait(shared, call, wait > most);
            Err(error.with_hint(format_args!("not retried: Retry-After is {:?}, but {limit}", rounded(wait))))
        }
        _ => Err(error),
    }
}

/// Waits for a permit to use a connection.
async fn admit(shared: &Shared, http: &Http, call: &Call, history: &History) -> Result<Option<Permit>> {
    check_active(shared, call, history)?;
    http.catch_up().await;
    if !http.needs_permit() && !history.needs_permit {
        return Ok(None);
    }
    let admission = &shared.process().admission;
    if call.bulk.is_none()
        && let Some(permit) = admission.try_enter()
    {
        return Ok(Some(permit));
    }
    let enter = async {
        match &call.bulk {
            None => admission.enter().await,
            Some(_) => admission.enter_bulk().await,
        }
    };
    let entering = async {
        let Some(deadline) = call.deadline else { return Ok(enter.await) };
        let permit = timeout_at(deadline.at.into(), enter).await;
        permit.map_err(|_| no_connection(deadline, history.outcome()))
    };
    let permit = until_over(shared, call, history, entering).await??;
    // The wait may have been long.
    http.catch_up().await;
    Ok(Some(permit))
}

/// Waits until the gate is open for this call.
async fn pass_gate(shared: &Shared, call: &Call, history: &mut History, waiter: &mut Waiter<'_>) -> Result<()> {
    check_active(shared, call, history)?;
    while let Some(wait) = waiter.wait() {
        // Other calls may close the gate again. While the server accepts any requests, this call gets its turn. Otherwise, no call waits for longer
        // than `max_retry_wait`.
        let most = shared.config.max_retry_wait.saturating_add(MAX_SPREAD);
        let time_left = call.time_left();
        if wait.blocked > most || wait.until_open >= time_left {
            let limit = limit_of_wait(shared, call, wait.blocked > most);
            let left = rounded(wait.until_open);
            return Err(match history.last.take() {
                Some(error) => {
                    error.with_hint(format_args!("not retried: the rate limit lasts for another {left:?}, but {limit}"))
                }
                None => Error::new(Kind::RateLimited, Outcome::NotSent, AT_GATE)
                    .with_hint(format_args!("it lasts for another {left:?}, but {limit}"))
                    .with_retry_after(Some(wait.until_open)),
            });
        }
        if wait.sleep >= time_left {
            pause(shared, call, history, time_left).await?;
            let limit = limit_of_wait(shared, call, false);
            return Err(match history.last.take() {
                Some(error) => error.with_hint(format_args!("not retried: other calls were first, and {limit}")),
                None => Error::new(Kind::RateLimited, Outcome::NotSent, AT_GATE)
                    .with_hint(format_args!("other calls were first, and {limit}")),
            });
        }
        pause(shared, call, history, wait.sleep).await?;
    }
    Ok(())
}

/// The message of a call that ends before its first attempt because of an earlier 429.
const AT_GATE: &str = "an earlier call reached the rate limit";

/// The option that limits a wait: the maximum retry wait, if the wait exceeds it, or else the deadline.
fn limit_of_wait(shared: &Shared, call: &Call, exceeds_most: bool) -> String {
    match call.deadline {
        Some(deadline) if !exceeds_most => format!("{deadline} passes earlier"),
        _ => format!("max_retry_wait is {:?}", shared.config.max_retry_wait),
    }
}

/// Rounds down to milliseconds, for messages.
fn rounded(wait: Duration) -> Duration {
    u64::try_from(wait.as_millis()).map_or(wait, Duration::from_millis)
}

/// Sleeps, unless the call is cancelled or the client is closed first.
async fn pause(shared: &Shared, call: &Call, history: &History, wait: Duration) -> Result<()> {
    until_over(shared, call, history, sleep(wait)).await
}

/// Returns the output of the future, unless the call is cancelled or the client is closed first.
///
/// Each layer holds the future that it is given twice: as its argument, and while it waits. Therefore each is pinned here, and passed by reference.
/// Otherwise, five layers made the future of a call 33 kB long, which was moved to the heap and overwritten there for each call.
async fn until_over<F: Future>(shared: &Shared, call: &Call, history: &History, future: F) -> Result<F::Output> {
    let mut future = pin!(future);
    let mut until_stopped = pin!(async {
        match &call.bulk {
            None => Ok(future.as_mut().await),
            Some(run) => run.unless_stopped(future.as_mut()).await,
        }
    });
    let mut until_closed = pin!(shared.unless_closed(until_stopped.as_mut()));
    let done = call.unless_cancelled(until_closed.as_mut()).await;
    done.ok_or_else(|| cancelled(history.outcome()))?.ok_or_else(|| closed(history.outcome()))?
}

/// Returns an error if the client is closed, the call is cancelled, or its deadline has passed.
fn check_active(shared: &Shared, call: &Call, history: &History) -> Result<()> {
    if shared.is_closed() {
        return Err(closed(history.outcome()));
    }
    if call.cancel.as_ref().is_some_and(|token| token.is_cancelled()) {
        return Err(cancelled(history.outcome()));
    }
    if let Some(stopped) = call.bulk.as_ref().and_then(|run| run.stopped()) {
        return Err(stopped);
    }
    if let Some(deadline) = call.passed_deadline() {
        return Err(Error::new(Kind::Timeout, history.outcome(), format!("{deadline} has passed")));
    }
    Ok(())
}

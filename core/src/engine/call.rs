//! A call: its attempts, and the waits between them. A call that waits for a status polls.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;
use tokio::time::{timeout, timeout_at};

use super::attempt::{AttemptError, attempt};
use super::history::History;
use super::http::Http;
use super::polling;
use super::progress::Progress;
use super::rate::Epoch;
use super::request::{Method, Request};
use super::retry::{backoff, is_ambiguous, should_retry};
use super::secrets::Secrets;
use super::wait::{limit_of_wait, pause, rounded, until_over, wait_for_turn};
use super::{CANCELLED, Shared, fork};
use crate::call_options::Call;
use crate::decode::Decoder;
use crate::ledger::claim::{CallClaim, LAST_WAIT_FOR_LEDGER, LONGEST_CLAIMED_WAIT};
use crate::observe::{self, Attempt, Warning};
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
        let paused = match polling::next_pause(pauses, call.time_left(), shared.random()) {
            // As for a deadline that has passed.
            Some(wait) => pause(shared, call, &History::default(), wait)
                .await
                .map_err(|error| error.with_outcome(Outcome::Unknown)),
            None => Err(polling::deadline_passed(call, &secrets.redact(&decoder.awaited().unwrap_or_default()))),
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
        if turn.is_some() && shared.process().pace.has_fallback() {
            warn_of_fallback(shared, request, call);
        }
        // Not earlier: the waits may have been long.
        let in_time = call.expiry.check();
        if let Some(claim) = claim.as_deref_mut() {
            let claimed = begin_claim(shared, call, history, claim.begin(decoder, in_time)).await;
            if turn.is_some() && !matches!(claimed, Ok(true)) {
                shared.process().pace.give_back(call.bulk.as_deref());
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
            shared.process().pace.report(epoch);
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
        let wait = error
            .retry_after()
            .unwrap_or_else(|| backoff(history.attempts - 1, shared.random()).min(shared.config.max_retry_wait));
        let reported = close_gate(shared, &error, wait, epoch);
        let error = match check_retry(shared, request, call, error, history, wait) {
            Ok(error) => error,
            Err(error) => {
                // The client may end with this call.
                if let Some(reported) = reported {
                    let _ = call.unless_cancelled(timeout(REPORT_TIMEOUT.min(call.time_left()), reported)).await;
                }
                return Err(error);
            }
        };
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

/// Logs that the limiter of the account cannot be reached, once.
fn warn_of_fallback(shared: &Shared, request: &Request, call: &Call) {
    if shared.is_first_warning("limiter", "fallback") {
        let limiter = shared.process().pace.describe_limiter();
        let message = format!("the limiter cannot be reached, and its `fallback_rate` applies: {limiter}");
        let observer = call.observer.as_ref().or(shared.config.observer.as_ref());
        observe::warn(observer, &Warning::new(request.method.as_str(), request.route, message));
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

/// The time for which the limiter of an account closes its gate at most, so that one wrong response does not stop all clients for a day.
const LONGEST_SHARED_WAIT: Duration = Duration::from_secs(3600);

/// How long a call that ends with a 429 waits until the limiter of the account knows of it.
const REPORT_TIMEOUT: Duration = Duration::from_millis(250);

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

/// A 429 closes the gate. The receiver ends when the limiter of the account knows of it, or cannot be reached.
fn close_gate(shared: &Shared, error: &Error, wait: Duration, epoch: Option<Epoch>) -> Option<oneshot::Receiver<()>> {
    if error.status() != Some(429) {
        return None;
    }
    let pace = &shared.process().pace;
    if wait <= shared.config.max_retry_wait {
        return pace.report_refusal(epoch, shared.gate.close(wait, shared.random()));
    }
    // Other clients may have the patience.
    pace.is_shared().then(|| pace.report_refusal(epoch, wait.min(LONGEST_SHARED_WAIT))).flatten()
}

/// Returns the error of this attempt, if another one follows after this wait.
///
/// # Errors
///
/// The error of this attempt, if there must be no further attempt. If only the length of the requested wait prevents it, the error has a hint.
fn check_retry(
    shared: &Shared,
    request: &Request,
    call: &Call,
    error: Error,
    history: &History,
    wait: Duration,
) -> Result<Error> {
    let allowed = history.attempts - history.uncounted <= call.max_retries
        && error.kind() != Kind::Cancelled
        && should_retry(&error, request.method.idempotency(call.retry_ambiguous));
    let exceeds_most = wait > shared.config.max_retry_wait;
    match (allowed, exceeds_most || wait >= call.time_left(), error.retry_after()) {
        (true, false, _) => Ok(error),
        (true, true, Some(wait)) => {
            let limit = limit_of_wait(shared, call, exceeds_most);
            Err(error.with_hint(format_args!("not retried: Retry-After is {:?}, but {limit}", rounded(wait))))
        }
        _ => Err(error),
    }
}

//! The waits of a call: for its turn, at the gate, for a permit, and between two attempts. Each ends early if the call is cancelled or its client is closed.

use std::pin::pin;
use std::time::Duration;

use tokio::sync::MutexGuard;
use tokio::time::{sleep, timeout_at};

use super::admission::Permit;
use super::gate::{MAX_SPREAD, Waiter};
use super::history::History;
use super::http::Http;
use super::limiter::Turn;
use super::rate::Epoch;
use super::{Shared, cancelled, closed, no_connection};
use crate::call_options::{Call, Deadline};
use crate::{Error, Kind, Outcome, Result};

/// Waits until an attempt may begin. Returns the turn of a bulk row, and the permit to use a connection.
pub(super) async fn wait_for_turn(
    shared: &Shared,
    http: &Http,
    call: &Call,
    history: &mut History,
    waiter: &mut Waiter<'_>,
) -> Result<(Option<Epoch>, Option<Permit>)> {
    let pace = &shared.process().pace;
    let mut turn = None;
    if let Some(run) = &call.bulk {
        pass_gate(shared, call, history, waiter).await?;
        let order = until_over(shared, call, history, run.order()).await?;
        turn = until_over(shared, call, history, pace.turn(run)).await?;
        if pace.is_shared() {
            // While rows wait for the limiter, the next rows of this run must not take its rate in advance, or they would begin in a burst.
            let order = order.filter(|_| pace.is_limited());
            // Boxed, because few clients have a limiter, and every call would contain these futures.
            turn = Some(Box::pin(shared_turn(shared, call, history, waiter, order)).await?);
        }
    }
    // Before the gate, which may close during this wait.
    let permit = admit(shared, http, call, history).await?;
    pass_gate(shared, call, history, waiter).await?;
    if pace.is_shared() && turn.is_none() {
        turn = Some(Box::pin(shared_turn(shared, call, history, waiter, None)).await?);
    }
    Ok((turn, permit))
}

/// Waits for a turn from the limiter of the account, and at the gate that it closes. `order` is held until there is a turn.
async fn shared_turn(
    shared: &Shared,
    call: &Call,
    history: &mut History,
    waiter: &mut Waiter<'_>,
    mut order: Option<MutexGuard<'_, ()>>,
) -> Result<Epoch> {
    let runtime = shared.background_runtime()?;
    loop {
        let turn = {
            let asking = shared.process().pace.shared_turn(call.priority(), &runtime.handle);
            let asking = before_deadline(call, asking, |deadline| {
                let limiter = shared.process().pace.describe_limiter();
                let message = format!("{deadline} passed while the call waited for the limiter {limiter}");
                Error::new(Kind::Timeout, history.outcome(), message)
            });
            until_over(shared, call, history, asking).await??
        };
        match turn.map_err(|error| error.with_outcome(history.outcome()))? {
            Turn::Closed(wait) => drop(shared.gate.close(wait, 0.0)),
            Turn::Later(_) => {}
            Turn::After(delay, epoch) => {
                // The next row may ask.
                drop(order.take());
                if !delay.is_zero() {
                    pause(shared, call, history, delay).await?;
                }
                // A turn counts only until the gate closes.
                if shared.gate.opens_in().is_none() {
                    return Ok(epoch);
                }
            }
        }
        pass_gate(shared, call, history, waiter).await?;
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
    let entering = before_deadline(call, enter, |deadline| no_connection(deadline, history.outcome()));
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
pub(super) fn limit_of_wait(shared: &Shared, call: &Call, exceeds_most: bool) -> String {
    match call.deadline {
        Some(deadline) if !exceeds_most => format!("{deadline} passes earlier"),
        _ => format!("max_retry_wait is {:?}", shared.config.max_retry_wait),
    }
}

/// Rounds down to milliseconds, for messages.
pub(super) fn rounded(wait: Duration) -> Duration {
    u64::try_from(wait.as_millis()).map_or(wait, Duration::from_millis)
}

/// Returns the output of the future.
///
/// # Errors
///
/// If the deadline of the call passes first.
async fn before_deadline<F: Future>(
    call: &Call,
    future: F,
    passed: impl FnOnce(Deadline) -> Error,
) -> Result<F::Output> {
    let Some(deadline) = call.deadline else { return Ok(future.await) };
    timeout_at(deadline.at.into(), future).await.map_err(|_| passed(deadline))
}

/// Sleeps, unless the call is cancelled or the client is closed first.
pub(super) async fn pause(shared: &Shared, call: &Call, history: &History, wait: Duration) -> Result<()> {
    until_over(shared, call, history, sleep(wait)).await
}

/// Returns the output of the future, unless the call is cancelled or the client is closed first.
///
/// Each layer holds the future that it is given twice: as its argument, and while it waits. Therefore each is pinned here, and passed by reference.
/// Otherwise, five layers made the future of a call 33 kB long, which was moved to the heap and overwritten there for each call.
pub(super) async fn until_over<F: Future>(
    shared: &Shared,
    call: &Call,
    history: &History,
    future: F,
) -> Result<F::Output> {
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

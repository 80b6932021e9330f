//! [`CallClaim`]: the claim of a call. It is made before each attempt that needs one, and settled with the result.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::lease::Lease;
use super::open::OpenLedger;
use super::row::{Claim, Record, Row, Settlement};
use super::state::{self, Claimed, State};
use super::writer;
use crate::decode::Decoder;
use crate::{Error, Kind, Outcome, Result};

/// Before a wait that is longer than this, the claim is given up, so that no row is in doubt if the process is killed during the wait.
pub(crate) const LONGEST_CLAIMED_WAIT: Duration = Duration::from_secs(1);

/// How long a call that is over waits for the ledger, to find out what earlier calls with its key have sent.
pub(crate) const LAST_WAIT_FOR_LEDGER: Duration = Duration::from_secs(1);

/// The maximum length of a text of the server that the ledger keeps.
const MAX_LENGTH: usize = 128;

/// The claim of a call with a key.
pub(crate) struct CallClaim {
    ledger: Arc<OpenLedger>,
    claim: Claim,
    /// The generation of the claim, while the row is claimed by this call.
    generation: Option<u64>,
    /// The lease of the claim, in a ledger that several machines share.
    lease: Option<Lease>,
    /// Whether an earlier request of the row may have been processed. Then no result of this call can be that nothing was.
    pub(crate) may_be_second: bool,
    /// Whether the ledger has a row with the key, as far as this call knows.
    pub(crate) has_row: bool,
    /// Whether the call returns the result of an earlier one.
    pub(crate) is_replayed: bool,
    /// Why the row could not be claimed, if the ledger cannot be used. Nothing was sent then.
    pub(crate) failure: Option<Error>,
    /// The data of the last attempt, if another one follows.
    last: Record,
    /// Tells the caller that the call was cancelled, and that its outcome is unknown. The attempt goes on.
    leave: Option<Box<dyn FnOnce(Error) + Send>>,
}

impl CallClaim {
    pub(crate) fn new(ledger: Arc<OpenLedger>, claim: Claim, leave: impl FnOnce(Error) + Send + 'static) -> CallClaim {
        CallClaim {
            ledger,
            claim,
            generation: None,
            lease: None,
            may_be_second: false,
            has_row: false,
            is_replayed: false,
            failure: None,
            last: Record::default(),
            leave: Some(Box::new(leave)),
        }
    }

    /// Claims the row, unless it is claimed. Returns whether the request must be sent; if not, the decoder has the earlier result.
    ///
    /// `in_time` is an error if it is too late to send the row. A row that was accepted before is replayed nevertheless.
    pub(crate) async fn begin(&mut self, decoder: &mut dyn Decoder, in_time: Result<()>) -> Result<bool> {
        if self.generation.is_some() {
            return in_time.map(|()| true);
        }
        if let Err(too_late) = in_time {
            let outcome = self.outcome_before().await?;
            // Such a row is never sent again.
            if outcome != Outcome::Accepted {
                return Err(too_late.with_outcome(outcome));
            }
        }
        let claimed = self.ledger.writer.claim(self.claim.clone()).await;
        let (claimed, row) = self.note_failure(claimed)?;
        self.has_row = true;
        match claimed {
            Claimed::Send { may_be_second } => {
                self.may_be_second = may_be_second;
                self.generation = Some(row.generation);
                self.lease = row.lease;
                Ok(true)
            }
            Claimed::Replay => {
                self.is_replayed = true;
                replay(&row, decoder).map(|()| false)
            }
            Claimed::InProgress => {
                let message = "another call with this key is in progress";
                Err(Error::new(Kind::InProgress, Outcome::Unknown, message))
            }
            Claimed::InDoubt => {
                let message = format!(
                    "it is not known whether the request of {} was processed, so nothing was sent now; settle the key in the ledger",
                    seconds(row.claimed_at)
                );
                Err(Error::new(Kind::InDoubt, Outcome::Unknown, message))
            }
            Claimed::KeyReused => {
                let message = format!(
                    "this key was used for other parameters on {}, and is {}; nothing was sent now",
                    seconds(row.claimed_at),
                    row.state.outcome().in_words()
                );
                Err(Error::new(Kind::KeyReused, row.state.outcome(), message))
            }
        }
    }

    /// What is known about the request of the row, before this call.
    async fn outcome_before(&mut self) -> Result<Outcome> {
        let found = self.ledger.writer.look(&self.claim.key).await;
        let row = self.note_failure(found)?;
        self.has_row = row.is_some();
        Ok(row.map_or(Outcome::NotSent, |row| row.state.outcome()))
    }

    /// The error of the call. If it ends before the claim, an earlier call may have sent the row: then it is wrong that nothing was sent.
    pub(crate) async fn correct(&mut self, error: Error) -> Error {
        if self.has_row || self.failure.is_some() || error.outcome() != Outcome::NotSent {
            return error;
        }
        match timeout(LAST_WAIT_FOR_LEDGER, self.outcome_before()).await {
            Ok(Ok(outcome @ (Outcome::Accepted | Outcome::Unknown))) => error.with_outcome(outcome),
            Ok(Ok(_)) => error,
            // What is not known if a ledger cannot be read depends on the ledger.
            Ok(Err(failure)) => error.with_outcome(failure.outcome()),
            Err(_) => error.with_outcome(Outcome::Unknown),
        }
    }

    /// Takes note of an error of the ledger.
    fn note_failure<T>(&mut self, result: Result<T>) -> Result<T> {
        result.inspect_err(|error| self.failure = Some(writer::copy(error)))
    }

    /// Called before the call waits for another attempt, because of this error.
    pub(crate) async fn before_wait(&mut self, wait: Duration, error: &Error) -> Result<()> {
        self.last = record_of(error);
        // A lease covers one attempt, and is not renewed.
        match wait > LONGEST_CLAIMED_WAIT || self.ledger.is_shared {
            true => self.give_up().await,
            false => Ok(()),
        }
    }

    /// Whether this call holds the claim.
    pub(crate) fn is_held(&self) -> bool {
        self.generation.is_some()
    }

    /// The lease within which the request must be sent.
    pub(crate) fn lease(&self) -> Option<Lease> {
        self.lease
    }

    /// Gives up the claim during a wait. Nothing of this claim was processed.
    pub(crate) async fn give_up(&mut self) -> Result<()> {
        self.settle(state::Result::of_no_request(self.may_be_second), self.last.clone()).await
    }

    /// The call is cancelled, but its request may have been sent: the caller gets this error, and the attempt goes on.
    pub(crate) fn leave(&mut self, error: Error) {
        if let Some(leave) = self.leave.take() {
            leave(error);
        }
    }

    /// Records the result of the call. The record is in the queue when this returns, and durable when the future is ready.
    pub(crate) fn end(
        &mut self,
        decoder: &dyn Decoder,
        error: Option<&Error>,
    ) -> impl Future<Output = Result<()>> + Send + use<> {
        match error {
            None => self.settle(state::Result::Accepted, record_of_result(&decoder.members())),
            Some(error) => self.settle(result_of(error), record_of(error)),
        }
    }

    fn settle(&mut self, result: state::Result, record: Record) -> impl Future<Output = Result<()>> + Send + use<> {
        let settled = self.generation.take().map(|generation| {
            self.ledger.writer.settle(Settlement { key: self.claim.key.clone(), generation, result, record })
        });
        async move {
            match settled {
                Some(settled) => settled.await,
                None => Ok(()),
            }
        }
    }
}

impl Drop for CallClaim {
    /// A call that ends without a result has panicked, or its runtime was shut down. If this process lives on, its claim must not look as if the call
    /// were in progress.
    fn drop(&mut self) {
        drop(self.settle(state::Result::Unknown, Record::default()));
    }
}

/// The time without a fraction, for messages.
fn seconds(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}

/// What an error says about the request of a row.
fn result_of(error: &Error) -> state::Result {
    match (error.outcome(), error.kind()) {
        (Outcome::Accepted, _) => state::Result::Accepted,
        (Outcome::NotSent, _) => state::Result::NotSent,
        // The call ended during a wait, after a 429.
        (Outcome::Rejected, _) if error.status().is_none() => state::Result::NotSent,
        // The row can be sent when the account has credits again, or with another key.
        (Outcome::Rejected, Kind::Unauthorized | Kind::InsufficientCredits | Kind::RateLimited) => {
            state::Result::NotSent
        }
        // A redirect is about the network or the base URL, such as that of a captive portal to its login page.
        (Outcome::Rejected, _) if error.status().is_some_and(|status| status < 400) => state::Result::NotSent,
        // The response is not from the API, but for example from a firewall. It says nothing about the row.
        (Outcome::Rejected, _) if error.code().is_none() => state::Result::NotSent,
        (Outcome::Rejected, _) => state::Result::Rejected,
        (Outcome::Unknown, _) => state::Result::Unknown,
    }
}

fn record_of_result(members: &Value) -> Record {
    let text = |name: &str| members[name].as_str();
    Record {
        id: text("id").and_then(kept),
        status: text("status").and_then(kept),
        created_at: text("created_at").and_then(|time| time.parse().ok()),
        ..Record::default()
    }
}

fn record_of(error: &Error) -> Record {
    Record {
        error: Some(error.kind()),
        http_status: error.status(),
        code: error.code().and_then(kept_code),
        request_id: error.request_id().and_then(kept),
        ..Record::default()
    }
}

/// A text of the server, if it is short.
fn kept(text: &str) -> Option<String> {
    (!text.is_empty() && text.len() <= MAX_LENGTH).then(|| text.to_owned())
}

/// A code of the server, if it is one. A server could use the field for a text, which may contain a number.
fn kept_code(code: &str) -> Option<String> {
    let is_code = code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    kept(code).filter(|_| is_code)
}

/// Returns the result of an earlier call again.
fn replay(row: &Row, decoder: &mut dyn Decoder) -> Result<()> {
    let record = &row.record;
    if row.state == State::Rejected {
        let message = format!("the request was rejected on {}", seconds(row.settled_at.unwrap_or(row.claimed_at)));
        let error = Error::new(record.error.unwrap_or_default(), Outcome::Rejected, message)
            .with_code(record.code.clone())
            .with_request_id(record.request_id.clone());
        return Err(match record.http_status {
            Some(status) => error.with_status(status),
            None => error,
        });
    }
    let Some(id) = &record.id else {
        let message = format!("the request was accepted on {}, and its id is not known", seconds(row.claimed_at));
        return Err(Error::new(Kind::Decode, Outcome::Accepted, message));
    };
    let mut model = json!({"id": id});
    if let Some(status) = &record.status {
        model["status"] = status.as_str().into();
    }
    if let Some(created_at) = record.created_at {
        model["created_at"] = created_at.to_string().into();
    }
    let replayed = decoder.decode(200, model.to_string().as_bytes());
    replayed.map(drop).map_err(|error| Error::new(Kind::Decode, Outcome::Accepted, error.0))
}

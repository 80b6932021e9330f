//! [`Row`]: what the ledger knows about a key. Applies the rules of `state` to it.

use std::time::Duration;

use jiff::Timestamp;

use super::key::Hash;
use super::lease::Lease;
use super::state::{self, Claimed, Found, Mark, Resend, Settled, State};
use crate::Kind;

/// A row of the ledger. It contains neither the parameters of the request nor a text of the server.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub(crate) key: String,
    /// The path of the API, such as `/messages`.
    pub(crate) operation: String,
    pub(crate) state: State,
    /// Number of claims so far.
    pub(crate) generation: u64,
    /// The process that has made the last claim.
    pub(crate) owner: u64,
    /// The time for which the last claim is valid, in a ledger that several machines share.
    pub(crate) lease: Option<Lease>,
    pub(crate) hash: Hash,
    pub(crate) claimed_at: Timestamp,
    /// The time of the last result.
    pub(crate) settled_at: Option<Timestamp>,
    /// The person who has settled a doubt.
    pub(crate) settled_by: Option<String>,
    pub(crate) record: Record,
    /// It was sent although an earlier request may have been processed.
    pub(crate) may_be_second: bool,
    /// Two requests were accepted, or may have been.
    pub(crate) possible_duplicate: bool,
}

/// The part of a result that the ledger keeps.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Record {
    /// The id of the message or campaign. Absent for a response without an id.
    pub(crate) id: Option<String>,
    /// The status of the message or campaign in the response.
    pub(crate) status: Option<String>,
    pub(crate) created_at: Option<Timestamp>,
    /// The kind of the error.
    pub(crate) error: Option<Kind>,
    /// The HTTP status of an error.
    pub(crate) http_status: Option<u16>,
    /// The API's code of an error.
    pub(crate) code: Option<String>,
    pub(crate) request_id: Option<String>,
}

/// A claim: a caller wants to send a row.
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    pub(crate) key: String,
    pub(crate) operation: &'static str,
    pub(crate) hash: Hash,
    pub(crate) resend: Resend,
    /// How long the claim is valid, in a ledger that several machines share.
    #[allow(dead_code, reason = "only builds with the feature `postgres` use it")]
    pub(crate) lease: Option<Duration>,
}

/// The result of a claim.
#[derive(Clone, Debug)]
pub(crate) struct Settlement {
    pub(crate) key: String,
    /// The generation of the claim.
    pub(crate) generation: u64,
    pub(crate) result: state::Result,
    pub(crate) record: Record,
}

impl Row {
    /// Applies a claim of this owner to the row of its key. Returns the row afterwards.
    pub(crate) fn claim(
        row: Option<Row>,
        claim: &Claim,
        owner: u64,
        lease: Option<Lease>,
        is_alive: impl FnOnce(&Row) -> bool,
        now: Timestamp,
    ) -> (Claimed, Row) {
        let found = row.as_ref().map(|row| Found {
            state: row.state,
            has_same_parameters: row.hash == claim.hash,
            is_owner_alive: row.state == State::Claimed && is_alive(row),
        });
        let claimed = state::claim(found, claim.resend);
        let row = match (claimed, row) {
            (Claimed::InDoubt, Some(row)) => Row { state: State::Unknown, ..row },
            (Claimed::Replay | Claimed::InProgress | Claimed::KeyReused, Some(row)) => row,
            (_, row) => Row {
                key: claim.key.clone(),
                operation: claim.operation.to_owned(),
                state: State::Claimed,
                generation: row.as_ref().map_or(0, |row| row.generation) + 1,
                owner,
                lease,
                hash: claim.hash,
                claimed_at: now,
                settled_at: None,
                settled_by: None,
                record: Record::default(),
                may_be_second: claimed == Claimed::Send { may_be_second: true },
                possible_duplicate: row.is_some_and(|row| row.possible_duplicate),
            },
        };
        (claimed, row)
    }

    /// Applies the result of a claim. Returns whether the row changes.
    pub(crate) fn settle(&mut self, settlement: &Settlement, now: Timestamp) -> bool {
        let result = settlement.result.of_row(self.may_be_second);
        match state::settle(self.state, self.generation == settlement.generation, result) {
            Settled::Unchanged => false,
            // It is recorded again, because it seemed that it was not.
            Settled::PossibleDuplicate
                if self.generation == settlement.generation && self.record == settlement.record =>
            {
                false
            }
            Settled::PossibleDuplicate => !std::mem::replace(&mut self.possible_duplicate, true),
            Settled::Becomes { state, possible_duplicate } => {
                self.state = state;
                self.possible_duplicate |= possible_duplicate;
                self.record = settlement.record.clone();
                self.settled_at = Some(now);
                self.settled_by = None;
                true
            }
        }
    }

    /// Settles a row in doubt by hand. Returns false if the row is not in doubt.
    pub(crate) fn mark(&mut self, mark: Mark, id: Option<String>, by: &str, is_alive: bool, now: Timestamp) -> bool {
        let Some(state) = state::mark(self.state, is_alive, mark) else { return false };
        self.state = state;
        self.generation += 1;
        self.record = Record { id, ..Record::default() };
        self.settled_at = Some(now);
        self.settled_by = Some(by.to_owned());
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim_of(hash: u8) -> Claim {
        Claim {
            key: "order-1".into(),
            operation: "messages.send",
            hash: Hash([hash; 32]),
            resend: Resend::default(),
            lease: None,
        }
    }

    fn claimed_by(owner: u64) -> Row {
        Row::claim(None, &claim_of(1), owner, None, |_| true, Timestamp::UNIX_EPOCH).1
    }

    fn settlement(generation: u64, result: state::Result, id: &str) -> Settlement {
        Settlement {
            key: "order-1".into(),
            generation,
            result,
            record: Record { id: Some(id.into()), ..Record::default() },
        }
    }

    #[test]
    fn every_claim_has_its_own_generation() {
        let mut row = claimed_by(7);
        assert_eq!((row.state, row.generation, row.owner), (State::Claimed, 1, 7));
        assert!(row.settle(&settlement(1, state::Result::NotSent, ""), Timestamp::UNIX_EPOCH));
        let (claimed, row) = Row::claim(Some(row), &claim_of(2), 8, None, |_| false, Timestamp::UNIX_EPOCH);
        assert_eq!(claimed, Claimed::Send { may_be_second: false });
        assert_eq!((row.state, row.generation, row.owner, row.hash), (State::Claimed, 2, 8, Hash([2; 32])));
        assert_eq!(row.record, Record::default());
    }

    #[test]
    fn a_claim_of_a_dead_owner_becomes_unknown_and_keeps_its_generation() {
        let (claimed, row) =
            Row::claim(Some(claimed_by(7)), &claim_of(1), 8, None, |row| row.owner != 7, Timestamp::UNIX_EPOCH);
        assert_eq!((claimed, row.state, row.generation, row.owner), (Claimed::InDoubt, State::Unknown, 1, 7));
        let mut row = row;
        assert!(row.mark(Mark::NotSent, None, "ana", false, Timestamp::UNIX_EPOCH));
        assert_eq!((row.state, row.generation, row.settled_by.as_deref()), (State::NotSent, 2, Some("ana")));
        // The process was only frozen, and its request is accepted after all.
        assert!(row.settle(&settlement(1, state::Result::Accepted, "msg_1"), Timestamp::UNIX_EPOCH));
        assert_eq!((row.state, row.possible_duplicate), (State::Accepted, true));
        assert_eq!(row.record.id.as_deref(), Some("msg_1"));
    }

    #[test]
    fn a_row_that_may_be_sent_twice_stays_in_doubt_unless_it_is_accepted() {
        let resend = Resend { unknown: true, rejected: false };
        for result in [state::Result::NotSent, state::Result::Rejected, state::Result::Unknown] {
            let again = Claim { resend, ..claim_of(1) };
            let (claimed, mut row) = Row::claim(Some(claimed_by(7)), &again, 8, None, |_| false, Timestamp::UNIX_EPOCH);
            assert_eq!(claimed, Claimed::Send { may_be_second: true });
            assert!(row.settle(&settlement(2, result, ""), Timestamp::UNIX_EPOCH));
            assert_eq!(row.state, State::Unknown, "{result:?}");
            assert!(row.settle(&settlement(2, state::Result::Accepted, "msg_2"), Timestamp::UNIX_EPOCH));
            assert_eq!(row.state, State::Accepted);
        }
    }

    #[test]
    fn the_first_accepted_result_is_kept() {
        let mut row = claimed_by(7);
        assert!(row.settle(&settlement(1, state::Result::Accepted, "msg_1"), Timestamp::UNIX_EPOCH));
        assert!(row.settle(&settlement(0, state::Result::Accepted, "msg_0"), Timestamp::UNIX_EPOCH));
        assert_eq!((row.record.id.as_deref(), row.possible_duplicate), (Some("msg_1"), true));
        assert!(!row.settle(&settlement(0, state::Result::Accepted, "msg_0"), Timestamp::UNIX_EPOCH));
    }
}

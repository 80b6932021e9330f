//! The states of a row of the ledger, and how events change them. Everything here is a pure function.
//!
//! A row is claimed before its request is sent, and settled with the result. Every claim increases the row's generation, and a result belongs to the
//! generation of its claim. Only a row that certainly was not sent can be claimed again, unless the caller asks for more.

use crate::Outcome;

/// The state of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum State {
    /// A process has claimed the row, and may be sending it.
    Claimed,
    /// The server has accepted the request.
    Accepted,
    /// The server has rejected the request.
    Rejected,
    /// The request was not sent.
    NotSent,
    /// It is not known whether the server processed the request.
    Unknown,
    /// Accepted long ago: only the key is left.
    Pruned,
}

impl State {
    pub(crate) const ALL: [State; 6] =
        [State::Claimed, State::Accepted, State::Rejected, State::NotSent, State::Unknown, State::Pruned];

    /// The name in the ledger's file and in reports. Never changes.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            State::Claimed => "claimed",
            State::Accepted => "accepted",
            State::Rejected => "rejected",
            State::NotSent => "not_sent",
            State::Unknown => "unknown",
            State::Pruned => "pruned",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// What is known about the request of a row in this state.
    pub(crate) fn outcome(self) -> Outcome {
        match self {
            State::Accepted | State::Pruned => Outcome::Accepted,
            State::Rejected => Outcome::Rejected,
            State::NotSent => Outcome::NotSent,
            State::Claimed | State::Unknown => Outcome::Unknown,
        }
    }
}

/// What a claim finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) state: State,
    /// Whether the parameters of the claim are those of the row.
    pub(crate) has_same_parameters: bool,
    /// Whether the process that has claimed the row still runs.
    pub(crate) is_owner_alive: bool,
}

/// What the caller wants to happen with rows that have a result which is not a success.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Resend {
    /// Send rows again whose result is unknown. This may send a message twice.
    pub(crate) unknown: bool,
    /// Send rejected rows again.
    pub(crate) rejected: bool,
}

/// The answer to a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Claimed {
    /// The row is claimed with a new generation, and must be sent.
    Send {
        /// An earlier request of the row may have been processed.
        may_be_second: bool,
    },
    /// Nothing is sent: the result of the row is returned again.
    Replay,
    /// Nothing is sent: another caller is sending the row.
    InProgress,
    /// Nothing is sent: it is not known whether an earlier request was processed. The row's state becomes, or stays, unknown.
    InDoubt,
    /// Nothing is sent: the key was used for other parameters.
    KeyReused,
}

/// Decides what happens with a row that a caller claims. `None` is a key that the ledger does not have.
pub(crate) fn claim(found: Option<Found>, resend: Resend) -> Claimed {
    let Some(found) = found else { return Claimed::Send { may_be_second: false } };
    match found.state {
        State::NotSent => Claimed::Send { may_be_second: false },
        State::Rejected if !found.has_same_parameters || resend.rejected => Claimed::Send { may_be_second: false },
        State::Rejected | State::Pruned => Claimed::Replay,
        State::Claimed | State::Unknown | State::Accepted if !found.has_same_parameters => Claimed::KeyReused,
        State::Accepted => Claimed::Replay,
        State::Claimed if found.is_owner_alive => Claimed::InProgress,
        State::Claimed | State::Unknown if resend.unknown => Claimed::Send { may_be_second: true },
        State::Claimed | State::Unknown => Claimed::InDoubt,
    }
}

/// What a claim has led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Result {
    /// A response with status 2xx, also one without an id.
    Accepted,
    /// A response that says that the server has not processed the request, because of this row.
    Rejected,
    /// The request can no longer be sent, or the server refused it for a reason that has nothing to do with this row.
    NotSent,
    /// The request was sent, and it is not known whether the server has processed it.
    Unknown,
}

impl Result {
    /// The result of a claim whose request was not sent, or was refused. An earlier request of the row may have been processed nevertheless.
    pub(crate) fn of_no_request(may_be_second: bool) -> Result {
        Result::NotSent.of_row(may_be_second)
    }

    /// The result of the row after this result of its last claim: an earlier request of the row may have been processed nevertheless.
    pub(crate) fn of_row(self, may_be_second: bool) -> Result {
        match self {
            Result::NotSent | Result::Rejected if may_be_second => Result::Unknown,
            result => result,
        }
    }
}

/// How a result changes a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Settled {
    /// The row has this state and the data of the result from now on.
    Becomes {
        state: State,
        /// Another claim of the row may have been accepted, too.
        possible_duplicate: bool,
    },
    /// The row keeps its data. Only the flag is set.
    PossibleDuplicate,
    /// The row does not change.
    Unchanged,
}

/// Decides how a result changes a row. `is_current` is whether the result belongs to the current generation of the row.
pub(crate) fn settle(state: State, is_current: bool, result: Result) -> Settled {
    match (state, result) {
        // What was accepted stays accepted, whatever another claim led to.
        (State::Accepted | State::Pruned, Result::Accepted) => Settled::PossibleDuplicate,
        (State::Accepted | State::Pruned, _) => Settled::Unchanged,
        (_, Result::Accepted) => Settled::Becomes { state: State::Accepted, possible_duplicate: !is_current },
        _ if !is_current => Settled::Unchanged,
        // A row becomes unknown while its owner seems dead. The owner knows better.
        (State::Claimed | State::Unknown, Result::Rejected) => becomes(State::Rejected),
        (State::Claimed | State::Unknown, Result::NotSent) => becomes(State::NotSent),
        (State::Claimed, Result::Unknown) => becomes(State::Unknown),
        _ => Settled::Unchanged,
    }
}

fn becomes(state: State) -> Settled {
    Settled::Becomes { state, possible_duplicate: false }
}

/// What a person says about a row in doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    Sent,
    NotSent,
}

/// Returns the state of a row in doubt after a person has settled it, with a new generation. `None` if the row is not in doubt.
pub(crate) fn mark(state: State, is_owner_alive: bool, mark: Mark) -> Option<State> {
    let is_in_doubt = match state {
        State::Unknown => true,
        State::Claimed => !is_owner_alive,
        _ => false,
    };
    is_in_doubt.then_some(match mark {
        Mark::Sent => State::Accepted,
        Mark::NotSent => State::NotSent,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAME: [bool; 2] = [true, false];

    fn found(state: State, has_same_parameters: bool, is_owner_alive: bool) -> Option<Found> {
        Some(Found { state, has_same_parameters, is_owner_alive })
    }

    const USUAL: Resend = Resend { unknown: false, rejected: false };

    fn send() -> Claimed {
        Claimed::Send { may_be_second: false }
    }

    #[test]
    fn an_absent_row_is_sent() {
        assert_eq!(claim(None, USUAL), send());
    }

    #[test]
    fn a_row_that_was_not_sent_is_sent_with_any_parameters() {
        for same in SAME {
            assert_eq!(claim(found(State::NotSent, same, false), USUAL), send());
        }
    }

    #[test]
    fn a_claimed_row_is_in_progress_while_its_owner_lives() {
        let anyway = Resend { unknown: true, rejected: true };
        for resend in [USUAL, anyway] {
            assert_eq!(claim(found(State::Claimed, true, true), resend), Claimed::InProgress);
        }
    }

    #[test]
    fn a_claimed_row_is_in_doubt_when_its_owner_is_dead() {
        assert_eq!(claim(found(State::Claimed, true, false), USUAL), Claimed::InDoubt);
    }

    #[test]
    fn a_rejected_row_is_replayed_or_sent() {
        assert_eq!(claim(found(State::Rejected, true, false), USUAL), Claimed::Replay);
        assert_eq!(claim(found(State::Rejected, true, false), Resend { rejected: true, unknown: false }), send());
        assert_eq!(claim(found(State::Rejected, false, false), USUAL), send());
    }

    #[test]
    fn an_accepted_row_is_replayed() {
        let anyway = Resend { unknown: true, rejected: true };
        for resend in [USUAL, anyway] {
            assert_eq!(claim(found(State::Accepted, true, false), resend), Claimed::Replay);
        }
    }

    #[test]
    fn other_parameters_do_not_replace_a_row_that_may_have_been_sent() {
        let anyway = Resend { unknown: true, rejected: true };
        for state in [State::Accepted, State::Unknown, State::Claimed] {
            for (alive, resend) in [(true, USUAL), (false, USUAL), (false, anyway)] {
                assert_eq!(claim(found(state, false, alive), resend), Claimed::KeyReused, "{state:?}");
            }
        }
    }

    #[test]
    fn an_unknown_row_is_sent_only_if_the_caller_asks_for_it() {
        assert_eq!(claim(found(State::Unknown, true, false), USUAL), Claimed::InDoubt);
        let resend = Resend { unknown: true, rejected: false };
        for state in [State::Unknown, State::Claimed] {
            assert_eq!(claim(found(state, true, false), resend), Claimed::Send { may_be_second: true });
        }
    }

    #[test]
    fn a_pruned_row_is_never_sent() {
        for same in SAME {
            assert_eq!(
                claim(found(State::Pruned, same, false), Resend { unknown: true, rejected: true }),
                Claimed::Replay
            );
        }
    }

    #[test]
    fn a_result_settles_the_row_that_it_belongs_to() {
        for (result, state) in [
            (Result::Accepted, State::Accepted),
            (Result::Rejected, State::Rejected),
            (Result::NotSent, State::NotSent),
            (Result::Unknown, State::Unknown),
        ] {
            assert_eq!(settle(State::Claimed, true, result), becomes(state));
        }
    }

    #[test]
    fn the_owner_of_a_row_in_doubt_may_still_settle_it() {
        for (result, state) in [
            (Result::Accepted, State::Accepted),
            (Result::Rejected, State::Rejected),
            (Result::NotSent, State::NotSent),
        ] {
            assert_eq!(settle(State::Unknown, true, result), becomes(state));
        }
        assert_eq!(settle(State::Unknown, true, Result::Unknown), Settled::Unchanged);
    }

    #[test]
    fn a_late_result_is_kept_only_if_it_was_accepted() {
        for state in [State::Claimed, State::Rejected, State::NotSent, State::Unknown] {
            let accepted = Settled::Becomes { state: State::Accepted, possible_duplicate: true };
            assert_eq!(settle(state, false, Result::Accepted), accepted);
            for result in [Result::Rejected, Result::NotSent, Result::Unknown] {
                assert_eq!(settle(state, false, result), Settled::Unchanged, "{state:?} {result:?}");
            }
        }
    }

    #[test]
    fn what_was_accepted_stays_accepted() {
        for state in [State::Accepted, State::Pruned] {
            for is_current in [true, false] {
                assert_eq!(settle(state, is_current, Result::Accepted), Settled::PossibleDuplicate);
                for result in [Result::Rejected, Result::NotSent, Result::Unknown] {
                    assert_eq!(settle(state, is_current, result), Settled::Unchanged);
                }
            }
        }
    }

    #[test]
    fn a_person_settles_only_rows_in_doubt() {
        for (state, alive, is_in_doubt) in [
            (State::Unknown, false, true),
            (State::Unknown, true, true),
            (State::Claimed, false, true),
            (State::Claimed, true, false),
            (State::Accepted, false, false),
            (State::Rejected, false, false),
            (State::NotSent, false, false),
            (State::Pruned, false, false),
        ] {
            assert_eq!(mark(state, alive, Mark::Sent), is_in_doubt.then_some(State::Accepted), "{state:?}");
            assert_eq!(mark(state, alive, Mark::NotSent), is_in_doubt.then_some(State::NotSent), "{state:?}");
        }
    }

    #[test]
    fn a_name_never_changes() {
        let names = State::ALL.map(State::as_str);
        assert_eq!(names, ["claimed", "accepted", "rejected", "not_sent", "unknown", "pruned"]);
        assert_eq!(names.map(State::from_name), State::ALL.map(Some));
    }
}

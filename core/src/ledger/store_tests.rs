//! Every store passes the same tests.

use std::time::Duration;

use jiff::Timestamp;

use super::key::Hash;
use super::memory::Memory;
#[cfg(all(feature = "postgres", unix))]
use super::postgres::{Access, Postgres};
use super::row::{Claim, Record, Row, Settlement};
use super::sqlite::Sqlite;
use super::state::{self, Claimed, Mark, Resend, State};
use super::store::{Change, Reply, Store};

/// An owner that runs, and one that has died.
const ALIVE: u64 = 1;
const DEAD: u64 = 999;

/// A ledger in a database. Its tests need a server, so they are run by the step `postgres`.
#[cfg(all(feature = "postgres", unix))]
#[path = "../../tests/support/postgres.rs"]
mod server;

/// Tests the stores that need nothing.
fn each_store(test: impl Fn(&mut dyn Store)) {
    let mut memory = Memory::default();
    memory.kill(DEAD);
    test(&mut memory);
    let directory = tempfile::tempdir().expect("a directory");
    let mut sqlite = Sqlite::open(&directory.path().join("june.db"), true).expect("a ledger");
    assert_eq!(sqlite.owner().expect("an owner"), ALIVE);
    test(&mut sqlite);
}

/// In a database, claims have leases. That of a dead owner has ended.
fn lease_of(owner: u64) -> Duration {
    if owner == DEAD { Duration::ZERO } else { Duration::from_secs(3600) }
}

#[cfg(all(feature = "postgres", unix))]
fn in_a_database(test: impl Fn(&mut dyn Store)) {
    let trust = crate::engine::trust::Trust::System;
    let url = server::Postgres::shared().new_ledger();
    let access = Access { url: &url, password: None, trust: &trust, timeout: Duration::from_secs(10) };
    let mut ledger = Postgres::open(access, true).expect("a ledger").expect("it is created");
    assert!(ledger.is_new());
    test(&mut ledger);
}

fn claim(store: &mut dyn Store, key: &str, hash: u8, owner: u64, resend: Resend) -> (Claimed, Row) {
    let claim = Claim {
        key: key.to_owned(),
        operation: "/messages",
        hash: Hash([hash; 32]),
        resend,
        lease: Some(lease_of(owner)),
    };
    match store.apply(&[Change::Claim { claim, owner }]).expect("applied").remove(0) {
        Reply::Claimed(claimed, row) => (claimed, *row),
        other => panic!("{other:?}"),
    }
}

fn claim_of(key: &str) -> Change {
    let hash = Hash([1; 32]);
    Change::Claim {
        claim: Claim {
            key: key.into(),
            operation: "/messages",
            hash,
            resend: Resend::default(),
            lease: Some(lease_of(ALIVE)),
        },
        owner: ALIVE,
    }
}

fn settle(store: &mut dyn Store, key: &str, generation: u64, result: state::Result, id: &str) {
    let record = Record { id: Some(id.to_owned()), ..Record::default() };
    let settlement = Settlement { key: key.to_owned(), generation, result, record };
    assert_eq!(store.apply(&[Change::Settle(settlement)]).expect("applied"), [Reply::Settled]);
}

fn look(store: &mut dyn Store, key: &str) -> Option<Row> {
    match store.apply(&[Change::Look { key: key.to_owned() }]).expect("applied").remove(0) {
        Reply::Found(row) => row.map(|row| *row),
        other => panic!("{other:?}"),
    }
}

const SEND: Claimed = Claimed::Send { may_be_second: false };

/// Defines the tests, for the stores that need nothing and for a database.
macro_rules! store_tests {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            each_store(super::store_tests::of::$name);
        })*

        #[cfg(all(feature = "postgres", unix))]
        mod postgres {
            $(#[test]
            #[ignore = "needs PostgreSQL: run by the step `postgres`"]
            fn $name() {
                super::in_a_database(super::of::$name);
            })*
        }
    };
}

store_tests! {
    a_row_is_claimed_settled_and_replayed
    the_row_of_a_dead_owner_is_in_doubt_until_it_is_settled
    a_doubt_is_sent_again_only_on_request
    changes_of_one_transaction_see_each_other
    rows_are_counted_and_listed
    accepted_rows_are_pruned
}

/// The tests.
mod of {
    use super::*;

    pub(super) fn a_row_is_claimed_settled_and_replayed(store: &mut dyn Store) {
        assert_eq!(look(store, "a"), None);
        let (claimed, row) = claim(store, "a", 1, ALIVE, Resend::default());
        assert_eq!((claimed, row.generation, row.owner), (SEND, 1, ALIVE));
        assert_eq!(claim(store, "a", 1, ALIVE, Resend::default()).0, Claimed::InProgress);
        settle(store, "a", 1, state::Result::Accepted, "msg_1");
        let (claimed, row) = claim(store, "a", 1, ALIVE, Resend::default());
        assert_eq!((claimed, row.state, row.record.id.as_deref()), (Claimed::Replay, State::Accepted, Some("msg_1")));
        assert_eq!(claim(store, "a", 2, ALIVE, Resend::default()).0, Claimed::KeyReused);
        assert_eq!(look(store, "a"), Some(row));
    }

    pub(super) fn the_row_of_a_dead_owner_is_in_doubt_until_it_is_settled(store: &mut dyn Store) {
        claim(store, "a", 1, DEAD, Resend::default());
        let (claimed, row) = claim(store, "a", 1, ALIVE, Resend::default());
        assert_eq!((claimed, row.state, row.generation), (Claimed::InDoubt, State::Unknown, 1));
        let mark = |mark| Change::Mark { key: "a".into(), mark, id: None, by: "ana".into() };
        assert_eq!(
            store.apply(&[mark(Mark::NotSent)]).expect("applied"),
            [Reply::Marked(Some((true, State::NotSent)))]
        );
        assert_eq!(store.apply(&[mark(Mark::Sent)]).expect("applied"), [Reply::Marked(Some((false, State::NotSent)))]);
        // The request is accepted after all, and so is the second one.
        assert_eq!(claim(store, "a", 1, ALIVE, Resend::default()).0, SEND);
        settle(store, "a", 1, state::Result::Accepted, "msg_1");
        settle(store, "a", 3, state::Result::Accepted, "msg_2");
        let row = look(store, "a").expect("a row");
        assert_eq!(
            (row.state, row.record.id.as_deref(), row.possible_duplicate),
            (State::Accepted, Some("msg_1"), true)
        );
        let unknown = Change::Mark { key: "b".into(), mark: Mark::Sent, id: None, by: "ana".into() };
        assert_eq!(store.apply(&[unknown]).expect("applied"), [Reply::Marked(None)]);
    }

    pub(super) fn a_doubt_is_sent_again_only_on_request(store: &mut dyn Store) {
        claim(store, "a", 1, ALIVE, Resend::default());
        settle(store, "a", 1, state::Result::Unknown, "");
        assert_eq!(claim(store, "a", 1, ALIVE, Resend::default()).0, Claimed::InDoubt);
        let (claimed, row) = claim(store, "a", 1, ALIVE, Resend { unknown: true, rejected: false });
        assert_eq!((claimed, row.generation, row.may_be_second), (Claimed::Send { may_be_second: true }, 2, true));
    }

    pub(super) fn changes_of_one_transaction_see_each_other(store: &mut dyn Store) {
        let settle = Change::Settle(Settlement {
            key: "a".into(),
            generation: 1,
            result: state::Result::NotSent,
            record: Record::default(),
        });
        let replies = store.apply(&[claim_of("a"), settle, claim_of("a"), claim_of("b")]).expect("applied");
        let generations: Vec<_> = replies
            .iter()
            .filter_map(|reply| match reply {
                Reply::Claimed(claimed, row) => Some((*claimed, row.generation)),
                _ => None,
            })
            .collect();
        assert_eq!(generations, [(SEND, 1), (SEND, 2), (SEND, 1)]);
    }

    pub(super) fn rows_are_counted_and_listed(store: &mut dyn Store) {
        let changes: Vec<Change> = (0..2500).map(|number| claim_of(&format!("row-{number:04}"))).collect();
        store.apply(&changes).expect("applied");
        for number in 0..5 {
            settle(store, &format!("row-{number:04}"), 1, state::Result::Accepted, "msg");
        }
        let counts = store.count().expect("counts");
        let count = |state| counts.iter().find(|(one, _)| *one == state).map_or(0, |(_, count)| *count);
        assert_eq!((count(State::Accepted), count(State::Claimed), count(State::Unknown)), (5, 2495, 0));
        let mut keys = Vec::new();
        store
            .each(Some(State::Claimed), &mut |row| {
                keys.push(row.key);
                Ok(())
            })
            .expect("read");
        assert!(keys.len() == 2495 && keys.is_sorted() && keys[0] == "row-0005", "{}", keys.len());
        let mut all = 0;
        store
            .each(None, &mut |_| {
                all += 1;
                Ok(())
            })
            .expect("read");
        assert_eq!(all, 2500);
    }

    pub(super) fn accepted_rows_are_pruned(store: &mut dyn Store) {
        for (key, result) in [("a", state::Result::Accepted), ("b", state::Result::Unknown)] {
            claim(store, key, 1, ALIVE, Resend::default());
            settle(store, key, 1, result, "msg");
        }
        claim(store, "c", 1, ALIVE, Resend::default());
        let (past, future) = (Timestamp::UNIX_EPOCH, Timestamp::now() + Duration::from_secs(60));
        assert_eq!(store.prune(past).expect("pruned"), 0);
        assert_eq!(store.prune(future).expect("pruned"), 1);
        assert_eq!(store.prune(future).expect("pruned"), 0);
        let row = look(store, "a").expect("a row");
        assert_eq!((row.state, row.generation, &row.record), (State::Pruned, 1, &Record::default()));
        let states = ["b", "c"].map(|key| look(store, key).expect("a row").state);
        assert_eq!(states, [State::Unknown, State::Claimed]);
        for hash in [1, 2] {
            assert_eq!(claim(store, "a", hash, ALIVE, Resend { unknown: true, rejected: true }).0, Claimed::Replay);
        }
    }
}

//! Every store passes the same tests.

use super::key::Hash;
use super::memory::Memory;
use super::row::{Claim, Record, Row, Settlement};
use super::sqlite::Sqlite;
use super::state::{self, Claimed, Mark, Resend, State};
use super::store::{Change, Reply, Store};

/// An owner that runs, and one that has died.
const ALIVE: u64 = 1;
const DEAD: u64 = 999;

fn each_store(test: impl Fn(&mut dyn Store)) {
    let mut memory = Memory::default();
    memory.kill(DEAD);
    test(&mut memory);
    let directory = tempfile::tempdir().expect("a directory");
    let mut sqlite = Sqlite::open(&directory.path().join("june.db"), true).expect("a ledger");
    assert_eq!(sqlite.owner().expect("an owner"), ALIVE);
    test(&mut sqlite);
}

fn claim(store: &mut dyn Store, key: &str, hash: u8, owner: u64, resend: Resend) -> (Claimed, Row) {
    let claim = Claim { key: key.to_owned(), operation: "/messages", hash: Hash([hash; 32]), resend };
    match store.apply(&[Change::Claim { claim, owner }]).expect("applied").remove(0) {
        Reply::Claimed(claimed, row) => (claimed, *row),
        other => panic!("{other:?}"),
    }
}

fn claim_of(key: &str) -> Change {
    let hash = Hash([1; 32]);
    Change::Claim {
        claim: Claim { key: key.into(), operation: "/messages", hash, resend: Resend::default() },
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

#[test]
fn a_row_is_claimed_settled_and_replayed() {
    each_store(|store| {
        assert_eq!(look(store, "a"), None);
        let (claimed, row) = claim(store, "a", 1, ALIVE, Resend::default());
        assert_eq!((claimed, row.generation, row.owner), (SEND, 1, ALIVE));
        assert_eq!(claim(store, "a", 1, ALIVE, Resend::default()).0, Claimed::InProgress);
        settle(store, "a", 1, state::Result::Accepted, "msg_1");
        let (claimed, row) = claim(store, "a", 1, ALIVE, Resend::default());
        assert_eq!((claimed, row.state, row.record.id.as_deref()), (Claimed::Replay, State::Accepted, Some("msg_1")));
        assert_eq!(claim(store, "a", 2, ALIVE, Resend::default()).0, Claimed::KeyReused);
        assert_eq!(look(store, "a"), Some(row));
    });
}

#[test]
fn the_row_of_a_dead_owner_is_in_doubt_until_it_is_settled() {
    each_store(|store| {
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
    });
}

#[test]
fn a_doubt_is_sent_again_only_on_request() {
    each_store(|store| {
        claim(store, "a", 1, ALIVE, Resend::default());
        settle(store, "a", 1, state::Result::Unknown, "");
        assert_eq!(claim(store, "a", 1, ALIVE, Resend::default()).0, Claimed::InDoubt);
        let (claimed, row) = claim(store, "a", 1, ALIVE, Resend { unknown: true, rejected: false });
        assert_eq!((claimed, row.generation, row.may_be_second), (Claimed::Send { may_be_second: true }, 2, true));
    });
}

#[test]
fn changes_of_one_transaction_see_each_other() {
    each_store(|store| {
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
    });
}

#[test]
fn rows_are_counted_and_listed() {
    each_store(|store| {
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
    });
}

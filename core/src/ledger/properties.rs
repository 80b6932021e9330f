//! Properties of a ledger file: any sequence of claims, results and marks, by several handles and processes, agrees with the table of states, and no
//! row is sent that may have been sent.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use proptest::collection::vec;
use proptest::prelude::*;

use super::key::Hash;
use super::row::{Claim, Record, Row, Settlement};
use super::sqlite::Sqlite;
use super::state::{self, Claimed, Mark, Resend, State};
use super::store::{Change, Reply, Store};

const KEYS: [&str; 2] = ["order-1", "order-2"];

/// A change or an event.
#[derive(Clone, Debug)]
enum Event {
    Claim {
        key: usize,
        hash: u8,
        resend: Resend,
    },
    /// Another process claims the row, and goes on running.
    ClaimElsewhere {
        key: usize,
        hash: u8,
    },
    /// The other processes are killed.
    Kill,
    /// A result of the claim that was made this many generations ago.
    Settle {
        key: usize,
        age: u64,
        result: state::Result,
        id: u8,
    },
    Mark {
        key: usize,
        mark: Mark,
    },
    /// The handle is closed, and opened again.
    Reopen,
}

fn event() -> impl Strategy<Value = (usize, Event)> {
    let key = 0..KEYS.len();
    let resend = (prop::bool::weighted(0.2), prop::bool::weighted(0.2));
    let resend = resend.prop_map(|(unknown, rejected)| Resend { unknown, rejected });
    let hash = || prop_oneof![4 => Just(1_u8), 1 => Just(2_u8)];
    // Mostly such that the row can be claimed again.
    let result = prop_oneof![
        1 => Just(state::Result::Accepted),
        2 => Just(state::Result::Rejected),
        3 => Just(state::Result::NotSent),
        2 => Just(state::Result::Unknown),
    ];
    let age = prop_oneof![2 => Just(0_u64), 1 => 1..3_u64];
    let event = prop_oneof![
        10 => (key.clone(), hash(), resend).prop_map(|(key, hash, resend)| Event::Claim { key, hash, resend }),
        10 => (key.clone(), age, result, 1..3_u8)
            .prop_map(|(key, age, result, id)| Event::Settle { key, age, result, id }),
        3 => (key.clone(), prop::sample::select(vec![Mark::Sent, Mark::NotSent]))
            .prop_map(|(key, mark)| Event::Mark { key, mark }),
        2 => (key, hash()).prop_map(|(key, hash)| Event::ClaimElsewhere { key, hash }),
        2 => Just(Event::Kill),
        2 => Just(Event::Reopen),
    ];
    // Which of the two handles is used.
    (0..2_usize, event)
}

/// A row by the table of states. Written without the code that it is compared with.
#[derive(Clone, Debug, PartialEq)]
struct Expected {
    state: State,
    generation: u64,
    owner: u64,
    hash: u8,
    id: Option<String>,
    may_be_second: bool,
    possible_duplicate: bool,
}

impl Expected {
    fn of(row: &Row) -> Expected {
        Expected {
            state: row.state,
            generation: row.generation,
            owner: row.owner,
            hash: row.hash.0[0],
            id: row.record.id.clone(),
            may_be_second: row.may_be_second,
            possible_duplicate: row.possible_duplicate,
        }
    }

    fn claim(row: &mut Option<Expected>, hash: u8, resend: Resend, owner: u64, is_alive: bool) -> Claimed {
        let may_be_second = match row {
            None => false,
            Some(row) => {
                let is_same = row.hash == hash;
                match row.state {
                    State::NotSent => false,
                    State::Rejected if is_same && !resend.rejected => return Claimed::Replay,
                    State::Rejected => false,
                    State::Pruned => return Claimed::Replay,
                    _ if !is_same => return Claimed::KeyReused,
                    State::Accepted => return Claimed::Replay,
                    State::Claimed if is_alive => return Claimed::InProgress,
                    State::Claimed | State::Unknown if !resend.unknown => {
                        row.state = State::Unknown;
                        return Claimed::InDoubt;
                    }
                    State::Claimed | State::Unknown => true,
                }
            }
        };
        let (generation, possible_duplicate) =
            row.as_ref().map_or((0, false), |row| (row.generation, row.possible_duplicate));
        let state = State::Claimed;
        let generation = generation + 1;
        *row = Some(Expected { state, generation, owner, hash, id: None, may_be_second, possible_duplicate });
        Claimed::Send { may_be_second }
    }

    fn settle(&mut self, generation: u64, result: state::Result, id: &str) {
        let is_current = generation == self.generation;
        let is_open = matches!(self.state, State::Claimed | State::Unknown);
        let state = match result {
            state::Result::Accepted if self.state == State::Accepted => {
                self.possible_duplicate |= !(is_current && self.id.as_deref() == Some(id));
                return;
            }
            state::Result::Accepted => State::Accepted,
            state::Result::Rejected if is_current && is_open => State::Rejected,
            state::Result::NotSent if is_current && is_open => State::NotSent,
            state::Result::Unknown if is_current && self.state == State::Claimed => State::Unknown,
            _ => return,
        };
        self.state = state;
        self.id = Some(id.to_owned());
        self.possible_duplicate |= result == state::Result::Accepted && !is_current;
    }

    fn mark(&mut self, mark: Mark, is_alive: bool) -> bool {
        let is_in_doubt = self.state == State::Unknown || self.state == State::Claimed && !is_alive;
        if is_in_doubt {
            self.state = if mark == Mark::Sent { State::Accepted } else { State::NotSent };
            self.generation += 1;
            self.id = None;
        }
        is_in_doubt
    }
}

/// A ledger file with two handles, other processes that use it, and what it should contain.
struct World {
    directory: tempfile::TempDir,
    handles: [Sqlite; 2],
    owner: u64,
    /// Other processes, by owner.
    others: BTreeMap<u64, Child>,
    rows: [Option<Expected>; KEYS.len()],
    /// The claims of each key whose request may have been processed, as far as anybody has said.
    maybe_sent: [BTreeSet<u64>; KEYS.len()],
    /// The claims that were made although an earlier request may have been processed.
    may_be_second: [BTreeSet<u64>; KEYS.len()],
}

impl World {
    fn new() -> World {
        let directory = tempfile::tempdir().expect("a directory");
        let open = |create| Sqlite::open(&directory.path().join("june.db"), create).expect("a ledger");
        let mut handles = [open(true), open(false)];
        let owner = handles[0].owner().expect("an owner");
        let (others, rows, maybe_sent, may_be_second) = Default::default();
        World { directory, handles, owner, others, rows, maybe_sent, may_be_second }
    }

    fn is_alive(&self, key: usize) -> bool {
        let owner = self.rows[key].as_ref().map(|row| row.owner);
        owner.is_some_and(|owner| owner == self.owner || self.others.contains_key(&owner))
    }

    fn play(&mut self, handle: usize, event: &Event) {
        match *event {
            Event::Claim { key, hash, resend } => {
                let reply = self.apply(handle, Change::Claim { claim: claim(key, hash, resend), owner: self.owner });
                let Reply::Claimed(claimed, row) = reply else { panic!("{reply:?}") };
                assert_eq!(claimed, self.claim(key, hash, resend, self.owner));
                assert_eq!(Some(Expected::of(&row)), self.rows[key]);
            }
            Event::ClaimElsewhere { key, hash } => {
                let (owner, claimed) = self.claim_elsewhere(key, hash);
                let expected = self.claim(key, hash, Resend::default(), owner);
                assert_eq!(claimed, format!("{expected:?}"));
            }
            Event::Kill => {
                for (_, mut other) in std::mem::take(&mut self.others) {
                    other.kill().and_then(|()| other.wait()).expect("a child");
                }
            }
            Event::Settle { key, age, result, id } => {
                let Some(row) = &mut self.rows[key] else { return };
                let Some(generation) = row.generation.checked_sub(age).filter(|generation| *generation > 0) else {
                    return;
                };
                let was_not_sent = matches!(result, state::Result::Rejected | state::Result::NotSent);
                // What a call says if its own request was not sent, but an earlier one may have been.
                let result = match self.may_be_second[key].contains(&generation) && was_not_sent {
                    true => state::Result::of_no_request(true),
                    false => result,
                };
                let id = format!("msg_{id}");
                row.settle(generation, result, &id);
                if matches!(result, state::Result::Rejected | state::Result::NotSent) {
                    self.maybe_sent[key].remove(&generation);
                }
                let record = Record { id: Some(id), ..Record::default() };
                let settlement = Settlement { key: KEYS[key].into(), generation, result, record };
                assert_eq!(self.apply(handle, Change::Settle(settlement)), Reply::Settled);
            }
            Event::Mark { key, mark } => {
                let is_alive = self.is_alive(key);
                let expected = self.rows[key].as_mut().map(|row| (row.mark(mark, is_alive), row.state));
                if expected == Some((true, State::NotSent)) {
                    self.maybe_sent[key].clear();
                }
                let change = Change::Mark { key: KEYS[key].into(), mark, id: None, by: "ana".into() };
                assert_eq!(self.apply(handle, change), Reply::Marked(expected));
            }
            Event::Reopen => {
                self.handles[handle] = Sqlite::open(&self.directory.path().join("june.db"), false).expect("a ledger");
                assert_eq!(self.handles[handle].owner().expect("an owner"), self.owner);
            }
        }
    }

    fn apply(&mut self, handle: usize, change: Change) -> Reply {
        self.handles[handle].apply(&[change]).expect("applied").remove(0)
    }

    /// Claims the expected row. Nothing may be sent that may have been sent.
    fn claim(&mut self, key: usize, hash: u8, resend: Resend, owner: u64) -> Claimed {
        let is_alive = self.is_alive(key);
        let claimed = Expected::claim(&mut self.rows[key], hash, resend, owner, is_alive);
        if let Claimed::Send { may_be_second } = claimed {
            assert!(may_be_second || self.maybe_sent[key].is_empty(), "sent twice: {:?}", self.maybe_sent[key]);
            let generation = self.rows[key].as_ref().expect("claimed").generation;
            self.maybe_sent[key].insert(generation);
            if may_be_second {
                self.may_be_second[key].insert(generation);
            }
        }
        claimed
    }

    /// Lets another process claim the row. Returns its owner and its answer. It runs until it is killed.
    fn claim_elsewhere(&mut self, key: usize, hash: u8) -> (u64, String) {
        let mut command = Command::new(std::env::current_exe().expect("this test program"));
        command.args(["--exact", "ledger::properties::claims_in_this_process", "--ignored", "--nocapture"]);
        command.env(LEDGER, self.directory.path().join("june.db")).env(CLAIM, format!("{key} {hash}"));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a process");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        let answer = output.lines().map_while(Result::ok).find_map(|line| Some(line.split_once(ANSWER)?.1.to_owned()));
        let answer = answer.expect("an answer");
        let (owner, claimed) = answer.split_once(' ').expect("an owner");
        let owner = owner.parse().expect("a number");
        self.others.insert(owner, child);
        (owner, claimed.to_owned())
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.others.values_mut().for_each(|other| drop(other.kill().and_then(|()| other.wait())));
    }
}

fn claim(key: usize, hash: u8, resend: Resend) -> Claim {
    Claim { key: KEYS[key].into(), operation: "/messages", hash: Hash([hash; 32]), resend, lease: None }
}

/// The environment variables of another process, and the beginning of its answer.
const LEDGER: &str = "ZEXA_TEST_LEDGER";
const CLAIM: &str = "ZEXA_TEST_CLAIM";
const ANSWER: &str = "answer: ";

#[test]
#[ignore = "run by the test below, in a process of its own"]
fn claims_in_this_process() {
    let (path, wanted) = (std::env::var_os(LEDGER).expect("a path"), std::env::var(CLAIM).expect("a claim"));
    let (key, hash) = wanted.split_once(' ').expect("a key and a hash");
    let claim = claim(key.parse().expect("a number"), hash.parse().expect("a number"), Resend::default());
    let mut ledger = Sqlite::open(Path::new(&path), false).expect("a ledger");
    let owner = ledger.owner().expect("an owner");
    let reply = ledger.apply(&[Change::Claim { claim, owner }]).expect("applied").remove(0);
    let Reply::Claimed(claimed, _) = reply else { panic!("{reply:?}") };
    println!("\n{ANSWER}{owner} {claimed:?}");
    // Until it is killed, or the test has ended.
    let _ = std::io::stdin().lines().count();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_ledger_file_agrees_with_the_table_of_states(events in vec(event(), 20..60)) {
        let mut world = World::new();
        for (handle, event) in &events {
            world.play(*handle, event);
            // Both handles see the same rows.
            for (key, name) in KEYS.iter().enumerate() {
                let reply = world.apply(1 - handle, Change::Look { key: (*name).into() });
                let Reply::Found(found) = reply else { panic!("{reply:?}") };
                prop_assert_eq!(found.as_deref().map(Expected::of), world.rows[key].clone(), "{} after {:?}", name, event);
            }
        }
    }
}

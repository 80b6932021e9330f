//! The writer of a ledger: it answers each change once, keeps the order, and loses nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use shuttle::rand::{Rng, thread_rng};
use shuttle::sync::{Condvar, Mutex};
use shuttle::{future, thread};

use crate::ledger::key::Hash;
use crate::ledger::memory::Memory;
use crate::ledger::row::{Claim, Record, Row, Settlement};
use crate::ledger::state::{self, Claimed, Resend, State};
use crate::ledger::store::{Change, Reply, Store};
use crate::ledger::writer::Writer;
use crate::options::Options;
use crate::sync::step;
use crate::{Error, Kind, Outcome, Result, explore};

/// What a store has done.
#[derive(Default)]
struct Log {
    /// The keys of the settlements of each transaction that was stored.
    stored: Vec<String>,
    /// The rows, when the store is closed.
    rows: Option<BTreeMap<String, Row>>,
}

/// A store in memory, some of whose transactions fail.
struct Recorder {
    memory: Memory,
    /// The number of transactions that may still fail.
    failures: u32,
    log: Arc<(Mutex<Log>, Condvar)>,
}

impl Store for Recorder {
    fn apply(&mut self, changes: &[Change]) -> Result<Vec<Reply>> {
        step();
        if self.failures > 0 && thread_rng().gen_bool(0.5) {
            self.failures -= 1;
            return Err(Error::new(Kind::Other, Outcome::NotSent, "the disk is full"));
        }
        let replies = self.memory.apply(changes)?;
        let settled = changes.iter().filter_map(|change| match change {
            Change::Settle(settlement) => Some(settlement.key.clone()),
            _ => None,
        });
        self.log.0.lock().expect("no panic").stored.extend(settled);
        Ok(replies)
    }

    fn count(&mut self) -> Result<Vec<(State, u64)>> {
        self.memory.count()
    }

    fn each(&mut self, state: Option<State>, visit: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        self.memory.each(state, visit)
    }

    fn is_alive(&self, row: &Row) -> bool {
        Store::is_alive(&self.memory, row)
    }

    fn prune(&mut self, before: jiff::Timestamp) -> Result<u64> {
        self.memory.prune(before)
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        let mut rows = BTreeMap::new();
        let mut keep = |row: Row| {
            rows.insert(row.key.clone(), row);
            Ok(())
        };
        self.memory.each(None, &mut keep).expect("a memory");
        self.log.0.lock().expect("no panic").rows = Some(rows);
        self.log.1.notify_all();
    }
}

/// A writer, and the log of its store.
struct Ledger {
    writer: Arc<Writer>,
    log: Arc<(Mutex<Log>, Condvar)>,
}

impl Ledger {
    fn new(failures: u32) -> Ledger {
        let log = Arc::new((Mutex::default(), Condvar::new()));
        let store = Recorder { memory: Memory::default(), failures, log: log.clone() };
        Ledger { writer: Arc::new(Writer::new(Box::new(store), 1)), log }
    }

    /// Drops the writer, waits until its thread has closed the store, and returns the settlements in order, and the rows.
    fn close(self) -> (Vec<String>, BTreeMap<String, Row>) {
        drop(self.writer);
        let mut log = self.log.0.lock().expect("no panic");
        while log.rows.is_none() {
            log = self.log.1.wait(log).expect("no panic");
        }
        (std::mem::take(&mut log.stored), log.rows.take().expect("just checked"))
    }
}

fn claim(key: &str) -> Claim {
    Claim { key: key.to_owned(), operation: "/messages", hash: Hash([1; 32]), resend: Resend::default(), lease: None }
}

fn accepted(key: &str, generation: u64) -> Settlement {
    let record = Record { id: Some(format!("msg_{key}")), ..Record::default() };
    Settlement { key: key.to_owned(), generation, result: state::Result::Accepted, record }
}

/// Calls with keys of their own and with a common one, while some transactions fail. Shuttle reports a deadlock if a change has no answer.
pub(crate) fn answers_each_change_once(options: &Options) -> usize {
    explore(options, 800, || {
        let ledger = Ledger::new(1);
        let calls = ["a", "b", "common", "common"].map(|key| {
            let writer = ledger.writer.clone();
            thread::spawn(move || {
                let Ok((claimed, row)) = future::block_on(writer.claim(claim(key))) else { return (key, false) };
                if claimed != (Claimed::Send { may_be_second: false }) {
                    assert_eq!(key, "common", "{claimed:?}");
                    return (key, false);
                }
                // If this fails, the result is recorded later.
                let _ = future::block_on(writer.settle(accepted(key, row.generation)));
                if let Ok(found) = future::block_on(writer.look(key)) {
                    assert_eq!(found.map(|row| row.state), Some(State::Accepted));
                }
                (key, true)
            })
        });
        let sent = calls.map(|call| call.join().expect("no panic"));
        let (_, rows) = ledger.close();
        for key in ["a", "b", "common"] {
            let times = sent.iter().filter(|sent| **sent == (key, true)).count();
            assert!(times <= 1, "{key} was sent {times} times");
            assert_eq!(rows.get(key).map(|row| row.state), (times == 1).then_some(State::Accepted), "{key}");
            assert!(rows.get(key).is_none_or(|row| !row.possible_duplicate), "{key} was recorded twice");
        }
    })
}

/// The changes of a thread are stored in their order, whether it waits for them or not, and whether transactions fail or not.
pub(crate) fn keeps_the_order(options: &Options) -> usize {
    explore(options, 800, || {
        let ledger = Ledger::new(1);
        let threads = ["a", "b"].map(|name| {
            let writer = ledger.writer.clone();
            thread::spawn(move || {
                for number in 0..4 {
                    let settled = writer.settle(accepted(&format!("{name}{number}"), 1));
                    if number == 1 {
                        let _ = future::block_on(settled);
                    }
                }
            })
        });
        for thread in threads {
            thread.join().expect("no panic");
        }
        let (stored, _) = ledger.close();
        for name in ["a", "b"] {
            let own: Vec<&String> = stored.iter().filter(|key| key.starts_with(name)).collect();
            assert_eq!(own, [0, 1, 2, 3].map(|number| format!("{name}{number}")).iter().collect::<Vec<_>>());
        }
    })
}

/// Calls are dropped at any moment before they have their claim. Their rows can be claimed again.
pub(crate) fn gives_up_abandoned_claims(options: &Options) -> usize {
    explore(options, 800, || {
        let ledger = Ledger::new(1);
        let calls = ["a", "a", "b"].map(|key| {
            let writer = ledger.writer.clone();
            future::spawn(async move {
                if let Ok((Claimed::Send { .. }, row)) = writer.claim(claim(key)).await {
                    drop(writer.settle(accepted(key, row.generation)));
                }
            })
        });
        step();
        calls.iter().for_each(future::JoinHandle::abort);
        for call in calls {
            // It is complete or cancelled.
            let _ = future::block_on(call);
        }
        let (_, rows) = ledger.close();
        for (key, row) in rows {
            assert!(matches!(row.state, State::NotSent | State::Accepted), "{key} is {:?}", row.state);
        }
    })
}

/// Threads settle rows and drop the writer without waiting.
pub(crate) fn loses_nothing_when_it_is_dropped(options: &Options) -> usize {
    explore(options, 800, || {
        let Ledger { writer, log } = Ledger::new(1);
        let threads = ["a", "b", "c"].map(|key| {
            let writer = writer.clone();
            thread::spawn(move || {
                let claimed = future::block_on(writer.claim(claim(key)));
                claimed.map(|(_, row)| drop(writer.settle(accepted(key, row.generation)))).is_ok()
            })
        });
        let ledger = Ledger { writer, log };
        // While they submit their changes. The last of them drops the writer.
        let (_, rows) = ledger.close();
        for (thread, key) in threads.into_iter().zip(["a", "b", "c"]) {
            let is_claimed = thread.join().expect("no panic");
            let state = rows.get(key).map(|row| row.state);
            assert_eq!(state, is_claimed.then_some(State::Accepted), "{key}");
        }
    })
}

//! Several processes that use the same keys at the same time, and transactions of other programs.

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use zexa::{CallOptions, Kind, Outcome};

use super::children::Child;
use super::server::Postgres;
use super::support;
use super::{World, keyed};

#[test]
#[ignore = "needs PostgreSQL"]
fn one_of_many_processes_sends_each_key() {
    let world = World::new();
    world.client().messages().send(&keyed("order-0")).expect("sent");
    let mut children: Vec<_> = (0..4).map(|_| Child::start(&world, "claimers", &[])).collect();
    for child in &mut children {
        child.wait_for("ready");
    }
    children.iter_mut().for_each(|child| child.tell("go"));
    for mut child in children {
        child.wait_for("done");
    }
    assert_eq!(world.messages_without_duplicates(), 41);
    let counts = world.counts();
    assert_eq!((counts.accepted, counts.in_doubt, counts.claimed), (41, 0, 0));
}

#[test]
#[ignore = "needs PostgreSQL"]
fn one_of_many_clients_sends_each_key() {
    const CLIENTS: usize = 8;
    let world = World::new();
    let barrier = Barrier::new(CLIENTS);
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let client = world.client();
                for key in 0..20 {
                    barrier.wait();
                    match client.messages().send(&keyed(&format!("order-{key}"))) {
                        Ok(_) => {}
                        Err(error) => assert_eq!(error.kind(), Kind::InProgress, "{error}"),
                    }
                }
            });
        }
    });
    assert_eq!((world.messages_without_duplicates(), world.counts().accepted), (20, 20));
}

/// Statements that claim a key of a ledger, as another version of the library would.
fn claim(world: &World, key: &str) -> String {
    let name = world.url.rsplit('=').next().expect("a name");
    format!(
        "INSERT INTO zexa_ledger.rows (ledger, key, operation, state, generation, owner, lease_until, hash, hash_version, claimed_at, may_be_second,
                                       possible_duplicate)
         SELECT id, '{key}', '/messages', 'claimed', 1, 0, now() + interval '1 hour', '\\x00', 1, now(), false, false
         FROM zexa_ledger.ledgers WHERE name = '{name}'"
    )
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_claim_waits_for_the_open_transaction_of_another() {
    let world = World::new();
    let client = world.client();
    let (runtime, other) = Postgres::shared().connect();
    for (key, end) in [("order-1", "ROLLBACK"), ("order-2", "COMMIT")] {
        runtime.block_on(other.batch_execute(&format!("BEGIN; {}", claim(&world, key)))).expect("an open transaction");
        let hurry = client.with_options(CallOptions::new().deadline(Duration::from_millis(200)));
        let error = hurry.messages().send(&keyed(key)).expect_err("locked");
        assert_eq!((error.kind(), error.outcome()), (Kind::Timeout, Outcome::Unknown), "{error}");
        assert_eq!(error.attempts(), 0);
        thread::scope(|scope| {
            let waiting = scope.spawn(|| world.client().messages().send(&keyed(key)));
            support::until("the claim waits", || waits_for_lock(1));
            runtime.block_on(other.batch_execute(end)).expect("ended");
            match (end, waiting.join().expect("no panic")) {
                // The call that was given up may have claimed the row first, and gives the claim up. On a busy machine, the lock may be held for longer than
                // the ledger waits.
                ("ROLLBACK", Err(error)) => {
                    assert!(error.kind() == Kind::InProgress || is_locked(&error), "{error}");
                    support::until("it is sent", || client.messages().send(&keyed(key)).is_ok());
                }
                ("ROLLBACK", Ok(_)) => {}
                // It sees what the other one has committed.
                (_, result) => {
                    let error = result.expect_err("claimed");
                    assert!(error.kind() == Kind::KeyReused || is_locked(&error), "{error}");
                }
            }
        });
    }
    assert_eq!(world.messages_without_duplicates(), 1);
}

/// Whether the ledger has not waited any longer for the transaction of another program.
fn is_locked(error: &zexa::Error) -> bool {
    error.to_string().contains("has locked the row")
}

/// Whether at least this number of sessions waits for a lock.
fn waits_for_lock(count: usize) -> bool {
    let waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
    Postgres::shared().sql(waiting).len() >= count
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_locked_row_does_not_block_the_others() {
    let world = World::new();
    let (runtime, other) = Postgres::shared().connect();
    let client = world.client();
    client.messages().send(&keyed("order-0")).expect("sent");
    runtime.block_on(other.batch_execute(&format!("BEGIN; {}", claim(&world, "order-1")))).expect("locked");
    thread::scope(|scope| {
        let client = &client;
        let calls: Vec<_> =
            (1..=8).map(|key| scope.spawn(move || client.messages().send(&keyed(&format!("order-{key}"))))).collect();
        for (index, call) in calls.into_iter().enumerate() {
            let result = call.join().expect("no panic");
            match index {
                // The lock is held for longer than the ledger waits.
                0 => {
                    let error = result.expect_err("locked");
                    assert_eq!(error.outcome(), Outcome::Unknown);
                    assert!(is_locked(&error), "{error}");
                }
                _ => drop(result.expect("sent")),
            }
        }
    });
    runtime.block_on(other.batch_execute("ROLLBACK")).expect("ended");
    client.messages().send(&keyed("order-1")).expect("sent");
    assert_eq!((world.messages_without_duplicates(), world.counts().accepted), (9, 9));
}

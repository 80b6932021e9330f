//! Bulk runs, also while the database restarts.

use zexa::{BulkOptions, Kind, Outcome, SendResult};

use super::server::Postgres;
use super::support::{self, until};
use super::{World, rows};

/// All results of a run that does not stop by itself.
fn run(world: &World, count: u32, options: BulkOptions) -> Vec<SendResult> {
    let client = support::client(&world.sandbox);
    let sending = client.messages().send_many(rows(count), &options.ledger(&world.url)).expect("a run");
    sending.map(|result| result.expect("no stop")).collect()
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_run_is_replayed() {
    let world = World::new();
    let results = run(&world, 300, BulkOptions::new());
    assert!(results.iter().all(|result| result.value.is_some() && result.recorded && !result.replayed));
    let again = run(&world, 300, BulkOptions::new());
    assert!(again.iter().all(|result| result.value.is_some() && result.recorded && result.replayed));
    assert_eq!((world.messages_without_duplicates(), world.counts().accepted), (300, 300));
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_ledger_has_one_run_at_a_time() {
    let world = World::new();
    let client = world.client();
    let mut sending = client.messages().send_many(rows(20), &BulkOptions::new()).expect("a run");
    let (shown, is_new) = sending.ledger().expect("a ledger");
    let shown = shown.display().to_string();
    assert!(is_new && shown.starts_with("postgres://zexa@127.0.0.1:") && shown.contains("?ledger="), "{shown}");
    assert_eq!(sending.stats().ledger.as_deref(), Some(shown.as_str()));
    let error = world.client().messages().send_many(rows(1), &BulkOptions::new()).err().expect("a second run");
    assert!(error.kind() == Kind::Config && error.to_string().contains("another bulk run"), "{error}");
    assert_eq!(sending.by_ref().filter(|result| result.is_ok()).count(), 20);
    // At once, because the first run has ended.
    let again = client.messages().send_many(rows(20), &BulkOptions::new()).expect("a second run");
    assert!(again.map(|result| result.expect("no stop")).all(|result| result.replayed));
}

/// Kills or shuts down the server while the run sends, starts it again, and checks the results of this run and of the next one.
fn a_database_restarts(stop: impl Fn(&mut Postgres)) {
    const ROWS: u32 = 600;
    let mut server = Postgres::start(&[]);
    let world = World::on(&server);
    world.sandbox.add_fault(serde_json::json!({"process": true, "delay": 0.02, "times": 0}));
    let client = world.client();
    let results: Vec<SendResult> = std::thread::scope(|scope| {
        let sending = scope.spawn(|| {
            let options = BulkOptions::new().concurrency(16);
            let sending = client.messages().send_many(rows(ROWS), &options).expect("a run");
            sending.map(|result| result.expect("no stop")).collect()
        });
        for restart in 1..=3 {
            until("messages are sent", || world.sandbox.messages().len() >= 120 * restart);
            stop(&mut server);
            server.run();
        }
        sending.join().expect("no panic")
    });
    assert_eq!(results.len(), ROWS as usize);
    let sent = world.messages_without_duplicates();
    // Each restart is survived: all rows are sent, or in doubt because a claim was lost while its commit was not known.
    for result in &results {
        let in_doubt = result.error.as_ref().is_some_and(|error| error.kind() == Kind::InDoubt);
        assert!(result.value.is_some() || in_doubt && result.outcome == Outcome::Unknown, "{result:?}");
    }
    let counts = world.counts();
    assert_eq!(counts.accepted as usize, sent, "{counts:?}");
    assert_eq!(counts.accepted + counts.in_doubt, u64::from(ROWS), "{counts:?}");
    let again = run(&world, ROWS, BulkOptions::new());
    assert_eq!(again.iter().filter(|result| result.replayed && result.value.is_some()).count(), sent);
    assert_eq!(world.messages_without_duplicates(), sent);
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_database_is_killed_and_restarted_during_a_run() {
    a_database_restarts(Postgres::kill);
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_database_is_shut_down_and_restarted_during_a_run() {
    a_database_restarts(Postgres::shut_down);
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_database_that_does_not_return_stops_the_run() {
    let mut server = Postgres::start(&[]);
    let world = World::on(&server);
    let client = world.client();
    let mut sending = client.messages().send_many(rows(500), &BulkOptions::new().concurrency(8)).expect("a run");
    let mut accepted = 0;
    let stop = loop {
        match sending.next().expect("a result or an error") {
            Ok(result) => {
                // Nothing says that a row was not sent: another process may have sent it.
                assert_ne!(result.outcome, Outcome::NotSent, "{result:?}");
                accepted += u32::from(result.outcome == Outcome::Accepted);
            }
            Err(stop) => break stop,
        }
        if accepted == 50 && server.is_running() {
            server.kill();
        }
    };
    assert_eq!(stop.details().expect("details")["reason"], "ledger", "{stop}");
    drop(sending);
    let sent = world.messages_without_duplicates();
    assert_eq!(accepted as usize, sent);
    server.run();
    // The rows that were answered and could not be recorded in time are recorded by the same client, or are in doubt.
    client.messages().send(&super::keyed("order-1")).expect("sent");
    let counts = world.counts();
    assert_eq!((counts.accepted + counts.in_doubt + counts.claimed) as usize, sent + 1, "{counts:?}");
}

//! Single calls with a key, and the ledger that a user opens.

use std::time::Duration;

use futures_executor::block_on;
use zexa::{CallOptions, Kind, Ledger, Outcome, Timestamp};

use super::server::Postgres;
use super::{World, keyed};
use crate::support;

#[test]
#[ignore = "needs PostgreSQL"]
fn a_key_is_sent_once_whoever_calls() {
    let world = World::new();
    let client = world.client();
    let first = client.messages().send(&keyed("order-1")).expect("sent");
    let again = world.client().messages().send(&keyed("order-1")).expect("replayed");
    let elsewhere = world.builder().build_async().expect("a client");
    let third = block_on(elsewhere.messages().send(&keyed("order-1"))).expect("replayed");
    for replayed in [again, third] {
        assert_eq!((&replayed.id, &replayed.status), (&first.id, &first.status));
        assert_eq!(replayed.created_at.map(Timestamp::as_microsecond), first.created_at.map(Timestamp::as_microsecond));
    }
    let error = client.messages().send(&keyed("order-1").body("Hullo")).expect_err("another text");
    assert_eq!((error.kind(), error.outcome()), (Kind::KeyReused, Outcome::Accepted));
    assert_eq!((world.sandbox.messages().len(), world.counts().accepted), (1, 1));
}

#[test]
#[ignore = "needs PostgreSQL"]
fn clients_and_ledgers_are_opened_in_async_tasks() {
    let world = World::new();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let client = world.builder().build_async().expect("a client");
        client.messages().send(&keyed("order-1")).await.expect("sent");
        assert_eq!(world.counts().accepted, 1);
    });
    let thread = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    thread.block_on(async {
        let client = world.builder().build_async().expect("a client");
        client.messages().send(&keyed("order-1")).await.expect("replayed");
    });
    assert_eq!(world.sandbox.messages().len(), 1);
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_doubt_is_settled_by_hand() {
    let world = World::new();
    let client = world.client();
    world.sandbox.add_fault(serde_json::json!({"status": 502}));
    let error = client.messages().send(&keyed("order-1")).expect_err("a fault");
    assert_eq!(error.outcome(), Outcome::Unknown);
    let error = client.messages().send(&keyed("order-1")).expect_err("in doubt");
    assert_eq!((error.kind(), error.outcome()), (Kind::InDoubt, Outcome::Unknown));
    let ledger = world.ledger();
    let doubts = ledger.in_doubt().expect("rows");
    assert_eq!((doubts.len(), doubts[0].key.as_str(), doubts[0].http_status), (1, "order-1", Some(502)));
    ledger.mark_not_sent("order-1").expect("settled");
    assert_eq!(ledger.mark_sent("order-1", None).expect_err("settled").kind(), Kind::Conflict);
    assert_eq!(ledger.mark_sent("order-2", None).expect_err("unknown").kind(), Kind::NotFound);
    client.messages().send(&keyed("order-1")).expect("sent");
    let counts = ledger.counts().expect("counts");
    assert_eq!((counts.accepted, counts.in_doubt, counts.claimed), (1, 0, 0));
    let mut csv = Vec::new();
    assert_eq!(ledger.export(&mut csv).expect("exported"), 1);
    let csv = String::from_utf8(csv).expect("text");
    assert!(csv.contains("order-1,/messages,accepted,") && !csv.contains("Hello"), "{csv}");
}

#[test]
#[ignore = "needs PostgreSQL"]
fn pruned_rows_are_never_sent() {
    let world = World::new();
    let client = world.client();
    client.messages().send(&keyed("order-1")).expect("sent");
    let ledger = world.ledger();
    let later = Timestamp::now() + Duration::from_secs(3600);
    assert_eq!(ledger.prune(later).expect("pruned"), 1);
    let counts = ledger.counts().expect("counts");
    assert_eq!((counts.accepted, counts.pruned), (0, 1));
    let error = client.messages().send(&keyed("order-1")).expect_err("only the key is left");
    assert_eq!((error.kind(), error.outcome()), (Kind::Decode, Outcome::Accepted));
    assert_eq!(world.sandbox.messages().len(), 1);
    // The same, with SQL.
    client.messages().send(&keyed("order-2")).expect("sent");
    let name = world.url.rsplit('=').next().expect("a name");
    let prune = |age: &str| Postgres::shared().sql(&format!("SELECT zexa_ledger.prune('{name}', interval '{age}')"));
    assert_eq!((prune("1 hour"), prune("0")), (vec!["0".to_owned()], vec!["1".to_owned()]));
    assert_eq!(ledger.counts().expect("counts").pruned, 2);
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_claim_that_is_alive_cannot_be_settled_by_hand() {
    let world = World::new();
    world.sandbox.add_fault(serde_json::json!({"process": true, "after_requests": 2}));
    std::thread::scope(|scope| {
        let sending = scope.spawn(|| world.client().messages().send(&keyed("order-1")));
        support::until("the request has arrived", || !world.sandbox.requests().is_empty());
        let error = world.client().messages().send(&keyed("order-1")).expect_err("in progress");
        assert_eq!((error.kind(), error.outcome()), (Kind::InProgress, Outcome::Unknown));
        let ledger = world.ledger();
        assert_eq!(ledger.mark_not_sent("order-1").expect_err("alive").kind(), Kind::Conflict);
        assert_eq!((ledger.counts().expect("counts").claimed, ledger.in_doubt().expect("rows").len()), (1, 0));
        // The first response arrives after this request.
        world.client().messages().send(&keyed("order-2")).expect("sent");
        sending.join().expect("no panic").expect("sent");
    });
    assert_eq!(world.counts().accepted, 2);
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_ledger_belongs_to_one_account() {
    let world = World::new();
    assert!(Ledger::open(&world.url).expect_err("not created").to_string().contains("does not exist"));
    world.client().messages().send(&keyed("order-1")).expect("sent");
    let error = world.builder().api_key("zx_other").build().expect_err("another key");
    assert!(error.kind() == Kind::Config && error.to_string().contains("ledger_same_account"), "{error}");
    let error = world.builder().ledger_secret("pepper").build().expect_err("another secret");
    assert!(error.to_string().contains("ledger_secret"), "{error}");
    let other = super::support::builder(&zexa_sandbox::Sandbox::start()).ledger(&world.url);
    let error = other.build().expect_err("another API");
    assert!(error.to_string().contains("belongs to http://127.0.0.1:"), "{error}");
    world.builder().api_key("zx_other").ledger_same_account(true).build().expect("allowed");
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_call_ends_at_its_deadline_while_the_database_hangs() {
    let server = Postgres::start(&[]);
    let world = World::on(&server);
    let client = world.client();
    client.messages().send(&keyed("order-1")).expect("sent");
    server.freeze();
    let options = CallOptions::new().deadline(Duration::from_millis(300));
    let error = client.with_options(options).messages().send(&keyed("order-2")).expect_err("no answer");
    assert_eq!((error.kind(), error.outcome()), (Kind::Timeout, Outcome::Unknown), "{error}");
    server.thaw();
    client.messages().send(&keyed("order-2")).expect("sent");
    assert_eq!(world.messages_without_duplicates(), 2);
}

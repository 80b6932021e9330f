//! Rows of bulk runs that are too late to be sent.

use serde_json::json;
use zexa::{BulkOptions, Outcome};

use super::World;
use super::bulk::{rows, run, with};
use crate::support;

#[test]
fn a_row_that_is_too_late_is_reported_as_the_ledger_knows_it() {
    let world = World::new();
    world.sandbox.add_fault(json!({"process": true, "status": 502}));
    let client = support::client(&world.sandbox);
    run(&client, rows(3), &with(BulkOptions::new().concurrency(1), &world));
    let past = "2020-01-01T00:00:00Z".parse::<zexa::Timestamp>().expect("a time");
    let late = with(BulkOptions::new().ordered(true).not_after(past).on_unknown("send"), &world);
    let (results, stop) = run(&client, rows(4), &late);
    assert!(stop.is_none());
    // The first row must not be sent again, and the last one must not be sent at all.
    let outcomes: Vec<_> = results.iter().map(|result| (result.outcome, result.replayed)).collect();
    let accepted = (Outcome::Accepted, true);
    assert_eq!(outcomes, [(Outcome::Unknown, false), accepted, accepted, (Outcome::NotSent, false)]);
    assert_eq!(world.sandbox.requests().len(), 3);
}

//! When bulk runs stop.

use serde_json::json;
use zexa::BulkOptions;

use super::World;
use super::bulk::{reason, rows, run};
use crate::support;

#[test]
fn no_row_takes_the_slot_of_one_that_stops_the_run() {
    for _ in 0..20 {
        let world = World::new();
        world.sandbox.add_fault(json!({"status": 401, "times": 0}));
        let client = support::client(&world.sandbox);
        let (results, stop) = run(&client, rows(10), &BulkOptions::new().concurrency(1));
        assert_eq!(reason(&stop), ("unauthorized".to_owned(), 1));
        assert_eq!((results.len(), world.sandbox.requests().len()), (1, 1));
    }
}

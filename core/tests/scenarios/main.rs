//! Plays the scenarios of `tests/scenarios`, and those of the directory in `ZEXA_SCENARIOS`, with both clients.
//!
//! `ZEXA_SCENARIO=text` plays only those whose file or name contains the text.

mod asynchronous;
mod blocking;
mod bulk;
mod ledger;
mod options;
mod play;
mod scenario;
mod values;

use std::fmt::Write;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::json;

use self::play::{Flavour, play};
use self::scenario::{Scenario, selected};

/// Scenarios spend most of their time waiting, so there may be many more than processors.
const AT_A_TIME: usize = 32;

#[test]
fn scenarios_of_the_blocking_client() {
    play_all(Flavour::Blocking);
}

#[test]
fn scenarios_of_the_async_client() {
    play_all(Flavour::Async);
}

/// Ensures that the runner detects failures.
#[test]
fn mismatches_are_reported() {
    for (name, change) in [
        ("/result/currency", json!({"result": {"credits": 4250, "currency": "AOA"}})),
        ("/error", json!({"error": {"kind": "server"}})),
        ("/requests", json!({"result": {}, "requests": {"$length": 2}})),
        ("/messages", json!({"result": {}, "messages": {"$length": 1}})),
        ("/before/0/error", json!({"result": {}, "before": [{"operation": "credits.get", "expect": {"error": {}}}]})),
        (
            "/ledger/accepted",
            json!({"result": {}, "client": {"ledger": "{{directory}}/a.db"}, "ledger": {"accepted": 1}}),
        ),
        ("/ledger", json!({"result": {}, "ledger": {"accepted": 0}})),
        ("no operation", json!({"result": {}, "call": {"operation": "credits.guess"}})),
        (
            "/result/results",
            json!({"call": {"operation": "contacts.create_many", "arguments": {"rows": []}}, "result": {"results": {"$length": 1}}}),
        ),
        (
            "currency",
            json!({"result": {}, "call": {"operation": "messages.send_many", "arguments": {"rows": [{"currency": "AOA"}]}}}),
        ),
        (
            "colour",
            json!({"result": {}, "call": {"operation": "messages.send_many", "arguments": {"rows": []}, "bulk": {"colour": 1}}}),
        ),
        ("max_retrys", json!({"result": {}, "client": {"max_retrys": 1}})),
        ("no_such_state", json!({"result": {}, "server": {"state": {"no_such_state": 1}}})),
        (
            "no argument `body`",
            json!({"result": {}, "call": {"operation": "contacts.list", "arguments": {"body": "x"}}}),
        ),
    ] {
        let mut scenario = json!({"name": name, "call": {"operation": "credits.get"}});
        let (Some(scenario), Some(change)) = (scenario.as_object_mut(), change.as_object()) else { unreachable!() };
        scenario.extend(change.clone());
        let scenario: Arc<Scenario> = Arc::new(serde_json::from_value(json!(scenario)).expect("a scenario"));
        for flavour in [Flavour::Blocking, Flavour::Async] {
            let found = play(&scenario, flavour).expect_err(name);
            assert!(found.iter().any(|mismatch| mismatch.contains(name)), "{flavour:?} {name}: {found:?}");
        }
    }
}

fn play_all(flavour: Flavour) {
    let scenarios = selected(root());
    let (next, report) = (AtomicUsize::new(0), Mutex::new(Report::default()));
    thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                while let Some((file, scenario)) = scenarios.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let result = play(scenario, flavour);
                    report.lock().expect("no thread panicked").add(file, scenario, flavour, result);
                }
            });
        }
    });
    let report = report.into_inner().expect("no thread panicked");
    println!("{}{} played with the {flavour} client, {} failed", report.text, report.played, report.failed);
    assert_eq!(report.failed, 0, "scenarios failed with the {flavour} client");
}

/// The root of the repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("core is a folder of the workspace")
}

#[derive(Default)]
struct Report {
    text: String,
    played: usize,
    failed: usize,
}

impl Report {
    fn add(&mut self, file: &Path, scenario: &Scenario, flavour: Flavour, result: Result<(), Vec<String>>) {
        self.played += 1;
        let Err(mismatches) = result else { return };
        self.failed += 1;
        writeln!(self.text, "FAILED {}, {}, {flavour}", file.display(), scenario.name).expect("a string takes it");
        for mismatch in mismatches {
            writeln!(self.text, "    {mismatch}").expect("a string takes it");
        }
    }
}

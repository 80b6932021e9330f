//! Plays one scenario: starts a sandbox, creates a client, makes the calls, and compares the result.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;
use std::{fmt, thread};

use serde_json::{Map, Value, json};
use tokio::runtime::Builder;
use zexa::{CancelToken, ClientBuilder};
use zexa_sandbox::{Sandbox, mismatches};

use crate::ledger::{Directory, rows_of};
use crate::scenario::{Call, Scenario, parse, seconds};
use crate::values::{CallResult, members};
use crate::{asynchronous, blocking, options};

/// The time after which a scenario counts as hanging. The longest takes a few seconds, and several times as long on a busy machine.
const LONGEST: Duration = Duration::from_secs(60);

/// Which of the two clients makes the call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Flavour {
    Blocking,
    Async,
}

impl fmt::Display for Flavour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Flavour::Blocking => "blocking",
            Flavour::Async => "async",
        })
    }
}

/// Plays a scenario and returns the mismatches. A panic of the client or because of an invalid scenario is also a failure.
///
/// The scenario runs on a separate thread, which is abandoned if the call hangs.
pub(crate) fn play(scenario: &Arc<Scenario>, flavour: Flavour) -> Result<(), Vec<String>> {
    let (sender, receiver) = channel();
    let scenario = scenario.clone();
    let thread = thread::spawn(move || drop(sender.send(run(&scenario, flavour))));
    match receiver.recv_timeout(LONGEST) {
        Ok(found) if found.is_empty() => Ok(()),
        Ok(found) => Err(found),
        Err(RecvTimeoutError::Timeout) => Err(vec![format!("the call has not ended after {LONGEST:?}")]),
        Err(RecvTimeoutError::Disconnected) => {
            let panic = thread.join().expect_err("the thread has panicked");
            let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
            Err(vec![format!("panicked: {}", text.unwrap_or("without a message"))])
        }
    }
}

fn run(scenario: &Scenario, flavour: Flavour) -> Vec<String> {
    let world = World::new(scenario);
    let mut before = Vec::new();
    let mut actual = members(make_calls(scenario, &world, flavour, &mut before));
    let summary = match actual.get("error") {
        None => format!("the result was {}", actual["result"]),
        Some(error) => format!("the error was {error}"),
    };
    actual["before"] = before.into();
    actual["requests"] = json!(world.sandbox.requests());
    actual["messages"] = json!(world.sandbox.messages());
    if let (Some(_), Some(path)) = (&scenario.ledger, scenario.ledger_path()) {
        let path = world.filled_in(path);
        actual["ledger"] = rows_of(Path::new(path.as_str().expect("a path")));
    }
    let mut found = mismatches(&expected(scenario), &actual);
    if !found.is_empty() {
        found.push(summary.chars().take(600).collect());
    }
    found
}

/// What a scenario has of its own.
struct World {
    sandbox: Sandbox,
    directory: Directory,
}

impl World {
    fn new(scenario: &Scenario) -> World {
        let sandbox = Sandbox::start_with(parse("server", json!(scenario.server)));
        World { sandbox, directory: Directory::new() }
    }

    /// The options of the client, with the URL and the key of the sandbox unless the scenario sets them.
    fn client_options(&self, scenario: &Scenario) -> Map<String, Value> {
        let defaults = [("base_url", self.sandbox.url()), ("api_key", self.sandbox.api_key())];
        let defaults = defaults.map(|(name, value)| (name.to_owned(), value.into()));
        defaults.into_iter().chain(self.all_filled_in(&scenario.client)).collect()
    }

    /// The call, with the placeholders in its options replaced.
    fn call(&self, call: &Call) -> Call {
        let mut call = call.clone();
        call.bulk = self.all_filled_in(&call.bulk);
        call
    }

    fn all_filled_in(&self, options: &Map<String, Value>) -> Map<String, Value> {
        options.iter().map(|(name, value)| (name.clone(), self.filled_in(value))).collect()
    }

    fn filled_in(&self, value: &Value) -> Value {
        let Some(text) = value.as_str() else { return value.clone() };
        let ca_file = self.sandbox.ca_file().map(|file| file.display().to_string()).unwrap_or_default();
        let client = self.sandbox.client_certificate();
        let path = |file: Option<&PathBuf>| file.map(|file| file.display().to_string()).unwrap_or_default();
        let text = text
            .replace("{{url}}", self.sandbox.url())
            .replace("{{ca_file}}", &ca_file)
            .replace("{{client_cert_file}}", &path(client.map(|client| &client.cert_file)))
            .replace("{{client_key_file}}", &path(client.map(|client| &client.key_file)));
        text.replace("{{directory}}", &self.directory.path().display().to_string()).into()
    }
}

fn expected(scenario: &Scenario) -> Value {
    let Scenario { requests, messages, result, error, items, incomplete, about, ledger, .. } = scenario;
    let parts = [
        ("before", &Some(scenario.expected_before())),
        ("requests", requests),
        ("messages", messages),
        ("result", result),
        ("error", error),
        ("items", items),
        ("incomplete", incomplete),
        ("about", about),
        ("ledger", ledger),
    ];
    parts.into_iter().filter_map(|(name, part)| Some((name.to_owned(), part.clone()?))).collect::<Map<_, _>>().into()
}

/// Creates the client and makes all calls. Returns the result of the last one, and adds those of the others to `before`.
fn make_calls(scenario: &Scenario, world: &World, flavour: Flavour, before: &mut Vec<Value>) -> CallResult {
    let token = CancelToken::new();
    let mut builder = options::client(world.client_options(scenario));
    if let Some(count) = scenario.call.as_ref().and_then(|call| call.cancel_after_attempts) {
        builder = cancelling_after_attempts(builder, count, token.clone());
    }
    let make: Box<dyn Fn(&Call) -> CallResult> = match flavour {
        Flavour::Blocking => {
            let (client, token) = (builder.build()?, token.clone());
            Box::new(move |call| blocking::call(&client.with_options(call.options(&token)), call))
        }
        Flavour::Async => {
            let (client, token) = (builder.build_async()?, token.clone());
            // Without a reactor, because the client must not depend on its caller's.
            let runtime = Builder::new_current_thread().build().expect("a runtime");
            Box::new(move |call| runtime.block_on(asynchronous::call(&client.with_options(call.options(&token)), call)))
        }
    };
    before.extend(scenario.before().map(|call| members(make(&world.call(&call)))));
    let Some(call) = &scenario.call else { return Ok(Value::Null.into()) };
    cancelling(call, &world.sandbox, &token, || make(&world.call(call)))
}

/// Cancels the call when the client has reported this number of attempts.
fn cancelling_after_attempts(builder: ClientBuilder, count: usize, token: CancelToken) -> ClientBuilder {
    let reported = AtomicUsize::new(0);
    builder.on_attempt(move |_| {
        if reported.fetch_add(1, Ordering::Relaxed) + 1 == count {
            token.cancel();
        }
    })
}

/// Makes the call, and cancels it as specified by the scenario.
fn cancelling<T>(call: &Call, sandbox: &Sandbox, token: &CancelToken, make: impl FnOnce() -> T) -> T {
    match call.cancel_after_requests {
        None => make(),
        Some(0) => {
            token.cancel();
            make()
        }
        Some(count) => thread::scope(|scope| {
            scope.spawn(move || {
                let _ = sandbox.wait_for_requests(count);
                thread::sleep(seconds(call.cancel_delay));
                token.cancel();
            });
            make()
        }),
    }
}

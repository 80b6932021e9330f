//! Plays one scenario: starts a sandbox, creates a client, makes the call, and compares the result.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;
use std::{fmt, thread};

use serde_json::{Map, Value, json};
use tokio::runtime::Builder;
use zexa::{CancelToken, ClientBuilder};
use zexa_sandbox::{Sandbox, mismatches};

use crate::scenario::{Call, Scenario, parse, seconds};
use crate::values::{CallResult, Success, json as to_json};
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
    let sandbox = Sandbox::start_with(parse("server", json!(scenario.server)));
    let result = make_call(scenario, &sandbox, flavour);
    let mut actual = json!({"requests": sandbox.requests(), "messages": sandbox.messages()});
    let summary = match result {
        Ok(Success { result, incomplete, about }) => {
            actual["result"] = result.clone();
            actual["incomplete"] = incomplete.into();
            actual["about"] = about.into();
            format!("the result was {result}")
        }
        Err(failure) => {
            actual["error"] = to_json(&failure.error);
            actual["items"] = to_json(failure.items);
            format!("the error was {}", actual["error"])
        }
    };
    let mut found = mismatches(&expected(scenario), &actual);
    if !found.is_empty() {
        found.push(summary.chars().take(600).collect());
    }
    found
}

fn expected(scenario: &Scenario) -> Value {
    let Scenario { requests, messages, result, error, items, incomplete, about, .. } = scenario;
    let parts = [
        ("requests", requests),
        ("messages", messages),
        ("result", result),
        ("error", error),
        ("items", items),
        ("incomplete", incomplete),
        ("about", about),
    ];
    parts.into_iter().filter_map(|(name, part)| Some((name.to_owned(), part.clone()?))).collect::<Map<_, _>>().into()
}

fn make_call(scenario: &Scenario, sandbox: &Sandbox, flavour: Flavour) -> CallResult {
    let token = CancelToken::new();
    let mut builder = options::client(client_options(scenario, sandbox));
    if let Some(count) = scenario.call.as_ref().and_then(|call| call.cancel_after_attempts) {
        builder = cancelling_after_attempts(builder, count, token.clone());
    }
    match flavour {
        Flavour::Blocking => {
            let client = builder.build()?;
            let Some(call) = &scenario.call else { return Ok(Value::Null.into()) };
            let client = client.with_options(call.options(&token));
            cancelling(call, sandbox, &token, || blocking::call(&client, call))
        }
        Flavour::Async => {
            let client = builder.build_async()?;
            let Some(call) = &scenario.call else { return Ok(Value::Null.into()) };
            let client = client.with_options(call.options(&token));
            // Without a reactor, because the client must not depend on its caller's.
            let runtime = Builder::new_current_thread().build().expect("a runtime");
            cancelling(call, sandbox, &token, || runtime.block_on(asynchronous::call(&client, call)))
        }
    }
}

/// The options of the client, with the URL and the key of the sandbox unless the scenario sets them.
fn client_options(scenario: &Scenario, sandbox: &Sandbox) -> Map<String, Value> {
    let defaults = [("base_url", sandbox.url()), ("api_key", sandbox.api_key())];
    let defaults = defaults.map(|(name, value)| (name.to_owned(), value.into()));
    let options = scenario.client.iter().map(|(name, value)| (name.clone(), filled_in(value, sandbox)));
    defaults.into_iter().chain(options).collect()
}

fn filled_in(value: &Value, sandbox: &Sandbox) -> Value {
    let Some(text) = value.as_str() else { return value.clone() };
    let ca_file = sandbox.ca_file().map(|file| file.display().to_string()).unwrap_or_default();
    text.replace("{{url}}", sandbox.url()).replace("{{ca_file}}", &ca_file).into()
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

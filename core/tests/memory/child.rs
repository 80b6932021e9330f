//! The process that creates, uses and drops clients.

use std::io::stdin;
use std::path::Path;
use std::time::Duration;
use std::{env, fs};

use futures_executor::block_on;
use serde_json::Value;
use zexa::{BulkOptions, CallOptions, CancelToken, Client, ClientBuilder, CreateContact, Kind, ListContacts, Outcome};

use super::support::{message, until};

/// The environment variable with the options of the clients, in the form that [`masked`] returns.
pub(super) const OPTIONS: &str = "ZEXA_TEST_OPTIONS";

/// Changes each byte, so that the environment of the process does not contain the secrets.
const MASK: u8 = 0x15;

/// A text in a form that shows nothing of it.
pub(super) fn masked(text: &str) -> String {
    text.bytes().map(|byte| format!("{:02x}", byte ^ MASK)).collect()
}

/// The options of this process.
fn options() -> Value {
    let masked = env::var(OPTIONS).expect("the options");
    let byte = |index| u8::from_str_radix(&masked[index..index + 2], 16).expect("two digits") ^ MASK;
    let text: Vec<_> = (0..masked.len()).step_by(2).map(byte).collect();
    serde_json::from_slice(&text).expect("JSON")
}

fn builder(options: &Value) -> ClientBuilder {
    let text = |name: &str| options[name].as_str();
    let mut builder = Client::builder()
        .api_key(text("api_key").expect("a key"))
        .base_url(text("base_url").expect("a URL"))
        .ledger_secret(text("ledger_secret").expect("a secret"))
        .http2(true)
        .max_retries(0);
    for (name, set) in [
        ("proxy", ClientBuilder::proxy as fn(_, String) -> _),
        ("ca_file", ClientBuilder::ca_file),
        ("client_cert_file", ClientBuilder::client_cert_file),
        ("client_key_file", ClientBuilder::client_key_file),
    ] {
        if let Some(value) = text(name) {
            builder = set(builder, value.to_owned());
        }
    }
    builder
}

/// Successful and failed calls of all kinds.
fn use_client(client: &Client) {
    client.messages().send(&message("Hello")).expect("sent");
    client.contacts().create(&CreateContact::new("Ana", "+244912345678")).expect("created");
    assert!(client.contacts().list(&ListContacts::new()).all(|contact| contact.is_ok()));
    assert_eq!(client.messages().get("msg_none").expect_err("it does not exist").kind(), Kind::NotFound);
    // The sandbox delays its response.
    let short = client.with_options(CallOptions::new().timeout(Duration::from_millis(50)));
    assert_eq!(short.credits().get().expect_err("it times out").kind(), Kind::Timeout);
    let token = CancelToken::new();
    token.cancel();
    let cancelled = client.with_options(CallOptions::new().cancel(&token));
    assert_eq!(cancelled.credits().get().expect_err("it is cancelled").kind(), Kind::Cancelled);
    let rows = (0..5).map(|number| message("Hello").idempotency_key(number.to_string()));
    let run = client.messages().send_many(rows, &BulkOptions::new()).expect("a run");
    let is_sent = |result: zexa::Result<zexa::SendResult>| result.expect("a result").outcome == Outcome::Accepted;
    assert_eq!(run.map(is_sent).filter(|sent| *sent).count(), 5);
}

fn threads() -> usize {
    fs::read_dir("/proc/self/task").expect("its threads").count()
}

/// Waits for a line from the parent.
fn wait_for_parent() {
    stdin().read_line(&mut String::new()).expect("the parent lives");
}

#[test]
#[ignore = "run by other tests, in a process of its own"]
fn clients() {
    let before = threads();
    let options = options();
    let builder = builder(&options);
    let ledger = Path::new(options["ledger"].as_str().expect("a path"));
    let client = builder.clone().ledger(ledger).build().expect("a client");
    use_client(&client);
    let asynchronous = builder.build_async().expect("a client");
    block_on(async { asynchronous.messages().send(&message("Hello")).await }).expect("sent");
    println!("\nin use");
    wait_for_parent();

    drop((client, asynchronous, options));
    until("the threads of the clients have ended", || threads() == before);
    println!("dropped");
    wait_for_parent();
}

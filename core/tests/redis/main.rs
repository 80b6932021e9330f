//! Limiters in Redis. The tests need a server, so they are run by the step `redis` of `cargo xtask test`.

#[path = "../support/redis.rs"]
mod server;
#[path = "../support/mod.rs"]
mod support;

mod access;
mod broken;
mod processes;
mod workers;

use zexa::{BulkOptions, Client, ClientBuilder, SendMessage, SendResult};
use zexa_sandbox::Sandbox;

use self::server::Redis;

/// A builder of clients that share a limiter in this server.
fn limited(sandbox: &Sandbox, redis: &Redis) -> ClientBuilder {
    support::builder(sandbox).limiter(redis.url())
}

/// Messages to different people.
fn rows(count: u32) -> impl Iterator<Item = SendMessage> {
    (0..count).map(|number| SendMessage::sms(format!("+2449230{number:05}"), "ZEXA", format!("Hello {number}")))
}

/// The results of a bulk run without a ledger.
fn run(client: &Client, count: u32) -> Vec<SendResult> {
    let options = BulkOptions::new();
    let sending = client.messages().send_many(rows(count), &options).expect("a run");
    sending.map(|result| result.expect("no stop")).collect()
}

//! Measures how many calls end with the outcome `unknown` because the server closes an idle connection at the same time.
//!
//! The server closes each connection [`IDLE`] after its last response. The client makes its next call around that moment. A call whose request is
//! written before the end of the connection has arrived is lost, and no client can know whether the server has read it.

mod server;

use std::collections::HashMap;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use zexa::{AsyncClient, Client, Outcome, SendMessage};

use self::server::Server;
use crate::Done;

/// How long the server keeps an idle connection.
const IDLE: Duration = Duration::from_millis(3);

/// The longest time between the end of a connection and the beginning of the call, in microseconds.
const SPREAD: f64 = 400.0;

/// The client waits for the last part of a pause without giving up the processor, because sleeping is too inexact.
const SPIN: Duration = Duration::from_micros(300);

/// Measures both clients with and without TLS, for this number of seconds in total.
pub(crate) fn run(seconds: &str) -> Done {
    let time = Duration::from_secs_f64(seconds.parse()?) / 4;
    for uses_tls in [false, true] {
        let scheme = if uses_tls { "TLS" } else { "without TLS" };
        let server = Server::start(IDLE, uses_tls)?;
        let client = server.builder().build()?;
        println!("blocking, {scheme}: {}", measure(&server, time, &Caller::Blocking(client))?);
        let server = Server::start(IDLE, uses_tls)?;
        let client = server.builder().build_async()?;
        println!("async, {scheme}: {}", measure(&server, time, &Caller::Async(client))?);
    }
    Ok(ExitCode::SUCCESS)
}

enum Caller {
    Blocking(Client),
    Async(AsyncClient),
}

impl Caller {
    fn send(&self, text: String) -> zexa::Result<()> {
        let message = SendMessage::sms("+244912345678", "ZEXA", text);
        match self {
            Caller::Blocking(client) => client.messages().send(&message).map(drop),
            Caller::Async(client) => block_on(client.messages().send(&message)).map(drop),
        }
    }
}

/// Waits for a future of the async client, which wakes this thread from its own.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(thread::Thread);

    impl std::task::Wake for Unpark {
        fn wake(self: std::sync::Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = std::sync::Arc::new(Unpark(thread::current())).into();
    let mut context = std::task::Context::from_waker(&waker);
    let mut future = std::pin::pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            std::task::Poll::Ready(output) => return output,
            std::task::Poll::Pending => thread::park(),
        }
    }
}

/// Makes calls, and compares their outcomes with what the server has received. Returns a summary.
fn measure(server: &Server, time: Duration, caller: &Caller) -> Result<String, Box<dyn std::error::Error>> {
    let started = Instant::now();
    // Calls that begin near the end of their connection, and how many of these are lost.
    let (mut outcomes, mut around, mut lost) = (HashMap::new(), 0_u32, 0_u32);
    while started.elapsed() < time {
        let text = format!("message {}", outcomes.len());
        let began = Instant::now();
        let outcome = caller.send(text.clone()).map_or_else(|error| error.outcome(), |()| Outcome::Accepted);
        if server.last_end().is_some_and(|end| distance(began, end) < SPREAD) {
            around += 1;
            lost += u32::from(outcome == Outcome::Unknown);
        }
        outcomes.insert(text, outcome);
        let offset = SPREAD * 1e-6 * (2.0 * fastrand::f64() - 1.0);
        pause_until(Instant::now() + Duration::from_secs_f64(IDLE.as_secs_f64() + offset));
    }
    let received = server.received();
    for (text, outcome) in &outcomes {
        let times = received.get(text).copied().unwrap_or(0);
        let is_true = match outcome {
            Outcome::Accepted => times == 1,
            Outcome::Unknown => times <= 1,
            _ => times == 0,
        };
        if !is_true {
            return Err(format!("{text}: {outcome:?}, and it was received {times} times").into());
        }
    }
    // Calls begin uniformly, so this is the integral of the probability over the time of the beginning.
    let window = f64::from(lost) / f64::from(around.max(1)) * 2.0 * SPREAD;
    Ok(format!(
        "{} calls, {around} within {SPREAD} µs of the end of their connection, {lost} of these unknown: a window of {window:.1} µs",
        outcomes.len()
    ))
}

/// The time between two moments, in microseconds.
fn distance(one: Instant, other: Instant) -> f64 {
    one.saturating_duration_since(other).max(other.saturating_duration_since(one)).as_secs_f64() * 1e6
}

fn pause_until(time: Instant) {
    thread::sleep(time.saturating_duration_since(Instant::now() + SPIN));
    while Instant::now() < time {
        std::hint::spin_loop();
    }
}

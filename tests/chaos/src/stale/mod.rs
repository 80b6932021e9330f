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
    let (mut outcomes, mut around) = (HashMap::new(), 0_u32);
    // How much earlier than the end of the connection the lost calls began, in microseconds.
    let mut lost: Vec<f64> = Vec::new();
    while started.elapsed() < time {
        let text = format!("message {}", outcomes.len());
        let began = Instant::now();
        let outcome = caller.send(text.clone()).map_or_else(|error| error.outcome(), |()| Outcome::Accepted);
        let end = server.last_end();
        let before = end.map(|end| {
            1e6 * (end.saturating_duration_since(began).as_secs_f64()
                - (began.saturating_duration_since(end)).as_secs_f64())
        });
        around += u32::from(before.is_some_and(|before| before.abs() < SPREAD));
        if outcome == Outcome::Unknown {
            lost.push(before.unwrap_or(f64::NAN));
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
    lost.sort_by(f64::total_cmp);
    let range = match (lost.first(), lost.last()) {
        (Some(first), Some(last)) => {
            format!(", which began from {last:.0} µs before the server ended the connection to {:.0} µs after", -first)
        }
        _ => String::new(),
    };
    // Calls begin uniformly, so this is the integral of the probability over the time of the beginning.
    let window = f64::from(lost.len() as u32) / f64::from(around.max(1)) * 2.0 * SPREAD;
    Ok(format!(
        "{} calls, {around} within {SPREAD} µs of the end of their connection, {} unknown{range}; window {window:.1} µs",
        outcomes.len(),
        lost.len()
    ))
}

fn pause_until(time: Instant) {
    thread::sleep(time.saturating_duration_since(Instant::now() + SPIN));
    while Instant::now() < time {
        std::hint::spin_loop();
    }
}

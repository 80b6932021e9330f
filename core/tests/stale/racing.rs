//! Connections that the server ends while the next request is on its way. A request may be lost then, and the caller must not be told otherwise.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use futures_executor::block_on;
use zexa::{Message, Outcome};

use crate::server::{Announcement, End, Manner, Server};
use crate::support::message;

const CALLS: usize = 120;

/// The longest time that the server waits for a request, and the client for the next call.
const MAX_IDLE: Duration = Duration::from_micros(300);

fn idle() -> Duration {
    Duration::from_micros(1) + MAX_IDLE.mul_f64(fastrand::f64())
}

#[test]
fn the_outcome_is_true_whenever_the_server_ends_the_connection() {
    for end in [End::Close, End::Reset, End::HalfClose] {
        for uses_tls in [false, true] {
            // Some requests are received, and lost with the connection before the response.
            let manner = Manner { idle, loses: || fastrand::u8(0..10) == 0, ..Manner::new(Announcement::Nothing, end) };
            let server = Server::start(manner, uses_tls);
            let client = server.client();
            check(&server, |text| client.messages().send(&message(text)));
            let server = Server::start(manner, uses_tls);
            let client = server.async_client();
            check(&server, |text| block_on(client.messages().send(&message(text))));
        }
    }
}

/// Makes calls at all distances from the previous response, and compares the results with what the server has received.
fn check(server: &Server, send: impl Fn(&str) -> zexa::Result<Message>) {
    let mut outcomes = Vec::new();
    for number in 0..CALLS {
        let text = format!("message {number}");
        let outcome = send(&text).map_or_else(|error| error.outcome().as_str(), |_| "sent");
        outcomes.push((text, outcome));
        let (since, idle) = (Instant::now(), idle());
        while since.elapsed() < idle {
            std::hint::spin_loop();
        }
    }
    // A half-closed connection may still receive a request.
    server.until_ended(server.connections() - 1);
    let mut received: HashMap<String, usize> = HashMap::new();
    server.received().into_iter().for_each(|text| *received.entry(text).or_default() += 1);
    for (text, outcome) in &outcomes {
        let times = received.get(text).copied().unwrap_or(0);
        assert!(times <= 1, "{text} was received {times} times");
        match *outcome {
            "sent" => assert_eq!(times, 1, "{text}"),
            outcome if outcome == Outcome::NotSent.as_str() => assert_eq!(times, 0, "{text}"),
            outcome => assert_eq!(outcome, Outcome::Unknown.as_str(), "{text}"),
        }
    }
}

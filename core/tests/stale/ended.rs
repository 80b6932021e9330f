//! Connections that the server has ended before the next call: nothing is sent on them, and no call is lost.

use std::thread;

use futures_executor::block_on;
use zexa::Message;

use crate::server::{Announcement, End, Manner, Server};
use crate::support::message;

const CALLS: usize = 4;
const CONCURRENT: usize = 16;

/// Sends a message with this text.
type Send<'a> = &'a (dyn Fn(&str) -> zexa::Result<Message> + Sync);

/// Runs a test with a server and each of its clients.
fn with_each_client(manner: Manner, test: impl Fn(&Server, Send<'_>)) {
    for uses_tls in [false, true] {
        let server = Server::start(manner, uses_tls);
        let client = server.client();
        test(&server, &|text| client.messages().send(&message(text)));
        let server = Server::start(manner, uses_tls);
        let client = server.async_client();
        test(&server, &|text| block_on(client.messages().send(&message(text))));
    }
}

fn text(number: usize) -> String {
    format!("message {number}")
}

#[test]
fn no_call_is_lost_on_a_connection_that_has_ended() {
    use Announcement::{Close, Http10, KeepAlive, Nothing};
    for announcement in [Nothing, Close, Http10, KeepAlive(60), KeepAlive(1)] {
        for end in [End::Close, End::Truncate, End::Reset, End::HalfClose, End::RequestTimeout] {
            with_each_client(Manner::new(announcement, end), |server, send| {
                for number in 0..CALLS {
                    send(&text(number)).unwrap_or_else(|error| panic!("{announcement:?}, {end:?}: {error}"));
                    server.until_ended(number + 1);
                }
                let texts: Vec<_> = (0..CALLS).map(text).collect();
                assert_eq!(server.received(), texts, "{announcement:?}, {end:?}");
                assert!(!server.has_received_late(), "{announcement:?}, {end:?}");
            });
        }
    }
}

#[test]
fn no_call_is_lost_if_all_pooled_connections_have_ended() {
    for end in [End::Close, End::Reset] {
        // All calls of a round are in flight at the same time, so none uses the connection of another one, which is ending.
        let manner = Manner { together: CONCURRENT, ..Manner::new(Announcement::Nothing, end) };
        with_each_client(manner, |server, send| {
            for round in 1..=3 {
                thread::scope(|scope| {
                    for number in 0..CONCURRENT {
                        scope.spawn(move || send(&text(number)).expect("sent"));
                    }
                });
                assert_eq!(server.received().len(), round * CONCURRENT);
                server.until_ended(round * CONCURRENT);
            }
        });
    }
}

/// The server does not do what it has announced, so that only the announcement decides.
#[test]
fn a_connection_that_the_server_is_about_to_end_is_not_reused() {
    use Announcement::{Close, Http10, KeepAlive, Nothing};
    for (announcement, connections) in [
        (Nothing, 1),
        (KeepAlive(60), 1),
        (KeepAlive(1), CALLS),
        (KeepAlive(0), CALLS),
        (Close, CALLS),
        (Http10, CALLS),
    ] {
        with_each_client(Manner::new(announcement, End::Stay), |server, send| {
            (0..CALLS).for_each(|number| drop(send(&text(number)).expect("sent")));
            assert_eq!((server.received().len(), server.connections()), (CALLS, connections), "{announcement:?}");
        });
    }
}

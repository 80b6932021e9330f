//! The faults of a connection, which follow from the seed, the route and the number of the connection.

use std::time::Duration;

use fastrand::Rng;

/// The way from a client to the sandbox. Each has its own port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Route {
    Plain,
    Tls,
    Http2,
    /// To the TLS route, through an HTTP proxy.
    Connect,
    /// To the plain route, through a SOCKS proxy.
    Socks,
}

impl Route {
    pub(crate) const ALL: [Route; 5] = [Route::Plain, Route::Tls, Route::Http2, Route::Connect, Route::Socks];

    /// Scheme of the URL of its port, which is that of a proxy or of the API.
    pub(super) fn scheme(self) -> &'static str {
        match self {
            Route::Plain | Route::Connect => "http",
            Route::Tls | Route::Http2 => "https",
            Route::Socks => "socks5",
        }
    }

    /// The route that a proxy connects to. `None` if this is not a proxy.
    pub(super) fn target(self) -> Option<Route> {
        match self {
            Route::Plain | Route::Tls | Route::Http2 => None,
            Route::Connect => Some(Route::Tls),
            Route::Socks => Some(Route::Plain),
        }
    }
}

/// The fault of a connection on the level of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    None,
    /// Reset the connection before its first byte, and refuse all connections for this time.
    Refuse(Duration),
    /// Let this many bytes of one direction through, then break the connection.
    Break {
        direction: Direction,
        after: usize,
        how: Break,
    },
    /// End the connection at this time, whatever happens then: it may be idle, or a request or response may be on its way.
    End {
        after: Duration,
        is_reset: bool,
    },
    /// Let a few bytes through at a time.
    Trickle(usize),
    /// Violate a promise on purpose: see [`Sabotage`].
    Sabotage(Sabotage),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// From the client to the sandbox.
    Request,
    /// From the sandbox to the client.
    Response,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Break {
    /// RST to the client, and the end of the connection to the sandbox.
    Reset,
    /// FIN in both directions.
    Truncate,
    /// FIN in this direction. The other one stays open.
    HalfClose,
    /// Hold further bytes back for this time, then deliver them, even if the client has gone.
    Stall(Duration),
}

/// What a server must never do. Shows that the comparison finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sabotage {
    /// Deliver everything that the client sends twice.
    Duplicate,
    /// Accept a message, and deliver nothing.
    Lose,
    /// Deliver a message, and reject it.
    Deny,
}

impl Sabotage {
    /// `None` for a name that is empty or unknown.
    pub(super) fn named(name: &str) -> Option<Sabotage> {
        Some(match name {
            "duplicate" => Sabotage::Duplicate,
            "lose" => Sabotage::Lose,
            "deny" => Sabotage::Deny,
            _ => return None,
        })
    }
}

/// Faults of HTTP/2, for the connections of that route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Http2Plan {
    /// Limit of concurrent streams in the SETTINGS.
    pub(super) max_streams: u32,
    /// For how long the initial window of streams is zero.
    pub(super) zero_window: Option<Duration>,
    /// After this many streams, the connection ends with a GOAWAY.
    pub(super) go_away: Option<(u64, GoAway)>,
    /// Seed of the faults of its streams.
    seed: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GoAway {
    /// The streams that the server knows are answered.
    Graceful,
    /// The connection is closed with the GOAWAY.
    Abrupt,
}

/// The fault of a stream of HTTP/2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StreamFault {
    None,
    /// REFUSED_STREAM before the body is read. Nothing is delivered.
    Refuse,
    /// REFUSED_STREAM after the body was read. Nothing is delivered.
    RefuseLate,
    /// RST_STREAM with another code. Nothing is delivered.
    Reset,
    /// RST_STREAM after the request was delivered.
    ResetProcessed,
    /// RST_STREAM after the head of the response.
    ResetBody,
}

/// A random sequence that follows from these numbers.
fn random(numbers: [u64; 3]) -> Rng {
    // Similar numbers must not have similar sequences.
    let seed = numbers.into_iter().fold(0, |seed: u64, number| {
        let mixed = (seed ^ number).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        mixed ^ (mixed >> 29)
    });
    Rng::with_seed(seed)
}

impl Fault {
    /// The fault of a connection, by its number on the route.
    pub(super) fn of(seed: u64, route: Route, number: u64) -> Fault {
        let mut random = random([seed, route as u64, number]);
        // A connection of HTTP/2 has faults of its own, which need time to take effect.
        if random.u8(0..100) < if route == Route::Http2 { 60 } else { 35 } {
            return Fault::None;
        }
        match random.u8(0..100) {
            0..6 => Fault::Refuse(Duration::from_millis(random.u64(1..60))),
            6..15 => Fault::Trickle(random.usize(1..40)),
            15..30 => {
                // Short times are as likely as long ones.
                let most = 2 << random.u32(2..11);
                Fault::End { after: Duration::from_millis(random.u64(1..most)), is_reset: random.bool() }
            }
            _ => Fault::Break {
                direction: if random.bool() { Direction::Request } else { Direction::Response },
                after: position(route, &mut random),
                how: match random.u8(0..10) {
                    0..3 => Break::Reset,
                    3..5 => Break::Truncate,
                    5..7 => Break::HalfClose,
                    // Some are shorter than the timeouts of the calls, and some are longer.
                    _ => Break::Stall(Duration::from_millis(20 << random.u32(0..8))),
                },
            },
        }
    }
}

/// The number of bytes before a fault: often in the first request or in the TLS handshake, and sometimes much later.
fn position(route: Route, random: &mut Rng) -> usize {
    let handshake = if matches!(route, Route::Plain | Route::Socks) { 0 } else { 1500 };
    match random.u8(0..3) {
        0 if handshake > 0 => random.usize(0..handshake),
        0 | 1 => random.usize(0..handshake + 600),
        _ => {
            let most = 1 << random.u32(10..16);
            random.usize(0..most)
        }
    }
}

impl Http2Plan {
    pub(super) fn of(seed: u64, number: u64) -> Http2Plan {
        let mut random = random([seed, 100, number]);
        Http2Plan {
            max_streams: if random.u8(0..4) == 0 { random.u32(1..6) } else { 200 },
            zero_window: (random.u8(0..5) == 0).then(|| Duration::from_millis(20 << random.u32(0..7))),
            go_away: (random.u8(0..3) == 0).then(|| {
                let how = if random.bool() { GoAway::Graceful } else { GoAway::Abrupt };
                // A blocking client sends few requests over each connection, and an async client many.
                let most = 1 << random.u32(1..6);
                (random.u64(1..=most), how)
            }),
            seed: random.u64(..),
        }
    }

    /// The fault of a stream, by its number on the connection.
    pub(super) fn stream(&self, number: u64) -> StreamFault {
        match random([self.seed, 0, number]).u8(0..100) {
            0..5 => StreamFault::Refuse,
            5..8 => StreamFault::RefuseLate,
            8..11 => StreamFault::Reset,
            11..14 => StreamFault::ResetProcessed,
            14..17 => StreamFault::ResetBody,
            _ => StreamFault::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_faults_follow_from_the_seed_and_the_number() {
        let with_seed = |seed| (0..1000).map(|number| Fault::of(seed, Route::Tls, number)).collect::<Vec<_>>();
        let faults = with_seed(1);
        assert_eq!(faults, with_seed(1));
        assert_ne!(faults, with_seed(2));
        let streams = |number| (0..100).map(move |stream| Http2Plan::of(1, number).stream(stream));
        assert!(streams(3).eq(streams(3)) && !streams(3).eq(streams(4)));
    }

    #[test]
    fn all_faults_occur() {
        let faults: Vec<_> = (0..500).map(|number| Fault::of(7, Route::Plain, number)).collect();
        let count = |is_it: fn(&Fault) -> bool| faults.iter().filter(|fault| is_it(fault)).count();
        for is_it in [
            |fault: &Fault| *fault == Fault::None,
            |fault: &Fault| matches!(fault, Fault::Refuse(_)),
            |fault: &Fault| matches!(fault, Fault::Trickle(_)),
            |fault: &Fault| matches!(fault, Fault::End { is_reset: true, .. }),
            |fault: &Fault| matches!(fault, Fault::End { is_reset: false, .. }),
            |fault: &Fault| matches!(fault, Fault::Break { how: Break::Reset, direction: Direction::Request, .. }),
            |fault: &Fault| matches!(fault, Fault::Break { how: Break::HalfClose, direction: Direction::Response, .. }),
            |fault: &Fault| matches!(fault, Fault::Break { how: Break::Truncate, .. }),
            |fault: &Fault| matches!(fault, Fault::Break { how: Break::Stall(_), after: 0..600, .. }),
            |fault: &Fault| matches!(fault, Fault::Break { after: 2000.., .. }),
        ] {
            assert!(count(is_it) >= 5, "{faults:?}");
        }
        let plans: Vec<_> = (0..100).map(|number| Http2Plan::of(7, number)).collect();
        assert!(plans.iter().any(|plan| plan.max_streams < 6) && plans.iter().any(|plan| plan.zero_window.is_some()));
        assert!(plans.iter().any(|plan| matches!(plan.go_away, Some((_, GoAway::Abrupt)))));
        assert!((0..300).any(|number| plans[0].stream(number) == StreamFault::ResetProcessed));
    }
}

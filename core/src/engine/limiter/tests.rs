//! The limiter with a real server. The tests need `redis-server`.

#[path = "../../../tests/support/redis.rs"]
pub(super) mod server;

use tokio::runtime::{Builder, Runtime};

use self::server::Redis;
use super::*;

const SECOND: Duration = Duration::from_secs(1);

impl Redis {
    fn limiter(&self, query: &str) -> SharedLimiter {
        let url = format!("{}?{query}", self.url());
        let setup = Setup::new(&url, &Trust::System, SECOND, "https://api.zexa.ao", "zx_key").expect("valid");
        SharedLimiter::new(Arc::new(setup))
    }
}

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime")
}

fn take(runtime: &Runtime, limiter: &SharedLimiter) -> Turn {
    take_as(Priority::Bulk, runtime, limiter)
}

fn take_as(priority: Priority, runtime: &Runtime, limiter: &SharedLimiter) -> Turn {
    let taking = limiter.take(priority, Instant::now(), runtime.handle());
    runtime.block_on(taking).unwrap_or_else(|error| panic!("{error}"))
}

/// Reports a 429 of the attempt, and waits until the server of the limiter knows of it.
fn refuse(runtime: &Runtime, limiter: &SharedLimiter, turn: Turn, wait: Duration) {
    let Turn::After(_, epoch) = turn else { panic!("{turn:?}") };
    drop(limiter.report_refusal(epoch, wait));
    assert!(matches!(take(runtime, limiter), Turn::Closed(_)));
}

#[test]
#[ignore = "needs redis-server"]
fn a_429_of_one_worker_closes_the_gate_for_all() {
    let (server, runtime) = (Redis::start(), runtime());
    let (one, other) = (server.limiter(""), server.limiter(""));
    let turn = take(&runtime, &one);
    assert_eq!((take(&runtime, &other), one.limit()), (turn, None));
    refuse(&runtime, &one, turn, 40 * SECOND);
    match take(&runtime, &other) {
        Turn::Closed(wait) => assert!(wait > 30 * SECOND && wait <= 40 * SECOND, "{wait:?}"),
        turn => panic!("{turn:?}"),
    }
    assert_eq!((one.limit(), other.limit()), (Some(7.0), Some(7.0)));
    // Another account has its own state.
    assert!(matches!(take(&runtime, &server.limiter("name=other")), Turn::After(..)));
}

#[test]
#[ignore = "needs redis-server"]
fn turns_are_reserved_in_order() {
    let (server, runtime) = (Redis::start(), runtime());
    let workers = [server.limiter(""), server.limiter("")];
    let turn = take(&runtime, &workers[0]);
    refuse(&runtime, &workers[0], turn, Duration::from_millis(50));
    let mut delays = Vec::new();
    while delays.len() < 4 {
        match take(&runtime, &workers[delays.len() % 2]) {
            Turn::After(delay, _) => delays.push(delay),
            Turn::Closed(wait) => std::thread::park_timeout(wait),
            turn => panic!("{delays:?} {turn:?}"),
        }
    }
    // 7 per second: each turn is a seventh of a second after the last one, less the time that has passed.
    assert!(delays.windows(2).all(|pair| pair[1] > pair[0] && pair[1] - pair[0] <= SECOND / 7), "{delays:?}");
    // The next one is too far ahead.
    assert!(matches!(take(&runtime, &workers[0]), Turn::Later(_)));
}

#[test]
#[ignore = "needs redis-server"]
fn single_calls_wait_for_each_other_and_not_for_rows() {
    let (server, runtime) = (Redis::start(), runtime());
    let limiter = server.limiter("");
    let turn = take(&runtime, &limiter);
    refuse(&runtime, &limiter, turn, Duration::from_millis(50));
    // Reserves all turns of rows.
    loop {
        match take(&runtime, &limiter) {
            Turn::After(..) => {}
            Turn::Closed(wait) => std::thread::park_timeout(wait),
            Turn::Later(_) => break,
        }
    }
    let mut delays = Vec::new();
    while let Turn::After(delay, _) = take_as(Priority::Single, &runtime, &limiter) {
        delays.push(delay);
    }
    // 7 per second, and half a second ahead.
    assert!(delays[0].is_zero() && (4..=5).contains(&delays.len()), "{delays:?}");
    assert!(delays.windows(2).all(|pair| pair[1] > pair[0] && pair[1] - pair[0] <= SECOND / 7), "{delays:?}");
    // Given back, it is the next one.
    limiter.give_back(Priority::Single);
    assert!(matches!(take_as(Priority::Single, &runtime, &limiter), Turn::After(..)));
}

#[test]
#[ignore = "needs redis-server"]
fn a_server_that_has_lost_its_state_learns_the_limit_from_a_worker() {
    let (mut server, runtime) = (Redis::start(), runtime());
    let limiter = server.limiter("");
    let turn = take(&runtime, &limiter);
    refuse(&runtime, &limiter, turn, Duration::from_millis(1));
    server.kill();
    server.run();
    while !matches!(take(&runtime, &limiter), Turn::Later(_)) {}
    assert_eq!(limiter.limit(), Some(7.0));
    // Also for workers that have never seen it.
    let other = server.limiter("");
    assert!(!matches!(take(&runtime, &other), Turn::After(Duration::ZERO, _)));
    assert_eq!(other.limit(), Some(7.0));
}

#[test]
#[ignore = "needs redis-server"]
fn without_a_server_the_fallback_rate_applies() {
    let (mut server, runtime) = (Redis::start(), runtime());
    let limiter = server.limiter("fallback_rate=0.001");
    take(&runtime, &limiter);
    server.kill();
    match take(&runtime, &limiter) {
        Turn::Later(wait) => assert!(wait > 100 * SECOND, "{wait:?}"),
        turn => panic!("{turn:?}"),
    }
    server.run();
    while !matches!(take(&runtime, &limiter), Turn::After(..)) {}
}

#[test]
#[ignore = "needs redis-server"]
fn a_server_that_returns_is_waited_for() {
    let (mut server, runtime) = (Redis::start(), runtime());
    let limiter = server.limiter("");
    take(&runtime, &limiter);
    server.kill();
    let waiting = runtime.block_on(async {
        let mut waiting = std::pin::pin!(limiter.take(Priority::Single, Instant::now(), runtime.handle()));
        assert!(tokio::time::timeout(SECOND / 4, waiting.as_mut()).await.is_err());
        server.run();
        waiting.await
    });
    assert!(matches!(waiting, Ok(Turn::After(Duration::ZERO, _))), "{waiting:?}");
}

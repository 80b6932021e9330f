//! The script and [`AdaptiveRate`] follow the same curve. The test needs `redis-server`.

use std::time::Duration;

use redis::{Connection, RedisResult};

use super::tests::server::Redis;
use crate::engine::rate::{AdaptiveRate, Priority};

/// The script asks the clock of the server here.
const CLOCK: &str = "local time = redis.call('TIME')\nlocal now = tonumber(time[1]) * 1000000 + tonumber(time[2])\n";

/// The script treats 0 as no time.
const START: Duration = Duration::from_secs(1_000_000);

const SECOND: Duration = Duration::from_secs(1);

/// The script on a clock of the test.
struct Script {
    connection: Connection,
    text: String,
    accepted: u64,
}

impl Script {
    fn new(server: &Redis) -> Script {
        let script = include_str!("limiter.lua");
        let text = script.replace(CLOCK, "local now = tonumber(ARGV[7])\n");
        assert_ne!(text, script);
        let client = redis::Client::open(server.url()).expect("a URL");
        Script { connection: client.get_connection().expect("connected"), text, accepted: 0 }
    }

    /// Returns the delay, the epoch and the limit.
    fn call(&mut self, now: Duration, count: u8, refused: Option<u64>) -> (Option<Duration>, u64, f64) {
        let mut command = redis::cmd("EVAL");
        command.arg(&self.text).arg(1).arg("limiter").arg(count).arg(0).arg(std::mem::take(&mut self.accepted));
        command.arg(refused.map_or(-1, |epoch| epoch as i64)).arg(SECOND.as_micros() as u64).arg(0);
        command.arg((START + now).as_micros() as u64);
        let result: RedisResult<(i64, i64, u64, String)> = command.query(&mut self.connection);
        let (delay, _, epoch, limit) = result.expect("the script ran");
        (u64::try_from(delay).ok().map(Duration::from_micros), epoch, limit.parse().expect("a number"))
    }
}

/// Lets both send as fast as they permit, with 429s at random moments. Returns the mean relative difference of their limits.
fn mean_difference(server: &Redis, seed: u64, rows_per_429: u32) -> f64 {
    server.command(&["FLUSHALL"]);
    let (mut script, mut rate) = (Script::new(server), AdaptiveRate::default());
    let mut random = fastrand::Rng::with_seed(seed);
    let (mut now, mut sum, mut compared) = (SECOND, 0.0, 0);
    for row in 0..4000 {
        let epoch = match rate.take(Priority::Bulk, now) {
            Ok(epoch) => {
                let (delay, number, _) = script.call(now, 1, None);
                assert!(delay.is_some_and(|delay| delay < SECOND / 50), "{delay:?}, seed {seed}");
                (epoch, number)
            }
            Err(wait) => {
                // The script reserves a turn that is near.
                let reserved = script.call(now, 1, None);
                now += wait;
                let epoch = loop {
                    match rate.take(Priority::Bulk, now) {
                        Ok(epoch) => break epoch,
                        Err(wait) => now += wait,
                    }
                };
                let number = match reserved {
                    (Some(_), number, _) => number,
                    (None, ..) => script.call(now, 1, None).1,
                };
                (epoch, number)
            }
        };
        // Without a limit, nothing else limits the rate.
        now += Duration::from_millis(if rate.limit().is_none() { 5 } else { 0 });
        if row == 100 || random.u32(0..rows_per_429) == 0 {
            rate.limited(epoch.0, now, SECOND);
            script.call(now, 0, Some(epoch.1));
        } else {
            rate.accepted(now);
            script.accepted += 1;
        }
        if let Some(limit) = rate.limit() {
            let (.., other) = script.call(now, 0, None);
            sum += (other / limit - 1.0).abs();
            compared += 1;
        }
    }
    assert!(compared > 1000, "{compared}");
    sum / f64::from(compared)
}

#[test]
#[ignore = "needs redis-server"]
fn the_script_and_the_rate_of_a_client_follow_the_same_curve() {
    let server = Redis::start();
    for rows_per_429 in [150, 1500] {
        let mut differences: Vec<f64> = (0..9).map(|seed| mean_difference(&server, seed, rows_per_429)).collect();
        differences.sort_by(f64::total_cmp);
        // The script counts an attempt when its turn is reserved. So the measured rates differ a little, and each 429 uses them.
        assert!(differences[4] < 0.006, "{rows_per_429}: {differences:?}");
    }
}

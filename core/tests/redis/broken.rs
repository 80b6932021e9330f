//! Servers that end, hang, or answer with something else.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use zexa::{BulkOptions, CallOptions, Kind, Outcome};
use zexa_sandbox::Sandbox;

use super::server::Redis;
use super::support::{self, message};
use super::{limited, rows, run};

#[test]
#[ignore = "needs Redis"]
fn the_deadline_of_a_call_is_kept() {
    let (sandbox, redis) = (Sandbox::start(), Redis::start());
    redis.freeze();
    let client = limited(&sandbox, &redis).build().expect("a client");
    let hasty = client.with_options(CallOptions::new().deadline(Duration::from_millis(300)));
    let error = hasty.messages().send(&message("Hello")).expect_err("a deadline");
    assert_eq!((error.kind(), error.outcome(), error.attempts()), (Kind::Timeout, Outcome::NotSent, 0));
    assert!(error.to_string().contains("limiter"), "{error}");
    assert!(sandbox.requests().is_empty());
    redis.thaw();
    client.messages().send(&message("Hello")).expect("sent");
}

/// Nothing is sent without the limiter.
#[test]
#[ignore = "needs Redis"]
fn a_run_stops_if_the_server_stays_away() {
    let (sandbox, mut redis) = (Sandbox::start(), Redis::start());
    let client = limited(&sandbox, &redis).build().expect("a client");
    redis.kill();
    let options = BulkOptions::new();
    let mut sending = client.messages().send_many(rows(1000), &options).expect("a run");
    let stop = sending.find_map(Result::err).expect("a stop");
    assert_eq!(stop.details().expect("details")["reason"], "limiter", "{stop}");
    assert!(stop.to_string().contains(&redis.url()), "{stop}");
    let hasty = client.with_options(CallOptions::new().deadline(Duration::from_millis(300)));
    let error = hasty.credits().get().expect_err("no limiter");
    assert!(error.kind() == Kind::Timeout && error.to_string().contains("Connection refused"), "{error}");
    assert!(sandbox.requests().is_empty());
}

#[test]
#[ignore = "needs Redis"]
fn a_run_survives_restarts_of_the_server() {
    let (sandbox, mut redis) = (Sandbox::start(), Redis::start());
    let client = limited(&sandbox, &redis).build().expect("a client");
    let (results, ()) = thread::scope(|scope| {
        let run = scope.spawn(|| run(&client, 3000));
        for number in 1..=3 {
            let _ = sandbox.wait_for_requests(number * 200);
            redis.kill();
            redis.run();
        }
        (run.join().expect("no panic"), ())
    });
    assert!(results.iter().all(|result| result.outcome == Outcome::Accepted));
    assert_eq!((sandbox.messages().len(), sandbox.requests().len()), (3000, 3000));
}

#[test]
#[ignore = "needs Redis"]
fn closed_connections_and_lost_scripts_and_keys_are_replaced() {
    let (sandbox, redis) = (Sandbox::start(), Redis::start());
    let client = limited(&sandbox, &redis).build().expect("a client");
    for command in [&["CLIENT", "KILL", "TYPE", "normal"][..], &["SCRIPT", "FLUSH"], &["FLUSHALL"]] {
        client.credits().get().expect("credits");
        redis.command(command);
    }
    client.credits().get().expect("credits");
    assert_eq!(sandbox.requests().len(), 4);
}

/// A server that is full or read-only accepts connections, too.
#[test]
#[ignore = "needs Redis"]
fn with_a_fallback_rate_calls_go_on_if_the_script_fails() {
    let (sandbox, redis) = (Sandbox::start(), Redis::start());
    let limiter = format!("{}?name=june&fallback_rate=20", redis.url());
    let client = limited(&sandbox, &redis).limiter(limiter).build().expect("a client");
    redis.command(&["SET", "zexa:limiter:{june}", "text"]);
    for _ in 0..3 {
        client.credits().get().expect("credits");
    }
    let run = client.messages().send_many(rows(20), &BulkOptions::new()).expect("a run");
    assert!(run.map(|result| result.expect("no stop")).all(|result| result.outcome == Outcome::Accepted));
}

#[test]
#[ignore = "needs Redis"]
fn a_damaged_state_is_a_lost_one() {
    let (sandbox, redis) = (Sandbox::start(), Redis::start());
    let client = limited(&sandbox, &redis).build().expect("a client");
    client.credits().get().expect("credits");
    let key = redis.command(&["KEYS", "zexa:limiter:*"]);
    for (field, value) in [("rate", "abc"), ("next", "inf"), ("now", "nan"), ("closed", "1e300"), ("epoch", "")] {
        redis.command(&["HSET", &key, field, value]);
        client.credits().get().unwrap_or_else(|error| panic!("{field} {value}: {error}"));
    }
    // The clock of the server was set back by an hour.
    for field in ["now", "next", "closed"] {
        redis.command(&["HINCRBYFLOAT", &key, field, "3600000000"]);
    }
    client.credits().get().expect("credits");
}

#[test]
#[ignore = "needs Redis"]
fn with_a_fallback_rate_calls_go_on() {
    let (sandbox, mut redis) = (Sandbox::start(), Redis::start());
    let client = limited(&sandbox, &redis).limiter(format!("{}?fallback_rate=20", redis.url())).build();
    let client = client.expect("a client");
    redis.kill();
    let results = run(&client, 30);
    assert!(results.iter().all(|result| result.outcome == Outcome::Accepted));
    // One row for the first moment, and then 20 per second.
    let waits: Vec<f64> = sandbox.requests().iter().map(|request| request.since_previous).collect();
    assert!(waits[1..].iter().sum::<f64>() > 1.2, "{waits:?}");
    client.credits().get().expect("single calls, too");
}

/// Answers each connection with this text, and then with nothing.
fn hostile(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("redis://{}", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.expect("a connection");
            thread::spawn(move || {
                // The client may close the connection at any time.
                while connection.read(&mut [0; 4096]).is_ok_and(|length| length > 0) {
                    let _ = connection.write_all(answer.as_bytes());
                }
            });
        }
    });
    url
}

#[test]
#[ignore = "part of the step `redis`"]
fn no_answer_of_a_hostile_server_permits_an_attempt() {
    let sandbox = Sandbox::start();
    for answer in [
        "",
        "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
        "+OK\r\n",
        "$-1\r\n",
        ":0\r\n",
        "*0\r\n",
        "*-1\r\n",
        "$999999999999\r\n",
        "*999999999\r\n",
        "*4\r\n:0\r\n:0\r\n:-1\r\n$1\r\n0\r\n",
        "*4\r\n:9223372036854775807\r\n:0\r\n:1\r\n$1\r\n0\r\n",
        "*4\r\n:0\r\n:0\r\n:1\r\n$3\r\ninf\r\n",
        "-ERR unknown command\r\n",
        "-LOADING Redis is loading the dataset in memory\r\n",
        "-READONLY You can't write against a read only replica.\r\n",
    ] {
        let client = support::builder(&sandbox).limiter(hostile(answer)).build().expect("a client");
        let hasty = client.with_options(CallOptions::new().deadline(Duration::from_millis(500)));
        let error = hasty.messages().send(&message("Hello")).expect_err(answer);
        assert_eq!((error.kind(), error.outcome()), (Kind::Timeout, Outcome::NotSent), "{answer:?} {error}");
    }
    assert!(sandbox.requests().is_empty());
}

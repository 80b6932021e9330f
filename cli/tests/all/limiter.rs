//! Commands with the limiter of an account. The tests need a server, so they are run by the step `redis`.

#[path = "../../../core/tests/support/redis.rs"]
mod server;

use serde_json::json;

use self::server::Redis;
use crate::support::{Run, World, run};

const SEND: [&str; 7] = ["send", "--json", "--to", "+244912345678", "--from", "ZEXA", "Hello"];

fn send(world: &World, limiter: &str) -> Run {
    run(world.command(&SEND).env("ZEXA_LIMITER", limiter), "")
}

#[test]
#[ignore = "needs Redis"]
fn programs_share_the_gate() {
    let redis = Redis::start();
    let world = World::new();
    send(&world, &redis.url()).exits(0);
    // As if another program had met a 429 an hour before it may send again.
    let state = redis.command(&["KEYS", "zexa:limiter:*"]);
    redis.command(&["HINCRBYFLOAT", &state, "closed", &format!("{:.0}", (redis.now() + 3600.0) * 1e6)]);
    let error = send(&world, &redis.url()).exits(1).json_error();
    assert_eq!((&error["kind"], &error["outcome"]), (&json!("rate_limited"), &json!("not_sent")), "{error}");
    assert_eq!(world.sandbox.messages().len(), 1);
}

/// Each program ends with its 429.
#[test]
#[ignore = "needs Redis"]
fn a_429_is_shared_although_its_program_ends() {
    let redis = Redis::start();
    for _ in 0..5 {
        let world = World::new();
        world.sandbox.add_fault(json!({"status": 429, "headers": {"Retry-After": "3600"}}));
        let first = send(&world, &redis.url()).exits(1).json_error();
        let second = send(&world, &redis.url()).exits(1).json_error();
        assert_eq!((&first["outcome"], &second["outcome"]), (&json!("rejected"), &json!("not_sent")), "{second}");
        assert_eq!(world.sandbox.requests().len(), 1);
    }
}

#[test]
#[ignore = "needs Redis"]
fn a_limiter_that_rejects_the_password_is_reported_without_it() {
    let redis = Redis::start_with(&["--requirepass", "other"], |_| {});
    let world = World::new();
    let url = redis.url().replace("://", "://:zx_top_secret@");
    for run in [send(&world, &url), send(&world, "http://:zx_top_secret@redis.example")] {
        assert!(!run.stderr.contains("zx_top"), "{run:?}");
        let error = run.exits(2).json_error();
        assert_eq!((&error["kind"], &error["outcome"]), (&json!("config"), &json!("not_sent")), "{error}");
        assert!(error["details"]["field"] == "limiter", "{error}");
    }
    run(world.command(&SEND[..1]).args(&SEND[2..]).env("ZEXA_LIMITER", url), "").says("`ZEXA_LIMITER` cannot be used");
    assert!(world.sandbox.requests().is_empty());
}

//! What HTTP/2 servers do to streams, seen frame by frame and by a real client.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use common::http2::{Connection, REFUSED_STREAM};
use common::sms;
use serde_json::{Value, json};
use zexa_sandbox::Sandbox;

fn with_state(mut state: Value) -> Sandbox {
    state["tls"] = json!(true);
    Sandbox::from_json(json!({"state": state}))
}

#[test]
fn the_first_settings_announce_the_stream_limit() {
    for (state, limit) in [(json!({}), 200), (json!({"max_concurrent_streams": 1}), 1)] {
        let sandbox = with_state(state);
        let mut connection = Connection::open(&sandbox);
        assert_eq!(connection.next().unwrap().stream_limits(), [limit]);
        let stream = connection.get("/credits");
        assert!(connection.end_of(stream).ends_stream());
    }
}

#[test]
fn streams_over_the_limit_are_refused() {
    let sandbox = with_state(json!({"max_concurrent_streams": 2}));
    let mut connection = Connection::open(&sandbox);
    let open = [connection.begin_post("/messages"), connection.begin_post("/messages")];
    let refused = connection.post("/messages", &sms());
    assert_eq!(connection.end_of(refused).reset_reason(), Some(REFUSED_STREAM));
    connection.body(open[0], &sms());
    assert!(connection.end_of(open[0]).ends_stream());
    // One is free again.
    let next = connection.post("/messages", &sms());
    assert!(connection.end_of(next).ends_stream());
    connection.cancel(open[1]);
    let last = [connection.begin_post("/messages"), connection.begin_post("/messages")];
    for stream in last {
        connection.body(stream, &sms());
        assert!(connection.end_of(stream).ends_stream());
    }
    assert_eq!(sandbox.messages().len(), 4);
    let expected = json!([
        {"stream": refused, "status": null, "fault": "refused: over the limit of concurrent streams",
         "message_id": null, "connection": 1},
        {"stream": open[0], "status": 201, "fault": null},
        {"stream": next, "status": 201},
        {"stream": last[0], "status": 201},
        {"stream": last[1], "status": 201},
    ]);
    assert_eq!(zexa_sandbox::mismatches(&expected, &json!(sandbox.requests())), [""; 0]);
}

#[test]
fn the_limit_changes_after_so_many_requests() {
    let sandbox = with_state(json!({"max_concurrent_streams": [2, 1, 0, 3], "requests_per_stream_limit": 2}));
    for _ in 0..2 {
        let mut connection = Connection::open(&sandbox);
        assert_eq!(connection.next().unwrap().stream_limits(), [2]);
        connection.acknowledge_settings();
        let mut limits = Vec::new();
        for _ in 0..8 {
            let stream = connection.get("/credits");
            for frame in connection.all_to_end_of(stream) {
                if frame.is_new_settings() {
                    connection.acknowledge_settings();
                    limits.push(frame.stream_limits());
                }
            }
        }
        // After the second, the fourth and the sixth; the last stays.
        assert_eq!(limits, [[1], [0], [3]]);
    }
    let statuses: Vec<_> = sandbox.requests().iter().map(|request| request.status.is_some()).collect();
    let refused_at_0 = [true, true, true, true, false, false, true, true].repeat(2);
    assert_eq!(statuses, refused_at_0);
}

#[test]
fn streams_that_are_open_outlive_a_lower_limit() {
    let sandbox = with_state(json!({"max_concurrent_streams": [3, 1], "requests_per_stream_limit": 3}));
    let mut connection = Connection::open(&sandbox);
    let open = [(); 3].map(|()| connection.begin_post("/messages"));
    // The client has not seen the new limit, let alone acknowledged it.
    let refused = connection.get("/credits");
    assert_eq!(connection.end_of(refused).reset_reason(), Some(REFUSED_STREAM));
    for stream in open {
        connection.body(stream, &sms());
        assert!(connection.end_of(stream).ends_stream());
    }
    let first = connection.begin_post("/messages");
    let second = connection.get("/credits");
    assert_eq!(connection.end_of(second).reset_reason(), Some(REFUSED_STREAM));
    connection.body(first, &sms());
    assert!(connection.end_of(first).ends_stream());
    assert_eq!(sandbox.messages().len(), 4);
}

#[test]
fn a_real_client_keeps_to_the_limit() {
    let sandbox = with_state(json!({"max_concurrent_streams": [10, 1, 100, 2], "requests_per_stream_limit": 20}));
    let api = common::Api::of(&sandbox);
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| (0..10).for_each(|_| assert_eq!(api.post("/messages", &sms()).status, 201)));
        }
    });
    assert_eq!(sandbox.messages().len(), 160);
    assert!(sandbox.requests().iter().all(|request| request.connection == 1));
}

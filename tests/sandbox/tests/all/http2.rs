//! HTTP/2 stream limits, resets and GOAWAYs, observed frame by frame and with a real client.

use serde_json::{Value, json};
use zexa_sandbox::Sandbox;

use crate::common::http2::{Connection, Frame, GOAWAY, NO_ERROR, PING, REFUSED_STREAM};
use crate::common::{self, sms};

fn with_faults(faults: Value) -> Sandbox {
    Sandbox::from_json(json!({"state": {"tls": true}, "faults": faults}))
}

#[track_caller]
fn assert_requests(sandbox: &Sandbox, expected: Value) {
    assert_eq!(zexa_sandbox::mismatches(&expected, &json!(sandbox.requests())), [""; 0]);
}

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
    // One stream is available again.
    let next = connection.post("/messages", &sms());
    assert!(connection.end_of(next).ends_stream());
    connection.cancel(open[1]);
    let last = [connection.begin_post("/messages"), connection.begin_post("/messages")];
    for stream in last {
        connection.body(stream, &sms());
        assert!(connection.end_of(stream).ends_stream());
    }
    assert_eq!(sandbox.messages().len(), 4);
    assert_requests(
        &sandbox,
        json!([
            {"stream": refused, "status": null, "fault": "refused: over the limit of concurrent streams",
             "message_id": null, "connection": 1},
            {"stream": open[0], "status": 201, "fault": null},
            {"stream": next, "status": 201},
            {"stream": last[0], "status": 201},
            {"stream": last[1], "status": 201},
        ]),
    );
}

#[test]
fn the_limit_changes_after_a_number_of_requests() {
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
        // The limit changes after the second, fourth and sixth request. The last limit remains.
        assert_eq!(limits, [[1], [0], [3]]);
    }
    let statuses: Vec<_> = sandbox.requests().iter().map(|request| request.status.is_some()).collect();
    let refused_at_0 = [true, true, true, true, false, false, true, true].repeat(2);
    assert_eq!(statuses, refused_at_0);
}

#[test]
fn open_streams_finish_under_a_lower_limit() {
    let sandbox = with_state(json!({"max_concurrent_streams": [3, 1], "requests_per_stream_limit": 3}));
    let mut connection = Connection::open(&sandbox);
    let open = [(); 3].map(|()| connection.begin_post("/messages"));
    // The client has neither read nor acknowledged the new limit.
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

#[test]
fn a_refused_stream_is_not_processed_and_does_not_affect_the_others() {
    let sandbox = with_faults(json!([{"method": "POST", "then": "refuse", "skip": 1}]));
    let mut connection = Connection::open(&sandbox);
    let [first, refused, last] = [(); 3].map(|()| connection.post("/messages", &sms()));
    assert!(connection.end_of(first).ends_stream());
    assert_eq!(connection.end_of(refused).reset_reason(), Some(REFUSED_STREAM));
    assert!(connection.end_of(last).ends_stream());
    assert_eq!(sandbox.messages().len(), 2);
    let expected = json!([
        {"status": 201},
        {"stream": refused, "status": null, "fault": "refuse", "message_id": null, "body": sms(), "connection": 1},
        {"status": 201},
    ]);
    assert_requests(&sandbox, expected);
}

#[test]
fn refuse_and_goaway_close_an_http_1_connection() {
    let sandbox = Sandbox::from_json(json!({"faults": [{"then": "refuse"}, {"then": "goaway"}]}));
    for _ in 0..2 {
        let mut stream = common::socket(&sandbox);
        common::ask(&mut stream, &sandbox);
        let (text, end) = common::read_all(&mut stream);
        assert!(text.is_empty() && end.is_ok(), "{text} {end:?}");
    }
}

#[test]
fn a_goaway_excludes_the_request_that_is_hit() {
    let sandbox = with_faults(json!([{"method": "POST", "then": "goaway", "skip": 1}]));
    let mut connection = Connection::open(&sandbox);
    let first = connection.post("/messages", &sms());
    assert!(connection.end_of(first).ends_stream());
    let excluded = connection.post("/messages", &sms());
    let frames = connection.rest();
    assert_eq!(frames.iter().filter_map(Frame::goaway).collect::<Vec<_>>(), [(first, NO_ERROR)]);
    assert!(frames.iter().all(|frame| frame.stream == 0), "{frames:?}");
    assert_eq!(sandbox.messages().len(), 1);
    let expected =
        json!([{"stream": first}, {"stream": excluded, "status": null, "fault": "goaway", "message_id": null}]);
    assert_requests(&sandbox, expected);
    // The next connection is not hit.
    let api = common::Api::of(&sandbox);
    assert_eq!(api.post("/messages", &sms()).status, 201);
    assert_eq!(sandbox.requests()[2].connection, 2);
}

#[test]
fn requests_below_a_goaway_are_answered_and_those_above_are_not() {
    let sandbox = with_faults(json!([{"path": "/sender-ids", "then": "goaway"}]));
    let mut connection = Connection::open(&sandbox);
    let below = connection.begin_post("/messages");
    let answered = connection.get("/credits");
    assert!(connection.end_of(answered).ends_stream());
    let above = connection.begin_post("/messages");
    connection.get("/sender-ids");
    assert_eq!(connection.until(|frame| frame.kind == GOAWAY).goaway(), Some((answered, NO_ERROR)));
    connection.body(above, &sms());
    let late = connection.post("/messages", &sms());
    connection.body(below, &sms());
    assert!(connection.end_of(below).ends_stream());
    let frames = connection.rest();
    assert!(frames.iter().all(|frame| frame.stream < above && frame.kind != GOAWAY), "{late}: {frames:?}");
    assert_eq!(sandbox.messages().len(), 1);
    let streams: Vec<_> =
        sandbox.requests().iter().filter(|request| request.status.is_some()).map(|request| request.stream).collect();
    assert_eq!(streams, [Some(answered), Some(below)]);
}

#[test]
fn a_goaway_does_not_exclude_a_later_request_that_is_processed() {
    let sandbox = with_faults(json!([{"method": "POST", "then": "goaway"}]));
    let mut connection = Connection::open(&sandbox);
    let hit = connection.begin_post("/messages");
    let later = connection.get("/credits");
    assert!(connection.end_of(later).ends_stream());
    connection.body(hit, &sms());
    let frames = connection.rest();
    assert_eq!(frames.iter().find_map(Frame::goaway), Some((later, NO_ERROR)));
    assert_eq!(frames.iter().find_map(|frame| frame.reset_reason()), Some(REFUSED_STREAM));
    assert!(sandbox.messages().is_empty());
}

#[test]
fn a_goaway_follows_a_number_of_responses() {
    let sandbox = with_state(json!({"goaway_after": 2}));
    let mut connection = Connection::open(&sandbox);
    let open = connection.begin_post("/messages");
    let (first, second) = (connection.get("/credits"), connection.get("/credits"));
    assert!(connection.all_to_end_of(first).iter().all(|frame| frame.kind != GOAWAY));
    connection.end_of(second);
    // The GOAWAY follows the response directly.
    assert_eq!(connection.next().unwrap().goaway(), Some((second, NO_ERROR)));
    connection.post("/messages", &sms());
    connection.body(open, &sms());
    assert!(connection.end_of(open).ends_stream());
    assert!(connection.rest().iter().all(|frame| frame.stream <= second && frame.kind != GOAWAY));
    assert_eq!((sandbox.messages().len(), sandbox.requests().len()), (1, 3));
    drop(connection);
    common::until("the connection is closed", || sandbox.open_connections() == 0);
}

#[test]
fn a_real_client_survives_a_goaway_after_each_response() {
    let sandbox = with_state(json!({"goaway_after": 1}));
    let api = common::Api::of(&sandbox);
    for _ in 0..5 {
        assert_eq!(api.post("/messages", &sms()).status, 201);
        common::until("the connection is closed", || sandbox.open_connections() == 0);
    }
    let connections: Vec<_> = sandbox.requests().iter().map(|request| request.connection).collect();
    assert_eq!(connections, [1, 2, 3, 4, 5]);
    // This client sends requests again that a GOAWAY excluded. No request is processed twice.
    let sent: usize = std::thread::scope(|scope| {
        let send = || (0..10).filter(|_| api.call("POST", "/messages", Some(sms().to_string())).is_ok()).count();
        let threads = [(); 8].map(|()| scope.spawn(send));
        threads.map(|thread| thread.join().unwrap()).iter().sum()
    });
    assert_eq!(sandbox.messages().len(), 5 + sent);
}

#[test]
fn a_connection_hangs_after_a_request() {
    let sandbox = with_faults(json!([{"method": "POST", "then": "hang"}]));
    let mut connection = Connection::open(&sandbox);
    let first = connection.get("/credits");
    assert!(connection.end_of(first).ends_stream());
    connection.post("/messages", &sms());
    let _ = sandbox.wait_for_requests(2);
    let later = connection.get("/credits");
    connection.send(PING, 0, 0, b"question");
    let _ = sandbox.wait_for_requests(3);
    let mut other = Connection::open(&sandbox);
    let stream = other.post("/messages", &sms());
    assert!(other.end_of(stream).ends_stream());
    connection.close();
    assert_eq!(connection.rest(), []);
    assert_eq!(sandbox.messages().len(), 1);
    let expected = json!([
        {"connection": 1, "status": 200},
        {"connection": 1, "status": null, "fault": "hang", "body": sms()},
        {"connection": 1, "status": null, "fault": "hang: an earlier request hangs", "stream": later},
        {"connection": 2, "status": 201, "fault": null},
    ]);
    assert_requests(&sandbox, expected);
}

#[test]
fn a_hanging_connection_can_answer_pings() {
    let faults = json!([{"path": "/sender-ids", "then": "hang", "answer_pings": true, "process": true}]);
    let sandbox = with_faults(faults);
    let mut connection = Connection::open(&sandbox);
    let before = connection.begin_post("/messages");
    connection.get("/sender-ids");
    let _ = sandbox.wait_for_requests(1);
    connection.get("/credits");
    connection.body(before, &sms());
    let _ = sandbox.wait_for_requests(3);
    assert!(connection.all_to_pong().iter().all(|frame| frame.stream == 0));
    connection.close();
    assert!(connection.rest().iter().all(|frame| frame.stream == 0));
    assert!(sandbox.messages().is_empty());
}

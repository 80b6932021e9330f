//! The control API over HTTP, as other languages use it.

use serde_json::{Value, json};
use zexa_sandbox::Sandbox;

use crate::common::{self, Api, sms};

/// Clients of an instance and of its control API.
fn instance(control: &Api, spec: &Value) -> (Api, Api) {
    let made = control.post("/instances", spec);
    assert_eq!(made.status, 201, "{}", made.body);
    let text = |key: &str| made.body[key].as_str().unwrap().to_owned();
    let at = |url: String| Api { client: control.client.clone(), url, key: text("api_key") };
    (at(text("url")), at(text("control")))
}

#[test]
fn an_instance_has_its_own_state() {
    let sandbox = Sandbox::start();
    let control = Api::control(&sandbox);
    let spec = json!({"state": {"credits": 7}, "faults": [{"status": 503}]});
    let (api, own) = instance(&control, &spec);
    let (other, _) = instance(&control, &json!({}));
    assert_eq!(api.get("/credits").status, 503);
    assert_eq!(api.get("/credits").body["credits"], 7);
    assert_eq!(other.get("/credits").body["credits"], 4250);
    assert_eq!(own.get("/requests").body["requests"].as_array().unwrap().len(), 2);
    assert!(sandbox.requests().is_empty());
    assert_eq!(own.delete("").status, 204);
    assert!(api.call("GET", "/credits", None).is_err());
    own.delete("").is(404, "not_found", None);
    control.delete("").is(405, "method_not_allowed", None);
}

#[test]
fn a_hundred_instances_run_concurrently() {
    let sandbox = Sandbox::start();
    let control = Api::control(&sandbox);
    let all: Vec<_> = (0..120).map(|credits| instance(&control, &json!({"state": {"credits": credits}}))).collect();
    for (credits, (api, _)) in all.iter().enumerate() {
        assert_eq!(api.get("/credits").body["credits"], credits);
    }
}

#[test]
fn an_instance_can_use_tls() {
    let sandbox = Sandbox::start();
    let made = Api::control(&sandbox).post("/instances", &json!({"state": {"tls": true}})).body;
    let file = std::path::PathBuf::from(made["ca_file"].as_str().unwrap());
    let client = common::client(Some(&file)).build().unwrap();
    let api = Api { client, url: made["url"].as_str().unwrap().to_owned(), key: "zx_test_sandbox".to_owned() };
    assert_eq!(api.get("/credits").status, 200);
}

#[test]
fn errors_in_specs_name_the_key() {
    let sandbox = Sandbox::start();
    let control = Api::control(&sandbox);
    for (spec, name) in [
        (json!({"states": {}}), "states"),
        (json!({"state": {"creditz": 1}}), "creditz"),
        (json!({"state": {"rate_limit": {"requests": 1}}}), "per_seconds"),
        (json!({"state": {"speed": "fast"}}), "speed"),
        (json!({"state": {"max_concurrent_streams": []}}), "max_concurrent_streams"),
        (json!({"state": {"max_concurrent_streams": [10, -1]}}), "max_concurrent_streams"),
        (json!({"state": {"max_concurrent_streams": 1.5}}), "max_concurrent_streams"),
        (json!({"state": {"requests_per_stream_limit": 0}}), "requests_per_stream_limit"),
        (json!({"state": {"goaway_after": 0}}), "goaway_after"),
        (json!({"faults": [{"statos": 1}]}), "statos"),
        (json!({"faults": [{"then": "refuse", "process": true}]}), "process"),
        (json!({"faults": [{"then": "goaway", "at": "body"}]}), "at"),
        (json!({"faults": [{"then": "stall", "answer_pings": true}]}), "answer_pings"),
    ] {
        let refused = control.post("/instances", &spec);
        refused.is(400, "invalid_request", None);
        assert!(refused.body["message"].as_str().unwrap().contains(name), "{}", refused.body);
    }
    control.post("/faults", &json!({"statos": 1})).is(400, "invalid_request", None);
    control.post("/advance", &json!({"second": 1})).is(400, "invalid_request", Some("second"));
    control.post("/advance", &json!({"seconds": -1})).is(400, "invalid_request", Some("seconds"));
    control.post("/credits", &json!({"credits": "1"})).is(400, "invalid_request", Some("credits"));
    control.post("/match", &json!({"expected": 1})).is(400, "invalid_request", Some("actual"));
    for reply in [json!({}), json!({"from": "+244912345678", "to": "ZEXA", "body": 1}), json!([])] {
        control.post("/replies", &reply).is(400, "invalid_request", None);
    }
    control.get("/replies").is(405, "method_not_allowed", None);
    control.get("/nowhere").is(404, "not_found", None);
    control.get("/match").is(405, "method_not_allowed", None);
    control.get("/instances/77/state").is(404, "not_found", None);
}

#[test]
fn requests_are_recorded_with_all_fields() {
    let sandbox = Sandbox::start();
    let (control, api) = (Api::control(&sandbox), Api::of(&sandbox));
    api.post("/messages", &sms());
    let odd = format!("{}/contacts/a%2Fb?search=Ana%20%C3%A9&page=2", api.url);
    api.client.post(odd).header("X-Twice", "1").header("X-Twice", "2").body("text").send().unwrap();
    let recorded = control.get("/requests").body["requests"].clone();
    let expected = json!([
        {"number": 1, "method": "POST", "path": "/v1/messages", "query": {"$exact": {}}, "body": {"$exact": sms()},
         "text": null, "connection": 1, "stream": null, "since_previous": 0, "http_version": "1.1", "client_certificate": null, "status": 201, "fault": null,
         "message_id": {"$regex": "^msg_"}, "headers": {"content-type": "application/json",
         "authorization": "Bearer zx_test_sandbox"}},
        {"number": 2, "path": "/v1/contacts/a%2Fb", "query": {"$exact": {"search": "Ana é", "page": "2"}}, "body": null,
         "text": "text", "connection": 1, "since_previous": {"$min": 0, "$max": 20}, "status": 401,
         "headers": {"x-twice": "1, 2"}, "message_id": null},
    ]);
    assert_eq!(zexa_sandbox::mismatches(&expected, &recorded), [""; 0]);
    assert_eq!(control.delete("/requests").status, 204);
    assert_eq!(control.get("/requests").body, json!({"requests": []}));
}

#[test]
fn requests_can_be_waited_for() {
    let sandbox = Sandbox::start();
    let (control, api) = (Api::control(&sandbox), Api::of(&sandbox));
    let none = control.get("/requests?at_least=1&within=0.01").body;
    assert_eq!(none["requests"], json!([]));
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| control.get("/requests?at_least=2").body);
        api.get("/credits");
        api.get("/credits");
        assert_eq!(waiting.join().unwrap()["requests"].as_array().unwrap().len(), 2);
    });
}

#[test]
fn objects_can_be_listed_and_time_advanced() {
    let sandbox = Sandbox::from_json(json!({"state": {"speed": "manual", "allow_http_webhooks": true}}));
    let (control, api) = (Api::control(&sandbox), Api::of(&sandbox));
    api.make("/messages", &sms());
    api.make("/webhooks", &json!({"url": "http://127.0.0.1:9", "events": ["*"]}));
    assert!(control.post("/advance", &json!({"seconds": 1.5})).body["now"].is_string());
    let message = control.get("/messages").body["messages"][0].clone();
    assert_eq!(
        (&message["status"], &message["cost"], &message["body"]),
        (&json!("sent"), &json!(1.0), &json!("Hello"))
    );
    control.post("/advance", &json!({"seconds": 1}));
    let deliveries = control.get("/deliveries").body["deliveries"].clone();
    let expected = json!([
        {"event": "webhook.test", "attempts": [{"status": null, "error": {"$any": true}}, {}, {}]},
        {"event": "message.delivered", "payload": {"data": {"id": message["id"]}}},
    ]);
    assert_eq!(zexa_sandbox::mismatches(&expected, &deliveries), [""; 0]);
    assert_eq!(control.post("/credits", &json!({"credits": 0.5})).status, 200);
    assert_eq!(api.get("/credits").body["credits"], 0.5);
    assert_eq!(control.get("/contacts").body["contacts"].as_array().unwrap().len(), 5);
    let state = control.get("/state").body;
    assert_eq!((&state["credits"], &state["messages"], &state["webhooks"]), (&json!(0.5), &json!(1), &json!(1)));
    assert!(state["connections"].as_u64().unwrap() >= 2);
}

#[test]
fn faults_are_added_listed_and_removed() {
    let sandbox = Sandbox::start();
    let (control, api) = (Api::control(&sandbox), Api::of(&sandbox));
    assert_eq!(control.post("/faults", &json!({"status": 500})).body, json!({"added": 1}));
    control.post("/faults", &json!([{"status": 502, "times": 0}, {"status": 503}]));
    assert_eq!(api.get("/credits").status, 500);
    assert_eq!(api.get("/credits").status, 502);
    let listed = control.get("/faults").body;
    let expected = json!({"faults": [{"status": 500, "hits": 1}, {"times": 0, "hits": 1}, {"hits": 0}]});
    assert_eq!(zexa_sandbox::mismatches(&expected, &listed), [""; 0]);
    assert_eq!(control.delete("/faults").status, 204);
    assert_eq!(api.get("/credits").status, 200);
}

#[test]
fn values_are_matched() {
    let sandbox = Sandbox::start();
    let control = Api::control(&sandbox);
    let matched = |expected, actual| control.post("/match", &json!({"expected": expected, "actual": actual})).body;
    assert_eq!(matched(json!({"a": {"$min": 1}}), json!({"a": 1, "b": 2})), json!({"mismatches": []}));
    let found = matched(json!({"error": {"kind": "timeout"}}), json!({"error": {"kind": "server"}}));
    assert_eq!(found, json!({"mismatches": ["/error/kind: expected \"timeout\", got \"server\""]}));
    assert_eq!(matched(json!({"$absent": true}), json!(null)), json!({"mismatches": []}));
}

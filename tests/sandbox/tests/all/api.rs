//! Each endpoint: its success response and each documented error.

use serde_json::{Value, json};
use zexa_sandbox::{Sandbox, mismatches};

use crate::common::{Api, sms};

/// Returns a body with one key replaced, or removed if the value is null.
fn with(mut body: Value, key: &str, value: Value) -> Value {
    match value {
        Value::Null => drop(body.as_object_mut().unwrap().remove(key)),
        value => body[key] = value,
    }
    body
}

#[track_caller]
fn check(actual: &Value, expected: &Value) {
    assert_eq!(mismatches(expected, actual), [""; 0]);
}

#[test]
fn a_message_is_created_and_read() {
    let sandbox = Sandbox::start();
    let api = Api::of(&sandbox);
    let sent = api.post("/messages", &sms());
    assert_eq!(sent.status, 201);
    let time = json!({"$regex": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"});
    check(
        &sent.body,
        &json!({"id": {"$regex": "^msg_[a-z0-9]+$"}, "status": "queued", "channel": "sms",
                "to": "+244912345678", "created_at": time}),
    );
    let found = api.get(&format!("/messages/{}", sent.body["id"].as_str().unwrap()));
    assert_eq!((found.status, &found.body["id"]), (200, &sent.body["id"]));
    let recorded = &sandbox.requests()[0];
    assert_eq!(recorded.message_id.as_deref(), sent.body["id"].as_str());
    assert_eq!((recorded.status, &recorded.body), (Some(201), &sms()));
    api.get("/messages/msg_unknown").is(404, "not_found", None);
}

#[test]
fn malformed_messages_are_a_400() {
    let sandbox = Sandbox::start();
    let api = Api::of(&sandbox);
    for field in ["channel", "to", "from"] {
        api.post("/messages", &with(sms(), field, Value::Null)).is(400, "invalid_request", Some(field));
        api.post("/messages", &with(sms(), field, json!(1))).is(400, "invalid_request", Some(field));
    }
    for field in ["body", "subject", "html", "template", "scheduled_at"] {
        api.post("/messages", &with(sms(), field, json!(1))).is(400, "invalid_request", Some(field));
    }
    for body in ["", "{", "[]", "null", "\"text\""] {
        api.call("POST", "/messages", Some(body.to_owned())).unwrap().is(400, "invalid_request", None);
    }
    api.call("POST", "/messages", None).unwrap().is(400, "invalid_request", None);
    assert!(sandbox.messages().is_empty());
    assert_eq!(sandbox.credits(), 4250.0);
}

#[test]
fn invalid_messages_are_a_422() {
    let api_key = "another";
    let sandbox = Sandbox::from_json(json!({"state": {"api_key": api_key}}));
    let api = Api::of(&sandbox);
    for (field, value) in [
        ("channel", "fax"),
        ("to", "244912345678"),
        ("to", "hello@zexa.example"),
        ("from", "UNKNOWN"),
        ("from", "NEWBRAND"),
        ("from", "BANNED"),
        ("from", "hello@zexa.example"),
        ("scheduled_at", "tomorrow"),
    ] {
        let refused = api.post("/messages", &with(sms(), field, json!(value)));
        refused.is(422, "validation_error", Some(field));
        assert_eq!(refused.body["details"]["value"], value);
        assert!(refused.body["details"]["reason"].is_string());
    }
    api.post("/messages", &with(sms(), "body", Value::Null)).is(422, "validation_error", Some("body"));
    let email = json!({"channel": "email", "to": "nobody", "from": "hello@zexa.example", "body": "Hi"});
    api.post("/messages", &email).is(422, "validation_error", Some("to"));
    let slack = json!({"channel": "slack", "to": "a b", "from": "ZEXA", "body": "Hi"});
    api.post("/messages", &slack).is(422, "validation_error", Some("to"));
    for name in [json!("Welcome"), json!("two-words"), json!("olá"), json!(""), json!(1)] {
        let message = with(with(sms(), "channel", json!("whatsapp")), "template", json!({"name": name}));
        api.post("/messages", &message).is(422, "validation_error", Some("template"));
    }
}

#[test]
fn senders_depend_on_the_channel() {
    let sandbox = Sandbox::start();
    let api = Api::of(&sandbox);
    let to = |channel: &str| match channel {
        "email" => "a@b.example",
        "slack" => "#general",
        _ => "+244912345678",
    };
    let send = |channel: &str, from: &str| {
        api.post("/messages", &json!({"channel": channel, "to": to(channel), "from": from, "body": "Hi"}))
    };
    for (channel, from) in [
        ("sms", "ZEXA"),
        ("whatsapp", "ZEXA"),
        ("email", "hello@zexa.example"),
        ("telegram", "ZEXA"),
        ("telegram", "any_bot"),
        ("slack", "B024BE7LH"),
    ] {
        assert_eq!(send(channel, from).status, 201, "{channel} {from}");
    }
    for (channel, from) in
        [("email", "ZEXA"), ("email", "other@zexa.example"), ("whatsapp", "NEWBRAND"), ("slack", ""), ("telegram", "")]
    {
        send(channel, from).is(422, "validation_error", Some("from"));
    }
}

#[test]
fn the_documented_contact_lists_exist() {
    let sandbox = Sandbox::start();
    let api = Api::of(&sandbox);
    let ana = json!({"name": "Ana", "phone": "+244923000001", "lists": ["lst_abc123", "lst_def456"]});
    api.make("/contacts", &ana);
    assert_eq!(api.get("/contacts?list_id=lst_def456").body["meta"]["total"], 1);
}

#[test]
fn costs_depend_on_the_channel() {
    let sandbox = Sandbox::start();
    let api = Api::of(&sandbox);
    let template = json!({"name": "welcome", "language": "pt", "variables": ["Ana"]});
    for (cost, message) in [
        (1.0, sms()),
        (2.0, with(sms(), "body", json!("a".repeat(161)))),
        (2.0, with(sms(), "body", json!("ã".repeat(71)))),
        (2.0, with(sms(), "to", json!("+351912345678"))),
        (1.0, json!({"channel": "whatsapp", "to": "+244912345678", "from": "ZEXA", "template": template})),
        (1.0, json!({"channel": "whatsapp", "to": "+244912345678", "from": "ZEXA", "template_id": "tpl_1"})),
        (1.0, json!({"channel": "telegram", "to": "+351912345678", "from": "ZEXA", "body": "Hi"})),
        (0.5, json!({"channel": "email", "to": "a@b.example", "from": "hello@zexa.example", "body": "Hi"})),
        (0.5, json!({"channel": "slack", "to": "#general", "from": "ZEXA", "body": "Hi"})),
    ] {
        let before = sandbox.credits();
        api.make("/messages", &message);
        assert_eq!(before - sandbox.credits(), cost, "{message}");
    }
    assert_eq!(sandbox.messages()[1]["cost"], 2.0);
}

#[test]
fn credits_have_fractions_and_run_out() {
    let sandbox = Sandbox::from_json(json!({"state": {"credits": 1, "currency": "AOA"}}));
    let api = Api::of(&sandbox);
    let whole = api.call("GET", "/credits", None).unwrap();
    assert_eq!(whole.body.to_string(), r#"{"credits":1,"currency":"AOA"}"#);
    let slack = json!({"channel": "slack", "to": "#general", "from": "ZEXA", "body": "Hi"});
    api.make("/messages", &slack);
    assert_eq!(api.get("/credits").body["credits"], json!(0.5));
    let refused = api.post("/messages", &sms());
    refused.is(422, "insufficient_credits", None);
    assert_eq!(sandbox.messages().len(), 1);
}

#[test]
fn the_api_key_is_checked_first() {
    let sandbox = Sandbox::start();
    let mut api = Api::of(&sandbox);
    api.key = "wrong".to_owned();
    api.get("/credits").is(401, "unauthorized", None);
    api.post("/messages", &json!({})).is(401, "unauthorized", None);
    api.get("/nowhere").is(401, "unauthorized", None);
    let bare = api.client.get(format!("{}/credits", api.url)).send().unwrap();
    assert_eq!(bare.status(), 401);
    let basic = api.client.get(format!("{}/credits", api.url)).basic_auth(sandbox.api_key(), Some("")).send();
    assert_eq!(basic.unwrap().status(), 401);
}

#[test]
fn unknown_paths_and_methods() {
    let sandbox = Sandbox::start();
    let api = Api::of(&sandbox);
    for path in ["/nowhere", "/messages/", "", "/contacts/1/2"] {
        api.get(path).is(404, "not_found", None);
    }
    for (method, path, allow) in [
        ("GET", "/messages", "POST"),
        ("POST", "/messages/msg_1", "GET"),
        ("DELETE", "/campaigns", "GET, POST"),
        ("GET", "/contacts/cnt_1", "DELETE"),
        ("PATCH", "/contacts", "GET, POST"),
        ("GET", "/webhooks", "POST"),
        ("PUT", "/credits", "GET"),
    ] {
        let refused = api.call(method, path, None).unwrap();
        refused.is(405, "method_not_allowed", None);
        assert_eq!(refused.header("allow"), allow, "{method} {path}");
    }
}

#[test]
fn sender_ids_are_listed() {
    let own = json!([{"name": "OTHER", "channel": "sms", "status": "approved", "more": [1]}]);
    let sandbox = Sandbox::from_json(json!({"state": {"sender_ids": own}}));
    let api = Api::of(&sandbox);
    let listed = api.get("/sender-ids");
    check(&listed.body, &json!({"data": {"$exact": own}, "meta": {"total": 1, "page": 1, "per_page": 50}}));
    api.make("/messages", &with(sms(), "from", json!("OTHER")));
    api.post("/messages", &sms()).is(422, "validation_error", Some("from"));
}

#[test]
fn contacts_are_created_listed_and_deleted() {
    let sandbox = Sandbox::from_json(json!({"state": {"contacts": []}}));
    let api = Api::of(&sandbox);
    let ana = json!({"name": "Ana", "phone": "+244923000001", "email": "ana@b.example", "lists": ["lst_demo"]});
    let made = api.post("/contacts", &ana);
    assert_eq!(made.status, 201);
    check(&made.body, &ana);
    check(&made.body, &json!({"id": {"$regex": "^cnt_"}, "created_at": {"$any": true}}));
    api.post("/contacts", &ana).is(409, "conflict", Some("phone"));
    api.make("/contacts", &json!({"name": "Bento", "phone": "+244923000002"}));
    for (query, names) in [
        ("", vec!["Ana", "Bento"]),
        ("?list_id=lst_demo", vec!["Ana"]),
        ("?list_id=lst_none", vec![]),
        ("?search=BENT", vec!["Bento"]),
        ("?search=%2B244923000001", vec!["Ana"]),
        ("?search=b.example&list_id=lst_demo", vec!["Ana"]),
    ] {
        let listed = api.get(&format!("/contacts{query}"));
        let found: Vec<_> = listed.body["data"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
        assert_eq!(found, names, "{query}");
        assert_eq!(listed.body["meta"]["total"], names.len());
    }
    let path = format!("/contacts/{}", made.body["id"].as_str().unwrap());
    let gone = api.delete(&path);
    assert_eq!((gone.status, gone.body), (204, json!("")));
    api.delete(&path).is(404, "not_found", None);
    assert_eq!(api.get("/contacts?list_id=lst_demo").body["meta"]["total"], 0);
    api.make("/contacts", &ana);
}

#[test]
fn invalid_contacts_are_rejected() {
    let sandbox = Sandbox::start();
    let api = Api::of(&sandbox);
    let ana = json!({"name": "Ana", "phone": "+244923000001"});
    for field in ["name", "phone"] {
        api.post("/contacts", &with(ana.clone(), field, Value::Null)).is(400, "invalid_request", Some(field));
    }
    api.post("/contacts", &with(ana.clone(), "lists", json!([1]))).is(400, "invalid_request", Some("lists"));
    api.post("/contacts", &with(ana.clone(), "phone", json!("923"))).is(422, "validation_error", Some("phone"));
    api.post("/contacts", &with(ana.clone(), "email", json!("ana@"))).is(422, "validation_error", Some("email"));
    api.post("/contacts", &with(ana.clone(), "name", json!(""))).is(422, "validation_error", Some("name"));
    api.post("/contacts", &with(ana, "lists", json!(["lst_unknown"]))).is(404, "not_found", None);
}

#[test]
fn lists_are_paginated() {
    let sandbox = Sandbox::from_json(json!({"state": {"contacts_count": 250, "campaigns_count": 3}}));
    let api = Api::of(&sandbox);
    let meta = |query: &str| {
        let page = api.get(&format!("/contacts{query}")).body;
        (page["data"].as_array().unwrap().len(), page["meta"].clone())
    };
    let page = |number: u64, size: u64| json!({"total": 250, "page": number, "per_page": size});
    assert_eq!(meta(""), (50, page(1, 50)));
    assert_eq!(meta("?page=3&per_page=100"), (50, page(3, 100)));
    assert_eq!(meta("?page=4&per_page=100"), (0, page(4, 100)));
    assert_eq!(meta("?per_page=101"), (100, page(1, 100)));
    assert_eq!(meta("?page=0&per_page=0"), (1, page(1, 1)));
    assert_eq!(meta("?page=x&per_page=y"), (50, page(1, 50)));
    assert_eq!(api.get("/campaigns").body["meta"]["total"], 3);
    let phones: std::collections::HashSet<_> =
        sandbox.contacts().iter().map(|contact| contact["phone"].to_string()).collect();
    assert_eq!(phones.len(), 250);

    let capped = Sandbox::from_json(json!({"state": {"contacts_count": 25, "page_size_cap": 10}}));
    let page = Api::of(&capped).get("/contacts?per_page=100").body;
    assert_eq!(page["meta"], json!({"total": 25, "page": 1, "per_page": 10}));
}

#[test]
fn invalid_campaigns_are_rejected() {
    let sandbox = Sandbox::start();
    let api = Api::of(&sandbox);
    let campaign = json!({"name": "May", "channel": "sms", "contact_list_id": "lst_demo", "sender_id": "ZEXA",
                          "body": "Hi"});
    for field in ["name", "channel", "contact_list_id", "sender_id"] {
        let refused = api.post("/campaigns", &with(campaign.clone(), field, Value::Null));
        refused.is(400, "invalid_request", Some(field));
    }
    for (field, value) in [("channel", "fax"), ("sender_id", "NEWBRAND"), ("scheduled_at", "soon"), ("name", "")] {
        let refused = api.post("/campaigns", &with(campaign.clone(), field, json!(value)));
        refused.is(422, "validation_error", Some(field));
    }
    api.post("/campaigns", &with(campaign.clone(), "body", Value::Null)).is(422, "validation_error", Some("body"));
    let unknown = with(campaign.clone(), "contact_list_id", json!("lst_unknown"));
    api.post("/campaigns", &unknown).is(404, "not_found", None);
    api.get("/campaigns/cmp_unknown").is(404, "not_found", None);
    let capitals = with(campaign.clone(), "template", json!({"name": "WELCOME"}));
    api.post("/campaigns", &capitals).is(422, "validation_error", Some("template"));
    sandbox.set_credits(4.0);
    let later = json!("2100-01-01T00:00:00Z");
    for time in [Value::Null, later] {
        let unpaid = with(campaign.clone(), "scheduled_at", time);
        api.post("/campaigns", &unpaid).is(422, "insufficient_credits", None);
    }
    assert_eq!(api.get("/campaigns").body["data"], json!([]));
}

#[test]
fn invalid_webhooks_are_rejected() {
    let sandbox = Sandbox::start();
    let api = Api::of(&sandbox);
    let webhook = json!({"url": "https://127.0.0.1:9/hook", "events": ["*"]});
    for field in ["url", "events"] {
        api.post("/webhooks", &with(webhook.clone(), field, Value::Null)).is(400, "invalid_request", Some(field));
    }
    for url in ["http://127.0.0.1/hook", "ftp://a.example", "https://", "hook", ""] {
        api.post("/webhooks", &with(webhook.clone(), "url", json!(url))).is(422, "validation_error", Some("url"));
    }
    for events in [json!([]), json!(["message.read"])] {
        api.post("/webhooks", &with(webhook.clone(), "events", events)).is(422, "validation_error", Some("events"));
    }
    let response = api.post("/webhooks", &with(webhook, "events", json!(["*", "message.read"])));
    assert_eq!(
        response.body["message"],
        "`events` contains \"message.read\", which is not an event. The events are message.delivered, message.failed, \
         message.undeliverable, message.optout, campaign.sent, campaign.completed, *."
    );
}

#[test]
fn the_rate_limit_sets_retry_after() {
    let sandbox = Sandbox::from_json(json!({"state": {"rate_limit": {"requests": 2, "per_seconds": 1000}}}));
    let mut api = Api::of(&sandbox);
    assert_eq!(api.get("/credits").status, 200);
    assert_eq!(api.post("/messages", &json!({})).status, 400);
    let refused = api.post("/messages", &sms());
    refused.is(429, "rate_limit_exceeded", None);
    let seconds: u64 = refused.header("retry-after").parse().unwrap();
    assert!((900..=1000).contains(&seconds), "{seconds}");
    assert!(sandbox.messages().is_empty());
    api.key = "wrong".to_owned();
    api.get("/credits").is(401, "unauthorized", None);
}

#[test]
fn a_body_that_is_too_large_is_rejected() {
    let sandbox = Sandbox::start();
    let api = Api::of(&sandbox);
    let most = with(sms(), "body", json!("a".repeat(1_000_000)));
    assert_eq!(api.post("/messages", &most).status, 422, "too dear, but not too long");
    let long = with(sms(), "body", json!("a".repeat(1024 * 1024)));
    api.post("/messages", &long).is(413, "payload_too_large", None);
}

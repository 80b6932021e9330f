//! Replies from recipients: STOP, and WhatsApp conversation windows.

use std::time::Duration;

use serde_json::{Value, json};
use zexa_sandbox::Sandbox;

use crate::common::{Api, sms};

const ANA: &str = "+244912345678";

fn manual(state: Value) -> Sandbox {
    let mut state = state;
    state["speed"] = json!("manual");
    state["allow_http_webhooks"] = json!(true);
    Sandbox::from_json(json!({"state": state}))
}

/// A server that accepts every webhook delivery, registered for these events.
fn receiver(api: &Api, events: &Value) -> Sandbox {
    let receiver = Sandbox::from_json(json!({"faults": [{"times": 0, "status": 200}]}));
    api.make("/webhooks", &json!({"url": receiver.url(), "events": events}));
    receiver
}

/// Returns a message after it has reached its final status.
fn ended(sandbox: &Sandbox, message: &Value) -> Value {
    let api = Api::of(sandbox);
    let path = format!("/messages/{}", api.make("/messages", message));
    sandbox.advance(Duration::from_secs(2));
    api.get(&path).body
}

fn whatsapp() -> Value {
    json!({"channel": "whatsapp", "to": ANA, "from": "ZEXA", "body": "Hello"})
}

#[test]
fn after_stop_no_message_reaches_the_recipient() {
    let sandbox = manual(json!({"sender_ids": [{"sender_id": "ZEXA", "channel": "sms", "status": "approved"},
                                               {"sender_id": "OTHER", "channel": "sms", "status": "approved"}]}));
    let api = Api::of(&sandbox);
    let receiver = receiver(&api, &json!(["message.optout", "message.undeliverable"]));
    let delivered = ended(&sandbox, &sms());
    sandbox.reply(ANA, "ZEXA", " stop ");
    sandbox.reply(ANA, "ZEXA", "STOP");
    let requests = receiver.requests();
    assert_eq!(requests.len(), 2, "the test event, and one opt-out for the two replies");
    assert_eq!((&requests[1].body["event"], &requests[1].body["data"]), (&json!("message.optout"), &delivered));

    let before = sandbox.credits();
    let stopped = ended(&sandbox, &sms());
    assert_eq!((&stopped["status"], &stopped["sent_at"]), (&json!("undeliverable"), &Value::Null));
    assert!(stopped["error"].as_str().unwrap().contains("opted out"), "{stopped}");
    assert_eq!((sandbox.credits(), &sandbox.messages()[1]["cost"]), (before, &json!(0.0)));
    assert_eq!(receiver.requests()[2].body["event"], "message.undeliverable");
    sandbox.set_credits(0.0);
    assert_eq!(api.post("/messages", &sms()).status, 201, "it costs nothing");

    sandbox.set_credits(10.0);
    let mut other = sms();
    other["from"] = json!("OTHER");
    assert_eq!(ended(&sandbox, &other)["status"], "delivered");
    let mut another = sms();
    another["to"] = json!("+244912345679");
    assert_eq!(ended(&sandbox, &another)["status"], "delivered");
}

#[test]
fn an_opt_out_without_a_message_names_recipient_and_sender() {
    let sandbox = manual(json!({}));
    let receiver = receiver(&Api::of(&sandbox), &json!(["*"]));
    sandbox.reply(ANA, "ZEXA", "Stop calling me");
    assert_eq!(receiver.requests().len(), 1, "just the test event");
    sandbox.reply(ANA, "ZEXA", "STOP");
    assert_eq!(receiver.requests()[1].body["data"], json!({"to": ANA, "from": "ZEXA"}));
}

#[test]
fn a_recipient_may_opt_out_by_their_number() {
    let sandbox = manual(json!({}));
    let mut message = sms();
    message["to"] = json!("+244000300001");
    assert_eq!(ended(&sandbox, &message)["status"], "delivered");
    assert_eq!(ended(&sandbox, &message)["status"], "undeliverable");
}

#[test]
fn an_address_that_unsubscribes_is_suppressed_for_every_sender() {
    let senders = ["a", "b"]
        .map(|name| json!({"sender_id": format!("{name}@zexa.example"), "channel": "email", "status": "approved"}));
    let sandbox = manual(json!({"sender_ids": senders}));
    let email = |from: &str, to: &str| json!({"channel": "email", "to": to, "from": from, "body": "Hi"});
    assert_eq!(ended(&sandbox, &email("a@zexa.example", "ana@b.example"))["status"], "delivered");
    sandbox.reply("ana@b.example", "a@zexa.example", "STOP");
    for from in ["a@zexa.example", "b@zexa.example"] {
        assert_eq!(ended(&sandbox, &email(from, "Ana@b.example"))["status"], "undeliverable", "{from}");
    }
    assert_eq!(ended(&sandbox, &email("a@zexa.example", "eva@b.example"))["status"], "delivered");
}

#[test]
fn a_campaign_counts_opted_out_recipients_as_undeliverable() {
    let sandbox = manual(json!({"contacts_count": 3, "credits": 2}));
    let api = Api::of(&sandbox);
    sandbox.reply("+244920000002", "ZEXA", "STOP");
    let campaign = json!({"name": "May", "channel": "sms", "contact_list_id": "lst_demo", "sender_id": "ZEXA",
                          "body": "Hi"});
    let path = format!("/campaigns/{}", api.make("/campaigns", &campaign));
    sandbox.advance(Duration::from_secs(10));
    let done = api.get(&path).body;
    assert_eq!(done["status"], "completed");
    assert_eq!(done["stats"], json!({"pending": 0, "sent": 2, "delivered": 2, "failed": 0, "undeliverable": 1}));
    assert_eq!(sandbox.credits(), 0.0);
}

#[test]
fn free_form_whatsapp_requires_a_window_if_enabled() {
    let sandbox = manual(json!({"whatsapp_windows": true}));
    let api = Api::of(&sandbox);
    let control = Api::control(&sandbox);
    api.post("/messages", &whatsapp()).is(422, "validation_error", Some("to"));
    let mut template = whatsapp();
    template["template"] = json!({"name": "welcome"});
    assert_eq!(api.post("/messages", &template).status, 201);
    assert_eq!(api.post("/messages", &sms()).status, 201);

    assert_eq!(control.post("/replies", &json!({"from": ANA, "to": "ZEXA", "body": "Hi"})).status, 201);
    let mut scheduled = whatsapp();
    scheduled["scheduled_at"] = json!("2100-01-01T00:00:00Z");
    let path = format!("/messages/{}", api.make("/messages", &scheduled));
    sandbox.advance(Duration::from_secs(24 * 3600 - 1));
    assert_eq!(ended(&sandbox, &whatsapp())["status"], "delivered");
    api.post("/messages", &whatsapp()).is(422, "validation_error", Some("to"));

    let before = sandbox.credits();
    sandbox.advance(Duration::from_secs(3600 * 24 * 366 * 100));
    let late = api.get(&path).body;
    assert_eq!((&late["status"], sandbox.credits()), (&json!("failed"), before));
    assert!(late["error"].as_str().unwrap().contains("24 hours"), "{late}");
}

#[test]
fn no_window_is_required_by_default() {
    assert_eq!(Api::of(&manual(json!({}))).post("/messages", &whatsapp()).status, 201);
}

#[test]
fn replies_can_be_part_of_the_initial_state() {
    let replies = json!([{"from": ANA, "to": "ZEXA", "body": "Hi"}]);
    let sandbox = manual(json!({"whatsapp_windows": true, "replies": replies}));
    assert_eq!(Api::of(&sandbox).post("/messages", &whatsapp()).status, 201);
}

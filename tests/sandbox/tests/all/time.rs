//! Behaviour that depends on time: statuses, campaigns and webhooks.

use std::time::Duration;

use serde_json::{Value, json};
use zexa_sandbox::Sandbox;

use crate::common::{Api, sms, until};

fn manual() -> Sandbox {
    Sandbox::from_json(json!({"state": {"speed": "manual", "allow_http_webhooks": true}}))
}

fn second(sandbox: &Sandbox) {
    sandbox.advance(Duration::from_secs(1));
}

fn message(to: &str) -> Value {
    json!({"channel": "sms", "to": to, "from": "ZEXA", "body": "Hello"})
}

/// A server that accepts every webhook delivery.
fn receiver() -> Sandbox {
    Sandbox::from_json(json!({"faults": [{"times": 0, "status": 200}]}))
}

fn events(receiver: &Sandbox) -> Vec<String> {
    receiver.requests().iter().map(|request| request.body["event"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_message_changes_status_step_by_step() {
    let sandbox = manual();
    let api = Api::of(&sandbox);
    let path = format!("/messages/{}", api.make("/messages", &sms()));
    let status = || api.get(&path).body;
    assert_eq!(status()["status"], "queued");
    second(&sandbox);
    let sent = status();
    assert_eq!((&sent["status"], &sent["delivered_at"]), (&json!("sent"), &Value::Null));
    second(&sandbox);
    let delivered = status();
    assert_eq!(delivered["status"], "delivered");
    assert!(delivered["delivered_at"].as_str() > delivered["sent_at"].as_str());
    assert!(delivered["sent_at"].as_str() > delivered["created_at"].as_str());
    second(&sandbox);
    assert_eq!(status(), delivered);
}

#[test]
fn time_passes_without_requests() {
    let sandbox = Sandbox::from_json(json!({"state": {"speed": 1000}}));
    let api = Api::of(&sandbox);
    let path = format!("/messages/{}", api.make("/messages", &sms()));
    until("the message is delivered", || api.get(&path).body["status"] == "delivered");
}

#[test]
fn the_recipient_determines_the_final_status() {
    let sandbox = manual();
    let api = Api::of(&sandbox);
    for (to, status) in
        [("+244000100001", "failed"), ("+244000200001", "undeliverable"), ("+244000300001", "delivered")]
    {
        let path = format!("/messages/{}", api.make("/messages", &message(to)));
        sandbox.advance(Duration::from_secs(2));
        let ended = api.get(&path).body;
        assert_eq!(ended["status"], status);
        assert_eq!(ended["error"].is_string(), status != "delivered");
    }
    let email = json!({"channel": "email", "to": "failed@b.example", "from": "hello@zexa.example", "body": "Hi"});
    let path = format!("/messages/{}", api.make("/messages", &email));
    sandbox.advance(Duration::from_secs(2));
    assert_eq!(api.get(&path).body["status"], "failed");
}

#[test]
fn a_scheduled_message_waits() {
    let sandbox = manual();
    let api = Api::of(&sandbox);
    let mut later = sms();
    later["scheduled_at"] = json!("2100-01-01T01:00:00+01:00");
    let made = api.post("/messages", &later);
    assert_eq!(made.body["scheduled_at"], "2100-01-01T00:00:00Z");
    let path = format!("/messages/{}", made.body["id"].as_str().unwrap());
    sandbox.advance(Duration::from_secs(3600));
    assert_eq!(api.get(&path).body["status"], "queued");
    sandbox.advance(Duration::from_secs(3600 * 24 * 366 * 100));
    let delivered = api.get(&path).body;
    assert_eq!(delivered["status"], "delivered");
    assert_eq!(delivered["delivered_at"], "2100-01-01T00:00:02Z");
}

#[test]
fn a_scheduled_message_is_charged_when_it_is_dispatched() {
    let sandbox = manual();
    sandbox.set_credits(1.0);
    let api = Api::of(&sandbox);
    let mut later = sms();
    later["scheduled_at"] = json!("2100-01-01T00:00:00Z");
    let paths = [0, 1].map(|_| format!("/messages/{}", api.make("/messages", &later)));
    assert_eq!((sandbox.credits(), &sandbox.messages()[0]["cost"]), (1.0, &json!(0.0)));
    sandbox.advance(Duration::from_secs(3600 * 24 * 366 * 100));
    let [first, second] = paths.map(|path| api.get(&path).body);
    assert_eq!((&first["status"], &first["error"]), (&json!("delivered"), &Value::Null));
    assert_eq!((&second["status"], &second["sent_at"]), (&json!("failed"), &Value::Null));
    assert!(second["error"].as_str().unwrap().contains("credits"), "{second}");
    assert_eq!((sandbox.credits(), &sandbox.messages()[0]["cost"]), (0.0, &json!(1.0)));
}

#[test]
fn messages_of_the_initial_state_never_change() {
    let given = json!({"id": "msg_1", "status": "teleported", "channel": "sms", "to": "x", "hue": {"a": 1},
                       "created_at": "2026-07-01T09:00:00.123456Z"});
    let sandbox = Sandbox::from_json(json!({"state": {"messages": [given], "speed": 1000}}));
    let found = Api::of(&sandbox).get("/messages/msg_1").body;
    assert_eq!(zexa_sandbox::mismatches(&given, &found), [""; 0]);
}

fn campaign(channel: &str) -> Value {
    json!({"name": "May", "channel": channel, "contact_list_id": "lst_demo", "sender_id": "ZEXA", "body": "Hi"})
}

#[test]
fn a_campaign_sends_to_one_contact_after_another() {
    let sandbox = Sandbox::from_json(json!({"state": {"speed": "manual", "contacts_count": 20, "credits": 20}}));
    let api = Api::of(&sandbox);
    let made = api.post("/campaigns", &campaign("sms"));
    assert_eq!(made.status, 201);
    assert_eq!((&made.body["status"], &made.body["total_recipients"]), (&json!("sending"), &json!(20)));
    assert!(made.body.get("stats").is_none());
    let path = format!("/campaigns/{}", made.body["id"].as_str().unwrap());
    second(&sandbox);
    let going = api.get(&path).body;
    assert_eq!(going["status"], "sending");
    assert_eq!(going["stats"], json!({"pending": 20, "sent": 11, "delivered": 0, "failed": 0, "undeliverable": 0}));
    sandbox.advance(Duration::from_secs(5));
    let done = api.get(&path).body;
    assert_eq!(done["status"], "completed");
    assert_eq!(done["stats"], json!({"pending": 0, "sent": 20, "delivered": 20, "failed": 0, "undeliverable": 0}));
    assert_eq!(sandbox.credits(), 0.0);
    assert!(sandbox.messages().iter().all(|message| message["campaign_id"] == made.body["id"]));
    assert_eq!(api.get("/campaigns").body["data"][0]["status"], "completed");
}

#[test]
fn a_campaign_pauses_without_credits_and_resumes() {
    let sandbox = Sandbox::from_json(json!({"state": {"speed": "manual", "contacts_count": 5, "credits": 5}}));
    let api = Api::of(&sandbox);
    let path = format!("/campaigns/{}", api.make("/campaigns", &campaign("sms")));
    // The campaign has sent its first message.
    sandbox.set_credits(2.0);
    sandbox.advance(Duration::from_secs(10));
    let paused = api.get(&path).body;
    assert_eq!((&paused["status"], &paused["stats"]["delivered"]), (&json!("paused"), &json!(3)));
    sandbox.set_credits(1.0);
    sandbox.advance(Duration::from_secs(10));
    assert_eq!(api.get(&path).body["status"], "paused");
    assert_eq!(sandbox.messages().len(), 4);
    sandbox.set_credits(10.0);
    sandbox.advance(Duration::from_secs(10));
    assert_eq!(api.get(&path).body["status"], "completed");
    assert_eq!((sandbox.messages().len(), sandbox.credits()), (5, 9.0));
}

#[test]
fn a_scheduled_campaign_waits() {
    let sandbox = manual();
    let api = Api::of(&sandbox);
    let mut later = campaign("sms");
    later["scheduled_at"] = json!("2100-01-01T00:00:00Z");
    let made = api.post("/campaigns", &later);
    assert_eq!(made.body["status"], "scheduled");
    let path = format!("/campaigns/{}", made.body["id"].as_str().unwrap());
    second(&sandbox);
    assert_eq!(api.get(&path).body["status"], "scheduled");
    api.make("/contacts", &json!({"name": "Late", "phone": "+244923999999", "lists": ["lst_demo"]}));
    sandbox.advance(Duration::from_secs(3600 * 24 * 366 * 100));
    let done = api.get(&path).body;
    assert_eq!((&done["status"], &done["total_recipients"]), (&json!("completed"), &json!(6)));
}

#[test]
fn contacts_without_an_email_address_fail_in_an_email_campaign() {
    let contacts = json!([{"lists": ["lst_demo"], "email": "a@b.example"}, {"lists": ["lst_demo"]},
                          {"lists": ["lst_demo"], "email": "undeliverable@b.example"}]);
    let sandbox = Sandbox::from_json(json!({"state": {"speed": "manual", "contacts": contacts}}));
    let api = Api::of(&sandbox);
    let mut email = campaign("email");
    email["sender_id"] = json!("hello@zexa.example");
    let path = format!("/campaigns/{}", api.make("/campaigns", &email));
    sandbox.advance(Duration::from_secs(10));
    let done = api.get(&path).body;
    assert_eq!(done["status"], "completed");
    assert_eq!(done["stats"], json!({"pending": 0, "sent": 2, "delivered": 1, "failed": 1, "undeliverable": 1}));
    assert_eq!(sandbox.credits(), 4249.0);
}

#[test]
fn a_campaign_without_contacts_completes_immediately() {
    let sandbox = manual();
    let api = Api::of(&sandbox);
    let mut nobody = campaign("sms");
    nobody["contact_list_id"] = json!("lst_abc123");
    let path = format!("/campaigns/{}", api.make("/campaigns", &nobody));
    assert_eq!(api.get(&path).body["status"], "completed");
}

#[test]
fn webhooks_receive_the_test_event_then_their_events() {
    let (sandbox, receiver) = (manual(), receiver());
    let api = Api::of(&sandbox);
    let hook = json!({"url": format!("{}/hook", receiver.url()), "events": ["message.delivered", "message.optout"]});
    let made = api.post("/webhooks", &hook);
    assert_eq!(made.status, 201);
    assert!(made.body["id"].as_str().unwrap().starts_with("wh_") && made.body["secret"].is_string());
    for to in ["+244912345678", "+244000100001", "+244000300001"] {
        api.make("/messages", &message(to));
    }
    sandbox.advance(Duration::from_secs(2));
    assert_eq!(events(&receiver), ["webhook.test", "message.delivered", "message.delivered", "message.optout"]);
    let payload = &receiver.requests()[1].body;
    assert!(payload["id"].as_str().unwrap().starts_with("evt_") && payload["created_at"].is_string());
    assert_eq!((&payload["data"]["to"], &payload["data"]["status"]), (&json!("+244912345678"), &json!("delivered")));
    let deliveries = sandbox.wait_for_deliveries();
    assert!(deliveries.iter().all(|delivery| delivery["state"] == "delivered"));
}

#[test]
fn webhooks_receive_campaign_events() {
    let (sandbox, receiver) = (manual(), receiver());
    let api = Api::of(&sandbox);
    api.make("/webhooks", &json!({"url": receiver.url(), "events": ["campaign.sent", "campaign.completed"]}));
    api.make("/campaigns", &campaign("sms"));
    sandbox.advance(Duration::from_secs(10));
    assert_eq!(events(&receiver), ["webhook.test", "campaign.sent", "campaign.completed"]);
    assert_eq!(receiver.requests()[2].body["data"]["stats"]["delivered"], 5);
}

#[test]
fn events_are_retried_then_abandoned() {
    let sandbox = manual();
    let receiver =
        Sandbox::from_json(json!({"faults": [{"status": 500}, {"then": "reset"}, {"times": 0, "status": 204}]}));
    let api = Api::of(&sandbox);
    api.make("/webhooks", &json!({"url": receiver.url(), "events": ["*"]}));
    let delivery = &sandbox.wait_for_deliveries()[0];
    assert_eq!(delivery["state"], "delivered");
    assert_eq!((&delivery["attempts"][0]["status"], &delivery["attempts"][2]["status"]), (&json!(500), &json!(204)));
    assert!(delivery["attempts"][1]["error"].is_string());

    receiver.clear_faults();
    receiver.add_fault(json!({"times": 0, "status": 410}));
    api.make("/messages", &sms());
    sandbox.advance(Duration::from_secs(2));
    let delivery = &sandbox.wait_for_deliveries()[1];
    assert_eq!((&delivery["state"], delivery["attempts"].as_array().unwrap().len()), (&json!("failed"), 3));
}

#[test]
fn events_are_posted_over_tls_with_any_certificate() {
    let sandbox = Sandbox::start();
    let receiver = Sandbox::from_json(json!({"state": {"tls": true}, "faults": [{"times": 0, "status": 200}]}));
    let api = Api::of(&sandbox);
    api.make("/webhooks", &json!({"url": receiver.url(), "events": ["*"]}));
    assert_eq!(receiver.wait_for_requests(1)[0].body["event"], "webhook.test");
    assert_eq!(sandbox.wait_for_deliveries()[0]["state"], "delivered");
}

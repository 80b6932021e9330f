//! Logs contain neither the key nor phone numbers nor message texts.

use crate::support::{assert_no_secrets, builder};
use serde_json::json;
use zexa::{
    CallOptions, Channel, Client, CreateCampaign, CreateContact, ListContacts, SendMessage, Template, webhooks,
};
use zexa_sandbox::Sandbox;

#[test]
fn debug_shows_no_secrets() {
    let client = Client::builder().api_key("zx_top_secret").default_header("x", "zx_top_secret");
    assert_no_secrets(&format!("{client:?} {:?}", client.clone().build().expect("a client")));

    let template = Template::new("order").variable("the code is 4711");
    assert_no_secrets(&format!("{:?}", SendMessage::whatsapp_template("+244912345678", "ZEXA", template)));
    assert_no_secrets(&format!(
        "{:?}",
        SendMessage::email("ana@example.com", "a@b.example", "the code is 4711", "the code is 4711")
    ));
    assert_no_secrets(&format!(
        "{:?}",
        CreateCampaign::new("July", Channel::Sms, "lst_1", "ZEXA").body("the code is 4711")
    ));
    assert_no_secrets(&format!("{:?}", CreateContact::new("Ana Mendes", "+244912345678").email("ana@example.com")));
    assert_no_secrets(&format!("{:?}", ListContacts::new().search("+244912345678")));

    assert_no_secrets(&format!("{:?}", CallOptions::new().header("x", "zx_top_secret")));
    let event = br#"{"event": "message.failed", "data": {"to": "+244912345678"}, "note": "the code is 4711"}"#;
    assert_no_secrets(&format!("{:?}", webhooks::parse_event(event).expect("an event")));
    let error = webhooks::parse_event(br#""the code is 4711""#).expect_err("no event");
    assert_no_secrets(&format!("{error} {error:?}"));

    let sandbox = Sandbox::start();
    let client = crate::support::client(&sandbox);
    let message = client.messages().send(&SendMessage::sms("+244912345678", "ZEXA", "the code is 4711")).expect("sent");
    let contact = CreateContact::new("Ana Mendes", "+244912345678").email("ana@example.com");
    assert_no_secrets(&format!("{message:?} {:?}", client.contacts().create(&contact).expect("added")));
    let again = client.contacts().create(&contact).expect_err("exists");
    assert_no_secrets(&format!("{again:?}"));
}

#[test]
fn decode_errors_show_no_secrets() {
    let without_id =
        json!({"id": {"912345678": 1}, "status": "the code is 4711", "channel": {"912345678": "Ana Mendes"}});
    let sandbox = Sandbox::from_json(json!({
        "state": {"api_key": "zx_top_secret"},
        "faults": [
            {"status": 201, "body": without_id},
            {"status": 201, "text": "the code is 4711"},
            {"status": 200, "body": {"credits": {"+244912345678": 1}, "currency": "the code is 4711"}},
        ],
    }));
    let client = builder(&sandbox).max_retries(0).build().expect("a client");
    let message = SendMessage::sms("+244912345678", "ZEXA", "the code is 4711");
    for _ in 0..2 {
        let error = client.messages().send(&message).expect_err("no message");
        assert_no_secrets(&format!("{error} {error:?}"));
    }
    let error = client.credits().get().expect_err("no credits");
    assert_no_secrets(&format!("{error} {error:?}"));
}

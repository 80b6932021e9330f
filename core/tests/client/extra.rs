//! Extra fields, as added by Rust programs and by the bindings. The scenarios test the rest.

use crate::support::{Proxy, async_client, builder, client};
use serde_json::{Map, json};
use tokio::runtime::Builder;
use zexa::{CallOptions, Client, CreateCampaign, CreateContact, CreateWebhook, Kind, Method, SendMessage, binding};
use zexa_sandbox::Sandbox;

#[test]
fn parameters_with_extra_fields() {
    let sandbox = Sandbox::start();
    let client = client(&sandbox);
    let whatsapp = SendMessage::new("whatsapp", "+244912345678", "ZEXA").extra("body", "Hello").extra("tags", ["a"]);
    client.messages().send(&whatsapp).expect("sent");
    let campaign = CreateCampaign::new("July", "sms", "lst_demo", "ZEXA").template_id("tpl_1").extra("tags", ["a"]);
    client.campaigns().create(&campaign).expect("created");
    client.contacts().create(&CreateContact::new("Ana", "+244923000001").extra("tags", ["a"])).expect("created");
    let webhook = CreateWebhook::new("https://shop.example", ["*"]).extra("tags", ["a"]);
    client.webhooks().create(&webhook).expect("created");

    let runtime = Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async_client(&sandbox).messages().send(&whatsapp)).expect("sent");

    let requests = sandbox.requests();
    assert_eq!(requests.len(), 5);
    assert!(requests.iter().all(|request| request.body["tags"] == json!(["a"])), "{requests:#?}");
    assert_eq!(requests[4].body["body"], "Hello");
}

fn queries(sandbox: &Sandbox, call: impl FnOnce(&Client)) -> Vec<(String, String)> {
    let client = client(sandbox).with_options(CallOptions::new().extra_query("a", "client").extra_query("b", "client"));
    call(&client.with_options(CallOptions::new().extra_query("a", "call")));
    sandbox.requests()[0].query.clone().into_iter().collect()
}

#[test]
fn parameters_of_the_call_replace_those_of_the_client() {
    let text = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Vec<_>>()
    };
    let sandbox = Sandbox::start();
    let found = queries(&sandbox, |client| drop(client.credits().get().expect("credits")));
    assert_eq!(found, text(&[("a", "call"), ("b", "client")]));
    let sandbox = Sandbox::start();
    let found = queries(&sandbox, |client| {
        client.request(Method::Get, "/credits", &[("c", "request")], None).expect("credits");
        let error = client.request(Method::Get, "/credits", &[("b", "request")], None).expect_err("refused");
        assert_eq!((error.kind(), &error.details().expect("details")["field"]), (Kind::Config, &json!("b")));
    });
    assert_eq!(found, text(&[("a", "call"), ("b", "client"), ("c", "request")]));
}

#[test]
fn an_array_is_a_repeated_parameter() {
    let sandbox = Sandbox::start();
    let proxy = Proxy::start(&sandbox);
    let parameters = Map::from_iter([("tag".to_owned(), json!(["a b", 1])), ("x".to_owned(), json!(false))]);
    let pairs = binding::query(parameters).expect("plain values");
    let options = pairs.into_iter().fold(CallOptions::new(), |options, (name, value)| options.extra_query(name, value));
    let by_hand = CallOptions::new().extra_query("tag", "a b").extra_query("tag", "1").extra_query("x", "false");
    for options in [options, by_hand] {
        let client = builder(&sandbox).proxy(proxy.url()).build().expect("a client");
        client.with_options(options).credits().get().expect("credits");
    }
    let line = format!("GET {}/credits?tag=a+b&tag=1&x=false HTTP/1.1", sandbox.url());
    assert_eq!(proxy.request_lines(), [line.clone(), line]);
}

#[test]
fn debug_of_options_shows_no_values() {
    let options = CallOptions::new().extra_query("phone", "+244912345678");
    let shown = format!("{options:?} {:?}", crate::support::message("Hello").extra("text", "the code is 4711"));
    assert!(shown.contains("\"phone\"") && !shown.contains("+2449123456") && !shown.contains("4711"), "{shown}");
}

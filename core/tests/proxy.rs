//! Through a proxy.

mod support;

use serde_json::json;
use support::{Proxy, builder, message};
use zexa::{Client, Kind, Outcome};
use zexa_sandbox::Sandbox;

#[test]
fn plain_http_is_passed_on() {
    let sandbox = Sandbox::start();
    let proxy = Proxy::start(&sandbox);
    let client = builder(&sandbox).proxy(proxy.url()).build().expect("a client");
    client.messages().send(&message("Hello")).expect("sent");
    assert_eq!(proxy.asked_for(), [format!("POST {}/messages HTTP/1.1", sandbox.url())]);
}

#[test]
fn https_goes_through_a_tunnel_that_sees_nothing() {
    let sandbox = Sandbox::from_json(json!({"state": {"tls": true}}));
    let proxy = Proxy::start(&sandbox);
    let with_password = proxy.url().replace("http://", "http://me:sesame@");
    let client = builder(&sandbox).proxy(with_password).build().expect("a client");
    client.messages().send(&message("Hello")).expect("sent");
    client.credits().get().expect("credits");
    let asked = proxy.asked_for();
    assert!(asked.len() == 1 && asked[0].starts_with("CONNECT "), "{asked:?}");
    let head = proxy.heads().concat();
    assert!(head.to_lowercase().contains("proxy-authorization: basic bwu6c2vzyw1l"), "{head}");
    assert!(!head.contains(sandbox.api_key()), "the key is not the proxy's to see");
}

#[test]
fn where_the_proxy_is_not_there_nothing_was_sent() {
    let sandbox = Sandbox::from_json(json!({"state": {"tls": true}}));
    let client = builder(&sandbox).proxy("http://me:sesame@127.0.0.1:9").max_retries(0).build().expect("a client");
    let error = client.messages().send(&message("Hello")).expect_err("no proxy");
    assert_eq!((error.kind(), error.outcome()), (Kind::Connect, Outcome::NotSent));
    assert!(!format!("{error} {error:?} {client:?}").contains("sesame"));
}

#[test]
fn a_proxy_elsewhere_is_not_shown_the_key_of_plain_http() {
    let elsewhere =
        || Client::builder().base_url("http://127.0.0.1:1/v1").api_key("k").proxy("http://proxy.example:3128");
    let error = elsewhere().build().expect_err("in clear");
    assert_eq!((error.kind(), error.outcome()), (Kind::Config, Outcome::NotSent));
    assert!(error.message().starts_with("proxy: ") && error.message().contains("unencrypted"), "{error}");
    elsewhere().allow_http(true).build().expect("allowed");
}

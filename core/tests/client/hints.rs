//! Hints in error messages: what the caller can change.

use std::time::Duration;

use crate::support::{builder, client};
use serde_json::json;
use zexa::{CallOptions, Kind, Method};
use zexa_sandbox::Sandbox;

#[test]
fn a_404_names_a_base_url_without_the_version() {
    const HINT: &str = " (check base_url, which does not end with /v1)";
    let sandbox = Sandbox::start();
    let root = sandbox.url().trim_end_matches("/v1").to_owned();
    let client = builder(&sandbox).base_url(&root).build().expect("a client");
    for error in [
        client.credits().get().expect_err("no such path"),
        client.messages().get("msg_1").expect_err("no such path"),
        client.request(Method::Get, "/credits", &[], None).expect_err("no such path"),
    ] {
        assert_eq!((error.kind(), error.attempts()), (Kind::NotFound, 1));
        assert!(error.message().ends_with(HINT), "{error}");
    }
    // The hint would be misleading if the path has a version.
    let error = client.request(Method::Get, "/v1/messages/msg_1", &[], None).expect_err("no such message");
    assert!(error.kind() == Kind::NotFound && !error.message().contains("base_url"), "{error}");
    for body in [json!({"error": "not_found", "message": "No"}), json!("no JSON object")] {
        let sandbox = Sandbox::from_json(json!({"faults": [{"status": 404, "body": body}]}));
        let error = builder(&sandbox).build().expect("a client").credits().get().expect_err("not found");
        assert!(error.kind() == Kind::NotFound && !error.message().contains("base"), "{error}");
    }
}

#[test]
fn a_call_that_waits_too_long_for_the_rate_limit_names_its_deadline() {
    let sandbox = Sandbox::from_json(json!({
        "faults": [{"path": "/credits", "status": 429, "headers": {"Retry-After": "8"}}],
    }));
    let client = client(&sandbox).with_options(CallOptions::new().max_retries(0));
    let error = client.credits().get().expect_err("limited");
    assert!(!error.message().contains("not retried"), "{error}");
    let hasty = client.with_options(CallOptions::new().deadline(Duration::from_secs(5)));
    let error = hasty.messages().get("msg_1").expect_err("limited");
    assert_eq!((error.kind(), error.attempts()), (Kind::RateLimited, 0));
    assert!(error.message().starts_with("an earlier call reached the rate limit (it lasts for another "), "{error}");
    assert!(error.message().ends_with("s, but the deadline of 5s passes earlier)"), "{error}");
}

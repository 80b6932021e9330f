//! What a client takes from the environment, in processes that have one of their own.

mod support;

use std::env;
use std::process::Command;

use support::message;
use zexa::{Client, Outcome};
use zexa_sandbox::Sandbox;

/// Runs the test below of that name in a process with this environment, and gives what it printed.
fn in_process(test: &str, environment: &[(&str, &str)]) -> String {
    let mut command = Command::new(env::current_exe().expect("this test program"));
    command.args(["--exact", test, "--ignored", "--nocapture"]);
    for name in [
        "ZEXA_API_KEY",
        "ZEXA_BASE_URL",
        "HTTP_PROXY",
        "http_proxy",
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
        "no_proxy",
        "NO_PROXY",
    ] {
        command.env_remove(name);
    }
    let output = command.envs(environment.iter().copied()).output().expect("it runs");
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
#[ignore = "run by the tests below, in a process of its own"]
fn child_sends() {
    match Client::from_env().and_then(|client| client.messages().send(&message("Hello"))) {
        Ok(message) => println!("\nsent {}", message.id),
        Err(error) => println!("\nfailed {error}"),
    }
}

#[test]
fn key_and_url() {
    let sandbox = Sandbox::start();
    let printed = in_process("child_sends", &[("ZEXA_API_KEY", sandbox.api_key()), ("ZEXA_BASE_URL", sandbox.url())]);
    assert!(printed.contains("sent msg_"), "{printed}");
    assert_eq!(sandbox.messages().len(), 1);
}

#[test]
fn no_key_or_an_empty_one() {
    for environment in [&[][..], &[("ZEXA_API_KEY", "")]] {
        let printed = in_process("child_sends", environment);
        assert!(printed.contains("failed config: api_key: missing") && printed.contains("ZEXA_API_KEY"), "{printed}");
    }
}

#[test]
fn an_empty_url_is_none() {
    let environment = [("ZEXA_API_KEY", "k"), ("ZEXA_BASE_URL", ""), ("HTTPS_PROXY", "http://127.0.0.1:9")];
    let printed = in_process("child_is_bound_for_zexa", &environment);
    assert!(printed.contains("Client { base_url: \"https://api.zexa.ao/v1\""), "{printed}");
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn child_is_bound_for_zexa() {
    println!("\n{:?}", Client::from_env().expect("a client"));
}

/// The key would go to the proxy in clear.
#[test]
fn a_proxy_of_the_environment_is_not_asked_for_this_machine() {
    let sandbox = Sandbox::start();
    let environment = [
        ("ZEXA_API_KEY", sandbox.api_key()),
        ("ZEXA_BASE_URL", sandbox.url()),
        ("HTTP_PROXY", "http://127.0.0.1:9"),
        ("http_proxy", "http://127.0.0.1:9"),
        ("ALL_PROXY", "http://127.0.0.1:9"),
    ];
    let printed = in_process("child_sends", &environment);
    assert!(printed.contains("sent msg_"), "{printed}");
}

#[test]
#[ignore = "run by the test below, in a process of its own"]
fn child_sends_elsewhere() {
    let client =
        Client::builder().base_url("http://zexa.test/v1").allow_http(true).max_retries(0).build().expect("a client");
    match client.messages().send(&message("Hello")) {
        Ok(message) => println!("\nsent {}", message.id),
        Err(error) => println!("\nfailed {}: {error}", error.outcome() == Outcome::NotSent),
    }
}

#[test]
fn a_proxy_of_the_environment_is_asked_for_others() {
    let sandbox = Sandbox::start();
    let proxy = support::Proxy::start(&sandbox);
    let url = proxy.url();
    let environment = [("ZEXA_API_KEY", sandbox.api_key()), ("HTTP_PROXY", &url), ("http_proxy", &url)];
    let printed = in_process("child_sends_elsewhere", &environment);
    assert!(printed.contains("sent msg_"), "{printed}");
    assert_eq!(proxy.asked_for(), ["POST http://zexa.test/v1/messages HTTP/1.1"]);

    let environment = [("ZEXA_API_KEY", "k"), ("HTTP_PROXY", &url), ("http_proxy", &url), ("NO_PROXY", "zexa.test")];
    let printed = in_process("child_sends_elsewhere", &environment);
    assert!(printed.contains("failed true"), "{printed}");
    assert_eq!(proxy.asked_for().len(), 1);
}

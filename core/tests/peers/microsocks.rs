//! microsocks, a SOCKS5 proxy, with and without a password.

use std::process::Command;

use serde_json::json;
use zexa::ClientBuilder;
use zexa_sandbox::Sandbox;

use crate::program::{Program, free_ports};
use crate::support::builder;
use crate::{assert_not_sent, assert_sent};

fn start(arguments: &[&str]) -> Program {
    Program::start(1, |_, ports| {
        let mut command = Command::new("microsocks");
        command.args(["-i", "127.0.0.1", "-p", &ports[0].to_string()]).args(arguments);
        command
    })
}

fn through(client: ClientBuilder, proxy: &Program, scheme: &str, user: &str) -> ClientBuilder {
    client.proxy(format!("{scheme}://{user}127.0.0.1:{}", proxy.port(0)))
}

fn with_tls() -> Sandbox {
    Sandbox::from_json(json!({"state": {"tls": true}}))
}

#[test]
#[ignore = "requires microsocks"]
fn http_and_https_pass_through_a_proxy() {
    let proxy = start(&[]);
    for scheme in ["socks5", "socks5h"] {
        for sandbox in [Sandbox::start(), with_tls()] {
            let by_name = sandbox.url().replace("127.0.0.1", "localhost");
            assert_sent(scheme, &through(builder(&sandbox).base_url(by_name), &proxy, scheme, ""));
            assert_eq!(sandbox.requests().len(), 2);
        }
    }
}

#[test]
#[ignore = "requires microsocks"]
fn a_password_is_required() {
    let proxy = start(&["-u", "ana", "-P", "sesame"]);
    let sandbox = with_tls();
    assert_sent("the right password", &through(builder(&sandbox), &proxy, "socks5h", "ana:sesame@"));
    for (user, reason) in [
        ("", "the SOCKS proxy requires a user name and a password"),
        (
            "ana:wrong@",
            "the SOCKS proxy refused (credentials not accepted): check the user name and the password of the proxy",
        ),
    ] {
        assert_not_sent(user, &through(builder(&sandbox), &proxy, "socks5", user), &sandbox, reason);
    }
}

#[test]
#[ignore = "requires microsocks"]
fn an_unreachable_server() {
    let proxy = start(&[]);
    let sandbox = with_tls();
    let url = format!("https://localhost:{}/v1", free_ports(1)[0]);
    let client = through(builder(&sandbox).base_url(url).max_retries(0), &proxy, "socks5h", "");
    assert_not_sent(
        "no server",
        &client,
        &sandbox,
        "the SOCKS proxy cannot connect to the server (connection refused)",
    );
}

//! tinyproxy, an HTTP proxy, with and without a password.

use std::process::Command;

use serde_json::json;
use zexa::ClientBuilder;
use zexa_sandbox::Sandbox;

use crate::program::{self, Program, free_ports};
use crate::support::builder;
use crate::{assert_not_sent, assert_sent};

/// Starts a proxy with these settings.
fn start(settings: &str) -> Program {
    Program::start(1, |folder, ports| {
        let text = format!("Port {}\nListen 127.0.0.1\nMaxClients 20\nTimeout 60\n{settings}\n", ports[0]);
        let file = program::write(folder, "tinyproxy.conf", &text);
        let mut command = Command::new("tinyproxy");
        command.arg("-d").arg("-c").arg(file);
        command
    })
}

fn through(client: ClientBuilder, proxy: &Program, user: &str) -> ClientBuilder {
    client.proxy(format!("http://{user}127.0.0.1:{}", proxy.port(0)))
}

fn with_tls() -> Sandbox {
    Sandbox::from_json(json!({"state": {"tls": true}}))
}

#[test]
#[ignore = "requires tinyproxy"]
fn http_and_https_pass_through_a_proxy() {
    let proxy = start("");
    for sandbox in [Sandbox::start(), with_tls()] {
        let client = builder(&sandbox).http2(true);
        assert_sent(sandbox.url(), &through(client, &proxy, ""));
        let requests = sandbox.requests();
        let is_tunnelled = sandbox.url().starts_with("https:");
        // A proxy that forwards requests adds a header.
        assert!(requests.iter().all(|request| request.headers.contains_key("via") != is_tunnelled), "{requests:?}");
        assert!(requests.iter().all(|request| request.http_version == if is_tunnelled { "2" } else { "1.1" }));
        assert_eq!(requests.len(), 2);
    }
}

#[test]
#[ignore = "requires tinyproxy"]
fn a_password_is_required() {
    let proxy = start("BasicAuth ana sesame");
    let sandbox = with_tls();
    assert_sent("the right password", &through(builder(&sandbox), &proxy, "ana:s%65same@"));
    for (user, status) in
        [("", "407 Proxy Authentication Required"), ("ana:wrong@", "401 Unauthorized"), ("ana@", "401 Unauthorized")]
    {
        let message = format!("the proxy returned {status}: check the user name and the password of the proxy");
        assert_not_sent(user, &through(builder(&sandbox), &proxy, user), &sandbox, &message);
    }
    let plain = Sandbox::start();
    assert_sent("without TLS", &through(builder(&plain), &proxy, "ana:s%65same@"));
}

#[test]
#[ignore = "requires tinyproxy"]
fn a_port_is_not_allowed() {
    let proxy = start("ConnectPort 443");
    let sandbox = with_tls();
    let message = "the proxy returned 403 Forbidden";
    assert_not_sent("another port", &through(builder(&sandbox), &proxy, ""), &sandbox, message);
}

#[test]
#[ignore = "requires tinyproxy"]
fn an_unreachable_server() {
    let proxy = start("");
    let sandbox = with_tls();
    let url = format!("https://localhost:{}/v1", free_ports(1)[0]);
    let client = through(builder(&sandbox).base_url(url).max_retries(0), &proxy, "");
    assert_not_sent("no server", &client, &sandbox, "the proxy returned 500 Internal Server Error");
}

//! `zexa doctor`.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

use serde_json::{Value, json};

use crate::support::terminal::Terminal;
use crate::support::{Run, World, run};

/// The checks by name.
fn checks(run: &Run) -> BTreeMap<String, Value> {
    run.json_lines().into_iter().map(|check| (check["check"].as_str().expect("a name").to_owned(), check)).collect()
}

/// The status of each check, in order.
fn statuses(run: &Run) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    run.json_lines().iter().map(|check| (text(&check["check"]), text(&check["status"]))).collect()
}

fn with_base(world: &World, url: &str, variables: &[(&str, &str)]) -> Run {
    let mut command = world.command(&["doctor", "--json"]);
    command.env("ZEXA_BASE_URL", url).envs(variables.iter().copied());
    run(&mut command, "")
}

#[test]
fn all_is_well() {
    let world = World::new();
    let run = world.run(&["doctor"]).exits(0);
    let expected = [
        ("proxy", "ok"),
        ("network", "ok"),
        ("tls", "skipped"),
        ("clock", "ok"),
        ("api", "ok"),
        ("key", "ok"),
        ("sender_ids", "ok"),
    ];
    assert_eq!(statuses(&run), expected.map(|(name, status)| (name.to_owned(), status.to_owned())));
    let checks = checks(&run);
    assert_eq!((&checks["key"]["source"], &checks["sender_ids"]["others"]), (&json!("ZEXA_API_KEY"), &json!(2)));
    assert!(world.sandbox.requests().iter().all(|request| matches!(&*request.method, "GET" | "HEAD")));
    // The probe of the certificate and the clock sends no key.
    let probes = world.sandbox.requests().into_iter().filter(|request| request.method == "HEAD");
    assert!(probes.inspect(|probe| assert!(!probe.headers.contains_key("authorization"))).count() == 1);
}

#[test]
fn on_a_terminal() {
    let world = World::new();
    let (code, text) = Terminal::start(&world, &["doctor"]).end();
    assert_eq!(code, Some(0));
    for line in [
        "✓ API key: from ZEXA_API_KEY, accepted by the API\n",
        "✓ Proxy: none is used for 127.0.0.1\n",
        "✓ Network: connected to 127.0.0.1:",
        "- TLS: not used, because the base URL starts with http://\n",
        "✓ Clock: right\n",
        "✓ Sender IDs: approved: ZEXA, hello@zexa.example\n",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    let world = World::with(json!({"state": {"sender_ids": []}}));
    let (code, text) = Terminal::start_in_portuguese(&world, &["doctor"]).end();
    assert_eq!(code, Some(1));
    assert!(text.contains("✗ Sender IDs: a conta não tem nenhum\n  → Registe um Sender ID"), "{text}");
}

#[test]
fn the_key() {
    let world = World::new();
    let run = world.run_without_key(&["doctor", "--json"], "").exits(1);
    assert_eq!(checks(&run)["key"]["problem"], "no_key");
    assert_eq!(checks(&run)["sender_ids"]["status"], "skipped");
    assert_eq!(checks(&run)["network"]["status"], "ok");
    let run = world.run_without_key(&["doctor", "--json", "--api-key-stdin"], "zx_wrong").exits(1);
    assert_eq!(
        (&checks(&run)["key"]["problem"], &checks(&run)["key"]["source"]),
        (&json!("rejected"), &json!("stdin"))
    );
    assert!(!run.stdout.contains("zx_wrong"), "{run:?}");
    let run = world.run_without_key(&["doctor", "--sandbox", "--json"], "").exits(0);
    assert_eq!(checks(&run)["key"]["source"], "sandbox");
    let world = World::with(json!({"faults": [{"method": "GET", "path": "/credits", "status": 500}]}));
    let run = world.run(&["doctor"]).exits(1);
    assert_eq!(checks(&run)["api"]["problem"], "api_failed");
    assert_eq!(failed(&run), ["api"], "the key may be right");
}

/// The names of the checks that have failed.
fn failed(run: &Run) -> Vec<String> {
    statuses(run).into_iter().filter(|(_, status)| status == "failed").map(|(name, _)| name).collect()
}

#[test]
fn no_approved_sender_id() {
    let senders = json!([{"sender_id": "NEW", "status": "pending"}, {"sender_id": "OLD", "status": "rejected"}]);
    let world = World::with(json!({"state": {"sender_ids": senders}}));
    let check = &checks(&world.run(&["doctor"]).exits(1))["sender_ids"];
    assert_eq!(
        (&check["problem"], &check["others"], &check["approved"]),
        (&json!("none_approved"), &json!(2), &json!([]))
    );
}

#[test]
fn the_network() {
    let world = World::new();
    // Nothing listens on a port that was just closed.
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port();
    let run = with_base(&world, &format!("http://127.0.0.1:{port}/v1"), &[]).exits(1);
    let checks = checks(&run);
    assert_eq!((&checks["network"]["problem"], &checks["key"]["status"]), (&json!("connection"), &json!("skipped")));
    assert_eq!(failed(&run), ["network"]);
    let run = with_base(&world, "https://api.invalid/v1", &[]).exits(1);
    assert_eq!(self::checks(&run)["network"]["problem"], "name_resolution");
    assert_eq!(failed(&run), ["network"]);
    let mut terminal = Terminal::start_with(
        &world,
        &["doctor"],
        &[("ZEXA_BASE_URL", "https://api.invalid/v1"), ("LANG", "pt_AO")],
        world.environment(),
    );
    let (_, text) = terminal.end_with_colours();
    assert!(text.contains("não é possível ligar a api.invalid:443: o nome não é conhecido"), "{text}");
    assert!(!text.contains("não aceit"), "nobody has rejected the key: {text}");
}

#[test]
fn a_proxy_that_does_not_run() {
    let world = World::new();
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port();
    let proxy = format!("http://127.0.0.1:{port}");
    let run = with_base(&world, "https://api.zexa.test/v1", &[("HTTPS_PROXY", &proxy)]).exits(1);
    assert_eq!(failed(&run), ["network"]);
    let variables = [("ZEXA_BASE_URL", "https://api.zexa.test/v1"), ("HTTPS_PROXY", proxy.as_str())];
    let (_, text) = Terminal::start_with(&world, &["doctor"], &variables, world.environment()).end();
    assert!(text.contains("whether HTTPS_PROXY is right and the proxy runs"), "{text}");
}

/// A server that accepts connections, and is not the API.
#[test]
fn a_server_that_is_not_the_api() {
    let credits = |fault: Value| {
        let mut fault = fault;
        fault["method"] = json!("GET");
        fault["path"] = json!("/credits");
        let world = World::with(json!({"faults": [fault]}));
        let run = world.run(&["doctor"]).exits(1);
        let name = failed(&run).concat();
        (checks(&run)[&name]["problem"].clone(), name)
    };
    assert_eq!(credits(json!({"then": "reset"})), (json!("no_response"), "network".to_owned()));
    let page = json!({"status": 200, "headers": {"content-type": "text/html"}, "body": "<html>Sign in</html>"});
    assert_eq!(credits(page), (json!("not_the_api"), "api".to_owned()));
    assert_eq!(credits(json!({"status": 404})), (json!("not_the_api"), "api".to_owned()));
}

/// The connections of this program must not wait for each other.
#[test]
fn a_server_with_one_connection_at_a_time() {
    let world = World::new();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/v1", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            let _ = client.read(&mut [0; 4096]);
            let _ = client.write_all(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
    });
    let run = with_base(&world, &url, &[]).exits(1);
    assert_eq!(checks(&run)["api"]["problem"], "api_failed");
    assert_eq!(failed(&run), ["api"]);
}

#[test]
fn an_invalid_configuration() {
    let world = World::new();
    let run = with_base(&world, "http://api.example/v1", &[]).exits(1);
    assert_eq!(checks(&run)["configuration"]["status"], "failed");
    let run = with_base(&world, "https://api.example/v1", &[("HTTPS_PROXY", "ftp://user:secret@proxy")]).exits(1);
    assert!(run.stdout.contains("HTTPS_PROXY") && !run.stdout.contains("secret"), "{run:?}");
}

#[test]
fn the_certificate() {
    let world = World::with(json!({"state": {"tls": true}}));
    let file = world.sandbox.ca_file().expect("a file").display().to_string();
    let run = with_base(&world, world.sandbox.url(), &[]).exits(1);
    let tls = &checks(&run)["tls"];
    assert_eq!(
        (&tls["problem"], tls["issuer"].as_str().is_some_and(|issuer| issuer.contains("CN="))),
        (&json!("untrusted"), true)
    );
    let run = with_base(&world, world.sandbox.url(), &[("SSL_CERT_FILE", &file)]).exits(0);
    assert_eq!((&checks(&run)["tls"]["status"], &checks(&run)["clock"]["status"]), (&json!("ok"), &json!("ok")));
    let mut terminal = Terminal::start_with(&world, &["doctor"], &[], world.environment());
    let (_, text) = terminal.end_with_colours();
    assert!(text.contains("set SSL_CERT_FILE to that file"), "{text}");
}

#[test]
fn the_clock() {
    for (date, sign) in [("Thu, 01 Jan 2099 00:00:00 GMT", 1.0), ("Thu, 01 Jan 2015 00:00:00 GMT", -1.0)] {
        let world = World::with(json!({"faults": [{"method": "HEAD", "headers": {"date": date}, "status": 200}]}));
        let clock = &checks(&world.run(&["doctor"]).exits(1))["clock"];
        assert_eq!(clock["problem"], "wrong");
        assert_eq!(clock["seconds_behind"].as_f64().expect("a number").signum(), sign);
    }
    let world = World::with(json!({"faults": [{"method": "HEAD", "then": "reset"}]}));
    assert_eq!(checks(&world.run(&["doctor"]).exits(0))["clock"]["status"], "skipped", "there was no date");
}

/// A proxy that connects each tunnel to this port, as one that inspects TLS does.
fn proxy(target: u16, status: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            thread::spawn(move || tunnel(client, target, status));
        }
    });
    port
}

fn tunnel(mut client: TcpStream, target: u16, status: &str) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte)?;
        head.extend(byte);
    }
    write!(client, "HTTP/1.1 {status}\r\n\r\n")?;
    if !status.starts_with("200") {
        return Ok(());
    }
    let server = TcpStream::connect(("127.0.0.1", target))?;
    let (mut from, mut to) = (server.try_clone()?, client.try_clone()?);
    thread::spawn(move || io::copy(&mut from, &mut to).and_then(|_| to.shutdown(Shutdown::Write)));
    io::copy(&mut client, &mut &server)?;
    server.shutdown(Shutdown::Write)
}

#[test]
fn a_proxy_that_inspects_tls() {
    let world = World::with(json!({"state": {"tls": true}}));
    let target = world.sandbox.url().split([':', '/']).nth(4).and_then(|port| port.parse().ok()).expect("a port");
    let url = format!("http://user:secret@127.0.0.1:{}", proxy(target, "200 OK"));
    let run = with_base(&world, "https://api.zexa.test/v1", &[("HTTPS_PROXY", &url)]).exits(1);
    let checks = checks(&run);
    assert_eq!(checks["proxy"]["variable"], "HTTPS_PROXY");
    assert_eq!((&checks["network"]["status"], &checks["tls"]["problem"]), (&json!("ok"), &json!("untrusted")));
    assert!(checks["tls"]["issuer"].is_string() && !run.stdout.contains("secret"), "{run:?}");
    let direct = [("HTTPS_PROXY", url.as_str()), ("NO_PROXY", "zexa.test")];
    assert_eq!(self::checks(&with_base(&world, "https://api.zexa.test/v1", &direct))["proxy"]["url"], Value::Null);
}

#[test]
fn a_proxy_that_refuses() {
    let world = World::new();
    let url = format!("127.0.0.1:{}", proxy(1, "407 Proxy Authentication Required"));
    let run = with_base(&world, "https://api.zexa.test/v1", &[("ALL_PROXY", &url)]).exits(1);
    let network = &checks(&run)["network"];
    assert_eq!((&network["problem"], &network["message"]), (&json!("proxy_refused"), &json!("status 407")));
}

//! Calls through a proxy.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::support::{Proxy, builder, message};
use serde_json::json;
use zexa::{Client, Kind, Outcome};
use zexa_sandbox::Sandbox;

#[test]
fn http_requests_are_forwarded() {
    let sandbox = Sandbox::start();
    let proxy = Proxy::start(&sandbox);
    let client = builder(&sandbox).proxy(proxy.url()).build().expect("a client");
    client.messages().send(&message("Hello")).expect("sent");
    assert_eq!(proxy.request_lines(), [format!("POST {}/messages HTTP/1.1", sandbox.url())]);
}

#[test]
fn https_uses_a_tunnel() {
    let sandbox = Sandbox::from_json(json!({"state": {"tls": true}}));
    let proxy = Proxy::start(&sandbox);
    let with_password = proxy.url().replace("http://", "http://me:sesame@");
    let client = builder(&sandbox).proxy(with_password).build().expect("a client");
    client.messages().send(&message("Hello")).expect("sent");
    client.credits().get().expect("credits");
    let lines = proxy.request_lines();
    assert!(lines.len() == 1 && lines[0].starts_with("CONNECT "), "{lines:?}");
    let head = proxy.heads().concat();
    assert!(head.to_lowercase().contains("proxy-authorization: basic bwu6c2vzyw1l"), "{head}");
    assert!(!head.contains(sandbox.api_key()), "the key is not the proxy's to see");
}

#[test]
fn an_unreachable_proxy_is_not_sent() {
    let sandbox = Sandbox::from_json(json!({"state": {"tls": true}}));
    let client = builder(&sandbox).proxy("http://me:sesame@127.0.0.1:9").max_retries(0).build().expect("a client");
    let error = client.messages().send(&message("Hello")).expect_err("no proxy");
    assert_eq!((error.kind(), error.outcome()), (Kind::Connect, Outcome::NotSent));
    assert!(!format!("{error} {error:?} {client:?}").contains("sesame"));
}

#[test]
fn a_proxy_on_another_host_does_not_receive_the_key_over_http() {
    let elsewhere =
        || Client::builder().base_url("http://127.0.0.1:1/v1").api_key("k").proxy("http://proxy.example:3128");
    let error = elsewhere().build().expect_err("in clear");
    assert_eq!((error.kind(), error.outcome()), (Kind::Config, Outcome::NotSent));
    assert!(error.message().starts_with("`proxy` ") && error.message().contains("unencrypted"), "{error}");
    elsewhere().allow_http(true).build().expect("allowed");
}

/// A proxy that sends this response on every connection, and the number of its connections.
fn proxy_with_response(response: &'static [u8]) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let connections = Arc::new(AtomicUsize::new(0));
    let count = connections.clone();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            count.fetch_add(1, Ordering::SeqCst);
            let mut request = [0; 1024];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(response);
        }
    });
    (address, connections)
}

#[test]
fn an_error_of_the_proxy_has_its_status_and_is_retried_only_if_temporary() {
    let sandbox = Sandbox::from_json(json!({"state": {"tls": true}}));
    for (response, reason, attempts) in [
        (&b"HTTP/1.1 403 Forbidden\r\n\r\nno"[..], "the proxy returned 403 Forbidden", 1),
        (
            b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
            "407 Proxy Authentication Required: check the user name",
            1,
        ),
        (b"HTTP/1.1 502 Bad Gateway\r\n\r\n", "the proxy returned 502 Bad Gateway", 2),
        (b"HTTP/1.1 429 Too Many\r\nRetry-After: 60\r\n\r\n", "the proxy returned 429 Too Many Requests", 2),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "the response of the proxy is not HTTP", 1),
        (b"", "the proxy did not respond", 2),
    ] {
        let (address, connections) = proxy_with_response(response);
        let client =
            builder(&sandbox).proxy(format!("http://me:sesame@{address}")).max_retries(1).build().expect("a client");
        let error = client.messages().send(&message("Hello")).expect_err("refused");
        assert_eq!(
            (error.kind(), error.outcome(), error.attempts()),
            (Kind::Connect, Outcome::NotSent, attempts),
            "{error}"
        );
        // The status is not the API's.
        assert_eq!(error.status(), None);
        let server = sandbox.url().split('/').nth(2).expect("a host").to_owned();
        let start = format!("cannot connect to {server} through the proxy {address}: ");
        assert!(error.message().starts_with(&start) && error.message().contains(reason), "{error}");
        assert!(!format!("{error} {error:?}").contains("sesame"));
        assert_eq!(connections.load(Ordering::SeqCst), attempts as usize, "{error}");
    }
    assert_eq!(sandbox.requests().len(), 0);
}

#[test]
fn over_a_socks_proxy() {
    for (tls, scheme, credentials) in
        [(false, "socks5", ""), (true, "socks5h", "me:open%20sesame@"), (true, "socks5", "me:open%20sesame@")]
    {
        let sandbox = Sandbox::from_json(json!({"state": {"tls": tls}}));
        let proxy = SocksProxy::start(!credentials.is_empty());
        // The proxy resolves the name, or the client does.
        let base_url = sandbox.url().replace("127.0.0.1", "localhost");
        let url = format!("{scheme}://{credentials}{}", proxy.address);
        let client = builder(&sandbox).base_url(&base_url).proxy(url).build().expect("a client");
        client.messages().send(&message("Hello")).expect("sent");
        let target = proxy.targets().concat();
        let is_name = target.starts_with("localhost:");
        assert_eq!(is_name, scheme == "socks5h", "{target}");
    }
}

#[test]
fn a_socks_proxy_that_rejects_the_password() {
    let sandbox = Sandbox::start();
    let proxy = SocksProxy::start(true);
    let url = format!("socks5://me:wrong@{}", proxy.address);
    let client = builder(&sandbox).proxy(url).max_retries(1).build().expect("a client");
    let error = client.messages().send(&message("Hello")).expect_err("refused");
    assert_eq!((error.kind(), error.outcome(), error.attempts()), (Kind::Connect, Outcome::NotSent, 1), "{error}");
    assert!(error.message().contains("the SOCKS proxy refused") && !error.message().contains("wrong"), "{error}");
}

/// SOCKS 5, as in RFC 1928 and 1929.
struct SocksProxy {
    address: String,
    targets: Arc<Mutex<Vec<String>>>,
}

impl SocksProxy {
    fn start(wants_password: bool) -> SocksProxy {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let targets = Arc::new(Mutex::new(Vec::new()));
        let seen = targets.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut client = stream.expect("a connection");
                let Some(target) = accept(&mut client, wants_password) else { continue };
                seen.lock().expect("no panic").push(target.clone());
                let mut server = TcpStream::connect(target.replace("localhost", "127.0.0.1")).expect("the sandbox");
                let (mut back, mut forth) =
                    (server.try_clone().expect("a handle"), client.try_clone().expect("a handle"));
                thread::spawn(move || std::io::copy(&mut back, &mut forth));
                thread::spawn(move || std::io::copy(&mut client, &mut server));
            }
        });
        SocksProxy { address, targets }
    }

    fn targets(&self) -> Vec<String> {
        self.targets.lock().expect("no panic").clone()
    }
}

fn read(client: &mut TcpStream, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    client.read_exact(&mut bytes).expect("a part of the handshake");
    bytes
}

/// Returns the requested host and port, unless the password is rejected.
fn accept(client: &mut TcpStream, wants_password: bool) -> Option<String> {
    let methods = read(client, 2)[1];
    read(client, methods.into());
    client.write_all(&[5, if wants_password { 2 } else { 0 }]).expect("a response");
    if wants_password {
        let user = read(client, 2)[1];
        read(client, user.into());
        let password = read(client, 1)[0];
        let is_right = read(client, password.into()) == b"open sesame";
        client.write_all(&[1, u8::from(!is_right)]).expect("a response");
        if !is_right {
            return None;
        }
    }
    let host = match read(client, 4)[3] {
        1 => std::net::Ipv4Addr::from(<[u8; 4]>::try_from(read(client, 4)).expect("four bytes")).to_string(),
        4 => format!("[{}]", std::net::Ipv6Addr::from(<[u8; 16]>::try_from(read(client, 16)).expect("sixteen bytes"))),
        _ => {
            let length = read(client, 1)[0];
            String::from_utf8(read(client, length.into())).expect("a name")
        }
    };
    let port = read(client, 2);
    client.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).expect("a response");
    Some(format!("{host}:{}", u16::from_be_bytes([port[0], port[1]])))
}

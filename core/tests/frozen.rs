//! A process that is stopped while the server closes its connections, and continues later, such as after a laptop has slept or a container was paused.
#![allow(unsafe_code, reason = "signals are sent to a process of this test's own")]
#![cfg(target_os = "linux")]

mod support;

use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use support::{message, until, until_stopped};
use tokio::task::JoinSet;
use zexa::Client;
use zexa_sandbox::{Listen, Sandbox, ServerSpec};

const CALLS: usize = 20;

#[test]
fn no_blocking_call_is_lost() {
    run("child_with_blocking_calls");
}

#[test]
fn no_async_call_is_lost() {
    run("child_with_async_calls");
}

fn run(test: &str) {
    let sandbox = Sandbox::start();
    let place: SocketAddr = sandbox.url().split('/').nth(2).expect("a host").parse().expect("an address");
    let mut child = Command::new(env::current_exe().expect("this test program"))
        .args(["--exact", test, "--ignored", "--nocapture"])
        .envs([("ZEXA_API_KEY", sandbox.api_key()), ("ZEXA_BASE_URL", sandbox.url())])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut orders = child.stdin.take().expect("it is piped");
    let mut reports = BufReader::new(child.stdout.take().expect("it is piped")).lines().map(|line| line.expect("text"));
    reports.find(|line| line == "connected").expect("it has connections");

    let signal = |signal| {
        // SAFETY: a child of this process that was not waited for yet.
        assert_eq!(unsafe { libc::kill(child.id().cast_signed(), signal) }, 0);
    };
    signal(libc::SIGSTOP);
    until_stopped(child.id());
    drop(sandbox);
    let sandbox = Sandbox::try_start(ServerSpec::default(), Listen { port: place.port(), ..Listen::default() })
        .expect("the port is free again");
    writeln!(orders, "send").expect("the signal is sent");
    signal(libc::SIGCONT);

    let sent = reports.find(|line| line.starts_with("sent ") || line.starts_with("failed ")).expect("a report");
    assert_eq!(sent, format!("sent {CALLS}"));
    assert_eq!(sandbox.messages().len(), CALLS);
    assert!(child.wait().expect("it ends").success());
}

/// Waits for the signal to send, which comes after all connections were opened.
fn wait_for_order() {
    println!("\nconnected");
    io::stdin().lock().read_line(&mut String::new()).expect("an order");
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn child_with_async_calls() {
    let client = Client::builder().build_async().expect("a client");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let send = async || {
        let mut calls = JoinSet::new();
        for number in 0..CALLS {
            calls.spawn(client.messages().send(&message(&number.to_string())));
        }
        calls.join_all().await
    };
    runtime.block_on(send());
    wait_for_order();
    report(runtime.block_on(send()));
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn child_with_blocking_calls() {
    let client = Client::from_env().expect("a client");
    let send = || {
        thread::scope(|scope| {
            let calls: Vec<_> = (0..CALLS)
                .map(|number| {
                    let client = &client;
                    scope.spawn(move || client.messages().send(&message(&number.to_string())))
                })
                .collect();
            calls.into_iter().map(|call| call.join().expect("no panic")).collect()
        })
    };
    let _: Vec<_> = send();
    wait_for_order();
    report(send());
}

fn report(sent: Vec<zexa::Result<zexa::Message>>) {
    match sent.iter().find_map(|sent| sent.as_ref().err()) {
        Some(error) => println!("\nfailed {error}"),
        None => println!("\nsent {}", sent.len()),
    }
}

#[test]
fn an_answer_that_has_arrived_counts_although_the_timeout_has_passed() {
    for kind in ["blocking", "async"] {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/v1", listener.local_addr().expect("an address"));
        let mut child = Command::new(env::current_exe().expect("this test program"))
            .args(["--exact", "child_with_a_short_timeout", "--ignored", "--nocapture"])
            .envs([("ZEXA_API_KEY", "zx_demo"), ("ZEXA_BASE_URL", &url), ("KIND", kind)])
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let (mut connection, _) = listener.accept().expect("a connection");
        let mut request = [0; 4096];
        assert_ne!(connection.read(&mut request).expect("a request"), 0);
        let signal = |signal| {
            // SAFETY: a child of this process that was not waited for yet.
            assert_eq!(unsafe { libc::kill(child.id().cast_signed(), signal) }, 0);
        };
        signal(libc::SIGSTOP);
        until_stopped(child.id());
        let body = r#"{"id": "msg_1", "status": "queued"}"#;
        let answer = format!(
            "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        connection.write_all(answer.as_bytes()).expect("an answer");
        let stopped = Instant::now();
        until("the timeout has passed", || stopped.elapsed() > 2 * TIMEOUT);
        signal(libc::SIGCONT);
        let mut report = String::new();
        child.stdout.take().expect("it is piped").read_to_string(&mut report).expect("text");
        assert!(report.contains("sent msg_1"), "{kind}: {report}");
        assert!(child.wait().expect("it ends").success());
    }
}

const TIMEOUT: Duration = Duration::from_secs(1);

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn child_with_a_short_timeout() {
    let builder = Client::builder().timeout(TIMEOUT);
    let sent = match env::var("KIND").as_deref() {
        Ok("async") => {
            futures_executor::block_on(builder.build_async().expect("a client").messages().send(&message("Hello")))
        }
        _ => builder.build().expect("a client").messages().send(&message("Hello")),
    };
    match sent {
        Ok(message) => println!("\nsent {}", message.id),
        Err(error) => println!("\nfailed: {error}"),
    }
}

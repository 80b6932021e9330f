//! Clients and `fork()`: a client works in the parent and in the child, whether it was created before the fork or in the child.
#![allow(unsafe_code, reason = "fork itself")]
#![cfg(unix)]

mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use futures_executor::block_on;
use serde_json::json;
use support::{async_client, builder, client, message, until};
use zexa::{Kind, ListContacts, Outcome};
use zexa_sandbox::Sandbox;

/// A forked child that runs a closure and exits.
struct Child(libc::pid_t);

impl Child {
    fn fork(run: impl FnOnce()) -> Child {
        // SAFETY: the child runs only a copy of this thread and exits with _exit, so the test harness does not run in it.
        match unsafe { libc::fork() } {
            -1 => panic!("fork: {}", std::io::Error::last_os_error()),
            0 => {
                let failed = catch_unwind(AssertUnwindSafe(run)).is_err();
                // SAFETY: this does not return.
                unsafe { libc::_exit(failed.into()) }
            }
            pid => Child(pid),
        }
    }

    /// Waits for the child. If it hangs, it is killed and the test fails.
    fn join(self) {
        let started = Instant::now();
        let mut status = 0;
        // SAFETY: a child of this process, and a valid pointer for its status.
        while unsafe { libc::waitpid(self.0, &mut status, libc::WNOHANG) } == 0 {
            if started.elapsed() > Duration::from_secs(20) {
                // SAFETY: a child of this process that was not waited for yet.
                unsafe { libc::kill(self.0, libc::SIGKILL) };
                panic!("the child hangs");
            }
            thread::sleep(Duration::from_millis(2));
        }
        assert!(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0, "the child failed: {status}");
    }
}

#[test]
fn a_client_with_an_open_connection_works_in_both_processes() {
    let sandbox = Sandbox::start();
    let client = client(&sandbox);
    client.messages().send(&message("before")).expect("sent");

    let children: Vec<_> = (0..4)
        .map(|number| {
            Child::fork(|| {
                for _ in 0..10 {
                    client.messages().send(&message(&format!("child {number}"))).expect("sent in the child");
                }
            })
        })
        .collect();
    for _ in 0..10 {
        client.messages().send(&message("parent")).expect("sent in the parent");
    }
    children.into_iter().for_each(Child::join);
    client.messages().send(&message("after")).expect("sent in the parent");

    assert_eq!(sandbox.messages().len(), 1 + 40 + 10 + 1);
    // The parent kept its connection, and no child used it.
    assert_eq!(sandbox.connections(), 1 + 4);
}

#[test]
fn a_client_with_an_open_tls_connection_works_in_both_processes() {
    for alpn in ["h2", "http/1.1"] {
        let sandbox = Sandbox::from_json(json!({"state": {"tls": true, "alpn": [alpn]}}));
        let client = builder(&sandbox).http2(alpn == "h2").build().expect("a client");
        client.credits().get().expect("before");
        Child::fork(|| drop(client.credits().get().expect("in the child"))).join();
        client.credits().get().expect("in the parent");
        // The exit of the child has not closed the parent's TLS session.
        assert_eq!(sandbox.connections(), 2, "{alpn}");
    }
}

#[test]
fn both_processes_use_the_client_certificate() {
    let state = json!({"tls": true, "require_client_certificate": true});
    let sandbox = Sandbox::from_json(json!({"state": state}));
    let certificate = sandbox.client_certificate().expect("it has TLS");
    let builder = builder(&sandbox).client_cert_file(&certificate.cert_file).client_key_file(&certificate.key_file);
    let (client, unused) = (builder.clone().build().expect("a client"), builder.build().expect("a client"));
    client.messages().send(&message("before")).expect("sent");
    Child::fork(|| {
        client.messages().send(&message("child")).expect("sent in the child");
        unused.messages().send(&message("child")).expect("sent by a client that was not used before");
    })
    .join();
    client.messages().send(&message("parent")).expect("sent in the parent");
    let requests = sandbox.requests();
    assert!(requests.iter().all(|request| request.client_certificate.is_some()), "{requests:?}");
    assert_eq!((requests.len(), sandbox.connections()), (4, 3));
}

#[test]
fn an_async_client_restarts_its_thread_in_the_child() {
    let sandbox = Sandbox::start();
    let client = async_client(&sandbox);
    block_on(client.messages().send(&message("before"))).expect("sent");
    Child::fork(|| drop(block_on(client.messages().send(&message("child"))).expect("sent in the child"))).join();
    block_on(client.messages().send(&message("after"))).expect("sent");
    assert_eq!(sandbox.messages().len(), 3);
}

#[test]
fn a_client_created_in_the_child_works() {
    let sandbox = Sandbox::start();
    client(&sandbox).credits().get().expect("before");
    Child::fork(|| drop(client(&sandbox).credits().get().expect("in the child"))).join();
    assert_eq!(sandbox.requests().len(), 2);
}

#[test]
fn a_list_continues_in_both_processes() {
    let sandbox = Sandbox::from_json(json!({"state": {"contacts_count": 95}}));
    let client = client(&sandbox);
    let mut contacts = client.contacts().list(&ListContacts::new().per_page(10));
    // On the third page, with others in flight.
    assert_eq!(contacts.by_ref().take(25).filter(Result::is_ok).count(), 25);
    let child = Child::fork(|| assert_eq!(contacts.by_ref().filter(Result::is_ok).count(), 70));
    child.join();
    assert_eq!(contacts.filter(Result::is_ok).count(), 70);
}

#[test]
fn a_list_dropped_in_the_child_continues_in_the_parent() {
    let sandbox = Sandbox::from_json(json!({"state": {"contacts_count": 95}}));
    for per_page in [5, 10] {
        let client = client(&sandbox);
        let mut contacts = client.contacts().list(&ListContacts::new().per_page(per_page));
        assert_eq!(contacts.by_ref().take(25).filter(Result::is_ok).count(), 25);
        let mut contacts = Some(contacts);
        Child::fork(|| drop(contacts.take())).join();
        assert_eq!(contacts.expect("still here").filter(Result::is_ok).count(), 70);
    }
}

#[test]
fn a_client_works_in_a_grandchild_and_can_be_dropped_everywhere() {
    let sandbox = Sandbox::start();
    let (client, other) = (client(&sandbox), async_client(&sandbox));
    client.credits().get().expect("before");
    block_on(other.credits().get()).expect("before");
    let (in_child, other_in_child) = (client.clone(), other.clone());
    Child::fork(move || {
        in_child.credits().get().expect("in the child");
        let grandchild = (in_child.clone(), other_in_child.clone());
        Child::fork(move || {
            grandchild.0.credits().get().expect("in the grandchild");
            block_on(grandchild.1.credits().get()).expect("in the grandchild");
        })
        .join();
        drop((in_child, other_in_child));
    })
    .join();
    client.credits().get().expect("after");
    drop((client, other));
    until("no open connection", || sandbox.open_connections() == 0);
}

/// A lock that another thread holds during a fork stays locked in the child.
#[test]
fn forks_during_calls_on_other_threads() {
    let sandbox = Sandbox::start();
    let client = client(&sandbox);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    client.credits().get().expect("in the parent");
                }
            });
        }
        let forks = catch_unwind(AssertUnwindSafe(|| {
            for _ in 0..30 {
                Child::fork(|| drop(client.credits().get().expect("in the child"))).join();
            }
        }));
        done.store(true, Ordering::Relaxed);
        assert!(forks.is_ok());
    });
}

/// A process with id 1 that forks into a new PID namespace has a child with id 1, so the process id does not distinguish them.
#[cfg(target_os = "linux")]
#[test]
fn a_child_with_the_process_id_of_its_parent() {
    // SAFETY: this only returns the id of the user.
    let is_root = unsafe { libc::geteuid() } == 0;
    let namespaces = libc::CLONE_NEWPID | if is_root { 0 } else { libc::CLONE_NEWUSER };
    let enter_new_namespace = move || {
        // SAFETY: this only affects children that this process forks later.
        let entered = unsafe { libc::unshare(namespaces) } == 0;
        if entered { Ok(()) } else { Err(std::io::Error::last_os_error()) }
    };
    let sandbox = Sandbox::from_json(json!({"state": {"contacts_count": 95}}));
    let (client, other) = (client(&sandbox), async_client(&sandbox));
    // The namespace applies to the children of the process that enters it, so a child enters it.
    Child::fork(|| {
        match enter_new_namespace() {
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
                // Fails in a container without the privilege. Called in the child, so that it does not affect this process.
                eprintln!("skipped: no PID namespace can be made here: {error}");
                return;
            }
            entered => entered.expect("a PID namespace"),
        }
        Child::fork(|| {
            assert_eq!(std::process::id(), 1);
            client.messages().send(&message("parent, before")).expect("sent");
            block_on(other.messages().send(&message("parent, before"))).expect("sent");
            let mut contacts = client.contacts().list(&ListContacts::new().per_page(10));
            assert_eq!(contacts.by_ref().take(25).filter(Result::is_ok).count(), 25);
            enter_new_namespace().expect("another PID namespace");
            let child = Child::fork(|| {
                assert_eq!(std::process::id(), 1);
                for number in 0..20 {
                    let text = format!("child {number}");
                    assert_eq!(client.messages().send(&message(&text)).expect("sent").body, Some(text));
                    block_on(other.messages().send(&message("child"))).expect("sent");
                }
                assert_eq!(contacts.by_ref().filter(Result::is_ok).count(), 70);
            });
            for number in 0..20 {
                let text = format!("parent {number}");
                assert_eq!(client.messages().send(&message(&text)).expect("sent").body, Some(text));
                block_on(other.messages().send(&message("parent"))).expect("sent");
            }
            assert_eq!(contacts.by_ref().filter(Result::is_ok).count(), 70);
            child.join();
        })
        .join();
    })
    .join();
    let sent = sandbox.messages().len();
    assert!(sent == 2 + 2 * 40 || sent == 0, "{sent}");
}

#[test]
fn a_call_in_flight_ends_in_the_child() {
    let sandbox = Sandbox::from_json(json!({"faults": [{"path": "/messages", "process": true, "delay": 0.3}]}));
    let client = async_client(&sandbox);
    let mut call = Box::pin(client.messages().send(&message("parent")));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(call.as_mut().poll(&mut context).is_pending());
    let _ = sandbox.wait_for_requests(1);
    let mut call = Some(call);
    Child::fork(|| {
        let error = block_on(call.take().expect("one call")).expect_err("it goes on in the parent");
        assert_eq!((error.kind(), error.outcome()), (Kind::Closed, Outcome::Unknown));
        block_on(client.messages().send(&message("child"))).expect("sent in the child");
    })
    .join();
    block_on(call.expect("still here")).expect("sent in the parent");
    assert_eq!(sandbox.messages().len(), 2);
}

/// The child returns from the observer into a call on a connection of its parent.
#[test]
fn a_call_whose_observer_forks_ends_in_the_child() {
    let sandbox = Sandbox::from_json(json!({"faults": [{"path": "/messages", "status": 429}]}));
    let (child, forked) = (AtomicI32::new(-1), Arc::new(AtomicBool::new(false)));
    let child = Arc::new(child);
    let (seen, once) = (child.clone(), forked.clone());
    let fork_once = move |_: &zexa::Attempt<'_>| {
        if !once.swap(true, Ordering::Relaxed) {
            // SAFETY: the child runs only a copy of this thread and exits with _exit.
            seen.store(unsafe { libc::fork() }, Ordering::Relaxed);
        }
    };
    let client = builder(&sandbox).on_attempt(fork_once).build().expect("a client");
    let result = client.messages().send(&message("Hello"));
    if child.load(Ordering::Relaxed) == 0 {
        let is_closed = result.is_err_and(|error| (error.kind(), error.outcome()) == (Kind::Closed, Outcome::Rejected));
        let works = client.messages().send(&message("child")).is_ok();
        // SAFETY: this does not return.
        unsafe { libc::_exit((!is_closed || !works).into()) }
    }
    Child(child.load(Ordering::Relaxed)).join();
    result.expect("sent in the parent");
    let connections: Vec<_> = sandbox.requests().iter().map(|request| request.connection).collect();
    assert_eq!(sandbox.messages().len(), 2);
    assert_eq!(connections.iter().filter(|number| **number == connections[0]).count(), 2, "{connections:?}");
}

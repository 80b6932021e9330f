//! Connections that are reset right before the request is written: nothing was sent, and the error says so.
//!
//! The functions of the C library that write are replaced in this program, because no server can reset a connection at that moment reliably.
#![cfg(target_os = "linux")]
#![allow(unsafe_code, reason = "functions of the C library are replaced")]

use std::sync::atomic::{AtomicU16, Ordering};
use std::{mem, ptr};

use futures_executor::block_on;
use libc::{c_int, c_void, msghdr, size_t, ssize_t};
use serde_json::json;
use zexa::{CallOptions, Kind, Outcome};
use zexa_sandbox::Sandbox;

use crate::support::{builder, message};

/// The port of the server to which the next write fails; 0 for none.
static FAILING: AtomicU16 = AtomicU16::new(0);

#[unsafe(no_mangle)]
unsafe extern "C" fn sendmsg(socket: c_int, message: *const msghdr, flags: c_int) -> ssize_t {
    if fails(socket) {
        return -1;
    }
    // SAFETY: these are the arguments of the caller.
    unsafe { libc::syscall(libc::SYS_sendmsg, socket, message, flags) as ssize_t }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn send(socket: c_int, bytes: *const c_void, length: size_t, flags: c_int) -> ssize_t {
    if fails(socket) {
        return -1;
    }
    // SAFETY: these are the arguments of the caller. `send` is `sendto` without an address.
    unsafe { libc::syscall(libc::SYS_sendto, socket, bytes, length, flags, ptr::null::<c_void>(), 0) as ssize_t }
}

/// Whether this write fails. Sets `errno`.
fn fails(socket: c_int) -> bool {
    let port = FAILING.load(Ordering::SeqCst);
    if port == 0 || peer(socket) != Some(port) {
        return false;
    }
    let fails = FAILING.compare_exchange(port, 0, Ordering::SeqCst, Ordering::SeqCst).is_ok();
    if fails {
        // SAFETY: the pointer is valid on this thread.
        unsafe { *libc::__errno_location() = libc::ECONNRESET };
    }
    fails
}

/// The port to which the socket is connected, if it is one of TCP.
fn peer(socket: c_int) -> Option<u16> {
    // SAFETY: the struct consists of numbers, and its size is passed along.
    let (result, address) = unsafe {
        let mut address: libc::sockaddr_in = mem::zeroed();
        let mut length = mem::size_of_val(&address) as libc::socklen_t;
        (libc::getpeername(socket, (&raw mut address).cast(), &raw mut length), address)
    };
    (result == 0 && address.sin_family == libc::AF_INET as libc::sa_family_t).then(|| u16::from_be(address.sin_port))
}

#[test]
fn a_request_that_was_not_written_is_not_sent() {
    for (uses_tls, http2) in [(false, false), (true, false), (true, true)] {
        let sandbox = Sandbox::from_json(json!({"state": {"tls": uses_tls}}));
        let port = sandbox.url().split(['/', ':']).filter_map(|part| part.parse().ok()).next().expect("a port");
        let builder = builder(&sandbox).http2(http2).max_retries(0);
        let (client, other) = (builder.clone().build().expect("a client"), builder.build_async().expect("a client"));
        let send = |retries| {
            let options = CallOptions::new().max_retries(retries);
            client.with_options(options).messages().send(&message("Hello")).map(drop)
        };
        let send_async = |retries| {
            let options = CallOptions::new().max_retries(retries);
            block_on(other.with_options(options).messages().send(&message("Hello"))).map(drop)
        };
        for send in [&send as &dyn Fn(u32) -> zexa::Result<()>, &send_async] {
            let before = sandbox.messages().len();
            send(0).expect("sent on a new connection");
            FAILING.store(port, Ordering::SeqCst);
            let error = send(0).expect_err("reset");
            assert_eq!((error.kind(), error.outcome()), (Kind::Connect, Outcome::NotSent), "{error}");
            if !http2 {
                assert!(error.message().contains("lost before the request was sent"), "{error}");
                assert_eq!(zexa::binding::reason_code(&error), Some("ECONNRESET"));
            }
            send(0).expect("sent on another connection");
            FAILING.store(port, Ordering::SeqCst);
            send(1).expect("sent with a retry");
            assert_eq!(FAILING.load(Ordering::SeqCst), 0);
            assert_eq!(sandbox.messages().len(), before + 3);
        }
    }
}

//! The client
//!
//! A client may be used from any thread, from many at once: calls run on the caller's thread, over connections that all share.
//! Making one opens and starts nothing. It survives fork(): one that was made before works in the parent and in the child.

use std::ffi::{c_char, c_void};
use std::mem::offset_of;
use std::ptr;
use std::sync::Arc;

use zexa::{Client, ClientBuilder};

use crate::attempt::{Callback, zexa_attempt_callback, zexa_destroy_callback};
use crate::error::zexa_error;
use crate::guard::{self, Failure};
use crate::input;
use crate::number::{ZEXA_DEFAULT, choice, count, limit, milliseconds};
use crate::output::Output;
use crate::pair::{pairs, zexa_pair};
use crate::status::zexa_status;

/// A client of the Zexa API. Yours to free with zexa_client_free().
pub struct zexa_client(pub(crate) Client);

/// The options of a client. Begin with `ZEXA_CLIENT_OPTIONS_INIT`, which makes all of them absent: each then has its default.
///
/// The strings are read while the client is made, and stay yours.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct zexa_client_options {
    /// Set by `ZEXA_CLIENT_OPTIONS_INIT`.
    pub struct_size: usize,
    /// The API key. Default: the environment's `ZEXA_API_KEY`.
    pub api_key: *const c_char,
    /// Where the API is. Default: the environment's `ZEXA_BASE_URL`, else "https://api.zexa.ao/v1".
    pub base_url: *const c_char,
    /// The time for one attempt, from connecting to the last byte of the answer, in milliseconds. Default: 30000.
    pub timeout_ms: i64,
    /// The time to look up the host, connect and agree on TLS, in milliseconds. Default: 5000.
    pub connect_timeout_ms: i64,
    /// The time for a whole call, in milliseconds: its attempts, the waits between them, and all pages of a list. Default: none.
    pub deadline_ms: i64,
    /// The longest wait that a server may ask for, in milliseconds. Where it asks for more, the call fails at once. Default: 120000.
    pub max_retry_wait_ms: i64,
    /// How many times a failed attempt is repeated, where repeating is safe. Default: 3; 0 means one attempt.
    pub max_retries: i32,
    /// 1 allows "http://" to another machine, where the API key travels in clear. Default: 0.
    pub allow_http: i32,
    /// URL of a proxy for all connections, such as "http://user:password@proxy.example:3128". Protocols: http, https, socks5 and socks5h, whose proxy
    /// resolves host names. Default: the environment variables `HTTPS_PROXY` (`HTTP_PROXY` for a base URL with "http://"), `ALL_PROXY` and `NO_PROXY`,
    /// which are read when the client is created. They do not apply to a base URL on this machine itself.
    pub proxy: *const c_char,
    /// A PEM file of the certificate authorities to trust, in place of the system's.
    pub ca_file: *const c_char,
    /// Added to the `User-Agent`, such as "shop/1.2".
    pub user_agent_suffix: *const c_char,
    /// Headers sent with every request. The client's own, such as `Authorization`, cannot be set.
    pub default_headers: *const zexa_pair,
    /// How many headers those are.
    pub default_headers_count: usize,
    /// Told of every attempt. Default: nobody is.
    pub on_attempt: zexa_attempt_callback,
    /// Given to `on_attempt`.
    pub on_attempt_userdata: *mut c_void,
    /// Frees `on_attempt_userdata` when nothing can call `on_attempt` any more: the client, those made from it and their lists are freed.
    /// Never called where the client could not be made, nor where `on_attempt` is NULL. Default: nothing is freed.
    pub on_attempt_destroy: zexa_destroy_callback,
    /// 1 offers HTTP/2 to the server over "https://". Default: 0, HTTP/1.1 only. Calls gain no speed from HTTP/2, because calls that run at the same
    /// time do not share a connection.
    // Followed by 4 bytes of padding, which callers leave undefined: the next field must be 8 bytes wide.
    pub http2: i32,
    /// Maximum number of requests at the same time, each of which has a connection of its own over HTTP/1.1. Default: 100. Further calls wait for a
    /// connection in order of arrival, until their deadline. Lists prefetch fewer pages if connections are scarce. A connection that has been idle for
    /// half a minute is closed when the client is next used.
    pub max_connections: i64,
}

// SAFETY: repr(C), the size first, pointers and numbers and optional functions behind it; the macro is made from the fields.
unsafe impl input::SizedStruct for zexa_client_options {
    const INIT: zexa_client_options = zexa_client_options {
        struct_size: size_of::<zexa_client_options>(),
        api_key: ptr::null(),
        base_url: ptr::null(),
        timeout_ms: ZEXA_DEFAULT as i64,
        connect_timeout_ms: ZEXA_DEFAULT as i64,
        deadline_ms: ZEXA_DEFAULT as i64,
        max_retry_wait_ms: ZEXA_DEFAULT as i64,
        max_retries: ZEXA_DEFAULT,
        allow_http: ZEXA_DEFAULT,
        proxy: ptr::null(),
        ca_file: ptr::null(),
        user_agent_suffix: ptr::null(),
        default_headers: ptr::null(),
        default_headers_count: 0,
        on_attempt: None,
        on_attempt_userdata: ptr::null_mut(),
        on_attempt_destroy: None,
        http2: ZEXA_DEFAULT,
        max_connections: ZEXA_DEFAULT as i64,
    };
    // As far as the last field that version 0.1 has: never further, or programs compiled then would be refused.
    const LEAST: usize = offset_of!(zexa_client_options, on_attempt_destroy) + size_of::<zexa_destroy_callback>();
}

impl zexa_client_options {
    /// # Safety
    ///
    /// The strings and headers are as the header asks.
    unsafe fn builder(&self) -> Result<ClientBuilder, Failure> {
        let mut builder = Client::builder();
        // SAFETY: as the caller promised.
        unsafe {
            if let Some(key) = input::optional_text("api_key", self.api_key)? {
                builder = builder.api_key(key);
            }
            if let Some(url) = input::optional_text("base_url", self.base_url)? {
                builder = builder.base_url(url);
            }
            if let Some(proxy) = input::optional_text("proxy", self.proxy)? {
                builder = builder.proxy(proxy);
            }
            if let Some(file) = input::optional_text("ca_file", self.ca_file)? {
                builder = builder.ca_file(file);
            }
            if let Some(suffix) = input::optional_text("user_agent_suffix", self.user_agent_suffix)? {
                builder = builder.user_agent_suffix(suffix);
            }
            for (name, value) in pairs("default_headers", self.default_headers, self.default_headers_count)? {
                builder = builder.default_header(name, value);
            }
        }
        if let Some(time) = milliseconds("timeout_ms", self.timeout_ms)? {
            builder = builder.timeout(time);
        }
        if let Some(time) = milliseconds("connect_timeout_ms", self.connect_timeout_ms)? {
            builder = builder.connect_timeout(time);
        }
        if let Some(time) = milliseconds("deadline_ms", self.deadline_ms)? {
            builder = builder.deadline(time);
        }
        if let Some(time) = milliseconds("max_retry_wait_ms", self.max_retry_wait_ms)? {
            builder = builder.max_retry_wait(time);
        }
        if let Some(retries) = count("max_retries", self.max_retries)? {
            builder = builder.max_retries(retries);
        }
        if let Some(allow) = choice("allow_http", self.allow_http)? {
            builder = builder.allow_http(allow);
        }
        if let Some(enabled) = choice("http2", self.http2)? {
            builder = builder.http2(enabled);
        }
        if let Some(connections) = limit("max_connections", self.max_connections)? {
            builder = builder.max_connections(connections);
        }
        Ok(builder)
    }
}

/// Makes a client. It opens and starts nothing.
///
/// - `options`: NULL for all defaults, with the API key from the environment's `ZEXA_API_KEY`.
/// - `client`: gets the client, yours to free with zexa_client_free().
/// - `error`: gets what went wrong, if anything did: yours to free with zexa_error_free().
///
/// Returns `ZEXA_OK`; `ZEXA_CONFIG` where an option cannot be used or there is no API key, and the error names it; or `ZEXA_INVALID_ARGUMENT`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_client_new(
    options: *const zexa_client_options,
    client: *mut *mut zexa_client,
    error: *mut *mut zexa_error,
) -> zexa_status {
    let make = || {
        // SAFETY: the caller's pointers are as the header asks.
        let (client, options) = unsafe {
            let client = Output::new("client", client)?;
            (client, input::optional_struct("options", options)?.unwrap_or(input::SizedStruct::INIT))
        };
        // SAFETY: likewise.
        let mut builder = zexa::binding::named(unsafe { options.builder() }?, PRODUCT);
        let callback = options
            .on_attempt
            .map(|function| Arc::new(Callback::new(function, options.on_attempt_userdata, options.on_attempt_destroy)));
        if let Some(callback) = callback.clone() {
            builder = builder.on_attempt(move |attempt| callback.call(attempt));
        }
        let made = builder.build()?;
        if let Some(callback) = callback {
            callback.own();
        }
        client.give(zexa_client(made))
    };
    // SAFETY: likewise.
    unsafe { guard::call(error, make) }
}

/// How this binding names itself in the `User-Agent`.
const PRODUCT: &str = concat!("zexa-c/", env!("CARGO_PKG_VERSION"));

/// Refuses further calls of this client, and of all that were made from it, with `ZEXA_CLOSED`; ends waits, and closes idle connections. An attempt
/// in flight goes on to its end. There is no need to call it before zexa_client_free(). NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_client_close(client: *const zexa_client) {
    // SAFETY: the caller's pointers are as the header asks.
    unsafe { guard::act(client, |client| client.0.close()) }
}

/// Frees a client. Lists that were made with it go on to work. No call may be running on it in another thread. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_client_free(client: *mut zexa_client) {
    // SAFETY: the caller's pointers are as the header asks.
    unsafe { guard::end(client) }
}

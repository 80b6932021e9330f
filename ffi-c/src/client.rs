//! The client and its options.

use std::ffi::{c_char, c_void};
use std::mem::offset_of;
use std::ptr;
use std::sync::Arc;

use zexa::{Client, ClientBuilder};

use crate::attempt::{Callback, zexa_attempt_callback, zexa_destroy_callback};
use crate::error::zexa_error;
use crate::input;
use crate::key_value::{key_values, zexa_key_value};
use crate::number::{ZEXA_DEFAULT, boolean, count, limit, milliseconds, milliseconds_or_zero};
use crate::output::Output;
use crate::panic_boundary::{self, Failure};
use crate::status::zexa_status;

/// A client of the Zexa API, with a connection pool. Thread-safe. Free it with zexa_client_free().
pub struct zexa_client(pub(crate) Client);

/// Options of a client. Initialise with `ZEXA_CLIENT_OPTIONS_INIT`, which sets all options to absent.
///
/// zexa_client_new() copies the struct and its strings. An absent option has its default. Empty environment variables count as unset.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct zexa_client_options {
    /// Set by `ZEXA_CLIENT_OPTIONS_INIT`.
    pub struct_size: usize,
    /// API key. Default: environment variable `ZEXA_API_KEY`.
    pub api_key: *const c_char,
    /// URL of the API. Default: environment variable `ZEXA_BASE_URL`, else "https://api.zexa.ao/v1".
    pub base_url: *const c_char,
    /// Timeout of one attempt, from connect to the last byte of the response, in milliseconds. Default: 30000.
    pub timeout_ms: i64,
    /// Timeout of DNS lookup, connect and TLS handshake together, in milliseconds. Default: 5000.
    pub connect_timeout_ms: i64,
    /// Deadline of a whole call, in milliseconds: attempts, waits between them, and all pages of a list. Default: none.
    pub deadline_ms: i64,
    /// Longest `Retry-After` to wait for, in milliseconds. If the server requests a longer wait, the call fails immediately. Default: 120000.
    pub max_retry_wait_ms: i64,
    /// Maximum number of retries of a failed attempt, if retrying is safe. 0 means one attempt. Default: 3.
    pub max_retries: i32,
    /// 1 permits "http://" to hosts other than the loopback interface, which sends the API key unencrypted. Default: 0.
    pub allow_http: i32,
    /// URL of a proxy for all connections, such as "http://user:password@proxy.example:3128". Protocols: http, https, socks5, and socks5h (the proxy resolves
    /// host names). Default: environment variables `HTTPS_PROXY` (`HTTP_PROXY` for an "http://" base URL), `ALL_PROXY` and `NO_PROXY`, which do not apply to
    /// the loopback interface.
    pub proxy: *const c_char,
    /// Path of a PEM file with the certificate authorities to trust, instead of those of the system. Default: those of the system.
    pub ca_file: *const c_char,
    /// Suffix of the `User-Agent` header, such as "shop/1.2". Default: none.
    pub user_agent_suffix: *const c_char,
    /// HTTP headers to send with every request. Headers that the client sets, such as `Authorization`, are rejected. Default: none.
    pub default_headers: *const zexa_key_value,
    /// Number of elements of `default_headers`.
    pub default_headers_count: usize,
    /// Called after each attempt of each call, for logging. Default: none.
    pub on_attempt: zexa_attempt_callback,
    /// Passed to `on_attempt`.
    pub on_attempt_userdata: *mut c_void,
    /// Called with `on_attempt_userdata` when `on_attempt` will not be called again, because the client, its derived clients and their iterators are freed. Not
    /// called if zexa_client_new() fails or `on_attempt` is NULL. Default: none.
    pub on_attempt_destroy: zexa_destroy_callback,
    /// 1 offers HTTP/2 to the server over "https://". Calls are not faster with HTTP/2, because concurrent calls do not share a connection. Default: 0 (HTTP/1.1
    /// only).
    // 4 bytes of padding follow, which callers leave undefined: the next field must be 8 bytes wide.
    pub http2: i32,
    /// Maximum number of concurrent requests, each with a connection of its own. Further calls wait in order of arrival, until their deadline. Lists prefetch
    /// fewer pages if connections are scarce. Default: 100.
    pub max_connections: i64,
}

// SAFETY: repr(C); the size comes first, then pointers, numbers and optional functions; the macro is generated from the fields.
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
    const INIT_MACRO: &'static str = "ZEXA_CLIENT_OPTIONS_INIT";
    // Up to the last field of version 0.1. Must not grow, or programs that were compiled with it would be rejected.
    const MIN_SIZE: usize = offset_of!(zexa_client_options, on_attempt_destroy) + size_of::<zexa_destroy_callback>();
}

impl zexa_client_options {
    /// # Safety
    ///
    /// The strings and headers are valid, as the header requires.
    unsafe fn builder(&self) -> Result<ClientBuilder, Failure> {
        let mut builder = Client::builder();
        // SAFETY: as the caller promised.
        unsafe {
            if let Some(key) = input::optional_string("api_key", self.api_key)? {
                builder = builder.api_key(key);
            }
            if let Some(url) = input::optional_string("base_url", self.base_url)? {
                builder = builder.base_url(url);
            }
            if let Some(proxy) = input::optional_string("proxy", self.proxy)? {
                builder = builder.proxy(proxy);
            }
            if let Some(file) = input::optional_string("ca_file", self.ca_file)? {
                builder = builder.ca_file(file);
            }
            if let Some(suffix) = input::optional_string("user_agent_suffix", self.user_agent_suffix)? {
                builder = builder.user_agent_suffix(suffix);
            }
            for (name, value) in key_values("default_headers", self.default_headers, self.default_headers_count)? {
                builder = builder.default_header(name, value);
            }
        }
        if let Some(timeout) = milliseconds("timeout_ms", self.timeout_ms)? {
            builder = builder.timeout(timeout);
        }
        if let Some(timeout) = milliseconds("connect_timeout_ms", self.connect_timeout_ms)? {
            builder = builder.connect_timeout(timeout);
        }
        if let Some(deadline) = milliseconds("deadline_ms", self.deadline_ms)? {
            builder = builder.deadline(deadline);
        }
        if let Some(wait) = milliseconds_or_zero("max_retry_wait_ms", self.max_retry_wait_ms)? {
            builder = builder.max_retry_wait(wait);
        }
        if let Some(retries) = count("max_retries", self.max_retries)? {
            builder = builder.max_retries(retries);
        }
        if let Some(allow) = boolean("allow_http", self.allow_http)? {
            builder = builder.allow_http(allow);
        }
        if let Some(enabled) = boolean("http2", self.http2)? {
            builder = builder.http2(enabled);
        }
        if let Some(connections) = limit("max_connections", self.max_connections)? {
            builder = builder.max_connections(connections);
        }
        Ok(builder)
    }
}

/// Create a client. Opens no connection.
///
/// @param options      [optional] options; NULL for the defaults, with the key in `ZEXA_API_KEY`
/// @param[out] client  the client; free with zexa_client_free()
/// @param[out] error   [optional] the error on failure; free with zexa_error_free()
/// @return `ZEXA_OK`, `ZEXA_CONFIG` for an invalid or missing option, or `ZEXA_INVALID_ARGUMENT`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_client_new(
    options: *const zexa_client_options,
    client: *mut *mut zexa_client,
    error: *mut *mut zexa_error,
) -> zexa_status {
    let create = || {
        // SAFETY: the caller's pointers are valid, as the header requires.
        let (client, options) = unsafe {
            let client = Output::required("client", client)?;
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
        let core_client = builder.build()?;
        if let Some(callback) = callback {
            callback.own_userdata();
        }
        client.set(zexa_client(core_client))
    };
    // SAFETY: likewise.
    unsafe { panic_boundary::fallible(error, create) }
}

/// Name of this binding in the `User-Agent` header.
const PRODUCT: &str = concat!("zexa-c/", env!("CARGO_PKG_VERSION"));

/// Close a client and all clients derived from it: further calls return `ZEXA_CLOSED`, waits end, and idle connections are closed. Attempts in flight continue
/// to their end. Optional before zexa_client_free(). NULL is ignored. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_client_close(client: *const zexa_client) {
    // SAFETY: the caller's pointers are valid, as the header requires.
    unsafe { panic_boundary::act_with_signal_guard(client, |client| client.0.close()) }
}

/// Free a client. Its iterators and derived clients remain usable. No other thread may be in a call with it. NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_client_free(client: *mut zexa_client) {
    // SAFETY: the caller's pointers are valid, as the header requires.
    unsafe { panic_boundary::free_with_signal_guard(client) }
}

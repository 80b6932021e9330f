//! libzexa: the client of the Zexa messaging API for SMS, WhatsApp, Telegram, email and Slack.
//!
//! A first message, to the account whose key is in the environment's `ZEXA_API_KEY`:
//!
//! ```c
//! zexa_client *client = NULL;
//! zexa_message *message = NULL;
//! zexa_error *error = NULL;
//! zexa_send_message_params params = ZEXA_SEND_MESSAGE_PARAMS_INIT;
//! params.channel = ZEXA_CHANNEL_SMS;
//! params.to = "+244912345678";
//! params.from = "ZEXA";
//! params.body = "Hello";
//! zexa_status status = zexa_client_new(NULL, &client, &error);
//! if (status == ZEXA_OK)
//!     status = zexa_messages_send(client, &params, NULL, &message, &error);
//! puts(status == ZEXA_OK ? zexa_message_status(message) : zexa_error_text(error));
//! zexa_error_free(error);
//! zexa_message_free(message);
//! zexa_client_free(client);
//! ```
//!
//! What holds for all of it:
//!
//! - **Nothing is sent twice.** A request that may have been carried out is not repeated, unless the caller says so. The error's outcome then
//!   says that it is not known.
//! - **Order of arguments**: the object itself, inputs, options of the call, outputs, the error.
//! - **Failures.** What can fail returns a zexa_status: `ZEXA_OK`, or what went wrong. Outputs are then NULL, and `*error` is an error that says
//!   more. On success `*error` is NULL. Whatever outputs and `*error` held before is overwritten. `error` itself may be NULL.
//!   Compilers warn where a status is ignored: see `ZEXA_WARN_UNUSED_RESULT`.
//! - **Inputs** are UTF-8 that ends in a NUL, and stay yours; NULL is an absent one. A NULL argument where something is needed, a string that is
//!   not UTF-8 and a struct that was not begun with its _INIT macro are `ZEXA_INVALID_ARGUMENT`. A field that is required and NULL or empty is
//!   `ZEXA_INVALID_REQUEST`.
//! - **Outputs** that you receive you free once, with the function of their type that ends in _free; NULL is fine to free. A `const char *`
//!   that you are given is UTF-8, and lives as long as the object that it was asked of. Accessors take NULL, and give NULL, 0 or -1 for it, or
//!   NaN for an amount.
//! - **Threads.** A client may be used from any thread, by many at once. All other objects may be read by many at once, too, and freed by one,
//!   when no other is in a call with them. A thread that makes calls needs 256 KiB of stack. Calls run on it; only a host name is looked up on a
//!   thread of the library's, which takes no signals.
//! - **Signals.** The library installs no handler. SIGPIPE does not come of it, whatever the program does about that. A thread in a call is not
//!   cancelled by pthread_cancel() before the call ends.
//! - **fork()**. A client that was made before works in the parent and in the child. What another thread is using at that moment, such as an
//!   iterator, is not to be used by the child.
//! - **Resources.** A client opens nothing before its first call. A call in progress has four file descriptors: its connection, and an event queue. At
//!   most `max_connections` calls of a client are in progress at the same time, and further ones wait. Afterwards the client keeps up to 16 connections for
//!   later calls. Those that are idle for 30 seconds are closed when the client is next used, and all of them when it is closed or freed. Threads: one for
//!   each host name that is being looked up.
//! - **Environment.** zexa_client_new() reads ZEXA_API_KEY, ZEXA_BASE_URL, HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY, REQUEST_METHOD, SSL_CERT_FILE and
//!   SSL_CERT_DIR. No other function of this library reads the environment; the C library does when it looks up a host name.
//! - **Ending threads.** In an atexit() handler, a static destructor or the destructor of a thread key, a call fails with `ZEXA_OTHER`, not sent, if its
//!   thread has made calls before. Make such a call on another thread.
//! - **Structs** of parameters and options begin with their size, which their _INIT macro sets, and may grow at their end.
//!
//! The library prints nothing. Where memory runs out, the process is aborted.

#![allow(
    non_camel_case_types,
    unsafe_code,
    unreachable_pub,
    reason = "the C ABI: names are those of the header, what is exported is public whatever Rust can reach, and all of it is unsafe by nature"
)]
#![warn(clippy::undocumented_unsafe_blocks)]
#![allow(
    clippy::missing_safety_doc,
    reason = "what holds for all functions is said above once, and beside each function is what is its own"
)]

mod attempt;
mod call_options;
mod cancel;
mod client;
mod enumeration;
mod error;
mod event;
mod generated;
mod guard;
mod input;
mod list;
mod number;
mod object;
mod output;
mod pair;
mod prelude;
mod request;
mod shelter;
mod template;
#[cfg(feature = "test-exports")]
mod test_exports;
mod version;

use generated::status;

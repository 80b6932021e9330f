//! The client and its options.

use std::sync::Arc;

use zexa::{Client, binding};

use crate::attempt::Callback;
use crate::cancellation_guard::CancellationGuard;
use crate::error::zexa_error;
use crate::generated::options::zexa_client_options;
use crate::input;
use crate::options::Reader;
use crate::output::Output;
use crate::panic_boundary;
use crate::status::zexa_status;

/// A client of the Zexa API, with a connection pool. Thread-safe. Free it with zexa_client_free().
pub struct zexa_client(pub(crate) Client);

/// Create a client. Opens no connection. Opens the ledger, if the options have one.
///
/// @param options      [optional] options; NULL for the defaults, with the key in `ZEXA_API_KEY`
/// @param[out] client  the client; free with zexa_client_free()
/// @param[out] error   [optional] the error on failure; free with zexa_error_free()
/// @return `ZEXA_OK`, `ZEXA_CONFIG` for an invalid or missing option, `ZEXA_OTHER` if another process does not release the ledger, or `ZEXA_INVALID_ARGUMENT`
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
        // A client with a ledger opens its file.
        let _cancellation_guard = CancellationGuard::new();
        let mut builder = binding::read_client_options(
            binding::named(Client::builder(), PRODUCT),
            // SAFETY: likewise.
            &mut unsafe { Reader::new(&options) },
        )?;
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
    unsafe { panic_boundary::act_with_cancellation_guard(client, |client| client.0.close()) }
}

/// Free a client. Its iterators and derived clients remain usable. No other thread may be in a call with it. NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_client_free(client: *mut zexa_client) {
    // SAFETY: the caller's pointers are valid, as the header requires.
    unsafe { panic_boundary::free_with_cancellation_guard(client) }
}

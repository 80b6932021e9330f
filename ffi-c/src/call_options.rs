//! Options of one call.

use std::borrow::Cow;
use std::ops::Deref;

use zexa::{CallOptions, Client, binding};

use crate::cancellation_guard::CancellationGuard;
use crate::client::zexa_client;
use crate::error::zexa_error;
use crate::generated::options::zexa_call_options;
use crate::input;
use crate::options::Reader;
use crate::output::Output;
use crate::panic_boundary::{self, Failure};
use crate::status::zexa_status;

/// The client of a call in progress, with the signals of its thread guarded.
pub(crate) struct ActiveClient<'a> {
    client: Cow<'a, Client>,
    _cancellation_guard: CancellationGuard,
}

impl Deref for ActiveClient<'_> {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

/// Returns the client, with the options of this call if there are any.
///
/// # Safety
///
/// Both pointers are valid, as the header requires.
pub(crate) unsafe fn client<'a>(
    client: *const zexa_client,
    options: *const zexa_call_options,
) -> Result<ActiveClient<'a>, Failure> {
    // SAFETY: as the caller promised.
    unsafe {
        let client = &input::object("client", client)?.0;
        let client = match input::optional_struct("options", options)? {
            Some(options) => Cow::Owned(client.with_options(read(&options)?)),
            None => Cow::Borrowed(client),
        };
        Ok(ActiveClient { client, _cancellation_guard: CancellationGuard::new() })
    }
}

/// # Safety
///
/// The strings, the headers and the token are valid, as the header requires.
unsafe fn read(options: &zexa_call_options) -> Result<CallOptions, Failure> {
    // SAFETY: as the caller promised.
    let (mut reader, token) = unsafe { (Reader::new(options), options.cancel.as_ref()) };
    let options = binding::read_call_options(&mut reader)?;
    Ok(token.into_iter().fold(options, |options, token| options.cancel(&token.0)))
}

/// Create a client that shares the connections of another, and has other options for all its calls. Thread-safe.
///
/// @param client        the original client
/// @param options       [optional] options of all calls of the derived client. `extra_body` returns `ZEXA_CONFIG`
/// @param[out] derived  the derived client; free with zexa_client_free(), before or after the original
/// @param[out] error    [optional] the error on failure; free with zexa_error_free()
/// @return `ZEXA_OK`, `ZEXA_CONFIG` or `ZEXA_INVALID_ARGUMENT`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zexa_client_with_options(
    client: *const zexa_client,
    options: *const zexa_call_options,
    derived: *mut *mut zexa_client,
    error: *mut *mut zexa_error,
) -> zexa_status {
    let derive = || {
        // SAFETY: the caller's pointers are valid, as the header requires.
        let (derived, active) = unsafe { (Output::required("derived", derived)?, self::client(client, options)?) };
        binding::check_derived(&active)?;
        derived.set(zexa_client(active.client.into_owned()))
    };
    // SAFETY: likewise.
    unsafe { panic_boundary::fallible(error, derive) }
}

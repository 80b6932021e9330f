//! The rows of bulk runs: callbacks that return arbitrary rows and statuses.

use std::ffi::{c_int, c_void};

use super::arguments::Arguments;
use crate::generated::contacts::zexa_create_contact_params;
use crate::generated::messages::zexa_send_message_params;

/// The rows of a run, with the strings that they point to. Alive for as long as the run.
pub(super) struct Rows {
    pub(super) messages: Vec<zexa_send_message_params>,
    pub(super) contacts: Vec<zexa_create_contact_params>,
    /// What the callback returns after the last row.
    pub(super) end: c_int,
    pub(super) _arguments: Arguments,
}

/// Returns the next message.
pub(super) unsafe extern "C" fn next_message(row: *mut zexa_send_message_params, rows: *mut c_void) -> c_int {
    // SAFETY: the userdata of the run, which one thread uses at a time.
    let rows = unsafe { &mut *rows.cast::<Rows>() };
    let Some(next) = rows.messages.pop() else { return rows.end };
    // SAFETY: the library passes a valid row.
    unsafe { *row = next };
    0
}

/// Returns the next contact.
pub(super) unsafe extern "C" fn next_contact(row: *mut zexa_create_contact_params, rows: *mut c_void) -> c_int {
    // SAFETY: likewise.
    let rows = unsafe { &mut *rows.cast::<Rows>() };
    let Some(next) = rows.contacts.pop() else { return rows.end };
    // SAFETY: likewise.
    unsafe { *row = next };
    0
}

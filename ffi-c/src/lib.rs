//! The C ABI of libzexa. `include/zexa.h` is generated from this crate; `xtask/templates/c/zexa.h.jinja` is its template, with the conventions of the API.
//!
//! Every exported function runs within `panic_boundary`, takes its inputs through `input`, and stores the objects that it creates through `output`.
//! `generated/` contains the functions of models, parameters and operations.

#![allow(
    non_camel_case_types,
    unsafe_code,
    unreachable_pub,
    reason = "C ABI: names are those of the header, exported functions are public although Rust cannot reach them, and pointers require unsafe code"
)]
#![warn(clippy::undocumented_unsafe_blocks)]
#![allow(clippy::missing_safety_doc, reason = "the header states the requirements of all functions once, at its top")]

mod attempt;
mod bulk_run;
mod call_options;
mod cancel;
mod cancellation_guard;
mod client;
mod error;
mod event;
#[cfg(all(any(test, fuzzing), not(feature = "test-exports")))]
#[doc(hidden)]
pub mod fuzzing;
mod generated;
mod input;
mod key_value;
mod ledger_file;
mod list;
mod number;
mod object;
mod open_enum;
mod options;
mod output;
mod panic_boundary;
mod prelude;
mod request;
mod sms;
mod template;
#[cfg(feature = "test-exports")]
mod test_exports;
mod version;

use generated::status;

/// Overwrites all freed memory. The HTTP and TLS libraries have copies of keys and messages, too.
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> = zeroizing_alloc::ZeroAlloc(std::alloc::System);

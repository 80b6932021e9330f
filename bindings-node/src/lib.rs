//! The native addon of the Node package `zexa`.
//!
//! Users see the JavaScript in `lib`. It assigns each call a number and passes the call to the addon as JSON. The call runs on the client's own thread. Its
//! result goes to the `completion_queue` of the JavaScript thread that made the call, which delivers all results since the last delivery as one JSON text.
//! V8 creates objects from JSON faster than the Node-API creates them field by field.
//!
//! Models and operations are in `generated`, which `cargo xtask codegen` writes from the definitions in `core`. The other files contain behaviour.

mod bulk;
mod call;
mod client;
mod completion_queue;
mod errors;
mod events;
mod generated;
mod json;
mod ledger;
mod list;
mod options;
mod prelude;
mod segments;

/// Overwrites all freed memory. The HTTP and TLS libraries have copies of keys and messages, too.
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> = zeroizing_alloc::ZeroAlloc(std::alloc::System);

//! The addon behind the package `zexa`: the client of the Zexa messaging API for Node.
//!
//! The JavaScript in `lib` is what users see. It gives each call a number and hands it over as JSON; the call is carried out on the client's own thread, and
//! what comes of it is posted to the `mailbox` of the thread of JavaScript that made it, as JSON again: one text for all that came since the last.
//! V8 makes objects of JSON faster than the Node-API makes them field by field.
//!
//! Models and operations are in `generated`, which `cargo xtask codegen` writes from the definitions in `core`; what is here is behaviour.

mod call;
mod client;
mod errors;
mod events;
mod generated;
mod json;
mod list;
mod mailbox;
mod options;
mod prelude;

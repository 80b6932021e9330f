//! Connections that the server closes while they are idle, or while the next request is on its way.

mod ended;
mod racing;
mod server;
#[path = "../support/mod.rs"]
mod support;
mod unsent;

//! Tests of the commands: the real program against the sandbox.

#[path = "../support/mod.rs"]
mod support;

mod send;

//! The commands of `zexa`: the real program against the sandbox.

mod bulk;
mod commands;
mod limiter;
mod support;

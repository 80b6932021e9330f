//! The sandbox: its API, its control API, its faults and its program.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod api;
mod common;
mod control;
mod faults;
mod http2;
#[cfg(unix)]
mod program;
mod replies;
mod time;
mod tls;

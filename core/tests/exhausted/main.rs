//! Exhausted resources: errors have the right kind and outcome, no call hangs, and the same client works when the resource is available again.
//!
//! Each test limits a resource of a process of its own, which runs one of the ignored tests.
#![allow(unsafe_code, reason = "limits of processes and mounts are set, and a function of the C library is replaced")]
#![cfg(target_os = "linux")]

mod child;
mod clock;
mod disk;
mod files;
mod memory;
mod names;
#[path = "../support/mod.rs"]
mod support;
mod threads;

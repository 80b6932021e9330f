//! Tests of the commands: the real program against the sandbox.

#[path = "../support/mod.rs"]
mod support;

mod campaigns;
mod contacts;
mod doctor;
mod guide;
mod help;
mod interrupts;
mod listen;
mod login;
mod messages;
mod other;
mod send;

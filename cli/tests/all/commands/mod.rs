//! Tests of the other commands.

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

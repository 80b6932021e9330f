//! The writes on a connection.

#[path = "../../../../../core/src/engine/connect/writes.rs"]
mod writes;

pub(crate) use self::writes::Writes;

//! The writes on a connection, and a replacement for the connection.

#[path = "../../../../../core/src/engine/connect/writes.rs"]
mod writes;

pub(crate) use self::writes::Writes;

/// A connection that is known from the beginning.
pub(crate) struct CapturedConnection(pub(crate) Writes);

impl CapturedConnection {
    pub(crate) fn writes(&self) -> Option<Writes> {
        Some(self.0.clone())
    }
}

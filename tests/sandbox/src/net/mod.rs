//! Connections: accepting them, serving HTTP on them, and breaking them on purpose.

pub(crate) mod accept;
pub(crate) mod connection;
mod frames;
mod http2;
pub(crate) mod output;
mod socket;
pub(crate) mod streams;
pub(crate) mod tls;
mod write_limiter;

//! Sockets: accepting, speaking HTTP over them, and breaking them on purpose.

pub(crate) mod accept;
mod frames;
mod gate;
mod http2;
pub(crate) mod line;
pub(crate) mod output;
pub(crate) mod streams;
pub(crate) mod tls;
mod wire;

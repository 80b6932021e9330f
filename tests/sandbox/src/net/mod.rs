//! Sockets: accepting, speaking HTTP over them, and breaking them on purpose.

pub(crate) mod accept;
mod gate;
pub(crate) mod line;
pub(crate) mod output;
pub(crate) mod tls;
mod wire;

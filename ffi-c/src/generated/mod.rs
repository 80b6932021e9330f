//! What `cargo xtask codegen` writes from the definitions in `core`.

pub(crate) mod campaigns;
pub(crate) mod channel;
pub(crate) mod contacts;
pub(crate) mod credits;
pub(crate) mod messages;
mod prelude;
pub(crate) mod sender_ids;
pub(crate) mod status;
pub(crate) mod webhooks;

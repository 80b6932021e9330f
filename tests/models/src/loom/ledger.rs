//! The part of the ledger that request bodies use.

#[path = "../../../../core/src/ledger/lease.rs"]
pub(crate) mod lease;

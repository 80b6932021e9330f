//! The modules of the ledger that are modelled, and a replacement for what they need.

#[path = "../../../../core/src/ledger/lease.rs"]
pub(crate) mod lease;
#[path = "../../../../core/src/ledger/memory.rs"]
pub(crate) mod memory;
#[path = "../../../../core/src/ledger/row.rs"]
pub(crate) mod row;
#[path = "../../../../core/src/ledger/state.rs"]
pub(crate) mod state;
#[path = "../../../../core/src/ledger/store.rs"]
pub(crate) mod store;
#[path = "../../../../core/src/ledger/writer.rs"]
pub(crate) mod writer;

/// Hashes are compared only.
pub(crate) mod key {
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) struct Hash(pub(crate) [u8; 32]);
}

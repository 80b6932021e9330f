//! Ledger: the record of what was sent, by idempotency key. It shows which rows are in doubt, and settles them.
//
// - `state` is the table of states, and `row` applies it to a row;
// - `key` checks keys, and hashes parameters;
// - `store` is the interface of a place for rows: `sqlite` is a file (`sqlite_rows`, `file`, `locks`, `exclusive`, `record_lock`, `failure`), `postgres` is a
//   database that several machines share, and `memory` is for tests;
// - `location` is the path or the URL of a ledger, `account` is what it belongs to, and `lease` is the time for which a claim in a database is valid;
// - `writer` is the thread that changes a ledger, and `open` is a ledger that a client has opened;
// - `claim` is the claim of a call, around its attempts;
// - `handle` is what a user opens to look at a ledger, and `export` writes it as CSV.
//
// The files need the feature `ledger` and, for their locks, a Unix system. On other systems, `unsupported` is the type of a ledger that cannot be opened.

#[cfg(all(feature = "ledger", unix))]
mod account;
pub(crate) mod claim;
#[cfg(all(feature = "ledger", target_os = "linux"))]
mod exclusive;
#[cfg(all(feature = "ledger", unix))]
mod export;
#[cfg(all(feature = "ledger", unix))]
mod failure;
#[cfg(all(feature = "ledger", unix))]
mod file;
#[cfg(all(feature = "ledger", unix, any(test, fuzzing)))]
pub(crate) mod fuzzing;
#[cfg(all(feature = "ledger", unix))]
mod handle;
pub(crate) mod key;
#[cfg_attr(not(feature = "postgres"), allow(dead_code, reason = "only databases have leases"))]
pub(crate) mod lease;
#[cfg(all(feature = "ledger", unix))]
mod ledger_store;
pub(crate) mod location;
#[cfg(all(feature = "ledger", unix))]
mod locks;
#[cfg(test)]
mod memory;
pub(crate) mod open;
#[cfg(all(feature = "postgres", unix))]
mod open_database;
#[cfg(all(feature = "ledger", unix))]
mod open_file;
#[cfg(all(feature = "postgres", unix))]
mod postgres;
#[cfg(all(test, feature = "ledger", unix))]
mod properties;
#[cfg(all(feature = "ledger", unix))]
mod record_lock;
pub(crate) mod row;
#[cfg(all(feature = "ledger", unix))]
mod sqlite;
#[cfg(all(feature = "ledger", unix))]
mod sqlite_rows;
pub(crate) mod state;
mod store;
#[cfg(test)]
mod store_tests;
#[cfg(all(feature = "ledger", not(unix)))]
mod unsupported;
pub(crate) mod writer;

use jiff::Timestamp;

#[cfg(all(feature = "ledger", unix))]
pub use self::handle::Ledger;
#[cfg(all(feature = "ledger", not(unix)))]
pub use self::unsupported::Ledger;
use crate::model::model;
use crate::redact::redacted_debug;

model! {
    /// The numbers of rows in a ledger, by state.
    LedgerCounts {
        required {
            /// Claimed by a process that still runs: being sent now.
            claimed: u64,
            /// Accepted by the server.
            accepted: u64,
            /// Rejected by the server.
            rejected: u64,
            /// Not sent. They are sent when they are next used.
            not_sent: u64,
            /// In doubt: it is not known whether the server processed the request.
            in_doubt: u64,
            /// Accepted so long ago that only the key is left.
            pruned: u64,
        }
        documented {}
        optional {
            /// Time of the oldest request in doubt (UTC). Absent if no row is in doubt.
            oldest_doubt: Option<Timestamp>,
        }
    }
}

model! {
    /// A row of a ledger that is in doubt: its request was sent, or may have been, and no result is recorded.
    DoubtfulRow {
        required {
            /// Idempotency key. The default key of a bulk row is `default:` and a hash.
            key: String,
        }
        documented {
            /// Path of the API, such as `/messages`.
            operation: Option<String>,
            /// Time at which the request was about to be sent (UTC).
            claimed_at: Option<Timestamp>,
        }
        optional {
            /// HTTP status of the response, if one arrived.
            http_status: Option<u64>,
            /// Request id of the response, which Zexa's support uses to find the request.
            request_id: Option<String>,
        }
    }
}

redacted_debug!(LedgerCounts { claimed, accepted, rejected, not_sent, in_doubt, pruned, oldest_doubt });
redacted_debug!(DoubtfulRow { key, operation, claimed_at, http_status, request_id });

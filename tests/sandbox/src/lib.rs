//! An in-memory server that implements the Zexa API, for first messages and for tests.
//!
//! It implements authentication, validation, credits, status transitions, campaigns, webhooks, pagination and rate
//! limits. It also injects faults on request, and records the requests that it receives.
//!
//! ```
//! use serde_json::json;
//! use zexa_sandbox::Sandbox;
//!
//! // A server on its own port, which stops when it is dropped.
//! let sandbox = Sandbox::start();
//! println!("base URL {}, key {}", sandbox.url(), sandbox.api_key());
//!
//! // A server with a balance of 10 credits, which responds to the first message with a 503.
//! let sandbox = Sandbox::from_json(json!({
//!     "state": {"credits": 10},
//!     "faults": [{"method": "POST", "path": "/messages", "status": 503}],
//! }));
//! // Make calls. Then check what the server has received:
//! assert_eq!(sandbox.requests().len(), 0);
//! assert_eq!(sandbox.messages().len(), 0);
//! ```
//!
//! Other languages use the program `zexa-sandbox` and its control API `/_sandbox`; see the README.

mod api;
mod clock;
mod control;
mod fault;
mod fault_rules;
mod hub;
mod inject;
mod matching;
mod message_record;
mod net;
mod poster;
mod record;
mod reply;
mod sandbox;
pub mod scenarios;
mod segments;
mod server;
mod service;
mod spec;
mod watched;
mod world;

pub use fault::{At, Effect, Fault, Then, When};
pub use matching::mismatches;
pub use message_record::MessageRecord;
pub use net::tls::ClientCertificate;
pub use record::RecordedRequest;
pub use sandbox::Sandbox;
pub use segments::segments;
pub use spec::{DEFAULT_API_KEY, Listen, RateLimit, ReplySpec, ServerSpec, Speed, StateSpec, StreamLimits, TlsVersion};

/// Runs the Rust examples in the README as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

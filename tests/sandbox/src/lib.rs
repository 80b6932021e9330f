//! The Zexa API in one program, in memory: for first messages and for tests.
//!
//! It authenticates, validates, charges, moves statuses on, runs campaigns, posts webhooks and limits rates as
//! the real API does. It also misbehaves on request, and tells what it has received.
//!
//! ```
//! use serde_json::json;
//! use zexa_sandbox::Sandbox;
//!
//! // A server of your own, gone when it is dropped.
//! let sandbox = Sandbox::start();
//! println!("base URL {}, key {}", sandbox.url(), sandbox.api_key());
//!
//! // One that starts with 10 credits, and answers the first message with a 503.
//! let sandbox = Sandbox::from_json(json!({
//!     "state": {"credits": 10},
//!     "faults": [{"method": "POST", "path": "/messages", "status": 503}],
//! }));
//! // ... make calls, then look at what came:
//! assert_eq!(sandbox.requests().len(), 0);
//! assert_eq!(sandbox.messages().len(), 0);
//! ```
//!
//! The program `zexa-sandbox` is the same for other languages, over the control path `/_sandbox`; see the README.

mod api;
mod clock;
mod control;
mod fault;
mod fault_book;
mod hub;
mod matching;
mod net;
mod poster;
mod record;
mod reply;
mod sandbox;
mod segments;
mod server;
mod service;
mod spec;
mod spoil;
mod watched;
mod world;

pub use fault::{Answer, At, Fault, Then, When};
pub use matching::mismatches;
pub use record::RecordedRequest;
pub use sandbox::Sandbox;
pub use segments::segments;
pub use spec::{DEFAULT_API_KEY, Listen, RateLimit, ReplySpec, ServerSpec, Speed, StateSpec, StreamLimits};

/// The examples of the README are tests too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

//! Tests of the client that may share a process. They are one program, so that it is linked once and their waits overlap.

mod cancel;
mod certificate_files;
mod client_certificates;
mod connections;
mod extra;
mod hints;
mod http2;
mod max_connections;
mod prefetch;
mod proxy;
mod rate_limit;
mod runtimes;
mod secrets;
mod storm;
mod storm_http2;
#[path = "../support/mod.rs"]
mod support;
mod tls;
mod versions;
mod waiting;

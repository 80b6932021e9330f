//! [`Resolver`]: resolves host names with the system's resolver.
//!
//! The system's function blocks, so it runs on a separate thread. If the name server does not respond, the thread is blocked for ten seconds or more.
//! Concurrent lookups of one name therefore share one thread, and the number of lookups is limited.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::net::{SocketAddr, ToSocketAddrs};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::thread;

use hyper_util::client::legacy::connect::dns::Name;
use tokio::sync::oneshot;
use tower_service::Service;

use crate::engine::process::PerProcess;
use crate::engine::runtime_pool::block_signals;
use crate::lazy::Lazy;

/// The maximum number of concurrent lookups of a process. A client needs one, or two with a proxy.
const MAX_LOOKUPS: usize = 16;

/// The stack size of a lookup. Set explicitly, because the default depends on an environment variable, which another thread may be changing.
const STACK: usize = 1 << 20;

/// Resolves host names for connections.
#[derive(Clone, Copy)]
pub(crate) struct Resolver;

/// A failed lookup.
#[derive(Clone, Debug)]
pub(crate) struct ResolveError {
    pub(crate) reason: String,
    /// The code that Node.js has for the reason.
    pub(crate) code: &'static str,
}

type Lookup = Result<Arc<[SocketAddr]>, ResolveError>;

/// The lookups of one process, each with the senders to those that wait for it.
#[derive(Default)]
struct Lookups(Mutex<HashMap<String, Vec<oneshot::Sender<Lookup>>>>);

impl Lookups {
    fn of_this_process() -> &'static Lookups {
        static LOOKUPS: Lazy<PerProcess<Lookups>> = Lazy::new(|| PerProcess::new(Lookups::default()));
        LOOKUPS.get(|_| Lookups::default())
    }

    /// Joins the lookup of this name, or starts one.
    fn join(&'static self, name: &str) -> Result<oneshot::Receiver<Lookup>, ResolveError> {
        let (sender, receiver) = oneshot::channel();
        let mut lookups = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(waiting) = lookups.get_mut(name) {
            // Removes waiters that have given up.
            waiting.retain(|sender| !sender.is_closed());
            waiting.push(sender);
            return Ok(receiver);
        }
        if lookups.len() >= MAX_LOOKUPS {
            let reason = "too many DNS lookups are in progress".to_owned();
            return Err(ResolveError { reason, code: "EAI_AGAIN" });
        }
        let owned = name.to_owned();
        let thread = thread::Builder::new().name("zexa-resolver".into()).stack_size(STACK);
        let started = thread.spawn(move || {
            block_signals();
            let result = look_up(&owned);
            let waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&owned);
            waiting.into_iter().flatten().for_each(|waiting| drop(waiting.send(result.clone())));
        });
        match started {
            Ok(_) => {
                lookups.insert(name.to_owned(), vec![sender]);
                Ok(receiver)
            }
            Err(error) => {
                let reason = format!("cannot start a thread for the DNS lookup ({error})");
                Err(ResolveError { reason, code: "EAGAIN" })
            }
        }
    }
}

fn look_up(name: &str) -> Lookup {
    match (name, 0).to_socket_addrs() {
        Ok(addresses) if addresses.len() > 0 => Ok(addresses.collect()),
        Ok(_) => Err(ResolveError { reason: "the host name has no address".into(), code: "ENOTFOUND" }),
        Err(error) => {
            let text = error.to_string();
            // The standard library adds a prefix, which says that the lookup has failed.
            let detail = text.rsplit(": ").next().unwrap_or(&text);
            let code = if detail.starts_with("Temporary failure") { "EAI_AGAIN" } else { "ENOTFOUND" };
            Err(ResolveError { reason: format!("the host name cannot be resolved ({detail})"), code })
        }
    }
}

/// Resolves a host name to addresses with port 0.
pub(super) async fn resolve(name: &str) -> Lookup {
    let aborted = || ResolveError { reason: "the DNS lookup was aborted".into(), code: "EAI_AGAIN" };
    Lookups::of_this_process().join(name)?.await.unwrap_or_else(|_| Err(aborted()))
}

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = ResolveError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, ResolveError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ResolveError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        Box::pin(async move { Ok(resolve(name.as_str()).await?.to_vec().into_iter()) })
    }
}

impl fmt::Display for ResolveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for ResolveError {}

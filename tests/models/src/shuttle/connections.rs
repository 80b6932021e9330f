//! The connection limit: never more requests than allowed, no permit is lost, and no waiting call is forgotten.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use shuttle::{future, thread};

use crate::engine::admission::{Admission, Permit, WaitResult, wait_on_thread};
use crate::engine::fork;
use crate::options::Options;
use crate::sync::step;
use crate::{CancelToken, explore};

const LIMIT: usize = 2;

/// A client that counts its requests.
struct Client {
    admission: Admission,
    requests: AtomicUsize,
    bulk: AtomicUsize,
}

impl Client {
    fn new() -> Arc<Client> {
        let admission = Admission::new(u32::try_from(LIMIT).expect("small"));
        Arc::new(Client { admission, requests: AtomicUsize::new(0), bulk: AtomicUsize::new(0) })
    }

    /// Makes a request with this permit.
    fn request(&self, permit: Permit) {
        assert!(self.requests.fetch_add(1, Ordering::Relaxed) < LIMIT, "more requests than allowed");
        step();
        self.requests.fetch_sub(1, Ordering::Relaxed);
        drop(permit);
    }

    /// Makes a blocking call. Returns whether it was admitted.
    fn call(&self, cancel: Option<&CancelToken>) -> bool {
        match wait_on_thread(self.admission.enter(), None, cancel).expect("this thread may be blocked") {
            WaitResult::Ready(permit) => self.request(permit),
            WaitResult::Cancelled => return false,
            WaitResult::TimedOut(_) | WaitResult::Forked => panic!("no deadline and no fork"),
        }
        true
    }

    async fn bulk_row(&self) {
        let permit = self.admission.enter_bulk().await;
        assert!(self.bulk.fetch_add(1, Ordering::Relaxed) < LIMIT - 1, "bulk rows have all permits");
        step();
        self.bulk.fetch_sub(1, Ordering::Relaxed);
        self.request(permit);
    }

    /// All permits were returned, and only once.
    fn check_that_all_are_free(&self) {
        let permits: Vec<_> = std::iter::from_fn(|| self.admission.try_enter()).take(LIMIT + 1).collect();
        assert_eq!(permits.len(), LIMIT, "permits were lost or returned twice");
    }
}

/// Blocking calls, async calls and prefetched pages. A forked child drops a permit that it has inherited.
pub(crate) fn never_exceed_the_limit(options: &Options) -> usize {
    explore(options, 1000, || {
        let client = Client::new();
        let inherited = client.admission.try_enter().expect("a free permit");
        let child = thread::spawn(move || {
            fork::become_child();
            drop(inherited);
        });
        child.join().expect("no panic");
        // The request of the parent is still in flight.
        client.requests.fetch_add(1, Ordering::Relaxed);
        let page = client.admission.try_enter_with_spare();
        assert!(page.is_none(), "a prefetched page has the last permit");
        let calls = [(); 3].map(|()| {
            let client = client.clone();
            thread::spawn(move || assert!(client.call(None)))
        });
        let waiting = client.clone();
        let waiting = future::spawn(async move { waiting.request(waiting.admission.enter().await) });
        for call in calls {
            call.join().expect("no panic");
        }
        future::block_on(waiting).expect("no panic");
    })
}

/// Calls are cancelled while they wait, in threads and in tasks.
pub(crate) fn lose_no_permit(options: &Options) -> usize {
    explore(options, 1000, || {
        let client = Client::new();
        let token = CancelToken::new();
        let calls = [(); 4].map(|()| {
            let (client, token) = (client.clone(), token.clone());
            thread::spawn(move || client.call(Some(&token)))
        });
        let dropped = client.clone();
        let dropped = future::spawn(async move { dropped.bulk_row().await });
        let patient = client.clone();
        let patient = thread::spawn(move || patient.call(None));
        step();
        dropped.abort();
        token.cancel();
        for call in calls {
            call.join().expect("no panic");
        }
        assert!(patient.join().expect("no panic"), "a call without a token was cancelled");
        // It is complete or cancelled.
        let _ = future::block_on(dropped);
        client.check_that_all_are_free();
    })
}

/// Many bulk rows, and a single call.
pub(crate) fn leave_one_for_single_calls(options: &Options) -> usize {
    explore(options, 1000, || {
        let client = Client::new();
        let rows = [(); 3].map(|()| {
            let client = client.clone();
            future::spawn(async move { client.bulk_row().await })
        });
        let call = client.clone();
        let call = thread::spawn(move || assert!(call.call(None)));
        let page = client.clone();
        let page = thread::spawn(move || page.admission.try_enter_with_spare().map(|permit| page.request(permit)));
        call.join().expect("no panic");
        page.join().expect("no panic");
        for row in rows {
            future::block_on(row).expect("no panic");
        }
        client.check_that_all_are_free();
    })
}

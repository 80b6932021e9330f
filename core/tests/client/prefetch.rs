//! The number of pages that a list keeps in memory, which is small if the pages are large.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use futures_executor::block_on;
use zexa::{Client, ClientBuilder, ListContacts};

/// Decoding a large page takes a while in a debug build.
const TIMEOUT: Duration = Duration::from_secs(120);
const PAGES: u32 = 10;
/// Four of them are just below the 16 MiB that a list may prefetch.
const NAME: usize = 4_000_000;
const AHEAD: u32 = 4;
/// The maximum number of prefetched pages of any size.
const MOST_AHEAD: u32 = 20;

/// A server of large pages. Records how far the requests are ahead of the pages that the consumer has received.
#[derive(Default)]
struct LargePages {
    /// The number of small pages at the beginning.
    small: u32,
    state: Mutex<State>,
    requested: Condvar,
}

#[derive(Default)]
struct State {
    withdrawn: BTreeSet<u32>,
    requested: u32,
    taken: u32,
    ahead: u32,
}

impl LargePages {
    fn start(small: u32) -> (Arc<LargePages>, ClientBuilder) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let server = Arc::new(LargePages { small, ..LargePages::default() });
        let shared = server.clone();
        thread::spawn(move || {
            for connection in listener.incoming() {
                let (server, connection) = (shared.clone(), connection.expect("a connection"));
                thread::spawn(move || server.serve(connection));
            }
        });
        (server, Client::builder().base_url(url).api_key("zx_test").max_retries(0).timeout(TIMEOUT))
    }

    /// Responds to requests until the client closes the connection, between two requests or in the middle of a response.
    fn serve(&self, connection: TcpStream) {
        let mut reader = BufReader::new(connection.try_clone().expect("a handle"));
        let mut writer = connection;
        loop {
            let mut first = None;
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap_or(0) == 0 {
                    return;
                }
                if line == "\r\n" {
                    break;
                }
                first.get_or_insert(line);
            }
            let line = first.expect("a request line");
            let page = line.split("page=").nth(1).and_then(|rest| rest.split(' ').next()).expect("a page");
            let page = page.parse().expect("a number");
            if self.is_to_be_withdrawn(page) {
                // The client will close the connection. Until then, there is no response.
                assert_eq!(reader.read(&mut [0]).unwrap_or(0), 0);
                return;
            }
            self.note_request(page);
            let name = "x".repeat(if page > self.small { NAME } else { 1 });
            // Written by hand, because it is large.
            let contact = format!(
                r#"{{"id": "cnt_{page}", "name": "{name}", "phone": "+244912345678", "created_at": "2026-07-01T09:00:00Z"}}"#
            );
            let meta = format!(r#"{{"total": {PAGES}, "page": {page}, "per_page": 1}}"#);
            let body = format!(r#"{{"data": [{contact}], "meta": {meta}}}"#);
            let head =
                format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.len());
            if writer.write_all(head.as_bytes()).and_then(|()| writer.write_all(body.as_bytes())).is_err() {
                return;
            }
        }
    }

    /// Whether this is the first request for a page that was requested while pages were small, and is too far ahead of the first large page.
    fn is_to_be_withdrawn(&self, page: u32) -> bool {
        let is_ahead = self.small > 0 && page > self.small + AHEAD && page <= self.small + MOST_AHEAD;
        let is_first = is_ahead && self.state.lock().expect("no thread panicked").withdrawn.insert(page);
        self.requested.notify_all();
        is_first
    }

    /// Delays the response until all requests that may be ahead of it have arrived.
    fn note_request(&self, page: u32) {
        let mut state = self.state.lock().expect("no thread panicked");
        state.requested = state.requested.max(page);
        state.ahead = state.ahead.max(page - state.taken);
        self.requested.notify_all();
        let is_due = |state: &State| match self.small {
            0 => page == 1 || state.requested >= (page + AHEAD - 1).min(PAGES),
            // A request that is withdrawn before it arrives here would be missing.
            small => page <= small || state.withdrawn.len() == (PAGES - small - AHEAD) as usize,
        };
        drop(self.requested.wait_while(state, |state| !is_due(state)).expect("no thread panicked"));
    }

    fn note_taken(&self) {
        self.state.lock().expect("no thread panicked").taken += 1;
    }

    fn assert_ahead(&self) {
        let state = self.state.lock().expect("no thread panicked");
        assert_eq!((state.taken, state.ahead), (PAGES, AHEAD));
    }

    fn assert_withdrawn(&self) {
        let state = self.state.lock().expect("no thread panicked");
        assert_eq!(state.withdrawn, (3 + AHEAD + 1..=PAGES).collect());
    }
}

#[test]
fn few_large_pages_are_prefetched() {
    let (server, builder) = LargePages::start(0);
    let client = builder.build().expect("a client");
    for page in client.contacts().list(&ListContacts::new()).pages() {
        assert_eq!(page.expect("a page").items[0].name.as_ref().expect("a name").len(), NAME);
        server.note_taken();
    }
    server.assert_ahead();
}

#[test]
fn few_large_pages_are_prefetched_by_the_async_client() {
    let (server, builder) = LargePages::start(0);
    let client = builder.build_async().expect("a client");
    let mut pages = client.contacts().list(&ListContacts::new()).pages();
    while let Some(page) = block_on(pages.next()) {
        assert_eq!(page.expect("a page").items[0].name.as_ref().expect("a name").len(), NAME);
        server.note_taken();
    }
    server.assert_ahead();
}

/// The fourth page is the first large one. By then, pages up to the nineteenth were requested.
#[test]
fn pages_requested_before_they_were_large_are_withdrawn() {
    let (server, builder) = LargePages::start(3);
    let client = builder.clone().build().expect("a client");
    let pages: Vec<u32> = (1..=PAGES).collect();
    let blocking = client.contacts().list(&ListContacts::new()).pages().map(|page| page.expect("a page").page);
    assert_eq!(blocking.collect::<Vec<_>>(), pages);
    server.assert_withdrawn();

    let (server, builder) = LargePages::start(3);
    let mut list = builder.build_async().expect("a client").contacts().list(&ListContacts::new()).pages();
    let asynchronous = std::iter::from_fn(|| block_on(list.next())).map(|page| page.expect("a page").page);
    assert_eq!(asynchronous.collect::<Vec<_>>(), pages);
    server.assert_withdrawn();
}

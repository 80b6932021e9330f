//! Checks of lists, for arbitrary sequences of pages.

use std::collections::HashSet;
use std::future::poll_fn;
use std::mem;
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll, Waker};

use serde_json::{Map, Value, json};

use super::pager::{Items, Pager};
use super::{Page, Source};
use crate::call_options::CallOptions;
use crate::config::Config;
use crate::decode::Fetched;
use crate::engine::Shared;
use crate::{Client, Error, Kind, ListSenderIds, Outcome, Result, SenderId};

/// The number of pages that a list may receive after the last one of the input.
const MAX_FURTHER_PAGES: usize = 8;

/// The documented maximum number of pages in flight.
const MAX_IN_FLIGHT: usize = 20;

/// A page of the server.
#[derive(Clone)]
struct Scripted {
    page: std::result::Result<Page<SenderId>, u16>,
    /// Size of the body.
    size: usize,
    /// Whether it arrives only when it is polled again.
    is_slow: bool,
    /// Whether there is no connection to prefetch it.
    is_busy: bool,
}

/// What the server returns after the last page of the input.
#[derive(Clone, Copy)]
enum Afterwards {
    Empty,
    NotFound,
    Last,
    First,
}

struct Server {
    pages: Vec<Scripted>,
    afterwards: Afterwards,
}

/// An item by its id and channel. `None` if it has no id.
type Identity = Option<(String, Option<String>)>;

/// Reads a list. The first bytes of the input are its options, and each further group of three is a page of the server. The list ends, and yields each
/// item once.
pub fn lists(input: &[u8]) {
    let [options, per_page, limit, script @ ..] = input else { return };
    let per_page = (options & 1 != 0).then_some(u32::from(*per_page % 100) + 1);
    let limit = (options & 2 != 0).then_some(u64::from(*limit));
    if options & 4 != 0 {
        return correct_server(script, per_page, limit);
    }
    let afterwards = match options >> 6 {
        0 => Afterwards::Empty,
        1 => Afterwards::NotFound,
        2 => Afterwards::Last,
        _ => Afterwards::First,
    };
    // The same as the id of an item: one byte may describe a list of any length.
    let pages: Vec<_> = script.chunks_exact(3).map(|page| scripted([page[0], page[1], page[2]])).collect();
    let server = Server { pages, afterwards };
    read(&server, per_page, limit);
}

/// A server that follows the documentation: all items are yielded, with one request per page.
fn correct_server(script: &[u8], per_page: Option<u32>, limit: Option<u64>) {
    let [count, ..] = script else { return };
    let (count, size) = (u64::from(*count), u64::from(per_page.unwrap_or(50)));
    let size = if let (None, Some(limit @ 1..=100)) = (per_page, limit) { limit } else { size };
    let numbers: Vec<u64> = (0..count).collect();
    let pages = numbers.chunks(usize::try_from(size).expect("small")).map(|numbers| {
        let items = numbers.iter().map(|number| item(json!({"id": number, "status": "approved"}))).collect();
        let per_page = u32::try_from(size).ok();
        let page = Page { items, total: Some(count), page: 0, per_page, extra: Map::new() };
        Scripted { page: Ok(page), size: 100, is_slow: false, is_busy: false }
    });
    let mut pages: Vec<_> = pages.collect();
    if pages.is_empty() {
        let empty = Page { items: Vec::new(), total: Some(0), page: 1, per_page: None, extra: Map::new() };
        pages.push(Scripted { page: Ok(empty), size: 100, is_slow: false, is_busy: false });
    }
    let (yielded, received) = read(&Server { pages: pages.clone(), afterwards: Afterwards::Empty }, per_page, limit);
    let wanted = limit.map_or(count, |limit| limit.min(count));
    assert_eq!(yielded as u64, wanted, "items of a correct server");
    let needed = match limit {
        Some(0) => 0,
        Some(limit) if limit <= count => usize::try_from(limit.div_ceil(size)).expect("small"),
        // One full page looks the same as a total that counts the page.
        _ => pages.len() + usize::from(count == size),
    };
    assert_eq!(received, needed, "pages for {wanted} of {count} items");
}

fn scripted([form, start, total]: [u8; 3]) -> Scripted {
    let items = (0..form & 7).map(|index| {
        let (number, channel) = (start & 0x7f, if start & 0x80 == 0 { "sms" } else { "email" });
        item(match form >> 3 & 3 {
            0 => json!({"id": u16::from(number) + u16::from(index), "channel": channel}),
            1 => json!({"id": number, "channel": channel}),
            _ => json!({"sender_id": u16::from(number) + u16::from(index), "channel": channel}),
        })
    });
    let total = match total {
        255 => None,
        254 => Some(u64::MAX),
        total => Some(total.into()),
    };
    let page =
        Page { items: items.collect(), total, page: 0, per_page: total.is_some().then_some(7), extra: Map::new() };
    let is_error = form >> 3 & 3 == 3;
    Scripted {
        page: if is_error { Err(if start.is_multiple_of(2) { 404 } else { 503 }) } else { Ok(page) },
        size: if form & 0x40 == 0 { 100 } else { 6 << 20 },
        is_slow: form & 0x20 != 0,
        is_busy: form & 0x80 != 0,
    }
}

fn item(json: Value) -> SenderId {
    serde_json::from_value(json).expect("a Sender ID")
}

impl Server {
    fn page(&self, number: usize) -> Scripted {
        let empty = || {
            let total = self.pages.iter().rev().find_map(|page| page.page.as_ref().ok()?.total);
            Page { items: Vec::new(), total, page: 0, per_page: None, extra: Map::new() }
        };
        let plain = |page| Scripted { page, size: 100, is_slow: false, is_busy: false };
        let scripted = self.pages.get(number - 1).cloned();
        scripted.unwrap_or_else(|| match self.afterwards {
            Afterwards::Empty => plain(Ok(empty())),
            Afterwards::NotFound => plain(Err(404)),
            Afterwards::Last => self.pages.last().cloned().unwrap_or_else(|| plain(Ok(empty()))),
            Afterwards::First => self.pages.first().cloned().unwrap_or_else(|| plain(Ok(empty()))),
        })
    }
}

/// Reads the list of a server to its end. Returns the numbers of items and of received pages.
fn read(server: &Server, per_page: Option<u32>, limit: Option<u64>) -> (usize, usize) {
    let mut pager = Pager::<SenderId>::new(source(per_page));
    let mut items = Items::none();
    if let Some(limit) = limit {
        pager.limit(limit);
        items.limit(limit);
    }
    let mut expected = Expected::default();
    let (mut yielded, mut received) = (0, 0);
    let mut last_total = 0;
    while !pager.has_ended() {
        let page = next_page(&mut pager, server, received);
        received += 1;
        assert!(received <= server.pages.len() + MAX_FURTHER_PAGES, "the list does not end");
        let sent = server.page(received).page;
        let new = sent.as_ref().map(|page| expected.new_items(&page.items));
        match pager.take(page) {
            Ok(next) => {
                let mut new = new.unwrap_or_default();
                if let Some(limit) = limit {
                    new.truncate(usize::try_from(limit).expect("a byte") - yielded);
                }
                next.into_iter().for_each(|next| items.load(next));
                let found: Vec<_> = items.rest().iter().map(identity).collect();
                assert_eq!(found, new, "items of page {received}");
                yielded += found.len();
                let with_items = sent.as_ref().ok().filter(|page| !page.items.is_empty());
                last_total = with_items.and_then(|page| page.total).unwrap_or(last_total);
            }
            Err(error) => {
                assert!(pager.has_ended() && !pager.is_incomplete(), "the list continues after an error");
                match new {
                    Ok(new) => {
                        assert!(new.is_empty() && error.kind() == Kind::Decode, "{error} although items are new")
                    }
                    Err(status) => assert_eq!(error.status(), Some(*status)),
                }
                return (yielded, received);
            }
        }
    }
    let is_limited = limit.is_some_and(|limit| yielded as u64 >= limit);
    assert!(is_limited || pager.is_incomplete() || yielded as u64 >= last_total, "incomplete without a warning");
    (yielded, received)
}

/// Requests the pages that are due, and waits for the next one in order.
fn next_page(pager: &mut Pager<SenderId>, server: &Server, received: usize) -> Result<Page<SenderId>> {
    let requested = pager.request(|_, request, is_prefetched| {
        let number = request.url.query_pairs().find(|(name, _)| name == "page").map(|(_, number)| number.parse());
        let number: usize = number.expect("a page").expect("a number");
        assert!((received + 1..=received + MAX_IN_FLIGHT).contains(&number), "page {number} after {received}");
        let mut scripted = server.page(number);
        if is_prefetched && scripted.is_busy {
            return Ok(None);
        }
        let mut result = Some(scripted.page.map_err(|status| {
            Error::new(Kind::of_response(status, None), Outcome::of_response(status), "scripted").with_status(status)
        }));
        Ok(Some(poll_fn(move |context| {
            if mem::take(&mut scripted.is_slow) {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            let page = result.take().expect("polled once after it has arrived");
            Poll::Ready(page.map(|page| Fetched { page, body_size: scripted.size }))
        })))
    });
    requested.expect("all pages can be requested");
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..MAX_IN_FLIGHT {
        if let Poll::Ready(page) = pager.poll_next(&mut context) {
            return page;
        }
    }
    panic!("page {} does not arrive", received + 1);
}

fn source(per_page: Option<u32>) -> Source {
    static SHARED: LazyLock<Arc<Shared>> = LazyLock::new(|| {
        let builder = Client::builder().base_url("http://127.0.0.1:9/v1").api_key("zx_fuzzing");
        Arc::new(Shared::new(Config::new(builder).expect("valid options")))
    });
    let mut filter = ListSenderIds::new();
    filter.per_page = per_page;
    Source::new(SHARED.clone(), "/sender-ids", &filter, &CallOptions::new()).expect("a valid list")
}

/// What the pages so far contained, as a simple reference for the detection of repeated items.
#[derive(Default)]
struct Expected {
    ids: HashSet<(String, Option<String>)>,
    pages_without_ids: Vec<Vec<SenderId>>,
}

impl Expected {
    /// The items of a page that no earlier page had.
    fn new_items(&mut self, items: &[SenderId]) -> Vec<Identity> {
        let identities: Vec<_> = items.iter().map(identity).collect();
        let has_ids = identities.iter().all(Option::is_some);
        let is_repeated = !has_ids && self.pages_without_ids.iter().any(|page| page == items);
        if !has_ids {
            self.pages_without_ids.push(items.to_vec());
        }
        let is_new = |identity: &&Identity| identity.as_ref().is_none_or(|id| !self.ids.contains(id));
        let new = identities.iter().filter(is_new).cloned().collect();
        self.ids.extend(identities.into_iter().flatten());
        if is_repeated { Vec::new() } else { new }
    }
}

fn identity(item: &SenderId) -> Identity {
    let channel = item.channel.as_ref().map(|channel| channel.as_str().to_owned());
    item.id.clone().map(|id| (id, channel))
}

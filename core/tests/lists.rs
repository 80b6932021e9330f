//! Lists: lazy, in order, prefetched, and without repeated items.

mod support;

use std::collections::BTreeSet;
use std::future::poll_fn;
use std::thread;
use std::time::Duration;

use futures_executor::block_on;
use serde_json::{Value, json};
use support::{async_client, builder, client, json_page, until};
use zexa::binding::Batches;
use zexa::{Kind, ListContacts, ListSenderIds, Outcome};
use zexa_sandbox::Sandbox;

fn sandbox_with(contacts: usize) -> Sandbox {
    Sandbox::from_json(json!({"state": {"contacts_count": contacts}}))
}

#[test]
fn lists_are_lazy() {
    let sandbox = sandbox_with(1000);
    let client = client(&sandbox);
    let mut contacts = client.contacts().list(&ListContacts::new());
    assert_eq!(sandbox.requests().len(), 0);
    contacts.next().expect("an item").expect("a contact");
    // The items of the first page need only one request.
    assert_eq!(contacts.by_ref().take(49).filter(Result::is_ok).count(), 49);
    assert_eq!(sandbox.requests().len(), 1);
}

#[test]
fn pages_that_arrive_out_of_order_are_yielded_in_order() {
    // Every second request is slow, so pages overtake each other.
    let faults: Vec<_> = (0..100).map(|number| json!({"delay": if number % 2 == 0 { 0.05 } else { 0.0 }})).collect();
    let sandbox = Sandbox::from_json(json!({"state": {"contacts_count": 995}, "faults": faults}));
    let names = |contacts: Vec<zexa::Contact>| contacts.into_iter().map(|contact| contact.id).collect::<Vec<_>>();
    let expected: Vec<_> =
        sandbox.contacts().iter().map(|contact| contact["id"].as_str().expect("an id").to_owned()).collect();

    let contacts = client(&sandbox).contacts().list(&ListContacts::new().per_page(10));
    let blocking = names(contacts.collect::<Result<_, _>>().expect("all of them"));
    let asynchronous = async_client(&sandbox).contacts().list(&ListContacts::new().per_page(10)).all();
    let asynchronous = names(block_on(asynchronous).expect("all of them"));

    assert_eq!(blocking.len(), 995);
    assert_eq!(BTreeSet::from_iter(&blocking), BTreeSet::from_iter(&expected));
    assert_eq!(blocking, asynchronous);
    assert_eq!(sandbox.requests().len(), 200);
}

/// The page and the page size of each request so far, in the order of the pages.
fn requested_pages(sandbox: &Sandbox) -> Vec<String> {
    let mut pages = Vec::new();
    for request in sandbox.requests() {
        let shown = |name: &str| request.query.get(name).map_or("-", String::as_str);
        pages.push(format!("{} of {}", shown("page"), shown("per_page")));
    }
    pages.sort();
    sandbox.clear_requests();
    pages
}

#[test]
fn pages_beyond_a_limit_are_not_requested() {
    let sandbox = sandbox_with(250);
    let (client, async_client) = (client(&sandbox), async_client(&sandbox));
    let (all, fives) = (ListContacts::new(), ListContacts::new().per_page(5));
    for (filter, limit, expected, requests) in [
        (&all, 0, 0, &[][..]),
        (&all, 3, 3, &["1 of 3"]),
        (&all, 100, 100, &["1 of 100"]),
        (&all, 120, 120, &["1 of -", "2 of -", "3 of -"]),
        (&fives, 12, 12, &["1 of 5", "2 of 5", "3 of 5"]),
        (&fives, 1, 1, &["1 of 5"]),
    ] {
        let mut list = client.contacts().list(filter).limit(limit);
        assert_eq!(list.by_ref().filter(Result::is_ok).count(), expected);
        assert!(!list.is_incomplete());
        assert_eq!(requested_pages(&sandbox), requests, "limit {limit}");
        let list = block_on(async_client.contacts().list(filter).limit(limit).all()).expect("no error");
        assert_eq!(list.len(), expected);
        assert_eq!(requested_pages(&sandbox), requests, "limit {limit}, async");
    }
    assert_eq!(client.contacts().list(&all).limit(1000).count(), 250);
    sandbox.clear_requests();
    // Pages are not cut, and a single page ignores the limit.
    let sizes = |pages: zexa::Pages<_>| pages.map(|page| page.map_or(0, |page| page.items.len())).collect::<Vec<_>>();
    assert_eq!(sizes(client.contacts().list(&fives).limit(7).pages()), [5, 5]);
    assert_eq!(requested_pages(&sandbox), ["1 of 5", "2 of 5"]);
    assert_eq!(client.contacts().list(&all).limit(7).page(2).expect("a page").items.len(), 50);
}

#[test]
fn page_by_page() {
    let sandbox = sandbox_with(25);
    let client = client(&sandbox);
    let filter = ListContacts::new().list_id("lst_demo").per_page(10);
    let pages: Vec<_> = client.contacts().list(&filter).pages().collect::<Result<_, _>>().expect("three pages");
    assert_eq!(
        pages.iter().map(|page| (page.page, page.items.len(), page.total)).collect::<Vec<_>>(),
        [(1, 10, Some(25)), (2, 10, Some(25)), (3, 5, Some(25))]
    );
    let second = client.contacts().list(&filter).page(2).expect("a page");
    assert_eq!(second, pages[1]);
}

/// Contacts with these ids.
fn contacts(ids: &[&str]) -> Vec<Value> {
    let contact = |id| json!({"id": id, "name": "Ana", "phone": "+244912345678", "created_at": "2026-07-01T09:00:00Z"});
    ids.iter().map(contact).collect()
}

/// A sandbox whose list of contacts has these pages, given by their ids and totals. Later pages are empty.
fn sandbox_of(per_page: u32, pages: &[(&[&str], u64)]) -> Sandbox {
    let sandbox = Sandbox::start();
    for (number, (ids, total)) in (1..).zip(pages) {
        let body = json_page(&contacts(ids), *total, number, per_page);
        sandbox.add_fault(json!({"query": {"page": number.to_string()}, "times": 0, "status": 200, "body": body}));
    }
    let total = pages.last().map_or(0, |(_, total)| *total);
    sandbox.add_fault(json!({"times": 0, "status": 200, "body": json_page(&[], total, 0, per_page)}));
    sandbox
}

#[test]
fn the_pages_of_a_list_that_repeats_itself_end() {
    for (name, pages) in [
        ("the same page", [["cnt_1"]; 16]),
        ("two pages in turn", std::array::from_fn(|index| [["cnt_1"], ["cnt_2"]][index % 2])),
    ] {
        let pages: Vec<(&[&str], u64)> = pages.iter().map(|ids| (&ids[..], 1_000_000_000)).collect();
        let sandbox = sandbox_of(1, &pages);
        let ids: BTreeSet<_> = pages.iter().map(|(ids, _)| ids[0]).collect();

        let blocking: Vec<_> = client(&sandbox).contacts().list(&ListContacts::new()).pages().collect();
        let mut pages = async_client(&sandbox).contacts().list(&ListContacts::new()).pages();
        let asynchronous: Vec<_> = std::iter::from_fn(|| block_on(pages.next())).collect();
        for mut pages in [blocking, asynchronous] {
            let error = pages.pop().expect("a page").expect_err("the list has no end");
            assert_eq!((error.kind(), error.outcome()), (Kind::Decode, Outcome::Accepted), "{name}");
            assert_eq!(pages.len(), ids.len(), "{name}");
        }
    }
}

#[test]
fn the_pages_of_repeated_items_without_ids_end() {
    let page = json_page(&[json!({"status": "approved", "channel": "sms"})], 1_000_000_000, 1, 1);
    let sandbox = Sandbox::from_json(json!({"faults": [{"times": 0, "status": 200, "body": page}]}));
    let pages: Vec<_> = client(&sandbox).sender_ids().list(&ListSenderIds::new()).pages().collect();
    assert!(pages.len() == 2 && pages[0].is_ok(), "{pages:?}");
    assert_eq!(pages[1].as_ref().expect_err("the list has no end").kind(), Kind::Decode);
}

#[test]
fn pages_without_new_items_are_skipped_except_the_first() {
    let sandbox = sandbox_of(2, &[(&["a", "b"], 5), (&[], 5), (&["b", "c"], 6), (&["b", "c"], 8), (&["d", "e"], 8)]);
    let pages: Vec<_> =
        client(&sandbox).contacts().list(&ListContacts::new()).pages().collect::<Result<_, _>>().expect("pages");
    assert_eq!(pages.iter().map(|page| page.page).collect::<Vec<_>>(), [1, 3, 5]);
    // A page is unchanged.
    assert_eq!(pages[1].items.iter().map(|contact| &*contact.id).collect::<Vec<_>>(), ["b", "c"]);

    let sandbox = sandbox_of(2, &[]);
    assert_eq!(client(&sandbox).contacts().list(&ListContacts::new()).pages().filter(Result::is_ok).count(), 1);
}

#[test]
fn a_list_that_ends_before_its_total_is_incomplete() {
    for (total, is_incomplete) in [(3, false), (4, true)] {
        let sandbox = sandbox_of(2, &[(&["a", "b"], total), (&["c"], total)]);
        let list = || client(&sandbox).contacts().list(&ListContacts::new());
        let list_async = || async_client(&sandbox).contacts().list(&ListContacts::new());

        let mut items = list();
        assert_eq!(items.by_ref().take(3).filter(Result::is_ok).count(), 3);
        assert!(!items.is_incomplete() || total == 3, "it has not ended yet");
        assert!(items.next().is_none());
        assert_eq!(items.is_incomplete(), is_incomplete);

        let mut pages = list().pages();
        assert_eq!(pages.by_ref().filter(Result::is_ok).count(), 2);
        assert_eq!(pages.is_incomplete(), is_incomplete);

        let mut items = list_async();
        assert_eq!(std::iter::from_fn(|| block_on(items.next())).filter(Result::is_ok).count(), 3);
        assert_eq!(items.is_incomplete(), is_incomplete);

        let mut pages = list_async().pages();
        assert_eq!(std::iter::from_fn(|| block_on(pages.next())).filter(Result::is_ok).count(), 2);
        assert_eq!(pages.is_incomplete(), is_incomplete);
    }
}

#[test]
fn a_list_that_fails_is_not_incomplete() {
    let sandbox = Sandbox::from_json(json!({"faults": [{"status": 401}]}));
    // The second filter is invalid.
    for filter in [ListContacts::new(), ListContacts::new().per_page(101)] {
        let mut contacts = client(&sandbox).contacts().list(&filter);
        contacts.next().expect("an item").expect_err("an error");
        assert!(contacts.next().is_none() && !contacts.is_incomplete());
    }
}

#[test]
fn two_lists_and_calls_can_be_interleaved() {
    let sandbox = sandbox_with(300);
    let client = builder(&sandbox).build().expect("a client");
    let one = client.contacts().list(&ListContacts::new().per_page(10));
    let other = client.contacts().list(&ListContacts::new().per_page(7));
    let mut seen = 0;
    for (one, other) in one.zip(other) {
        assert_eq!(one.expect("a contact"), other.expect("a contact"));
        seen += 1;
        if seen % 50 == 0 {
            client.credits().get().expect("credits");
        }
    }
    assert_eq!(seen, 300);
}

/// The server responds immediately. The caller spends longer on a page than the timeout of an attempt, while other pages are prefetched.
#[test]
fn a_slow_consumer_causes_no_timeout() {
    const TIMEOUT: Duration = Duration::from_secs(2);
    let sandbox = sandbox_with(400);
    let client = builder(&sandbox).timeout(TIMEOUT).max_retries(0).build().expect("a client");
    let mut seen = 0;
    for contact in client.contacts().list(&ListContacts::new().per_page(50)) {
        contact.unwrap_or_else(|error| panic!("after {seen}: {error}"));
        seen += 1;
        // On the second page, right after the next pages were requested.
        if seen == 51 {
            thread::sleep(TIMEOUT + Duration::from_millis(100));
        }
    }
    assert_eq!(seen, 400);
}

#[test]
fn a_connection_that_the_server_closed_between_two_pages_is_not_used() {
    let close = json!({"then": "close", "at": "body"});
    let sandbox = Sandbox::from_json(json!({"state": {"contacts_count": 60}, "faults": [close, close, close, close]}));
    let client = builder(&sandbox).max_retries(0).build().expect("a client");
    let mut contacts = client.contacts().list(&ListContacts::new().per_page(20));
    for page in 0..3 {
        for _ in 0..20 {
            contacts.next().expect("an item").unwrap_or_else(|error| panic!("page {page}: {error}"));
        }
        until("the server has closed it", || sandbox.open_connections() == 0);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_dropped_list_closes_its_connections() {
    let open_files = || std::fs::read_dir("/proc/self/fd").expect("Linux").count();
    let sandbox = sandbox_with(1000);
    let before = open_files();
    for _ in 0..50 {
        let client = client(&sandbox);
        assert_eq!(
            client.contacts().list(&ListContacts::new().per_page(10)).take(15).filter(Result::is_ok).count(),
            15
        );
    }
    until("the server has closed its ends", || sandbox.open_connections() == 0);
    // Other tests of this program open some descriptors at the same time. A leak would be hundreds.
    assert!(open_files() < before + 150, "{before} files were open, now {}", open_files());
}

/// The batches in which bindings receive the items, and the error at the end.
fn batches(list: &mut zexa::AsyncList<zexa::Contact>) -> (Vec<Vec<zexa::Contact>>, Option<zexa::Error>) {
    let mut batches = Vec::new();
    loop {
        match block_on(poll_fn(|context| list.poll_batch(context))) {
            Some(Ok(batch)) => batches.push(batch),
            Some(Err(error)) => return (batches, Some(error)),
            None => return (batches, None),
        }
    }
}

#[test]
fn batches_contain_all_items_before_an_error() {
    let sandbox = sandbox_with(2000);
    let client = async_client(&sandbox);
    let mut list = client.contacts().list(&ListContacts::new().per_page(100));
    let (all, error) = batches(&mut list);
    assert!(error.is_none() && all.iter().all(|batch| !batch.is_empty() && batch.len() < 600));
    assert_eq!(BTreeSet::from_iter(all.iter().flatten().map(|contact| &contact.id)).len(), 2000);

    sandbox.add_fault(json!({"query": {"page": "8"}, "status": 401}));
    let mut list = client.contacts().list(&ListContacts::new().per_page(100));
    let (before, error) = batches(&mut list);
    assert_eq!(error.expect("page 8 fails").kind(), Kind::Unauthorized);
    let ids = |batches: &[Vec<zexa::Contact>]| {
        batches.iter().flatten().map(|contact| contact.id.clone()).take(700).collect::<Vec<_>>()
    };
    assert_eq!(before.iter().map(Vec::len).sum::<usize>(), 700);
    assert_eq!(ids(&before), ids(&all));
    assert!(block_on(poll_fn(|context| list.poll_batch(context))).is_none());
}

//! Lists: lazy, in order, ahead of need, and no item twice.

mod support;

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

use futures_executor::block_on;
use serde_json::json;
use support::{async_client, builder, client, until};
use zexa::{Kind, ListCampaigns, ListContacts, ListSenderIds, SenderIdStatus};
use zexa_sandbox::Sandbox;

fn sandbox_with(contacts: usize) -> Sandbox {
    Sandbox::from_json(json!({"state": {"contacts_count": contacts}}))
}

#[test]
fn nothing_is_fetched_before_it_is_asked_for() {
    let sandbox = sandbox_with(1000);
    let client = client(&sandbox);
    let mut contacts = client.contacts().list(&ListContacts::new());
    assert_eq!(sandbox.requests().len(), 0);
    contacts.next().expect("an item").expect("a contact");
    // Whoever wants what is on the first page pays for one request.
    assert_eq!(contacts.by_ref().take(49).filter(Result::is_ok).count(), 49);
    assert_eq!(sandbox.requests().len(), 1);
}

#[test]
fn pages_that_answer_out_of_order_come_in_order() {
    // Every second request is slow, so pages overtake one another.
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

#[test]
fn page_by_page() {
    let sandbox = sandbox_with(25);
    let client = client(&sandbox);
    let filter = ListContacts::new().list_id("lst_demo").per_page(10);
    let pages: Vec<_> = client.contacts().list(&filter).pages().collect::<Result<_, _>>().expect("three pages");
    assert_eq!(
        pages.iter().map(|page| (page.page, page.items.len(), page.total)).collect::<Vec<_>>(),
        [(1, 10, 25), (2, 10, 25), (3, 5, 25)]
    );
    let second = client.contacts().list(&filter).page(2).expect("a page");
    assert_eq!(second, pages[1]);
}

#[test]
fn a_server_that_does_not_turn_pages_ends_page_by_page_too() {
    let page = json!({
        "data": [{"id": "cnt_01", "name": "Ana", "phone": "+244912345678", "lists": [], "created_at": "2026-07-01T09:00:00Z"}],
        "meta": {"total": 1_000_000_000, "page": 1, "per_page": 1},
    });
    let sandbox =
        Sandbox::from_json(json!({"faults": [{"path": "/contacts", "times": 0, "status": 200, "body": page}]}));
    let pages = client(&sandbox).contacts().list(&ListContacts::new()).pages();
    let last = pages.last().expect("a page").expect_err("the list has no end");
    assert_eq!(last.kind(), Kind::Decode);

    // Sender IDs may come without an id to know them by.
    let page = json!({"data": [{"status": "approved", "channel": "sms"}], "meta": {"total": 1_000_000_000, "page": 1, "per_page": 1}});
    sandbox.add_fault(json!({"path": "/sender-ids", "times": 0, "status": 200, "body": page}));
    let last = client(&sandbox).sender_ids().list(&ListSenderIds::new()).pages().last();
    assert_eq!(last.expect("a page").expect_err("the list has no end").kind(), Kind::Decode);

    let mut pages = async_client(&sandbox).contacts().list(&ListContacts::new()).pages();
    let last = std::iter::from_fn(|| block_on(pages.next())).last().expect("a page").expect_err("the list has no end");
    assert_eq!(last.kind(), Kind::Decode);
}

#[test]
fn an_argument_that_cannot_be_is_told_of_by_whatever_is_asked_first() {
    let sandbox = sandbox_with(25);
    let client = client(&sandbox);
    let filter = ListContacts::new().per_page(101);
    let mut contacts = client.contacts().list(&filter);
    assert_eq!(contacts.next().expect("an error").expect_err("too large").kind(), Kind::Validation);
    assert!(contacts.next().is_none());
    assert_eq!(client.contacts().list(&filter).page(1).expect_err("too large").kind(), Kind::Validation);
    assert_eq!(client.contacts().list(&ListContacts::new()).page(0).expect_err("no page").kind(), Kind::Validation);
    assert_eq!(sandbox.requests().len(), 0);
}

#[test]
fn the_other_lists() {
    let sandbox = Sandbox::from_json(json!({"state": {"campaigns_count": 120}}));
    let client = client(&sandbox);
    assert_eq!(client.campaigns().list(&ListCampaigns::new().per_page(50)).filter(Result::is_ok).count(), 120);
    let senders: Vec<_> =
        client.sender_ids().list(&ListSenderIds::new()).collect::<Result<_, _>>().expect("all of them");
    assert!(senders.iter().any(|sender| sender.status == SenderIdStatus::Approved));
}

#[test]
fn two_lists_and_calls_between_them_do_not_get_in_each_others_way() {
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

/// The server answers at once; the caller spends longer on a page than the timeout of an attempt, while other pages are prefetched.
#[test]
fn a_caller_who_takes_long_over_a_page_meets_no_timeout() {
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
fn a_list_that_ends_early_leaves_nothing_open() {
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
    // Other tests of this program open some of their own meanwhile; a leak would be hundreds.
    assert!(open_files() < before + 150, "{before} files were open, now {}", open_files());
}
